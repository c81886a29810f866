"""Looking before signing: findings and judgement bound to one safeTxHash."""

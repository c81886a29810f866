"""Queue: transactions not yet executed, a lane for each nonce."""

"""What calldata means, and what a run of calls does to the treasury."""

"""What happened in the pools the treasury uses."""

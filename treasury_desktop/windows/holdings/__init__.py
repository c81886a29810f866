"""What the treasury holds, and where."""

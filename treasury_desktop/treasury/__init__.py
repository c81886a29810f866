"""What this DAO holds, what it is worth, and where it works."""

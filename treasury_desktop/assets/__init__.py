"""What can be owned, what it is worth, and text nobody vouches for."""

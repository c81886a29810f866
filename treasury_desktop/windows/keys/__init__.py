"""Keys: which keys this desk has and where they are kept."""

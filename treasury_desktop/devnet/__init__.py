"""The embedded demonstration chain: a real node with a year of history and a sample treasury."""

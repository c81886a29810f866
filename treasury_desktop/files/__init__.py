"""The door to files and links other people send."""

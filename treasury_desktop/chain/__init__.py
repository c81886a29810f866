"""The door to Ethereum nodes."""

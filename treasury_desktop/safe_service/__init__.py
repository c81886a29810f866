"""The door to a Safe Transaction Service: a source of confirmations, never of truth."""

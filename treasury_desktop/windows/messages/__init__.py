"""The messages page: what the treasury's Safes sign besides transactions."""

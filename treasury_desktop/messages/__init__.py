"""Messages a Safe signs: what they say, how they hash, and what they let somebody do."""

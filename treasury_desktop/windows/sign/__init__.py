"""Sign: one key, one reviewed hash."""

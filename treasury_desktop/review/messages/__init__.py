"""Looking at a message before a Safe signs it."""

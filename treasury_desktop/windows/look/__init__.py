"""How the program looks: colour and size tokens, the one style sheet made of them, the icons."""

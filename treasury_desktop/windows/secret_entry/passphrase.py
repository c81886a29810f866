"""What a new passphrase must be like, and how one becomes bytes; free of Qt."""

import unicodedata
from typing import Final

RULE: Final = "At least six different words, or 16 characters of which 10 differ."
WORDS: Final = 6
CHARACTERS: Final = 16
DIFFERENT_CHARACTERS: Final = 10


def is_strong(passphrase: str) -> bool:
    """Whether a new passphrase keeps the rule: about 80 bits if its words are chosen by dice."""
    words = set(passphrase.split())
    many_words = len(words) >= WORDS and len(passphrase) >= 2 * CHARACTERS - WORDS
    different = len(set(passphrase))
    return many_words or (len(passphrase) >= CHARACTERS and different >= DIFFERENT_CHARACTERS)


def passphrase_bytes(passphrase: str) -> bytearray:
    """The bytes from which a key is derived: UTF-8 of the NFKD form, whatever keyboard typed it."""
    return bytearray(unicodedata.normalize("NFKD", passphrase), "utf-8")

"""What a new passphrase must be like, what it is worth, and how one becomes bytes; free of Qt."""

import unicodedata
from dataclasses import dataclass
from typing import Final

RULE: Final = "At least six different words, or 16 characters of which 10 differ."
WORDS: Final = 6
CHARACTERS: Final = 16
DIFFERENT_CHARACTERS: Final = 10
FEWEST_BITS: Final = 50
"""Whatever its length: "qwertyuiopasdfgh" has 16 different characters and is guessed early."""
ESTIMATED: Final = 72
"""Characters that the estimate looks at; it takes longer than anybody waits for more."""
GUESSERS: Final = 1000
GUESSES_A_SECOND: Final = 2
"""A guess takes half a second here and 128 MiB anywhere."""
SECONDS_A_YEAR: Final = 31_557_600
AN_AGE: Final = 10**9
"""Years from which on numbers say nothing any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """What a passphrase is worth, in words and in the kind that colours them.

    `is_enough` is whether it keeps the rule and is not among the first ones guessed.
    """

    bits: int
    is_enough: bool
    words: str
    kind: str


def is_strong(passphrase: str) -> bool:
    """Whether a new passphrase is enough: about 80 bits if its words are chosen by dice."""
    return _keeps_rule(passphrase) and estimated_bits(passphrase) >= FEWEST_BITS


def strength(passphrase: str) -> Strength:
    """A cautious estimate of the guesses it takes, and what that means in years.

    Takes up to 35 ms: ask once for what was typed.
    """
    if not passphrase:
        return Strength(bits=0, is_enough=False, words="", kind="idle")
    bits = estimated_bits(passphrase)
    guesses = f"About 2^{bits} guesses"
    if bits < FEWEST_BITS:
        words = f"{guesses}. Too easy to guess: words and patterns of lists."
        return Strength(bits=bits, is_enough=False, words=words, kind="advice")
    if not _keeps_rule(passphrase):
        return Strength(bits=bits, is_enough=False, words=f"{guesses}.", kind="advice")
    years = 2**bits // (GUESSERS * GUESSES_A_SECOND * SECONDS_A_YEAR)
    how_long = "longer than anybody waits" if years >= AN_AGE else f"about {years:,} years"
    words = f"{guesses} by a cautious estimate: a thousand machines like this one need {how_long}."
    return Strength(bits=bits, is_enough=True, words=words, kind="good")


def estimated_bits(passphrase: str) -> int:
    """The binary logarithm of the guesses it takes somebody who knows how people choose."""
    if not passphrase:
        return 0
    from zxcvbn import zxcvbn  # noqa: PLC0415  lists of words, for new passphrases only

    return int(zxcvbn(passphrase[:ESTIMATED])["guesses"]).bit_length() - 1


def _keeps_rule(passphrase: str) -> bool:
    words = set(passphrase.split())
    many_words = len(words) >= WORDS and len(passphrase) >= 2 * CHARACTERS - WORDS
    different = len(set(passphrase))
    return many_words or (len(passphrase) >= CHARACTERS and different >= DIFFERENT_CHARACTERS)


def passphrase_bytes(passphrase: str) -> bytearray:
    """The bytes from which a key is derived: UTF-8 of the NFKD form, whatever keyboard typed it."""
    return bytearray(unicodedata.normalize("NFKD", passphrase), "utf-8")

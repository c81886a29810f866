"""Eight words to read aloud: a comparison code of a safeTxHash.

The first 88 bits of the hash, eleven at a time, as words of the public BIP-39 English list; anyone
can recompute it by hand. Finding another transaction with the same code takes 2**88 tries.
"""

from functools import cache

from treasury_desktop.resources import read_resource

WORDS_IN_CODE = 8
BITS_PER_WORD = 11
LIST_LENGTH = 2**BITS_PER_WORD


def comparison_code(safe_tx_hash: bytes) -> str:
    """Eight space-separated words for a 32-byte hash."""
    number = int.from_bytes(safe_tx_hash, "big") >> (256 - WORDS_IN_CODE * BITS_PER_WORD)
    positions = (
        number >> BITS_PER_WORD * (WORDS_IN_CODE - 1 - place) & (LIST_LENGTH - 1)
        for place in range(WORDS_IN_CODE)
    )
    return " ".join(_words()[position] for position in positions)


@cache
def _words() -> tuple[str, ...]:
    words = tuple(read_resource("words/bip39_english.txt").decode("ascii").split())
    if len(words) != LIST_LENGTH:
        raise ValueError(f"the word list has {len(words)} words, not {LIST_LENGTH}")
    return words

"""What cosigners compare of a safeTxHash: eight words to read aloud, and a grid to look at.

Both are cut from one digest of the whole hash, so that a hash that differs in a single bit differs
in both nearly everywhere (decisions/007):

    digest = keccak256("treasury-desktop comparison code" ‖ safeTxHash)
    words: the first 88 bits, eleven at a time, as words of the public BIP-39 English list
    grid:  the next 96 bits, three at a time, as 32 colours of eight, row by row from the top left

Together they are 184 bits. The words alone suffice against somebody who did not write the
transaction (2**88 tries); who writes both that are compared can make their words equal (2**44).
"""

from functools import cache
from typing import NamedTuple

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.resources import read_resource

PREFIX = b"treasury-desktop comparison code"
WORDS_IN_CODE = 8
BITS_PER_WORD = 11
LIST_LENGTH = 2**BITS_PER_WORD
COLUMNS, ROWS = 8, 4
BITS_PER_CELL = 3
LETTERS = "AHLQRXYZ"
"""One for each colour: unlike each other to the eye and, read aloud in English, to the ear."""


class Cell(NamedTuple):
    """One field of the grid: a colour's place in a palette of eight, and its letter."""

    colour: int

    @property
    def letter(self) -> str:
        """What the field says to those who do not see its colour."""
        return LETTERS[self.colour]


def comparison_code(safe_tx_hash: bytes) -> str:
    """Eight space-separated words for a 32-byte hash."""
    first = _bits(safe_tx_hash, 0, WORDS_IN_CODE * BITS_PER_WORD)
    return " ".join(_words()[place] for place in _cut(first, WORDS_IN_CODE, BITS_PER_WORD))


def comparison_grid(safe_tx_hash: bytes) -> tuple[tuple[Cell, ...], ...]:
    """Four rows of eight cells for a 32-byte hash."""
    count = ROWS * COLUMNS
    after_words = _bits(safe_tx_hash, WORDS_IN_CODE * BITS_PER_WORD, count * BITS_PER_CELL)
    cells = [Cell(colour) for colour in _cut(after_words, count, BITS_PER_CELL)]
    return tuple(tuple(cells[at : at + COLUMNS]) for at in range(0, count, COLUMNS))


def grid_text(grid: tuple[tuple[Cell, ...], ...]) -> str:
    """The letters of a grid, a line for each row."""
    return "\n".join(" ".join(cell.letter for cell in row) for row in grid)


def _bits(safe_tx_hash: bytes, skipped: int, count: int) -> int:
    digest = int.from_bytes(keccak(PREFIX + safe_tx_hash), "big")
    return digest >> (256 - skipped - count) & ((1 << count) - 1)


def _cut(number: int, pieces: int, width: int) -> list[int]:
    """A number of `pieces` times `width` bits in its pieces, the highest first."""
    mask = (1 << width) - 1
    return [number >> width * (pieces - 1 - place) & mask for place in range(pieces)]


@cache
def _words() -> tuple[str, ...]:
    words = tuple(read_resource("words/bip39_english.txt").decode("ascii").split())
    if len(words) != LIST_LENGTH:
        raise ValueError(f"the word list has {len(words)} words, not {LIST_LENGTH}")
    return words

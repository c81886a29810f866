"""A key ring's answer, taken only when it was given twice.

KWallet leaves out a leading zero where it derives the key of a session with the Secret Service: in
about one session of a hundred what it passes on is empty or something else, and what it is given it
cannot read. Each read is a session of its own, so two answers alike are what is kept.
"""

from collections.abc import Callable
from typing import Final

MOST_READS: Final = 8
EMPTY_READS: Final = 4
"""An empty text is what goes wrong most often, so it has to come this often in a row."""
WRONG_SESSION: Final = "InvalidObjectPath"
"""What KWallet says to a text that it cannot decrypt."""


def read_alike(read: Callable[[], str | None]) -> str | None:
    """The text, or `None` where nothing is kept; ValueError where no two answers are alike."""
    before, alike = "", 0
    for _ in range(MOST_READS):
        try:
            text = read()
        except ValueError:  # decrypted with a wrong key it is no text
            continue
        if text is None:
            return None
        alike = alike + 1 if alike and text == before else 1
        before = text
        if alike == (2 if text else EMPTY_READS):
            return text
    raise ValueError("no two answers are alike")

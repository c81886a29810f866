"""After five wrong passphrases a key has to be waited for, longer each time.

It stops a hand at an unlocked screen. Whoever has the ciphertext tries elsewhere, and there only
the cost of each guess stops him; so nothing of this is kept when the program ends.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused

FREE_TRIES: Final = 5
FIRST_WAIT: Final = 30
LONGEST_WAIT: Final = 15 * 60
"""Seconds."""


@dataclass(slots=True)
class _Tries:
    wrong: int = 0
    until: float = 0.0


class BackOff:
    """Wrong passphrases in a row, key by key. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._tries: dict[Address, _Tries] = {}

    def require_no_wait(self, key: Address) -> None:
        """Refuses while a key has to be waited for."""
        with self._lock:
            tries = self._tries.get(key, _Tries())
            left = tries.until - self._clock()
        if left > 0:
            raise Refused(
                f"{tries.wrong} wrong passphrases in a row: this key can be tried again in "
                f"{_words(math.ceil(left))}."
            )

    def note(self, key: Address, wrong: int, *, is_opened: bool) -> None:
        """What came of a passphrase window: wrong tries, and whether one opened the key."""
        with self._lock:
            if is_opened:
                self._tries.pop(key, None)
                return
            tries = self._tries.setdefault(key, _Tries())
            tries.wrong += wrong
            if wrong and tries.wrong >= FREE_TRIES:
                wait = min(FIRST_WAIT * 2 ** (tries.wrong - FREE_TRIES), LONGEST_WAIT)
                tries.until = self._clock() + wait


def _words(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"

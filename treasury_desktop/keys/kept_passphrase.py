"""The passphrase of a key that stays unlocked for a while, in the secret-entry process alone.

The key itself is never kept: each signature asks a signer process of its own, which lives seconds.
"""

import contextlib
import ctypes
import os
import signal
import sys
import threading
import time
from typing import Final, NoReturn

from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.secret import Secret
from treasury_desktop.keys.unlock import Ending, ending_by_clock, moment, seconds_left

TICK: Final = 1.0
"""Seconds between two looks at the clocks: the longest that a woken computer goes unnoticed."""
GRACE: Final = 2
"""Seconds after which the kernel ends this process if it did not end by itself."""


class KeptPassphrase:
    """One key's passphrase for some seconds; every ending overwrites it and ends the process.

    A thread looks at the clocks, and the kernel's own timer stands behind it.
    """

    def __init__(self, key: EncryptedKey, passphrase: Secret, seconds: int) -> None:
        self.key = key
        self._passphrase = passphrase
        self._seconds = seconds
        self._begun = moment()
        keep_out_of_swap(passphrase.content)
        if sys.platform != "win32":
            signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
        threading.Thread(target=self._watch_clocks, name="unlock", daemon=True).start()

    def copy(self) -> Secret:
        """The passphrase for one signature; the process ends here if its time is over."""
        self._end_if_over()
        return Secret(bytearray(self._passphrase.content))

    def seconds_left(self) -> int:
        """Whole seconds until it ends by itself."""
        return max(int(seconds_left(self._begun, moment(), self._seconds)), 0)

    def wipe(self) -> None:
        """Overwrites the passphrase; the process is about to end."""
        self._passphrase.wipe()

    def end(self, ending: Ending) -> NoReturn:
        """Overwrites the passphrase and ends this process at once, whatever it is doing."""
        self.wipe()
        os._exit(ending)

    def _watch_clocks(self) -> None:
        while True:
            self._end_if_over()
            left = seconds_left(self._begun, moment(), self._seconds)
            time.sleep(min(TICK, max(left, 0)))

    def _end_if_over(self) -> None:
        ending = ending_by_clock(self._begun, moment(), self._seconds)
        if ending is not None:
            self.end(ending)


def keep_out_of_swap(content: bytearray) -> bool:
    """Asks the system not to write a buffer to the disk; where it may not, nothing is lost."""
    if sys.platform != "linux" or not content:
        return False
    with contextlib.suppress(OSError, AttributeError):
        buffer = (ctypes.c_char * len(content)).from_buffer(content)
        locked = ctypes.CDLL(None).mlock(ctypes.byref(buffer), ctypes.c_size_t(len(content)))
        return bool(locked == 0)
    return False

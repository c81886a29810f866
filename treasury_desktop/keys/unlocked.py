"""Which key is unlocked, as the window's process knows it: a process it can ask or end.

Nothing secret is here. The passphrase is in the other process, which ends by itself; whoever closes
the pipe ends it at once.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.lasting_process import LastingProcess
from treasury_desktop.keys.unlock import LONGEST_UNLOCK, Ending

WHY_ENDED: Final = {
    Ending.TIME: "its time was over",
    Ending.SCREEN: "the screen was locked",
    Ending.SLEEP: "the computer went to sleep",
    Ending.DEAF: "nothing told any more whether the screen is locked",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    process: LastingProcess
    key: EncryptedKey
    until: float


class Unlocked:
    """At most one key that is unlocked; `on_changed` is called, from any thread, when that changes.

    `seconds` is for how long the person is offered to keep one unlocked; `None` offers nothing, as
    on systems that do not tell when the screen is locked.
    """

    def __init__(
        self,
        seconds: int | None = LONGEST_UNLOCK if sys.platform == "linux" else None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.seconds = seconds
        self.on_changed: Callable[[], None] = lambda: None
        self.why_ended = ""
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: _Kept | None = None
        self._locks = 0

    @property
    def key(self) -> EncryptedKey | None:
        """The key that is unlocked, if one is."""
        kept = self._kept
        return None if kept is None else kept.key

    @property
    def seconds_left(self) -> float:
        """For how long it still is; the process itself decides when it is over."""
        kept = self._kept
        return 0 if kept is None else max(kept.until - self._clock(), 0)

    def process_for(self, key: EncryptedKey) -> LastingProcess | None:
        """The process that signs with this very key without a passphrase."""
        kept = self._kept
        return kept.process if kept is not None and kept.key == key else None

    @property
    def locks(self) -> int:
        """How often it was locked so far: a question put before the last time unlocks nothing."""
        return self._locks

    def keep(
        self, process: LastingProcess, key: EncryptedKey, seconds: int, *, asked_at: int
    ) -> bool:
        """Whether a process that says it keeps this key unlocked may; another one is locked.

        `asked_at` is what `locks` was when the person was asked: who locked it while the passphrase
        was typed, as by minimising the window, did not mean to have it unlocked afterwards.
        """
        with self._lock:
            if self._locks != asked_at:
                return False
            before = self._kept
            until = self._clock() + min(seconds, LONGEST_UNLOCK)
            self._kept = _Kept(process=process, key=key, until=until)
        if before is not None and before.process is not process:
            before.process.end_soon()
        if process.status is None:
            self.on_changed()
        else:  # between its answer and now
            self.ended(process, process.status)
        return True

    def lock(self) -> None:
        """Ends it now, from any thread; waits for nothing."""
        with self._lock:
            self._locks += 1
            kept, self._kept = self._kept, None
            if kept is not None:
                self.why_ended = ""
                kept.process.end_soon()
        if kept is not None:
            self.on_changed()

    def close(self) -> None:
        """Locks it and waits until its process is gone."""
        kept = self._kept
        self.lock()
        if kept is not None:
            kept.process.end()

    def ended(self, process: LastingProcess, status: int) -> None:
        """A process has ended by itself: if it kept the key unlocked, it does no longer."""
        with self._lock:
            if self._kept is None or self._kept.process is not process:
                return
            self._kept, self.why_ended = None, ""
            with contextlib.suppress(ValueError):
                self.why_ended = WHY_ENDED.get(Ending(status), "")
        self.on_changed()

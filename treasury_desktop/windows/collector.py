"""Garbage is collected on the GUI thread, between two turns of its loop, and nowhere else.

Python collects cycles wherever an allocation happens to cross a threshold: in a worker thread, or
in the middle of a paint event. If the cycle holds a widget, a timer or a signal's receiver, Qt then
destroys it in the wrong thread or under its own feet, and the process dies without a sentence.

Looking through hundreds of thousands of objects would keep the window from answering for a tenth of
a second. So many at once are modules being loaded, or a large transaction: they are set aside
unseen. They still go when nobody refers to them any more; only cycles among them stay.
"""

import gc
from typing import ClassVar, Final

from PySide6.QtCore import QObject, Qt, QTimer

INTERVAL_MS: Final = 10_000
WHOLE_EVERY: Final = 6
"""Every sixth time the oldest generation too: once a minute."""
MOST_NEW: Final = 50_000
"""Objects to look through in one turn: some 20 ms."""


class Collector(QObject):
    """Takes collecting over from the interpreter until the last one is stopped."""

    _working: ClassVar[int] = 0
    _was_enabled: ClassVar[bool] = True

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if not Collector._working:
            Collector._was_enabled = gc.isenabled()
            gc.disable()
        Collector._working += 1
        self._turns = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(self._on_turn)
        self._timer.start()

    def stop(self) -> None:
        """Gives collecting back to the interpreter, if it had it."""
        if self._timer.isActive():
            self._timer.stop()
            Collector._working -= 1
            if not Collector._working and Collector._was_enabled:
                gc.enable()

    def _on_turn(self) -> None:
        self._turns += 1
        if gc.get_count()[0] > MOST_NEW:
            gc.freeze()
            return
        gc.collect(2 if self._turns % WHOLE_EVERY == 0 else 1)

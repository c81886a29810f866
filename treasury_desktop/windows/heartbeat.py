"""How long the GUI thread was ever kept from answering: used by the tour and the benchmarks only.

A timer due every few milliseconds is late exactly when the thread was blocked. It wakes the process
a hundred times a second, so it never runs in ordinary use.
"""

from time import perf_counter_ns
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_MS: Final = 10


class Heartbeat(QObject):
    """Measures the longest stretch between two turns of the event loop."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last = 0
        self._longest = 0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._on_beat)

    def start(self) -> None:
        """Forgets earlier measures and begins."""
        self._last = perf_counter_ns()
        self._longest = 0
        self._timer.start()

    def pause(self) -> None:
        """Stops counting, for work of the measurer's own."""
        if self._timer.isActive():
            self._on_beat()
            self._timer.stop()

    def go_on(self) -> None:
        """Counts again from now."""
        self._last = perf_counter_ns()
        self._timer.start()

    def stop(self) -> int:
        """Ends, and returns the longest block in milliseconds."""
        self.pause()
        return self.longest_ms

    @property
    def longest_ms(self) -> int:
        """The longest block since `start`, in milliseconds beyond the beat itself."""
        return max(0, self._longest // 1_000_000 - BEAT_MS)

    def _on_beat(self) -> None:
        now = perf_counter_ns()
        self._longest = max(self._longest, now - self._last)
        self._last = now

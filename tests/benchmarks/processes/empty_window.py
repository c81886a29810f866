"""The peer of our window: an empty QMainWindow. Says when it was painted, ends with its input.

With `heartbeat SECONDS` it also says how long its event loop was ever blocked.
"""

import json
import sys
import time

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow


class FirstPaint(QObject):
    """Says once when the window has been painted."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._modules: list[str] = []
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        """Waits for the first paint event, and for it to be over."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            self._modules = sorted(sys.modules)
            QTimer.singleShot(0, self, self.say)
        return False

    def say(self) -> None:
        """One line of JSON; the clock is the one that all processes share."""
        told = {"painted_at": time.monotonic(), "modules": self._modules}
        print(json.dumps(told), flush=True)  # noqa: T201  the answer


def beat(window: QMainWindow, milliseconds: int) -> None:
    """Says how long the event loop was ever blocked within this time."""
    from treasury_desktop.windows.heartbeat import Heartbeat  # noqa: PLC0415  only when asked

    heartbeat = Heartbeat(window)
    heartbeat.start()
    QTimer.singleShot(milliseconds, lambda: print(heartbeat.stop(), flush=True))  # noqa: T201


if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = QMainWindow()
    window.resize(1280, 800)
    paint = FirstPaint(window)
    end = QSocketNotifier(0, QSocketNotifier.Type.Read)
    end.activated.connect(application.quit)
    window.show()
    if sys.argv[1:2] == ["heartbeat"]:
        QTimer.singleShot(500, lambda: beat(window, int(float(sys.argv[2]) * 1000)))
    sys.exit(application.exec())

"""Our window on a kept workspace, as `treasury-desktop open` shows it, with no node to ask.

`desk_window.py FOLDER` says when its frame was painted and what was imported by then, and when the
Overview stood in it with its figures. With a URL it then
refreshes from that node and shows every page, and says how long its event loop was ever blocked.
"""

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer

from treasury_desktop.application.window import DeskWindow, started_application

if TYPE_CHECKING:
    from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.windows.heartbeat import Heartbeat

PAGE_MILLISECONDS = 700
"""How long each page stays: enough to be built, laid out, painted and filled by its errands."""
PAGES = ("holdings", "strategies", "pools", "deploy", "queue", "movements", "keys", "settings")


class FirstPaint(QObject):
    """Says once when the window has been painted, then lets what follows begin."""

    def __init__(self, desk_window: DeskWindow, *, then_busy: bool) -> None:
        super().__init__(desk_window)
        self._desk_window = desk_window
        self._then_busy = then_busy
        self._modules: list[str] = []
        desk_window.window.installEventFilter(self)

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
        self._desk_window.opened.connect(self._on_opened)

    def _on_opened(self) -> None:
        self._desk_window.window.repaint()
        QTimer.singleShot(0, self, self._say_filled)

    def _say_filled(self) -> None:
        told = {"filled_at": time.monotonic()}
        print(json.dumps(told), flush=True)  # noqa: T201  the answer
        if self._then_busy:
            Work(self._desk_window).begin()


class Work(QObject):
    """A refresh, then every page twice (built, shown again); says the longest block of each."""

    def __init__(self, desk_window: DeskWindow) -> None:
        super().__init__(desk_window)
        self._desk_window = desk_window
        self._heartbeat = Heartbeat(self)
        self._pages = ["overview", *PAGES, "overview", *PAGES]
        self._told: dict[str, int] = {}

    def begin(self) -> None:
        """Refreshes as F5 does."""
        self._desk_window.session.refresh_ended.connect(self._on_refreshed)
        self._heartbeat.start()
        self._desk_window.session.ask_refresh()

    def _on_refreshed(self) -> None:
        QTimer.singleShot(PAGE_MILLISECONDS, self._next_page)
        self._shown = "refresh"

    def _next_page(self) -> None:
        self._told[self._shown] = max(self._heartbeat.stop(), self._told.get(self._shown, 0))
        if not self._pages:
            print(json.dumps(self._told), flush=True)  # noqa: T201  the answer
            return
        self._shown = self._pages.pop(0)
        self._heartbeat.start()
        self._desk_window.show(self._shown)
        QTimer.singleShot(PAGE_MILLISECONDS, self._next_page)


def opened_desk(folder: Path, urls: list[str]) -> "OpenDesk":
    """The desk behind the window, loaded once the frame is painted."""
    from treasury_desktop.application.open_desk import OpenDesk  # noqa: PLC0415  once painted
    from treasury_desktop.treasury.workspace import Endpoint  # noqa: PLC0415  once painted

    endpoints = tuple(Endpoint(name="local node", url=url) for url in urls)
    return OpenDesk(folder, endpoints=endpoints)


def main() -> int:
    """Shows the window until standard input ends."""
    application = started_application()
    urls = sys.argv[2:]
    desk_window = DeskWindow(lambda: opened_desk(Path(sys.argv[1]), urls))
    paint = FirstPaint(desk_window, then_busy=bool(urls))
    paint.setObjectName("first paint")
    end = QSocketNotifier(0, QSocketNotifier.Type.Read)
    end.activated.connect(desk_window.window.close)
    desk_window.window.closed.connect(application.quit)
    application.setQuitOnLastWindowClosed(False)
    desk_window.window.show()
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())

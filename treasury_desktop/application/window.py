"""The window of one desk: builds it, connects pages, session and errands, and closes it cleanly."""

import logging
import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QSettings, QTimer
from PySide6.QtWidgets import QApplication

from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.pages import Pages
from treasury_desktop.desk.refresh_treasury import Refreshed
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.viewmodels.status import status_parts
from treasury_desktop.windows.collector import Collector
from treasury_desktop.windows.errands import Done, Errands, Failed, Finished
from treasury_desktop.windows.look.style import Preference, look
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusPart

STATUS_MILLISECONDS = 30_000
LOOK_SETTING = "look"
NO_DISPLAY = "There is no display here. To see the whole job as pictures, run: "

_log = logging.getLogger(__name__)


class DeskWindow(QObject):
    """A desk with its session, errands and main window, wired together.

    The window opens from the store, offline; the first refresh follows once it is painted.
    """

    def __init__(self, desk: OpenDesk, *, settings: QSettings | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.session = Session(self)
        self.errands = Errands(self)
        self._load_from_store()
        self._settings = settings
        pages = Pages(desk, self.session, self.errands, self.show, self._remember_look)
        self.window = MainWindow(
            pages.all(), self.session, self.errands, settings=settings, opens_late=True
        )
        self.window.show_treasury_name(desk.workspace.name)
        self._collector = Collector(self)
        self._clock = QTimer(self)
        self._clock.setInterval(STATUS_MILLISECONDS)
        self._connect()
        self._show_status()
        self._show_badges()
        for sentence in desk.troubles:
            self.window.show_notice(sentence, "advice")

    def _load_from_store(self) -> None:
        snapshot = self.desk.snapshot()
        if snapshot is not None:
            self.session.take_snapshot(snapshot)
        self.session.take_queue(self.desk.queue())

    def _connect(self) -> None:
        self.session.refresh_asked.connect(self.on_refresh_asked)
        for change in (
            self.session.snapshot_arrived,
            self.session.chain_status_changed,
            self.session.refresh_ended,
        ):
            change.connect(self._show_status)
        self.session.queue_changed.connect(self._show_badges)
        self.errands.failed_unexpectedly.connect(self.on_failed_unexpectedly)
        self._clock.timeout.connect(self._show_status)
        self._clock.start()
        self.window.closed.connect(self.on_closed)

    def on_refresh_asked(self) -> None:
        """Reads the treasury in an errand."""
        self.errands.look("refresh", lambda _: self.desk.refresh(), self._on_refreshed)

    def _on_refreshed(self, outcome: Done[Refreshed] | Failed) -> None:
        self.session.end_refresh()
        if isinstance(outcome, Failed):
            self.session.chain_failed(outcome.sentence, self.desk.now())
            return
        self.session.chain_answered()
        self.session.take_snapshot(outcome.value.snapshot)
        self.session.take_queue(outcome.value.queue)

    def on_failed_unexpectedly(self, finished: Finished) -> None:
        """A bug of ours: say so, keep what works, sign nothing more."""
        _log.error("errand %s failed unexpectedly", finished.name)
        outcome = finished.outcome
        if isinstance(outcome, Failed):
            self.window.show_notice(outcome.sentence, "danger")

    def on_closed(self) -> None:
        """Everything has ended; the store may be closed."""
        self._clock.stop()
        self._collector.stop()
        self.desk.close()

    def _show_status(self) -> None:
        parts = status_parts(
            self.session.snapshot,
            self.desk.now(),
            trouble=self.session.chain_trouble,
            is_refreshing=self.session.is_refreshing,
        )
        self.window.show_status(
            [StatusPart(text=part.text, kind=part.kind, tooltip=part.tooltip) for part in parts]
        )

    def _show_badges(self) -> None:
        waiting = sum(queued.state not in FINAL for queued in self.session.queue)
        self.window.show_badge("queue", str(waiting) if waiting else "")

    def _remember_look(self, preference: object) -> None:
        if self._settings is not None:
            self._settings.setValue(LOOK_SETTING, preference)

    def show(self, key: str) -> None:
        """Shows a page by its key."""
        self.window.show_page(key)


def open_workspace(folder: Path) -> int:
    """Opens a workspace folder in a window and runs until it is closed; the exit status."""
    if not has_display():
        sys.stderr.write(f"{NO_DISPLAY}treasury-desktop demo --tour DIR\n")
        return 2
    application = started_application()
    desk_window = DeskWindow(OpenDesk(folder), settings=QSettings())
    return run(application, desk_window)


def run(application: QApplication, desk_window: DeskWindow) -> int:
    """Shows the window, refreshes once it is painted, and runs until it is closed."""
    desk_window.window.closed.connect(application.quit)
    application.setQuitOnLastWindowClosed(False)
    desk_window.window.show()
    QTimer.singleShot(0, desk_window.session.ask_refresh)
    return application.exec()


def started_application() -> QApplication:
    """The Qt application, dressed; Ctrl+C in the terminal ends it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    application = QApplication(sys.argv[:1])
    application.setOrganizationName("treasury-desktop")
    application.setApplicationName("Treasury")
    look().dress(application, _remembered_look())
    return application


def _remembered_look() -> Preference:
    match QSettings().value(LOOK_SETTING):
        case "light":
            return "light"
        case "dark":
            return "dark"
        case _:
            return "system"


def has_display() -> bool:
    """Whether a window can be shown: always on macOS and Windows, by the session elsewhere."""
    if sys.platform in ("darwin", "win32"):
        return True
    wanted = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return any(os.environ.get(name) for name in wanted)

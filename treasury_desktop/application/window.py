"""The window of one desk: a frame at once, then the desk in it, and a clean end."""

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from treasury_desktop.application.crashes import Crashes
from treasury_desktop.application.pages import Pages
from treasury_desktop.application.remembered import Remembered, remembered
from treasury_desktop.errors import TreasuryError
from treasury_desktop.windows.collector import Collector
from treasury_desktop.windows.errands import (
    Done,
    Errands,
    Failed,
    Finished,
    is_anything_given_up,
)
from treasury_desktop.windows.look.style import Preference, look
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.qt_settings import read_no_settings_of_qt
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusPart

if TYPE_CHECKING:  # the frame is painted before any of these rooms is entered
    from collections.abc import Callable

    from treasury_desktop.application.beginning import Beginning
    from treasury_desktop.application.open_desk import OpenDesk
    from treasury_desktop.desk.refresh_treasury import Refreshed
    from treasury_desktop.windows.unlocking import ShownUnlocking

STATUS_MILLISECONDS = 30_000
SECONDS_BETWEEN_REFRESHES = 300
SETTLED_MILLISECONDS = 1_000
"""After opening: the first page stands, and the first refresh is under way."""
SECONDS_BETWEEN_THREADS = 0.0005
"""How long a busy thread keeps the others waiting. A paint asks for the interpreter some hundred
times: with Python's own 5 ms a review in the background would hold up the window for as long."""
NO_DISPLAY = "There is no display here. To see the whole job as pictures, run: "


class DeskWindow(QObject):
    """A desk with its session, errands and main window, wired together.

    The frame is shown first; `open` then loads the desk and shows what it keeps, without any
    network. `whose` tells two desks of one treasury apart; `begins` answers what begins the
    workspace where there is none to open yet.
    Signals: `opened` once the desk is in the window; not where it cannot be opened.
    """

    opened = Signal()

    def __init__(
        self,
        open_desk: "Callable[[], OpenDesk]",
        *,
        remembers: Remembered | None = None,
        whose: str = "",
        begins: "Callable[[], Beginning | None]" = lambda: None,
    ) -> None:
        super().__init__()
        self._open_desk = open_desk
        self._begins = begins
        self._beginning: Beginning | None = None
        self._whose = whose
        self._desk: OpenDesk | None = None
        self._is_tried = False
        self.session = Session(self)
        self.errands = Errands(self)
        self._remembers = remembers
        self._pages = Pages(self.session, self.errands, self.show_next, self._remember_look)
        self.window = MainWindow(
            self._pages.all(), self.session, self.errands, remembers=remembers, opens_late=True
        )
        self._collector = Collector(self)
        self._unlocking: ShownUnlocking | None = None
        self._clock = QTimer(self)
        self._clock.setInterval(STATUS_MILLISECONDS)
        self.window.painted.connect(self.open)
        self.window.closed.connect(self.on_closed)
        self.errands.failed_unexpectedly.connect(self.on_failed_unexpectedly)
        self.errands.stop_asked.connect(self.on_stop_asked)
        self.errands.closing.connect(self.on_closing)
        self.errands.acts_ended.connect(self.on_acts_ended)

    @property
    def desk(self) -> "OpenDesk":
        """The open desk."""
        if self._desk is None:
            raise RuntimeError("the desk is not open")
        return self._desk

    def open(self) -> None:
        """Opens the desk and shows it, or says in the window why that is impossible; once only."""
        if self._is_tried:
            return
        self._is_tried = True
        self._beginning = self._begins()
        if self._beginning is not None:
            self._begin(self._beginning)
            return
        try:
            self._desk = self._open_desk()
            self._load_from_store()
        except TreasuryError as failure:
            self._say_not_opened(failure.sentence)
            return
        self._pages.serve(self._desk)
        self._connect()
        self.window.show_treasury_name(self._desk.workspace.name, whose=self._whose)
        self._show_status()
        self._show_badges()
        if troubles := self._desk.troubles:
            self.window.show_notice(" ".join(troubles), "advice")
        self.window.open_first_page()
        self.errands.look("records", lambda _: self.desk.examine_records(), self._on_examined)
        self.opened.emit()

    def _begin(self, beginning: "Beginning") -> None:
        """The page that begins a workspace; the desk opens once it is written."""
        from treasury_desktop.windows.beginning.page import (  # noqa: PLC0415  for the first start
            BeginningPage,
        )

        page = BeginningPage(self.errands, beginning)
        page.created.connect(self._on_begun)
        self.window.show_alone("New treasury", page)

    def _on_begun(self) -> None:
        self._is_tried = False
        self.open()

    def _on_examined(self, outcome: "Done[tuple[str, ...]] | Failed") -> None:
        """What a look at all records found, behind what was known when they were opened."""
        found = (outcome.sentence,) if isinstance(outcome, Failed) else outcome.value
        if found:
            self.window.show_notice(" ".join((*self.desk.troubles, *found)), "advice")

    def _say_not_opened(self, sentence: str) -> None:
        from treasury_desktop.windows.not_open import not_open_pane  # noqa: PLC0415  if it fails

        self.window.show_instead("Not open", not_open_pane(sentence))

    def _load_from_store(self) -> None:
        snapshot = self.desk.snapshot()
        if snapshot is not None:
            self.session.take_snapshot(snapshot)
        self.session.take_queue(self.desk.queue())

    def _connect(self) -> None:
        from treasury_desktop.windows.unlocking import ShownUnlocking  # noqa: PLC0415  once open

        self._unlocking = ShownUnlocking(self.window, self.desk.unlocking)
        self.session.refresh_asked.connect(self.on_refresh_asked)
        for change in (
            self.session.snapshot_arrived,
            self.session.chain_status_changed,
            self.session.refresh_ended,
        ):
            change.connect(self._show_status)
        self.session.queue_changed.connect(self._show_badges)
        QTimer.singleShot(SETTLED_MILLISECONDS, self, self._load_ahead)
        self._clock.timeout.connect(self._on_tick)
        self._clock.start()

    def _on_tick(self) -> None:
        """Shows how old the figures are, and reads them anew before they are too old to judge by.

        A node that did not answer is left alone until the person asks again.
        """
        self._show_status()
        snapshot = self.session.snapshot
        if snapshot is None or self.session.chain_trouble or not self.desk.workspace.endpoints:
            return
        is_old = self.desk.now() - snapshot.block.timestamp >= SECONDS_BETWEEN_REFRESHES
        if is_old and not self.errands.is_busy:
            self.session.ask_refresh()

    def on_refresh_asked(self) -> None:
        """Reads the treasury in an errand."""
        self.errands.look("refresh", lambda _: self.desk.refresh(), self._on_refreshed)

    def _on_refreshed(self, outcome: "Done[Refreshed] | Failed") -> None:
        self.session.end_refresh()
        if isinstance(outcome, Failed):
            self.session.chain_failed(outcome.sentence, self.desk.now())
            return
        self.session.chain_answered()
        self.session.take_snapshot(outcome.value.snapshot)
        self.session.take_queue(outcome.value.queue)
        if outcome.value.remark:
            self.window.show_notice(outcome.value.remark, "advice")

    def on_failed_unexpectedly(self, finished: Finished) -> None:
        """A bug of ours in an errand: the same page as for any other."""
        if isinstance(finished.outcome, Failed):
            from treasury_desktop.application.crashes import (  # noqa: PLC0415  hopefully never
                report_of,
            )

            self.show_crash(report_of(finished.outcome.error, doing=finished.name))

    def show_crash(self, report: str) -> None:
        """Shows a report of our own bug, and stops signing until the program is started again."""
        from treasury_desktop.viewmodels.bug_report import (  # noqa: PLC0415  hopefully never
            WHY_NO_SIGNING,
        )
        from treasury_desktop.windows.crash_page import CrashPage  # noqa: PLC0415  as above

        if self.session.why_no_signing:
            return
        self.session.stop_signing(WHY_NO_SIGNING)
        if self._desk is not None:
            self._desk.keys.stop_signing(WHY_NO_SIGNING)
        page = CrashPage(report)
        page.end_asked.connect(self.window.close)
        self.window.show_instead("A fault", page)

    def on_stop_asked(self, act: object) -> None:
        """An act is to stop: if it waits for a passphrase or a receipt, it waits no longer."""
        from treasury_desktop.windows.actions import KEY_ACTS  # noqa: PLC0415  once open
        from treasury_desktop.windows.actions_of_service import SERVICE_ACTS  # noqa: PLC0415  same

        if self._desk is not None and act in KEY_ACTS:
            self._desk.keys.end_acts()
        if self._desk is not None and act in SERVICE_ACTS:
            self._desk.stop_service()

    def on_closing(self) -> None:
        """Nothing is signed any more; whoever waits for a passphrase hears that at once."""
        if self._desk is not None:
            self._desk.keys.stop_signing("The window was closed; nothing was signed.")
            self._desk.keys.end_acts()
            self._desk.stop_service()

    def on_acts_ended(self) -> None:
        """Only looks are left, and nobody waits for what a node answers them."""
        if self._desk is not None:
            self._desk.hang_up()
        if self._beginning is not None:
            self._beginning.hang_up()

    def on_closed(self) -> None:
        """Everything has ended; the store may be closed."""
        self._clock.stop()
        self._collector.stop()
        if self._unlocking is not None:
            self._unlocking.close()
        if self._desk is not None:
            self._desk.close()

    def _show_status(self) -> None:
        from treasury_desktop.viewmodels.status import status_parts  # noqa: PLC0415  once open

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
        from treasury_desktop.safes.lifecycle import FINAL  # noqa: PLC0415  once open

        waiting = sum(queued.state not in FINAL for queued in self.session.queue)
        self.window.show_badge("queue", str(waiting) if waiting else "")

    def _remember_look(self, preference: object) -> None:
        if self._remembers is not None:
            self._remembers.keep_look(str(preference))

    def show(self, key: str) -> None:
        """Shows a page by its key."""
        self.window.show_page(key)

    def show_next(self, key: str) -> None:
        """Shows a page in the next turn of the event loop: building one is work enough for it."""
        QTimer.singleShot(0, self, lambda: self.show(key))

    def _load_ahead(self) -> None:
        """One page's code in each turn of the loop."""
        if self._pages.load_next():
            QTimer.singleShot(0, self, self._load_ahead)


def open_workspace(folder: Path) -> int:
    """Opens a workspace folder in a window and runs until it is closed; the exit status."""
    if not has_display():
        sys.stderr.write(f"{NO_DISPLAY}treasury-desktop demo --tour DIR\n")
        return 2
    kept = remembered()
    application = started_application(kept.look)

    def open_desk() -> "OpenDesk":
        from treasury_desktop.application.open_desk import OpenDesk  # noqa: PLC0415  once painted

        return OpenDesk(folder)

    def begins() -> "Beginning | None":
        from treasury_desktop.application.beginning import beginning_of  # noqa: PLC0415  as above

        return beginning_of(folder)

    return run(application, DeskWindow(open_desk, remembers=kept, begins=begins))


def run(application: QApplication, desk_window: DeskWindow) -> int:
    """Shows the window, refreshes once the desk is open, and runs until it is closed."""
    crashes = Crashes(application)
    crashes.install()
    crashes.show_in(desk_window.show_crash)
    desk_window.window.closed.connect(application.quit)
    application.setQuitOnLastWindowClosed(False)
    desk_window.opened.connect(desk_window.session.ask_refresh)
    desk_window.window.show()
    return left(application.exec())


def left(status: int) -> int:
    """The exit status; where a thread hangs in the system, the process ends here and now."""
    if is_anything_given_up():
        sys.stderr.flush()
        os._exit(status)
    return status


def started_application(wanted: str = "system") -> QApplication:
    """The Qt application in the wanted look; Ctrl+C in the terminal ends it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    sys.setswitchinterval(SECONDS_BETWEEN_THREADS)
    read_no_settings_of_qt()
    application = QApplication(sys.argv[:1])
    application.setOrganizationName("treasury-desktop")
    application.setApplicationName("Treasury")
    look().dress(application, _preference(wanted))
    return application


def _preference(wanted: str) -> Preference:
    match wanted:
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

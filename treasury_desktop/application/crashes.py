"""The program's one excepthook: a bug of ours becomes a page, a report and a stop to signing."""

import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, qVersion
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from treasury_desktop.windows.crash_page import CrashPage

CRASHED = 70
"""Exit status where a bug left no window to go on with (EX_SOFTWARE of sysexits.h)."""


class Crashes(QObject):
    """Hears of every exception nobody caught, on any thread, and shows the first one.

    A later one changes nothing in sight: a fault in painting would otherwise come at every turn.
    """

    _met = Signal(object)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._show_in_window: Callable[[str], None] | None = None
        self.report = ""
        self._alone: CrashPage | None = None
        # Queued: widgets are never built in the middle of a paint event, nor on another thread.
        self._met.connect(self._on_met, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From now on."""
        sys.excepthook = self._on_exception
        threading.excepthook = lambda hook: self.met(hook.exc_value)

    def show_in(self, show: Callable[[str], None]) -> None:
        """There is a window now that can show a report itself."""
        self._show_in_window = show

    def met(self, error: BaseException | None) -> None:
        """An error that is our bug; safe on any thread."""
        if error is None or isinstance(error, KeyboardInterrupt):
            return
        report = report_of(error)
        sys.stderr.write(report)
        self._met.emit(report)

    def _on_exception(
        self,
        _kind: type[BaseException],
        error: BaseException,
        _traceback: TracebackType | None,
    ) -> None:
        self.met(error)

    def _on_met(self, report: str) -> None:
        if self.report:
            return
        self.report = report
        if self._show_in_window is not None:
            self._show_in_window(report)
            return
        from treasury_desktop.windows.crash_page import CrashPage  # noqa: PLC0415  hopefully never

        self._alone = CrashPage(report)
        self._alone.end_asked.connect(lambda: self._application.exit(CRASHED))
        self._alone.show()


def report_of(error: BaseException, *, doing: str = "") -> str:
    """What is said of this error; `doing` is the name of an errand, if it was one."""
    import platform  # noqa: PLC0415  hopefully never

    from treasury_desktop import __version__  # noqa: PLC0415  as above
    from treasury_desktop.viewmodels.bug_report import Program, bug_report  # noqa: PLC0415  as above

    program = Program(
        version=__version__,
        python=platform.python_version(),
        qt=qVersion(),
        system=f"{platform.system()} {platform.machine()}",
    )
    return bug_report(error, program, doing=doing)

"""Who wears the style sheet: the application, and parts of a window that are dressed alone.

A new sheet for the whole application makes Qt look at every widget there is, pages out of sight
too: 150 ms and more once all are built. So after the first one the parts of a window wear the new
sheet themselves, those in sight at once and the others one in each turn of the event loop.
"""

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget


class Parts(QObject):
    """The sheet in use and everything that has to wear it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._application: QApplication | None = None
        self._first_sheet = ""
        self._sheet = ""
        self._parts: list[QWidget] = []
        self._waiting: list[QWidget] = []

    def dress(self, application: QApplication, sheet: str) -> None:
        """The application wears this sheet; so does whatever is made from now on."""
        self._application = application
        self._first_sheet = self._sheet = sheet
        for part in self._living():
            part.setStyleSheet("")
        application.setStyleSheet("")  # replacing one sheet by another costs five times as much
        application.setStyleSheet(sheet)

    def add(self, part: QWidget) -> None:
        """A part of a window that is dressed alone from now on, and at once."""
        self._parts = [*self._living(), part]
        self._put_on(part)

    def change(self, sheet: str) -> None:
        """Another sheet: worn at once by everything in sight, soon by everything else."""
        parts = self._living()
        if self._application is None:
            return
        if not parts:
            self.dress(self._application, sheet)
            return
        self._sheet = sheet
        for part in (*parts, *_windows_without(parts)):
            if part.isVisible():
                self._put_on(part)
            else:
                self._waiting.append(part)
        QTimer.singleShot(0, self, self._dress_next)

    def dress_now(self, part: QWidget) -> None:
        """A part that is about to be seen does not wait for its turn."""
        self._put_on(part)

    def _dress_next(self) -> None:
        if not self._waiting:
            return
        part = self._waiting.pop()
        if shiboken6.isValid(part):
            self._put_on(part)
        QTimer.singleShot(0, self, self._dress_next)

    def _put_on(self, part: QWidget) -> None:
        wanted = "" if self._sheet == self._first_sheet else self._sheet
        if part.styleSheet() != wanted:
            part.setStyleSheet(wanted)

    def _living(self) -> list[QWidget]:
        return [part for part in self._parts if shiboken6.isValid(part)]


def _windows_without(parts: list[QWidget]) -> list[QWidget]:
    """Windows of their own that no part belongs to; one with a parent wears what that wears."""
    windows = (top for top in QApplication.topLevelWidgets() if top.parentWidget() is None)
    return [top for top in windows if not any(top.isAncestorOf(part) for part in parts)]

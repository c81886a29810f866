"""Hands and eyes of the tour: waits, presses, types and takes pictures of a real window."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit

from treasury_desktop.application.window import DeskWindow
from treasury_desktop.errors import TreasuryError
from treasury_desktop.windows.heartbeat import Heartbeat
from treasury_desktop.windows.look.style import look

LOOKS_A_SECOND = 50
SETTLING_MILLISECONDS = 250


class StepFailed(TreasuryError):  # noqa: N818  named like the errors it stands among
    """A step of the tour did not lead where it should."""


class Driver:
    """Drives one desk's window as a person would."""

    def __init__(
        self, desk_window: DeskWindow, heartbeat: Heartbeat, folder: Path, pictures: list[str]
    ) -> None:
        self.desk_window = desk_window
        self._heartbeat = heartbeat
        self._folder = folder
        self._pictures = pictures

    def wait_until(self, what: str, is_so: Callable[[], bool], seconds: float = 60) -> None:
        """Lets the window live until something is so; StepFailed after `seconds`."""
        end = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > end:
                raise StepFailed(f"waited {seconds:.0f} s in vain for: {what}")
            let_live(1000 // LOOKS_A_SECOND)

    def show(self, page: str) -> None:
        """Shows a page and lets it settle."""
        self.desk_window.show(page)
        let_live(SETTLING_MILLISECONDS)

    def press(self, button: QAbstractButton) -> None:
        """Presses a button once it can be pressed; the reason it cannot is in the failure."""
        self.wait_until(
            f"the button {button.text()!r}, which says: {button.toolTip()}", button.isEnabled, 10
        )
        button.click()

    def type_into(self, field: QLineEdit, text: str) -> None:
        """Types a text into a field, key by key."""
        field.clear()
        QTest.keyClicks(field, text)

    def photograph(self, name: str) -> None:
        """A picture of the window in light and in dark."""
        for preference in ("light", "dark"):
            look().prefer(preference)
            let_live(SETTLING_MILLISECONDS)
            path = self.next_picture(f"{name}-{preference}")
            with self.uncounted():
                if not self.desk_window.window.grab().save(str(path)):
                    raise StepFailed(f"the picture {path.name} could not be written")
        look().prefer("light")

    def next_picture(self, name: str) -> Path:
        """Where the next numbered picture goes; it is listed in tour.json."""
        picture = f"{len(self._pictures) + 1:02d}-{name}.png"
        self._pictures.append(picture)
        return self._folder / picture

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Work of the tour's own, which no person's window does: not counted as a block."""
        self._heartbeat.pause()
        try:
            yield
        finally:
            self._heartbeat.go_on()


def let_live(milliseconds: int) -> None:
    """Lets the window's own event loop run for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()

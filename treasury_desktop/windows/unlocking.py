"""A key that is unlocked, as the window shows it: a line above every page, and ways to lock it."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut

from treasury_desktop.viewmodels.unlocking import locked_text, unlocked_text
from treasury_desktop.windows.actions_of_unlocking import Unlocking
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.widgets.notice import NoticeLine

TICK_MS: Final = 1000
LOCK_KEYS: Final = "Ctrl+Shift+L"
NOTHING_UNLOCKED: Final = "No key is unlocked."


class ShownUnlocking(QObject):
    """Shows which key is unlocked while one is; locks it when the window is minimised.

    The clock in the line runs only while there is one; when the time is over is decided elsewhere.
    """

    _changed = Signal()

    def __init__(self, window: MainWindow, unlocking: Unlocking) -> None:
        super().__init__(window)
        self._window = window
        self._unlocking = unlocking
        self._label = ""
        self.line: NoticeLine | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._show_time)
        self._changed.connect(self._show)
        shortcut = QShortcut(QKeySequence(LOCK_KEYS), window)
        shortcut.activated.connect(self.lock)
        window.installEventFilter(self)
        unlocking.listen(self._changed.emit)

    def close(self) -> None:
        """Nobody is told any more: the window goes."""
        self._unlocking.listen(lambda: None)
        self._tick.stop()

    def lock(self) -> None:
        """Locks the key, or says that none is unlocked."""
        if self._unlocking.unlocked() is None:
            self._window.show_toast(NOTHING_UNLOCKED)
        self._unlocking.lock()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whoever minimises the window looks elsewhere: the key is locked."""
        if event.type() == QEvent.Type.WindowStateChange and self._window.isMinimized():
            self._unlocking.lock()
        return super().eventFilter(watched, event)

    def _show(self) -> None:
        key = self._unlocking.unlocked()
        if key is None:
            self._tick.stop()
            if self.line is not None:
                self.line.say("")
            if self._label:
                said = locked_text(self._label, self._unlocking.why_ended())
                self._window.show_toast(said)
            self._label = ""
            return
        self._label = key.label
        if self.line is None:
            self.line = NoticeLine()
            self._window.put_above_pages(self.line)
        said = unlocked_text(key.label, key.seconds_left)
        self.line.say(said, "advice", action="Lock now", on_action=self.lock)
        self._tick.start()

    def _show_time(self) -> None:
        key = self._unlocking.unlocked()
        if key is not None and self.line is not None:
            self.line.say_anew(unlocked_text(key.label, key.seconds_left))

"""The way back from a page that stands under another one: a button, Esc and Alt+Left."""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QWidget

from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import button_text, plain_tooltip

KEYS = ("Esc", "Alt+Left")


class WayBack(QPushButton):
    """Leads back; its keys work while it is in sight."""

    def __init__(self, words: str = "Back to the queue", parent: QWidget | None = None) -> None:
        super().__init__(icon("arrow-left"), button_text(words), parent)
        self.setIconSize(spaced())
        set_variant(self, role="ghost")
        plain_tooltip(self, " or ".join(KEYS))
        for keys in KEYS:
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(self.click)

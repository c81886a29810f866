"""A button that puts one exact text on the clipboard and says that it did."""

from PySide6.QtCore import QSize, QTimer
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import plain_tooltip

_SAID_FOR_MS = 1500


class CopyButton(QToolButton):
    """Copies its text; a check mark shows for a moment. Never use it for secrets."""

    def __init__(self, text: str = "", what: str = "this", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = text
        set_variant(self, role="ghost")
        self.setIconSize(QSize(tokens.ICON_SMALL, tokens.ICON_SMALL))
        self.setAccessibleName(f"Copy {what}")
        plain_tooltip(self, f"Copy {what}")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAID_FOR_MS)
        self._timer.timeout.connect(self._rest)
        self.clicked.connect(self._on_clicked)
        self._rest()

    def set_text_to_copy(self, text: str) -> None:
        """Changes what is copied."""
        self._text = text

    def _on_clicked(self) -> None:
        QApplication.clipboard().setText(self._text)
        self.setIcon(icon("check", "good"))
        self._timer.start()

    def _rest(self) -> None:
        self.setIcon(icon("copy", "text_quiet"))

"""How much of a budget is used: the words, and a thin bar."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label

_WIDTH = 120
_PARTS = 1000


class BudgetMeter(QWidget):
    """Shows what was used of what is allowed; a bar that is full is full."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GRID)
        self._words = plain_label(role="quiet")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setFixedWidth(_WIDTH)
        self._bar.setRange(0, _PARTS)
        row.addWidget(self._words)
        row.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_use(self, words: str, used: int, allowed: int) -> None:
        """Shows other figures; the words carry them, the bar is a picture of them."""
        self._words.setText(words)
        self._bar.setValue(_PARTS * min(used, allowed) // max(allowed, 1))
        self._bar.setAccessibleName(words)

    def text(self) -> str:
        """The words."""
        return self._words.text()

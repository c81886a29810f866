"""Where rows will be while they are loading: still shapes, no motion, no wake-ups."""

from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look

_BAR: Final = 10
_WIDTHS: Final = ((32, 14, 20), (24, 18, 16), (38, 12, 22), (28, 16, 18))
"""Per cent of the width each of a row's three bars takes."""
_STARTS: Final = (0, 46, 74)


class Skeleton(QWidget):
    """Rows of quiet bars."""

    def __init__(self, rows: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Loading")

    def sizeHint(self) -> QSize:
        """Tall enough for its rows."""
        return QSize(320, self._rows * tokens.ROW_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints three bars per row."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look().tint("line", per_cent=60)
        for row in range(self._rows):
            top = row * tokens.ROW_HEIGHT + (tokens.ROW_HEIGHT - _BAR) / 2
            for start, width in zip(_STARTS, _WIDTHS[row % len(_WIDTHS)], strict=True):
                bar = QPainterPath()
                box = QRectF(self.width() * start / 100, top, self.width() * width / 100, _BAR)
                bar.addRoundedRect(box, _BAR / 2, _BAR / 2)
                painter.fillPath(bar, colour)
        painter.end()

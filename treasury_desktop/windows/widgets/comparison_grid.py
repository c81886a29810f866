"""A safeTxHash as a picture: four rows of eight fields, each a colour and its letter.

Cosigners compare it at a glance, over a video call or on paper. The colours are the same in light
and dark, because two people who compare rarely use the same look; the letters need no colours.
"""

from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from treasury_desktop.safes.comparison import COLUMNS, ROWS, Cell, comparison_grid, grid_text
from treasury_desktop.windows.look.style import sans
from treasury_desktop.windows.look.tokens import DARK, LIGHT, SMALL_TEXT

SIDE: Final = 20
_GAP: Final = 2
_ROUND: Final = 3
_BRIGHT: Final = 107
"""From this luma on (0–255) a dark letter stands out better than a light one."""


class ComparisonGrid(QWidget):
    """The grid of one hash; hidden until there is one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cells: tuple[tuple[Cell, ...], ...] = ()
        self.setFixedSize(COLUMNS * (SIDE + _GAP) - _GAP, ROWS * (SIDE + _GAP) - _GAP)
        self.hide()

    def show_hash(self, safe_tx_hash: bytes) -> None:
        """Draws another hash (32 bytes)."""
        self._cells = comparison_grid(safe_tx_hash)
        self.setAccessibleName("Comparison grid")
        self.setAccessibleDescription(self.text())
        self.show()
        self.update()

    def text(self) -> str:
        """The letters, a line for each row."""
        return grid_text(self._cells)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints every field with its letter."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(sans(SMALL_TEXT, QFont.Weight.DemiBold))
        for row, cells in enumerate(self._cells):
            for column, cell in enumerate(cells):
                field = QRectF(column * (SIDE + _GAP), row * (SIDE + _GAP), SIDE, SIDE)
                colour = QColor(LIGHT.series_colour(cell.colour))
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colour)
                painter.drawRoundedRect(field, _ROUND, _ROUND)
                painter.setPen(ink_on(colour))
                painter.drawText(field, Qt.AlignmentFlag.AlignCenter, cell.letter)
        painter.end()


def ink_on(colour: QColor) -> QColor:
    """The darkest or the lightest of the look's colours, whichever is read better on this one."""
    luma = (299 * colour.red() + 587 * colour.green() + 114 * colour.blue()) // 1000
    return QColor(DARK.ground if luma >= _BRIGHT else LIGHT.surface)

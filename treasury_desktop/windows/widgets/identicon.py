"""A picture of an address, drawn from a digest of its twenty bytes so that lookalikes differ."""

import hashlib
from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

_CELLS: Final = 6
_HALF: Final = _CELLS // 2
_LIGHTNESS: Final = (0.42, 0.62, 0.90)
_SATURATION: Final = (0.55, 0.50, 0.30)


class Identicon(QWidget):
    """Six by six mirrored cells in two colours.

    The same address looks the same in light and in dark: cosigners compare these pictures.
    """

    def __init__(self, raw: bytes, size: int = 28, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._digest = hashlib.sha256(raw).digest()
        self.setFixedSize(size, size)

    def show_address(self, raw: bytes) -> None:
        """Draws another address."""
        self._digest = hashlib.sha256(raw).digest()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the ground and the cells, clipped to round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), self.width() / 5, self.width() / 5)
        painter.setClipPath(frame)
        main, second, ground = self._colours()
        painter.fillRect(self.rect(), ground)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        for row in range(_CELLS):
            for column in range(_HALF):
                choice = self._digest[4 + row * _HALF + column] % 5
                if choice < 2:  # noqa: PLR2004  two cells in five carry the main colour
                    self._fill(painter, row, column, main)
                elif choice == 2:  # noqa: PLR2004  one in five the second
                    self._fill(painter, row, column, second)
        painter.end()

    def _fill(self, painter: QPainter, row: int, column: int, colour: QColor) -> None:
        cell = self.width() / _CELLS
        for each in (column, _CELLS - 1 - column):
            painter.fillRect(QRectF(each * cell, row * cell, cell + 0.5, cell + 0.5), colour)

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        hue = int.from_bytes(self._digest[0:2], "big") / 65536
        other = (hue + 0.25 + self._digest[2] / 512) % 1.0
        hues = (hue, other, hue)
        first, second, third = (
            QColor.fromHslF(h, s, light)
            for h, s, light in zip(hues, _SATURATION, _LIGHTNESS, strict=True)
        )
        return first, second, third

"""Choices, ticks and picks, drawn by us: in the colours of the look, at any scale."""

from typing import Final

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QComboBox, QRadioButton, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import paint_icon
from treasury_desktop.windows.look.style import look

_BOX: Final = 18
_GAP: Final = 10


class Choice(QComboBox):
    """A drop-down list."""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's field with our arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        colour = look().colour("text_quiet" if self.isEnabled() else "idle")
        side = tokens.ICON_SMALL
        place = QPointF(self.width() - side - 8, (self.height() - side) / 2)
        paint_icon(painter, "caret-down", QRectF(place.x(), place.y(), side, side), colour)
        painter.end()


class Tick(QCheckBox):
    """A box to tick, with plain words."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text.replace("&", "&&"), parent)
        self.setAccessibleName(text)
        self._words = text

    def sizeHint(self) -> QSize:
        """The box, a gap and the words."""
        words = self.fontMetrics().horizontalAdvance(self._words)
        return QSize(_BOX + _GAP + words + 4, max(_BOX + 4, self.fontMetrics().height() + 4))

    def hitButton(self, pos: QPoint, /) -> bool:
        """The words tick the box too."""
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Box, check mark, words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(1.5, (self.height() - _BOX) / 2 + 0.5, _BOX - 1, _BOX - 1)
        frame = QPainterPath()
        frame.addRoundedRect(box, 4, 4)
        is_on = self.isChecked() and self.isEnabled()
        painter.fillPath(frame, look().colour("accent" if is_on else "surface"))
        painter.setPen(QPen(look().colour("accent" if is_on or self.hasFocus() else "idle"), 1))
        painter.drawPath(frame)
        if self.isChecked():
            inner = box.adjusted(2, 2, -2, -2)
            paint_icon(
                painter, "check-bold", inner, look().colour("on_accent" if is_on else "idle")
            )
        painter.setPen(look().colour("text" if self.isEnabled() else "idle"))
        left = _BOX + _GAP
        words = QRect(left, 0, self.width() - left, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self._words)
        painter.end()


class Pick(QRadioButton):
    """One of several to pick from, without words of its own: they stand beside it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        """The ring and a little room."""
        return QSize(_BOX + 4, _BOX + 4)

    def hitButton(self, pos: QPoint, /) -> bool:
        """All of it picks."""
        return self.rect().contains(pos)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """A ring, and a dot in it where it is picked."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = _BOX - 2
        ring = QRectF(1.5, (self.height() - side) / 2, side, side)
        is_on = self.isChecked() and self.isEnabled()
        painter.setPen(QPen(look().colour("accent" if is_on or self.hasFocus() else "idle"), 1.5))
        painter.setBrush(look().colour("surface"))
        painter.drawEllipse(ring)
        if self.isChecked():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look().colour("accent" if is_on else "idle"))
            painter.drawEllipse(ring.adjusted(4.5, 4.5, -4.5, -4.5))
        painter.end()

"""A small picture of a price range and the present price on one line."""

from fractions import Fraction
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from treasury_desktop.viewmodels.deployment_range import RangeView
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, sans

_HEIGHT: Final = 56
_TOP: Final = 20
_BAR: Final = 22


class RangePicture(QWidget):
    """The range as a block, the present price as a line through or beside it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view: RangeView | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_range(self, view: RangeView | None) -> None:
        """Shows another range, or none."""
        self._view = view
        words = "" if view is None else f"Range {view.snapped}; {view.current}. {view.words}"
        self.setAccessibleName(words)
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as the form."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Track, range, price line and its words, from back to front."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QPainterPath()
        track.addRoundedRect(QRectF(0, _TOP, self.width(), _BAR), 4, 4)
        painter.fillPath(track, look().colour("raised"))
        view = self._view
        if view is not None:
            self._paint_range(painter, view)
            self._paint_price(painter, view)
        painter.end()

    def _paint_range(self, painter: QPainter, view: RangeView) -> None:
        left, right = self._x(view.lower_at), self._x(view.upper_at)
        if right <= left:
            return
        is_inside = view.lower_at <= view.current_at <= view.upper_at
        token: tokens.Token = "accent" if is_inside else "advice"
        box = QRectF(left, _TOP, right - left, _BAR)
        painter.fillRect(box, look().tint(token, per_cent=30))
        painter.setPen(QPen(look().colour(token), 2))
        for x in (left, right):
            painter.drawLine(QLineF(x, _TOP, x, _TOP + _BAR))

    def _paint_price(self, painter: QPainter, view: RangeView) -> None:
        x = self._x(view.current_at)
        painter.setPen(QPen(look().colour("text"), 2))
        painter.drawLine(QLineF(x, _TOP - 4, x, _TOP + _BAR + 4))
        painter.setFont(sans(tokens.CAPTION_TEXT))
        width = painter.fontMetrics().horizontalAdvance(view.current)
        at = min(max(0.0, x - width / 2), max(0.0, self.width() - float(width)))
        painter.drawText(QPointF(at, _TOP - 8), view.current)

    def _x(self, at: Fraction) -> float:
        return float(round(min(Fraction(1), max(Fraction(0), at)) * self.width()))

"""A strategy's share of the treasury on a scale that shows the advice and the limit.

Basis points stay exact until they become pixels, inside the painting only.
"""

from fractions import Fraction
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, sans

BasisPoints = int | Fraction

_BAR: Final = 12
_BAND: Final = 22
_LABELS: Final = 16
_HUNDRED: Final = 100


class ExposureBar(QWidget):
    """Existing, queued and this deployment's share, stacked; 3–5% shaded, the limit a line.

    What lies beyond the limit is drawn in the colour of refusals. A share beyond the scale ends in
    a full bar: the words beside the bar carry the figure.
    """

    def __init__(
        self,
        *,
        advised_bps: tuple[BasisPoints, BasisPoints] = (300, 500),
        limit_bps: BasisPoints = 1000,
        scale_bps: BasisPoints = 1200,
        has_labels: bool = True,
        series: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._advised = advised_bps
        self._limit = limit_bps
        self._scale = scale_bps
        self._has_labels = has_labels
        self._series = series
        self._parts: tuple[BasisPoints, BasisPoints, BasisPoints] = (0, 0, 0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_exposure(
        self,
        *,
        existing_bps: BasisPoints,
        queued_bps: BasisPoints = 0,
        this_bps: BasisPoints = 0,
        words: str = "",
    ) -> None:
        """Shows shares of the treasury in basis points; `words` say it to a screen reader."""
        self._parts = (existing_bps, queued_bps, this_bps)
        self.setAccessibleName(words)
        self.update()

    def show_scale(self, advised_bps: tuple[BasisPoints, BasisPoints], limit: BasisPoints) -> None:
        """Shows another advised band and limit, in basis points."""
        self._advised, self._limit = advised_bps, limit
        self.update()

    def sizeHint(self) -> QSize:
        """As tall as band and labels."""
        return QSize(240, _BAND + (_LABELS if self._has_labels else 0))

    def minimumSizeHint(self) -> QSize:
        """Narrow enough for a table cell."""
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Track, advised band, segments, limit, labels, from back to front."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_track(painter)
        self._paint_segments(painter)
        x = self._x(self._limit)
        painter.setPen(QPen(look().colour("block"), 2))
        painter.drawLine(QLineF(x, 0, x, _BAND))
        if self._has_labels:
            self._paint_labels(painter)
        painter.end()

    def _x(self, bps: BasisPoints) -> float:
        share = min(Fraction(1), max(Fraction(0), Fraction(bps) / Fraction(self._scale)))
        return float(round(share * self.width()))  # whole pixels: edges stay sharp

    def _bar(self, left: float, right: float) -> QRectF:
        return QRectF(left, (_BAND - _BAR) / 2, right - left, _BAR)

    def _paint_track(self, painter: QPainter) -> None:
        low, high = (self._x(edge) for edge in self._advised)
        painter.fillRect(QRectF(low, 0, high - low, _BAND), look().tint("good", per_cent=16))
        track = QPainterPath()
        track.addRoundedRect(self._bar(0, self.width()), _BAR / 2, _BAR / 2)
        line = look().colour("line")
        line.setAlphaF(0.6)
        painter.fillPath(track, line)

    def _paint_segments(self, painter: QPainter) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(self._bar(0, self.width()), _BAR / 2, _BAR / 2)
        painter.save()
        painter.setClipPath(clip)
        start: BasisPoints = 0
        for part, brush in zip(self._parts, self._brushes(), strict=True):
            self._paint_segment(painter, start, start + part, brush)
            start += part
        painter.restore()

    def _paint_segment(
        self, painter: QPainter, start: BasisPoints, end: BasisPoints, brush: QBrush
    ) -> None:
        left, right, limit = self._x(start), self._x(end), self._x(self._limit)
        if right <= left:
            return
        painter.fillRect(self._bar(left, right), look().colour("surface"))
        painter.fillRect(self._bar(left, min(right, limit)), brush)
        if right > limit:
            beyond = QBrush(look().colour("block"), brush.style())
            painter.fillRect(self._bar(max(left, limit), right), beyond)
        if start:  # one pixel apart from the part before it
            painter.fillRect(self._bar(left, left + 1), look().colour("surface"))

    def _brushes(self) -> tuple[QBrush, QBrush, QBrush]:
        """What is there, what is queued (hatched), and this deployment."""
        own = look().colour("idle") if self._series is None else look().series_colour(self._series)
        accent = QBrush(look().colour("accent"))
        return QBrush(own), QBrush(own, Qt.BrushStyle.BDiagPattern), accent

    def _paint_labels(self, painter: QPainter) -> None:
        painter.setFont(sans(tokens.CAPTION_TEXT))
        low, high = self._advised
        middle = (Fraction(low) + Fraction(high)) / 2
        advised = f"{_per_cent(low)}–{_per_cent(high)}% advised"
        self._paint_label(painter, middle, advised, look().colour("text_quiet"))
        limit = f"{_per_cent(self._limit)}% limit"
        self._paint_label(painter, self._limit, limit, look().colour("block"))

    def _paint_label(self, painter: QPainter, at: BasisPoints, text: str, colour: QColor) -> None:
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(0.0, self._x(at) - width / 2), self.width() - width)
        painter.setPen(colour)
        painter.drawText(QPointF(left, _BAND + _LABELS - 4), text)


def _per_cent(bps: BasisPoints) -> str:
    whole, rest = divmod(bps, _HUNDRED)
    return f"{whole}" if rest == 0 else f"{whole}.{int(rest):02}".rstrip("0")

"""What the treasury is made of, as one horizontal stacked bar; its legend is a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.untrusted import plain_markup

_HEIGHT: Final = 16
_GAP: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One part of the whole: its words (shown as tooltip), weight and stable colour index."""

    words: str
    weight: int | Fraction
    series: int


class AllocationBar(QWidget):
    """A stacked bar of `Share`s; the smallest part is still two pixels wide."""

    def __init__(self, shares: Sequence[Share] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: tuple[Share, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_shares(shares)

    def show_shares(self, shares: Sequence[Share]) -> None:
        """Shows these parts in this order; weights are relative to their sum."""
        self._shares = tuple(share for share in shares if share.weight > 0)
        self.setAccessibleName("; ".join(share.words for share in self._shares))
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as it gets."""
        return QSize(240, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """A short bar still tells."""
        return QSize(120, _HEIGHT)

    def event(self, event: QEvent) -> bool:
        """Shows the words of the part under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            for share, box in self._boxes():
                if box.left() <= event.pos().x() < box.right():
                    QToolTip.showText(event.globalPos(), plain_markup(share.words), self)
            return True
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the parts with hairline gaps inside round corners."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(self.rect()), _HEIGHT / 4, _HEIGHT / 4)
        painter.setClipPath(frame)
        if not self._shares:
            painter.fillRect(self.rect(), look().colour("line"))
        for share, box in self._boxes():
            painter.fillRect(box, look().series_colour(share.series))
        painter.end()

    def _boxes(self) -> list[tuple[Share, QRectF]]:
        """Where each part lies; rounding to pixels happens at shared edges, so none overlap."""
        total = Fraction(sum(share.weight for share in self._shares))
        room = self.width() - _GAP * max(0, len(self._shares) - 1)
        ends = [int(room * end / total) for end in accumulate(s.weight for s in self._shares)]
        boxes = []
        for number, (share, end) in enumerate(zip(self._shares, ends, strict=True)):
            start = ends[number - 1] if number else 0
            left = start + number * _GAP
            boxes.append((share, QRectF(left, 0, max(2, end - start), _HEIGHT)))
        return boxes

"""Two parts beside each other, or below each other where the window is narrow."""

from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QWidget

_NARROW: Final = 900
"""Pixels below which two parts of a page no longer fit beside each other."""


class SideBySide(QWidget):
    """Two widgets that share a width by their stretches, whatever their contents would like."""

    def __init__(
        self,
        first: QWidget,
        second: QWidget,
        *,
        stretches: tuple[int, int] = (1, 1),
        spacing: int = 16,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._stretches = stretches
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        for part, stretch in zip((first, second), stretches, strict=True):
            # Ignored, or one long name would push the other part aside.
            part.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._box.addWidget(part, stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chooses the direction that fits."""
        super().resizeEvent(event)
        is_narrow = self.width() < _NARROW
        way = QBoxLayout.Direction
        self._box.setDirection(way.TopToBottom if is_narrow else way.LeftToRight)
        for number, stretch in enumerate(self._stretches):
            self._box.setStretch(number, 0 if is_narrow else stretch)

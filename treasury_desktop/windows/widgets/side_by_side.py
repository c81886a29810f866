"""Two parts beside each other where both fit whole, else one below the other: nothing is cut."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLayout, QWidget

from treasury_desktop.windows.look import tokens


class SideBySide(QWidget):
    """Parts in a row, or in a column as soon as one of them would lose a digit."""

    def __init__(self, *, spacing: int = tokens.GAP, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._stretches: list[int] = []
        self._box.setSpacing(spacing)

    def add(self, part: QWidget | QLayout, stretch: int = 1) -> None:
        """Adds a part at the right or below."""
        self._stretches.append(stretch)
        if isinstance(part, QWidget):
            self._box.addWidget(part, stretch)
        else:
            self._box.addLayout(part, stretch)

    @property
    def is_beside(self) -> bool:
        """Whether the parts stand in a row."""
        return self._box.direction() == QBoxLayout.Direction.LeftToRight

    def arrange(self) -> None:
        """Chooses again; call it after a part's content changed."""
        needed = sum(self._widths()) + self._box.spacing() * (self._box.count() - 1)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        is_beside = needed <= self.width()
        self._box.setDirection(across if is_beside else down)
        for place, stretch in enumerate(self._stretches):  # in a column each is as high as it needs
            self._box.setStretch(place, stretch if is_beside else 0)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the widest part."""
        return QSize(max(self._widths(), default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Chooses by the new width."""
        super().resizeEvent(event)
        self.arrange()

    def _widths(self) -> list[int]:
        items = (self._box.itemAt(place) for place in range(self._box.count()))
        return [item.minimumSize().width() for item in items if item is not None]

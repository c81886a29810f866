"""Cards below each other that scroll together, beside something that stays."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant


class ScrollColumn(QScrollArea):
    """A column of cards with one scroll bar of its own; as wide as its widest card needs."""

    def __init__(self, *cards: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body = body = QWidget()
        set_variant(body, role="body")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID + 4)
        for card in cards:
            column.addWidget(card)
        column.addStretch(1)
        self.setWidget(body)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Another content needs another width: a scroll area does not tell its own layout so."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        """No card is ever cut at its side."""
        bar = self.verticalScrollBar().sizeHint().width()
        return QSize(self._body.minimumSizeHint().width() + bar, 0)

    def sizeHint(self) -> QSize:
        """As wide as the cards like to be, and no claim on height: it takes what is left."""
        return QSize(self._body.sizeHint().width(), 0)

    def to_top(self) -> None:
        """Shows the first card again."""
        self.verticalScrollBar().setValue(0)


def scroll_to_top(page: QWidget) -> None:
    """Shows the head of a page that may stand in a scroll area, such as the window's."""
    around = page.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.verticalScrollBar().setValue(0)
        around = around.parentWidget()

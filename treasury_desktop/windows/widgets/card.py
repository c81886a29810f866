"""A card: one quiet surface with a hairline border for one group of facts."""

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QVBoxLayout, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.widgets.section_title import SectionTitle


class Card(QFrame):
    """A bordered surface; put things in with `add`, or lay them out in `body`."""

    def __init__(
        self,
        title: str = "",
        *,
        caption: str = "",
        flush: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        set_variant(self, role="card")
        side = 0 if flush else tokens.PADDING
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(side, tokens.PADDING if title else side, side, side or 1)
        self.body.setSpacing(12)
        self.title: SectionTitle | None = None
        if title:
            self.title = SectionTitle(title, caption)
            row = QHBoxLayout()
            row.setContentsMargins(tokens.PADDING - side, 0, tokens.PADDING - side, 0)
            row.addWidget(self.title)
            self.body.addLayout(row)

    def add(self, *things: QWidget | QLayout, stretch: int = 0) -> None:
        """Adds widgets or layouts below each other."""
        for thing in things:
            if isinstance(thing, QWidget):
                self.body.addWidget(thing, stretch)
            else:
                self.body.addLayout(thing, stretch)

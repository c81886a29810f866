"""Where a message is pasted or written before it is taken in."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.long_text import LongText

HEIGHT: Final = 120


class NewMessage(Card):
    """Signals: `taken` with the text, `closed` when the person thinks better of it.

    `refused` with the length of a paste that is too long.
    """

    taken = Signal(object)
    refused = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("New message", parent=parent)
        self.field = LongText("Typed data or a text")
        self.field.setPlaceholderText("Typed data (JSON), a cosigner’s message file, or a text")
        self.field.setMinimumHeight(HEIGHT)
        self.take = QPushButton("Take it in")
        set_variant(self.take, role="primary")
        cancel = QPushButton("Cancel")
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        words = "It is kept and reviewed, nothing is signed yet. Raw hashes are never signed."
        row.addWidget(plain_label(words, role="quiet", wrap=True), 1)
        row.addWidget(cancel)
        row.addWidget(self.take)
        self.add(self.field, row)
        self.take.clicked.connect(lambda: self.taken.emit(self.field.text))
        self.field.refused.connect(self.refused)
        cancel.clicked.connect(self.closed)

"""What came of reading the service: the lies named one by one, and what is only shown apart."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from treasury_desktop.viewmodels.service import ApartRow, AsideRow, ReadingView
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import breakable, plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip

APART = "Kept nowhere and counted nowhere, each for its reason."


class ReadingCard(Card):
    """Shows a `ReadingView` until it is closed.

    Signals: `closed`.
    """

    closed = Signal()

    def __init__(self, view: ReadingView, parent: QWidget | None = None) -> None:
        super().__init__("What the service listed besides", parent=parent)
        close = QPushButton("Close")
        set_variant(close, role="ghost")
        close.clicked.connect(self.closed)
        if self.title is not None:
            self.title.add(close)
        for remark in view.remarks:
            self.add(plain_label(remark, wrap=True))
        if view.aside:
            self.add(plain_label("Set aside, each for its reason", role="strong"))
            self.add(_aside(view.aside))
        if view.more_aside:
            self.add(plain_label(view.more_aside, role="quiet"))
        if view.apart:
            self.add(plain_label("Shown apart", role="strong"))
            self.add(plain_label(APART, role="quiet", wrap=True))
            self.add(_apart(view.apart))
        if view.more_apart:
            self.add(plain_label(view.more_apart, role="quiet"))


def _grid(stretched: int) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.GAP)
    grid.setVerticalSpacing(tokens.GRID)
    grid.setColumnStretch(stretched, 1)
    return grid


def _aside(rows: tuple[AsideRow, ...]) -> QGridLayout:
    grid, top = _grid(2), Qt.AlignmentFlag.AlignTop
    for at, row in enumerate(rows):
        grid.addWidget(plain_label(row.place, role="quiet"), at, 0, top)
        kind = "danger" if row.kind == "not true" else "idle"
        grid.addWidget(Chip(row.kind, kind), at, 1, top)
        grid.addWidget(plain_label(breakable(row.reason), wrap=True), at, 2)
    return grid


def _apart(rows: tuple[ApartRow, ...]) -> QGridLayout:
    grid, top = _grid(1), Qt.AlignmentFlag.AlignTop
    for at, row in enumerate(rows):
        grid.addWidget(plain_label(row.title, role="strong"), 2 * at, 0, top)
        grid.addWidget(AddressLabel(row.recipient, name="Recipient"), 2 * at, 1)
        grid.addWidget(plain_label(row.hash_text, role="mono-quiet"), 2 * at, 2, top)
        grid.addWidget(plain_label(row.reason, role="quiet", wrap=True), 2 * at + 1, 1, 1, 2)
    return grid

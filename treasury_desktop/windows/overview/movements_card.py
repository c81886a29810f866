"""What happened last, to be glanced at."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from treasury_desktop.viewmodels.movements import MovementRow
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.discard import discard


class MovementsCard(Card):
    """The last movements, two lines each. Signals: `all_asked` for the movements page."""

    all_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Last movements", parent=parent)
        assert self.title is not None
        self._all = QPushButton("Show all")
        set_variant(self._all, role="ghost")
        self._all.clicked.connect(self.all_asked)
        self.title.add(self._all)
        self._words = plain_label("Nothing has moved yet.", role="quiet", wrap=True)
        self._rows: QWidget | None = None
        self.add(self._words)

    def show_rows(self, rows: Sequence[MovementRow]) -> None:
        """Shows these movements, newest first."""
        self._say("" if rows else "Nothing has moved yet.")
        if self._rows is not None:
            discard(self._rows)
        self._rows = _rows_of(rows)  # all at once: Qt lays out everything for each shown alone
        self.add(self._rows)
        self._all.setVisible(bool(rows))

    def show_trouble(self, sentence: str) -> None:
        """Says why there is nothing to show."""
        self._say(sentence)

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))


def _rows_of(rows: Sequence[MovementRow]) -> QWidget:
    whole = QWidget()
    grid = QGridLayout(whole)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(0)
    grid.setColumnStretch(0, 1)
    for number, row in enumerate(rows):
        for place, cell in enumerate(_cells(row)):
            cell.setMinimumWidth(1)
            grid.addWidget(cell, 3 * number + place // 2, place % 2)
        grid.setRowMinimumHeight(3 * number + 2, 8)
    return whole


def _cells(row: MovementRow) -> tuple[PlainLabel, PlainLabel, PlainLabel, PlainLabel]:
    """Kind and amount; below them, quieter, counterpart and day."""
    kind = plain_label(row.kind.capitalize())
    amount = plain_label(row.amount_short, right=True)
    plain_tooltip(amount, row.amount_tip)
    counterpart = plain_label(row.counterpart, role="quiet")
    plain_tooltip(counterpart, row.counterpart_tip)
    day = plain_label(row.time.partition(" ")[0], role="quiet", right=True)
    plain_tooltip(day, row.time_tip)
    return kind, amount, counterpart, day

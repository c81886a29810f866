"""What happened last, to be glanced at."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget

from treasury_desktop.viewmodels.movements import MovementRow
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card


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
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(0, 1)
        self._cells: list[tuple[PlainLabel, PlainLabel, PlainLabel, PlainLabel]] = []
        self.add(self._words, self._grid)

    def show_rows(self, rows: Sequence[MovementRow]) -> None:
        """Shows these movements, newest first."""
        self._say("" if rows else "Nothing has moved yet.")
        while len(self._cells) < len(rows):
            self._add_cells()
        for number, cells in enumerate(self._cells):
            for cell in cells:
                cell.setVisible(number < len(rows))
            if number < len(rows):
                _fill(cells, rows[number])
        self._all.setVisible(bool(rows))

    def show_trouble(self, sentence: str) -> None:
        """Says why there is nothing to show."""
        self._say(sentence)

    def _say(self, words: str) -> None:
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def _add_cells(self) -> None:
        row = 3 * len(self._cells)
        cells = (
            plain_label(),
            plain_label(right=True),
            plain_label(role="quiet"),
            plain_label(role="quiet", right=True),
        )
        for number, cell in enumerate(cells):
            cell.setMinimumWidth(1)
            self._grid.addWidget(cell, row + number // 2, number % 2)
        self._grid.setRowMinimumHeight(row + 2, 8)
        self._cells.append(cells)


def _fill(cells: tuple[PlainLabel, PlainLabel, PlainLabel, PlainLabel], row: MovementRow) -> None:
    kind, amount, counterpart, day = cells
    kind.setText(row.kind.capitalize())
    amount.setText(row.amount_short)
    plain_tooltip(amount, row.amount_tip)
    counterpart.setText(row.counterpart)
    plain_tooltip(counterpart, row.counterpart_tip)
    day.setText(row.time.partition(" ")[0])
    plain_tooltip(day, row.time_tip)

"""What people will call the treasury, its Safes and its chain."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from treasury_desktop.assets.untrusted_text import NAME_LIMIT, SYMBOL_LIMIT
from treasury_desktop.viewmodels.beginning import SightWords
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card

WIDTH = 320


class NamesCard(Card):
    """Names in fields, filled with the usual ones. Signals: `changed` when one was typed."""

    changed = Signal()

    def __init__(self, words: SightWords, parent: QWidget | None = None) -> None:
        super().__init__("Names", caption="yours; nobody else reads them", parent=parent)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.GAP)
        self._grid.setVerticalSpacing(tokens.GRID)
        self._grid.setColumnStretch(2, 1)
        self.treasury = self._field("Treasury", "", NAME_LIMIT, hint="such as Harbour DAO")
        self.safes = [
            self._field("Safe" if len(words.safes) == 1 else f"Safe {at}", name, NAME_LIMIT)
            for at, name in enumerate(words.safe_names, start=1)
        ]
        self.chain = self._field("Chain", words.chain_name, NAME_LIMIT)
        self.coin = self._field("Its own coin", words.native_symbol, SYMBOL_LIMIT)
        self.add(self._grid)

    def _field(self, name: str, text: str, most: int, *, hint: str = "") -> QLineEdit:
        field = QLineEdit(text)
        field.setAccessibleName(name)
        field.setMaxLength(most)
        field.setPlaceholderText(hint)
        field.setFixedWidth(WIDTH)
        field.textChanged.connect(self.changed)
        row = self._grid.rowCount()
        self._grid.addWidget(plain_label(name, role="quiet"), row, 0)
        self._grid.addWidget(field, row, 1)
        return field

"""Tokens nobody listed, folded away under the holdings until somebody wants to see them."""

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.unlisted import HOW_TO_TRUST, UnlistedRow, UnlistedView
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.table import Column
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card

_KINDS: dict[str, Token] = {"advice": "advice", "danger": "danger"}
_SHOWN_ROWS_HEIGHT = 190


class UnlistedCard(QWidget):
    """A line that counts them; below it, once unfolded, the table and what to know of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fold = QPushButton("Show")
        self.fold.setCheckable(True)
        self.fold.setAccessibleName("Show the tokens that are not listed")
        self._caption = plain_label(role="strong")
        self._warning = plain_label(kind="danger")
        self._remarks = plain_label(role="quiet", wrap=True)
        self.table: RowsTable[UnlistedRow] = RowsTable(
            _columns(), empty_text="Nothing else was found.", row_key=lambda row: row.key
        )
        self.table.setAccessibleName("Tokens that are not listed")
        self.table.setMinimumHeight(_SHOWN_ROWS_HEIGHT)
        self._unfolded = Card(flush=True)
        self._unfolded.add(self.table, stretch=1)
        words = QHBoxLayout()
        words.setContentsMargins(16, 0, 16, 12)
        words.addWidget(plain_label(HOW_TO_TRUST, role="quiet", wrap=True))
        self._unfolded.add(words)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._caption)
        line.addWidget(plain_label("worth nothing until trusted", role="quiet"))
        line.addWidget(self._warning)
        line.addStretch(1)
        line.addWidget(self.fold)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(line)
        column.addWidget(self._remarks)
        column.addWidget(self._unfolded, 1)
        self._unfolded.hide()
        self.hide()
        self.fold.toggled.connect(self._on_fold)

    def show_view(self, view: UnlistedView) -> None:
        """Shows what was found; hidden where nothing was and nothing is to be said."""
        self._caption.setText(view.caption)
        self._warning.setText(view.warning)
        self._warning.setVisible(bool(view.warning))
        self._remarks.setText(" ".join(view.remarks))
        self._remarks.setVisible(bool(view.remarks))
        self.table.set_rows(view.rows)
        self.fold.setVisible(bool(view.rows))
        self._unfolded.setVisible(self.fold.isChecked() and bool(view.rows))
        self.setVisible(bool(view.rows or view.remarks))

    def _on_fold(self, is_open: bool) -> None:
        self.fold.setText("Hide" if is_open else "Show")
        self._unfolded.setVisible(is_open)


def _columns() -> list[Column[UnlistedRow]]:
    """What it calls itself, what is odd, what it is, how much, what it is worth, and where."""
    return [
        Column(title="Calls itself", text=lambda row: row.symbol, width=112,
               tooltip=lambda row: row.symbol_tip),
        Column(title="Note", text=lambda row: row.remark.text, kind=_kind, width=116,
               tooltip=lambda row: row.remark_tip),
        Column(title="Contract", text=lambda row: row.contract, is_mono=True,
               tooltip=lambda row: row.symbol_tip),
        Column(title="Amount", text=lambda row: row.amount, tooltip=lambda row: row.amount_tip,
               sort_key=lambda row: row.amount_order, align="right"),
        Column(title="Worth", text=lambda row: row.worth),
        Column(title="Place", text=lambda row: row.place, tooltip=lambda row: row.place_tip,
               stretch=True),
    ]  # fmt: skip


def _kind(row: UnlistedRow) -> Token:
    return _KINDS.get(row.remark.kind, "text_quiet")

"""The third column of Deploy: the calls in, and the calls that would bring it back."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.deployment import NO_COSTS, CallRow, DeployView
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.untrusted import breakable, plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.discard import discard


class TransactionColumn(Card):
    """Entry, exit, nonce and costs of the draft."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Transaction", parent=parent)
        self._nonce = Chip()
        self._batch = Chip()
        self._rival = _Rival()
        self._entry = QVBoxLayout()
        self._exit = QVBoxLayout()
        self._rows: list[QWidget] = []
        self._notes = plain_label(role="quiet", wrap=True)
        self._lay_out()
        self.clear()

    def clear(self) -> None:
        """There is no draft."""
        self._show_rows(self._entry, (), "The calls appear here once the amount is right.")
        self._show_rows(self._exit, (), "Built together with the entry.", is_first=False)
        self._nonce.say("")
        self._batch.say("")
        self._rival.say("")
        self._notes.setText("")

    def show_view(self, view: DeployView) -> None:
        """Shows a draft's calls."""
        self._show_rows(self._entry, view.entry, "")
        self._show_rows(self._exit, view.exit, "", is_first=False)
        self._nonce.say(view.nonce, "accent")
        self._batch.say(view.batch)
        self._rival.say(view.nonce_note)
        self._notes.setText(view.exit_notes)

    def _show_rows(
        self, column: QVBoxLayout, rows: Sequence[CallRow], empty: str, *, is_first: bool = True
    ) -> None:
        if is_first:
            for old in self._rows:
                discard(old)
            self._rows = []
        made = [_call(row) for row in rows]
        made += [plain_label(empty, role="quiet", wrap=True)] if empty else []
        for widget in made:
            column.addWidget(widget)
        self._rows += made

    def _lay_out(self) -> None:
        self.body.setSpacing(10)
        chips = QHBoxLayout()
        chips.setSpacing(6)
        chips.addWidget(self._nonce)
        chips.addWidget(self._batch)
        chips.addStretch(1)
        self.add(chips, self._rival)
        for title, column in (("Entry", self._entry), ("Exit, kept ready", self._exit)):
            column.setSpacing(tokens.GRID)
            self.add(plain_label(title, role="header"), column)
            self.body.addSpacing(4)
        self.add(self._notes, plain_label("Costs", role="header"))
        self.add(plain_label(NO_COSTS, role="quiet", wrap=True))
        self.body.addStretch(1)


class _Rival(QWidget):
    """A line that says who else wants the nonce; hidden where nobody does."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GRID)
        row.addWidget(Glyph("warning-circle", "advice"), 0, Qt.AlignmentFlag.AlignTop)
        self._words = plain_label(role="small", wrap=True)
        row.addWidget(self._words, 1)

    def say(self, words: str) -> None:
        """Shows other words."""
        self._words.setText(words)
        self.setVisible(bool(words))


def _call(row: CallRow) -> QWidget:
    whole = QWidget()
    line = QHBoxLayout(whole)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(6)
    number = plain_label(row.number, role="quiet")
    number.setFixedWidth(18)
    words = QVBoxLayout()
    words.setSpacing(0)
    purpose = plain_label(breakable(row.purpose), wrap=True)
    plain_tooltip(purpose, row.exact)
    words.addWidget(purpose)
    where = f"on {row.to.short} · {row.to.source}"
    to = plain_label(breakable(where), role="quiet", wrap=True)
    plain_tooltip(to, row.to.address)
    words.addWidget(to)
    line.addWidget(number, 0, Qt.AlignmentFlag.AlignTop)
    line.addLayout(words, 1)
    return whole

"""The holdings page: every amount, its price and its place, in one sortable table."""

from pathlib import Path

from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.viewmodels.holdings import (
    HoldingRow,
    holding_rows,
    holding_totals,
    holdings_csv,
)
from treasury_desktop.viewmodels.unlisted import unlisted_view
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.export_file import ask_where, write_export
from treasury_desktop.windows.holdings.columns import holding_columns
from treasury_desktop.windows.holdings.unlisted_card import UnlistedCard
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.snapshot_states import Purpose, SnapshotStates
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.state_pane import StatePane

_FILTER_WIDTH = 280
_NARROWEST_COLUMN = 72
_PURPOSE = Purpose(
    title="No holdings have been read yet",
    words="This page lists every asset of the treasury: how much, at which price and from whom, "
    "and where it lies.",
    icon="wallet",
)


class HoldingsPage(QWidget):
    """A filter, the table and its sums, and what nobody listed."""

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Filter by asset, place or remark")
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(_FILTER_WIDTH)
        self._filter.setAccessibleName("Filter holdings")
        self.table: RowsTable[HoldingRow] = RowsTable(
            holding_columns(), empty_text="The Safe holds nothing.", row_key=lambda row: row.key
        )
        self.table.horizontalHeader().setMinimumSectionSize(_NARROWEST_COLUMN)
        self.table.setAccessibleName("Holdings")
        self.unlisted = UnlistedCard()
        self._counted = plain_label(role="strong")
        self._counted_words = plain_label(role="quiet")
        self._left_out = plain_label(role="quiet", right=True)
        self._said = NoticeLine(can_close=True)
        self._pane = StatePane(self._content(), rows=10)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pane)
        self.setFocusProxy(self._filter)
        self._filter.textChanged.connect(self._on_filter)
        self.states = SnapshotStates(self._pane, session, actions, _PURPOSE, self._show)

    def export_to(self, path: Path) -> None:
        """Writes all rows with exact figures as CSV."""
        rows = self.table.rows_model.rows
        write_export(self._errands, path, lambda: holdings_csv(rows).encode(), self._on_exported)

    def copy_table(self) -> None:
        """Puts the rows as shown on the clipboard, separated by tabs."""
        titles = [column.title for column in self.table.rows_model.columns]
        lines = ["\t".join(cells) for cells in (titles, *self.table.shown_texts())]
        QApplication.clipboard().setText("\n".join(lines))

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self._filter)
        tools.addStretch(1)
        for words, icon_name, act in (
            ("Copy table", "copy", self.copy_table),
            ("Export CSV…", "export", self._ask_where),
        ):
            button = QPushButton(words)
            button.setIcon(icon(icon_name, "text_quiet"))
            button.setIconSize(spaced())
            button.clicked.connect(act)
            tools.addWidget(button)
        sums = QHBoxLayout()
        sums.setContentsMargins(16, 0, 16, 12)
        sums.setSpacing(8)
        sums.addWidget(self._counted)
        sums.addWidget(self._counted_words)
        sums.addStretch(1)
        sums.addWidget(self._left_out)
        card = Card(flush=True)
        card.add(self.table, stretch=1)
        card.add(sums)
        column.addLayout(tools)
        column.addWidget(self._said)
        column.addWidget(card, 1)
        column.addWidget(self.unlisted)
        return content

    def _show(self) -> None:
        snapshot = self._session.snapshot
        assert snapshot is not None
        now = self._actions.now()
        self.table.set_rows(holding_rows(self._actions.workspace, snapshot, now))
        self.unlisted.show_view(unlisted_view(self._actions.workspace, snapshot))
        self._show_sums()

    def _show_sums(self) -> None:
        shown = self.table.rows_filter
        rows = [row for number in range(shown.rowCount())
                if (row := shown.row_at(shown.index(number, 0))) is not None]  # fmt: skip
        sums = holding_totals(rows, of=self.table.rows_model.rowCount())
        self._counted.setText(sums.counted)
        self._counted_words.setText(sums.counted_words)
        self._left_out.setText(" · ".join(s for s in (sums.own_token, sums.without_value) if s))

    def _on_filter(self, text: str) -> None:
        self.table.show_only(text)
        self.unlisted.table.show_only(text)
        self._show_sums()

    def _ask_where(self) -> None:
        ask_where(self, "Export holdings", "holdings.csv", self.export_to)

    def _on_exported(self, outcome: Done[Path] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._said.say(outcome.sentence, "danger")
        else:
            self._said.say(f"Written to {outcome.value.name}.", "good")

"""The movements page: the ledger of every amount that entered or left, rebuilt from the chain."""

from pathlib import Path

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from treasury_desktop.treasury.movement import Movement
from treasury_desktop.viewmodels.movements import (
    MovementRow,
    kinds_of,
    movement_rows,
)
from treasury_desktop.viewmodels.page_notes import trouble_note
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.export_file import ask_where, write_export
from treasury_desktop.windows.movements.columns import movement_columns
from treasury_desktop.windows.movements.detail import MovementDetail
from treasury_desktop.windows.movements.export_row import NOTHING_IN_PERIOD, ExportRow
from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.fields import Choice
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

_FILTER_WIDTH = 280
_NARROWEST_COLUMN = 60
_ALL_KINDS = "All kinds"
_NONE_OF_KIND = "No movement of this kind."


class MovementsPage(QWidget):
    """A search, a period with its export, the table, and the chosen movement in full.

    Movements are kept here, so the page works offline; a refresh brings the newer ones.
    """

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._rows: tuple[MovementRow, ...] = ()
        self._filter = QLineEdit()
        self._filter.setPlaceholderText("Search names, assets, hashes, notes")
        self._filter.setClearButtonEnabled(True)
        self._filter.setFixedWidth(_FILTER_WIDTH)
        self._filter.setAccessibleName("Search movements")
        self._kinds = Choice()
        self._kinds.addItem(_ALL_KINDS)
        self._kinds.setAccessibleName("Kind of movement")
        self._count = plain_label(role="quiet")
        self.export = ExportRow()
        self._said = NoticeLine(can_close=True)
        self.table: RowsTable[MovementRow] = RowsTable(
            movement_columns(),
            empty_text=_NONE_OF_KIND,
            row_key=_key,
            searched=lambda row: row.searched,
        )
        self.table.horizontalHeader().setMinimumSectionSize(_NARROWEST_COLUMN)
        self.table.setAccessibleName("Movements")
        self._detail = MovementDetail()
        self._pane = StatePane(self._content(), rows=12)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pane)
        self.setFocusProxy(self._filter)
        self._connect()

    def read(self) -> None:
        """Reads the movements as kept."""
        if not self._rows:
            self._pane.show_loading()
        self._errands.look(
            "movements", lambda _: self._actions.movements(), self._on_movements, room="store"
        )

    def export_to(self, path: Path) -> None:
        """Writes what kind and period show in the chosen form, exact and with full hashes."""
        form = self.export.chosen
        movements = tuple(row.movement for row in self.table.rows_model.rows)

        def content() -> bytes:
            return self._actions.exported_movements(form, movements).encode()

        write_export(self._errands, path, content, self._on_exported)

    def showEvent(self, event: QShowEvent) -> None:
        """Reads anew whenever the page comes into sight."""
        super().showEvent(event)
        self.read()

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        tools = QHBoxLayout()
        tools.setSpacing(8)
        tools.addWidget(self._filter)
        tools.addWidget(self._kinds)
        tools.addWidget(self._count)
        tools.addStretch(1)
        card = Card(flush=True)
        card.add(self.table, stretch=1)
        column.addLayout(tools)
        column.addWidget(self.export)
        column.addWidget(self._said)
        column.addWidget(card, 1)
        column.addWidget(self._detail)
        return content

    def _connect(self) -> None:
        self._filter.textChanged.connect(self._on_filter)
        self._kinds.currentTextChanged.connect(self._show_rows)
        self.export.period_changed.connect(self._show_rows)
        self.export.asked.connect(self._ask_where)
        self.table.row_chosen.connect(self._detail.show_row)
        self._session.refresh_ended.connect(self._on_refreshed)
        self._session.chain_status_changed.connect(self._note)

    def _on_refreshed(self) -> None:
        if self.isVisible():
            self.read()

    def _on_movements(self, outcome: Done[tuple[Movement, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            works = "What the chain says is not lost; a refresh reads it again."
            self._pane.show_trouble(
                Trouble(what=outcome.sentence, still_works=works), on_retry=self.read
            )
            return
        self._rows = movement_rows(outcome.value, self._actions.workspace)
        if not self._rows:
            self._show_empty()
            return
        self._offer_kinds()
        self._show_rows()
        self._pane.show_content()
        self._note()

    def _show_empty(self) -> None:
        self._pane.show_empty(
            "Nothing has moved yet",
            "This page lists every amount that enters or leaves the treasury, with the Safe "
            "transaction behind it, and exports it without limits.",
            action="Read the treasury",
            on_action=self._session.ask_refresh,
            icon="arrows-left-right",
        )

    def _offer_kinds(self) -> None:
        wanted = [_ALL_KINDS, *kinds_of(self._rows)]
        if wanted == [self._kinds.itemText(number) for number in range(self._kinds.count())]:
            return
        chosen = self._kinds.currentText()
        self._kinds.blockSignals(True)  # noqa: FBT003  Qt's own argument
        self._kinds.clear()
        self._kinds.addItems(wanted)
        self._kinds.setCurrentText(chosen)
        self._kinds.blockSignals(False)  # noqa: FBT003  Qt's own argument

    def _show_rows(self) -> None:
        kind = self._kinds.currentText()
        period, why_none = self.export.period_or_all()
        in_period = [row for row in self._rows if period.has(row.movement.timestamp)]
        rows = [row for row in in_period if kind in (_ALL_KINDS, row.kind)]
        nothing = _NONE_OF_KIND if in_period else NOTHING_IN_PERIOD
        self.table.say_when_empty(nothing)
        self.table.set_rows(rows)
        self.export.allow_or_refuse(why_none or ("" if rows else nothing))
        self._show_count()

    def _on_filter(self, text: str) -> None:
        self.table.show_only(text)
        self._show_count()

    def _show_count(self) -> None:
        shown, every = self.table.rows_filter.rowCount(), len(self._rows)
        self._count.setText(f"{every:,} movements" if shown == every else f"{shown:,} of {every:,}")

    def _note(self) -> None:
        note = trouble_note(
            self._session.chain_trouble,
            self._session.trouble_since,
            self._actions.now(),
            "Movements up to the last refresh are below.",
        )
        if note is None:
            self._pane.note("")
        else:
            self._pane.note(
                note.words, note.kind, action=note.action, on_action=self._session.ask_refresh
            )

    def _ask_where(self) -> None:
        ask_where(self, "Export movements", self.export.chosen.file_name, self.export_to)

    def _on_exported(self, outcome: Done[Path] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._said.say(outcome.sentence, "danger")
        else:
            self._said.say(f"Written to {outcome.value.name}.", "good")


def _key(row: MovementRow) -> tuple[str, int]:
    return (row.transaction_hash_full, row.movement.log_index)

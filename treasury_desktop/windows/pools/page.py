"""The pools page: a year of price and volume of every watched pool, from what is kept here."""

import importlib
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.errors import Cancelled
from treasury_desktop.pools.history import PoolSeries
from treasury_desktop.treasury.workspace import WatchedPool
from treasury_desktop.viewmodels.figures import name_text
from treasury_desktop.viewmodels.page_notes import trouble_note
from treasury_desktop.viewmodels.pools import (
    Orientation,
    bands,
    chart_series,
    orientation_of,
    pool_csv,
    silence_note,
    sync_words,
)
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed, Progress, Step
from treasury_desktop.windows.export_file import ask_where, write_export
from treasury_desktop.windows.pools.chart_card import ChartCard
from treasury_desktop.windows.pools.tools import ChartTools
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.progress_row import ProgressRow
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

READING, SYNCING = "pools: series", "pools: sync"


class PoolsPage(QWidget):
    """Tools, the chart, and reading of new swaps with progress and cancel.

    Series are read from the store when the page is first shown; the chart and pyqtgraph are built
    when the first series has arrived.
    """

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._pools = actions.workspace.pools
        self._kept: dict[tuple[str, int], PoolSeries] = {}
        self._shown: tuple[str, int] | None = None
        self._orientations: dict[str, Orientation] = {}
        self.tools = ChartTools([name_text(pool.name) for pool in self._pools])
        self._progress = ProgressRow()
        self._said = NoticeLine(can_close=True)
        self.card = ChartCard()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        column.addWidget(self.tools)
        column.addWidget(self.card, 1)
        self._pane = StatePane(content, rows=12)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        for widget in (self._progress, self._said):
            whole.addWidget(widget)
        whole.addWidget(self._pane, 1)
        self.setFocusProxy(self.tools)
        self._connect()

    @property
    def pool(self) -> WatchedPool | None:
        """The chosen pool, or `None` where the workspace watches none."""
        number = self.tools.pool
        return self._pools[number] if 0 <= number < len(self._pools) else None

    def read(self) -> None:
        """Shows the chosen pool at the chosen candles, from memory or from the store."""
        pool = self.pool
        if pool is None:
            self._pane.show_empty(
                "No pool is watched",
                "This page shows price and volume of the pools named in the workspace, with the "
                "ranges of the treasury's positions drawn in.",
                icon="drop",
            )
            return
        wanted = (str(pool.address), self.tools.span.bucket_seconds)
        if wanted in self._kept:
            self._show(wanted)
            return
        if self._shown is None:
            self._pane.show_loading()
        self._errands.look(
            READING, lambda _: self._read(*wanted), lambda outcome: self._on_read(wanted, outcome),
            room="store",
        )  # fmt: skip

    def sync(self) -> None:
        """Reads the pools' new swaps from the chain; what was read is kept on cancel."""
        self._said.say("")
        started = self._errands.act(SYNCING, self._sync, self._on_synced,
                                    on_step=self._on_step)  # fmt: skip
        if self.card.sync.hasFocus():  # Qt would hand the focus on to the next button, "PNG…"
            self.card.setFocus(Qt.FocusReason.OtherFocusReason)
        self.card.sync.setEnabled(not started and not self._errands.is_acting(SYNCING))

    def export_csv(self, path: Path) -> None:
        """Writes all candles of the chosen length with all digits."""
        series = self.card.series
        if series is not None:
            write_export(self._errands, path, lambda: pool_csv(series).encode(), self._on_exported)

    def export_png(self, path: Path) -> None:
        """Writes the chart as it stands, with its caption."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.card.picture().save(buffer, "PNG")
        drawn = bytes(buffer.data().data())
        write_export(self._errands, path, lambda: drawn, self._on_exported)

    def showEvent(self, event: QShowEvent) -> None:
        """Reads what the page shows whenever it comes into sight."""
        super().showEvent(event)
        self.read()

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def _read(self, pool: str, bucket_seconds: int) -> PoolSeries:
        """In a worker: the library first, so that importing it never holds the window still."""
        importlib.import_module("pyqtgraph")
        return self._actions.pool_series(pool, bucket_seconds)

    def _on_read(self, wanted: tuple[str, int], outcome: Done[PoolSeries] | Failed) -> None:
        if isinstance(outcome, Failed):
            trouble = Trouble(what=outcome.sentence, still_works="Other pages are not affected.")
            self._pane.show_trouble(trouble, on_retry=self.read)
            return
        self._kept[wanted] = outcome.value
        self._show(wanted)

    def _sync(self, progress: Progress) -> None:
        self._actions.sync_pools(progress.report, progress.is_cancelled)

    def _on_step(self, step: Step) -> None:
        self._progress.show_step(replace(step, label=sync_words(step.label)))

    def _on_synced(self, outcome: Done[None] | Failed) -> None:
        self._progress.end()
        self.card.sync.setEnabled(True)
        if self.card.hasFocus():
            self.card.sync.setFocus(Qt.FocusReason.OtherFocusReason)
        self._kept.clear()
        if isinstance(outcome, Failed):
            is_stopped = isinstance(outcome.error, Cancelled)
            self._said.say(
                outcome.sentence,
                "" if is_stopped else "danger",
                action="" if is_stopped else "Try again",
                on_action=self.sync,
            )
        self.read()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _show(self, wanted: tuple[str, int]) -> None:
        series, pool = self._kept[wanted], self.pool
        if pool is None or wanted != (str(pool.address), self.tools.span.bucket_seconds):
            return  # another one was chosen meanwhile
        orientation = self._orientation(pool)
        if orientation is None:
            what = f"The tokens of {name_text(pool.name)} are not all listed with their decimals"
            still = "A price needs the decimals of both. Add the tokens to the workspace."
            self._pane.show_trouble(Trouble(what=what, still_works=still))
        elif not len(series):
            self._pane.show_empty(
                f"No swaps of {name_text(pool.name)} have been read yet",
                "This page draws price and volume from the pool's own Swap events. Reading a "
                "year takes a while, can be stopped, and goes on where it stopped.",
                action="Read swaps",
                on_action=self.sync,
                icon="drop",
            )
        else:
            self._shown = wanted
            self._draw(series, orientation)

    def _draw(self, series: PoolSeries, orientation: Orientation) -> None:
        now = self._actions.now()
        self.tools.show_unit(orientation.unit)
        self._pane.show_content()
        self.card.show_chart(
            series,
            chart_series(series, orientation),
            bands(self._session.snapshot, orientation),
            self.tools.span,
            now,
        )
        self._on_drawing()
        self._note(series, now)

    def _orientation(self, pool: WatchedPool) -> Orientation | None:
        key = str(pool.address)
        if key not in self._orientations:
            usual = orientation_of(pool, self._actions.workspace)
            if usual is None:
                return None
            self._orientations[key] = usual
        return self._orientations[key]

    def _note(self, series: PoolSeries, now: int) -> None:
        """Offline, else a long silence, else nothing."""
        offline = trouble_note(
            self._session.chain_trouble,
            self._session.trouble_since,
            now,
            "The chart shows what was read before.",
        )
        note = offline or silence_note(series, now)
        if note is None:
            self._pane.note("")
            return
        act = self._session.ask_refresh if offline else self.sync
        self._pane.note(note.words, note.kind, action=note.action, on_action=act)

    # ── events ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self.tools.pool_chosen.connect(self.read)
        self.tools.span_chosen.connect(self.read)
        self.tools.turned.connect(self._on_turned)
        self.tools.drawing_changed.connect(self._on_drawing)
        self._progress.cancel_asked.connect(lambda: self._errands.cancel(SYNCING))
        self._session.snapshot_arrived.connect(self._on_session)
        self._session.chain_status_changed.connect(self._on_session)
        self.card.sync.clicked.connect(self.sync)
        self.card.png.clicked.connect(lambda: self._ask_where("png"))
        self.card.csv.clicked.connect(lambda: self._ask_where("csv"))

    def _on_session(self) -> None:
        if self.isVisible():
            self.read()

    def _on_turned(self) -> None:
        pool = self.pool
        orientation = None if pool is None else self._orientation(pool)
        if pool is not None and orientation is not None:
            self._orientations[str(pool.address)] = orientation.turned()
            self.read()

    def _on_drawing(self) -> None:
        self.card.draw(has_candles=self.tools.has_candles, is_log=self.tools.is_log)

    def _ask_where(self, kind: str) -> None:
        pool = self.pool
        if pool is not None:
            stem = "".join(c if c.isalnum() else "-" for c in pool.name).strip("-").lower()
            write = self.export_png if kind == "png" else self.export_csv
            ask_where(self, "Export the chart", f"{stem}.{kind}", write)

    def _on_exported(self, outcome: Done[Path] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._said.say(outcome.sentence, "danger")
        else:
            self._said.say(f"Written to {outcome.value.name}.", "good")

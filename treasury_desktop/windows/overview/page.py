"""The first page: what the treasury is worth and made of, what is at work, what waits for me."""

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.errors import TreasuryError
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.viewmodels.exposure import exposure_rows, exposure_scale
from treasury_desktop.viewmodels.movements import movement_rows
from treasury_desktop.viewmodels.overview import (
    asset_rows,
    queue_lines,
    queue_sentence,
    treasury_figure,
)
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.overview.exposure_card import ExposureCard
from treasury_desktop.windows.overview.movements_card import MovementsCard
from treasury_desktop.windows.overview.queue_card import QueueCard
from treasury_desktop.windows.overview.value_card import ValueCard
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.side_by_side import SideBySide
from treasury_desktop.windows.snapshot_states import Purpose, SnapshotStates
from treasury_desktop.windows.widgets.state_pane import StatePane

SHOWN_MOVEMENTS = 5
_PURPOSE = Purpose(
    title="Nothing has been read yet",
    words="This page shows what the treasury is worth and made of, how much works in each "
    "strategy, and what waits for you.",
    icon="squares-four",
)


class OverviewPage(QWidget):
    """Value and shares, exposure, queue and the last movements.

    `go` shows another page by its key; a queued transaction is selected before "review" is asked.
    """

    def __init__(
        self,
        session: Session,
        errands: Errands,
        actions: Actions,
        go: Callable[[str], None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._go = go
        self._keys: tuple[KeyLabel, ...] | None = None
        self._verdicts: dict[bytes, str] = {}
        self._value = ValueCard()
        self._exposure = ExposureCard(exposure_scale(actions.workspace.terms))
        self._queue = QueueCard()
        self._movements = MovementsCard()
        self._pane = StatePane(self._content(), rows=12)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pane)
        self._queue.review_asked.connect(self._review)
        self._queue.all_asked.connect(lambda: go("queue"))
        self._movements.all_asked.connect(lambda: go("movements"))
        self.states = SnapshotStates(self._pane, session, actions, _PURPOSE, self._show)
        session.refresh_ended.connect(self._read)
        session.queue_changed.connect(self._review_all)
        session.snapshot_arrived.connect(self._review_all)
        self._has_begun = False

    def _content(self) -> QWidget:
        content = QWidget()
        whole = QVBoxLayout(content)
        whole.setContentsMargins(0, 0, 0, 0)
        left, right = _column(self._value, self._exposure), _column(self._queue, self._movements)
        whole.addWidget(SideBySide(left, right, stretches=(16, 10)))
        whole.addStretch(1)
        return content

    def paintEvent(self, event: QPaintEvent) -> None:
        """Begins to read once it has been painted: loading the key ring would hold that up."""
        super().paintEvent(event)
        if not self._has_begun:
            self._has_begun = True
            QTimer.singleShot(0, self, self._begin)

    def reload(self) -> None:
        """Reads keys and movements again."""
        if self._has_begun:
            self._read()

    def _begin(self) -> None:
        self._read()
        self._review_all()

    def _read(self) -> None:
        """Movements and keys are kept here: neither needs the chain."""
        self._errands.look(
            "overview: movements", lambda _: self._actions.movements(), self._on_movements,
            room="store",
        )  # fmt: skip
        self._errands.look(
            "overview: keys", lambda _: self._actions.keys.all(), self._on_keys, room="keys"
        )

    def _review_all(self) -> None:
        """A blocked transaction must not look like one that only lacks my signature."""
        waiting = tuple(q.safe_tx_hash for q in self._session.queue if q.state not in FINAL)
        self._errands.look(
            "overview: verdicts", lambda _: _verdicts(self._actions, waiting), self._on_verdicts
        )

    def _show(self) -> None:
        snapshot = self._session.snapshot
        assert snapshot is not None
        workspace, now = self._actions.workspace, self._actions.now()
        figure = treasury_figure(workspace, snapshot, now)
        self._value.show_value(figure, asset_rows(workspace, snapshot, now))
        self._exposure.show_rows(exposure_rows(workspace, snapshot, self._session.queue))
        self._show_queue()

    def _show_queue(self) -> None:
        known = (
            self._session.queue,
            self._actions.workspace,
            self._session.snapshot,
            self._keys,
            self._verdicts,
        )
        self._queue.show_lines(queue_lines(*known), queue_sentence(*known))

    def _review(self, safe_tx_hash: bytes) -> None:
        self._session.select(safe_tx_hash)
        self._go("review")

    def _on_movements(self, outcome: Done[tuple[Movement, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._movements.show_trouble(outcome.sentence)
        else:
            rows = movement_rows(outcome.value, self._actions.workspace)
            self._movements.show_rows(rows[:SHOWN_MOVEMENTS])

    def _on_keys(self, outcome: Done[tuple[KeyLabel, ...]] | Failed) -> None:
        """Without a key ring nobody can say what waits for me; the queue is shown all the same."""
        self._keys = None if isinstance(outcome, Failed) else outcome.value
        self._show_queue()

    def _on_verdicts(self, outcome: Done[dict[bytes, str]] | Failed) -> None:
        self._verdicts = {} if isinstance(outcome, Failed) else outcome.value
        self._show_queue()


def _column(*cards: QWidget) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(16)
    for card in cards:
        column.addWidget(card)
    column.addStretch(1)
    return made


def _verdicts(actions: Actions, waiting: tuple[bytes, ...]) -> dict[bytes, str]:
    """In a worker: the verdict of each review; what cannot be reviewed has none."""
    found = {}
    for safe_tx_hash in waiting:
        with suppress(TreasuryError):
            found[safe_tx_hash] = actions.review(safe_tx_hash).verdict
    return found

"""The strategies page: where capital works, what it holds there, and how near the limit it is."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.viewmodels.exposure import exposure_scale
from treasury_desktop.viewmodels.strategies import StrategyView, strategy_views
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.snapshot_states import Purpose, SnapshotStates
from treasury_desktop.windows.strategies.strategy_card import StrategyCard
from treasury_desktop.windows.widgets.state_pane import StatePane

_PURPOSE = Purpose(
    title="No strategy has been read yet",
    words="This page shows each strategy of the workspace: its contracts, what it holds, its "
    "positions, and its exposure against the limit.",
    icon="target",
)
_MISSING = Purpose(
    title="No strategy yet",
    words="This page shows what each strategy holds, earns and risks. Strategies are written "
    "down in the workspace file treasury.toml, once governance approved them.",
    icon=_PURPOSE.icon,
)


class StrategiesPage(QWidget):
    """A card per strategy, in the workspace's order."""

    def __init__(self, session: Session, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self._views: tuple[StrategyView, ...] = ()
        content = QWidget()
        self._column = QVBoxLayout(content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(16)
        self._column.addStretch(1)
        self._cards: list[StrategyCard] = []
        self._pane = StatePane(content, rows=10)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._pane)
        missing = None if actions.workspace.strategies else _MISSING
        self.states = SnapshotStates(
            self._pane, session, actions, _PURPOSE, self._show, missing=missing
        )

    def _show(self) -> None:
        snapshot = self._session.snapshot
        assert snapshot is not None
        workspace = self._actions.workspace
        views = strategy_views(workspace, snapshot, self._session.queue, self._actions.now())
        if views == self._views and views:
            return
        self._views = views
        for card in self._cards:
            card.hide()
            card.deleteLater()
        scale = exposure_scale(workspace.terms)
        self._cards = [StrategyCard(view, scale) for view in views]
        for number, card in enumerate(self._cards):
            self._column.insertWidget(number, card)

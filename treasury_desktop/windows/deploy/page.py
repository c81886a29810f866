"""The deploy page: what, how it is judged, and the transaction it becomes; live while typing."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from treasury_desktop.desk.draft_deployment import Draft
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.pools.pool import PoolState
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.viewmodels.deployment import (
    DeployForm,
    DeployView,
    deploy_view,
    priced_pool,
    request_from,
    strategy_choices,
)
from treasury_desktop.viewmodels.deployment_range import chosen_range, default_range, range_view
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.deploy.form import DeployFormCard
from treasury_desktop.windows.deploy.judgement_column import JudgementColumn
from treasury_desktop.windows.deploy.transaction_column import TransactionColumn
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.state_pane import StatePane

LOOK = "draft"
POOL_LOOK = "pool of the draft"
KEEP = "keep draft"
NARROWEST = 236
"""Pixels of a column; all three are equally wide, whatever stands in them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drafted:
    """A draft with its words, both made off the GUI thread."""

    draft: Draft
    view: DeployView


class DeployPage(QWidget):
    """Drafts a deployment while the person types, and puts it into the queue.

    Signals: `page_asked` with the key of another page ("review").
    """

    page_asked = Signal(object)

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._pool: PoolState | None = None
        self._pool_trouble = ""
        self._drafted: _Drafted | None = None
        self.form = DeployFormCard()
        self.judgement = JudgementColumn(actions.workspace.terms)
        self.transaction = TransactionColumn()
        self.keep = DisabledReason("Put into the queue", icon_name="stack")
        columns = QWidget()
        across = QVBoxLayout(columns)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(tokens.GAP)
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        across.addLayout(row, 1)
        across.addWidget(self.keep)
        for each in (self.form, self.judgement, self.transaction):
            each.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            each.setMinimumWidth(NARROWEST)
            row.addWidget(each, 1)
        self.pane = StatePane(columns)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pane)
        self.setFocusProxy(self.form.amount)
        self._connect()
        self.form.offer(strategy_choices(actions.workspace), DeployForm())
        self._show_state()
        self._refuse("Type an amount first.")

    @property
    def draft(self) -> Draft | None:
        """The draft that is shown, or `None` while nothing is judged."""
        return None if self._drafted is None else self._drafted.draft

    # ── state ────────────────────────────────────────────────────────────────────────────────────

    def _show_state(self) -> None:
        trouble = self._session.chain_trouble
        if self.form.choice is None:
            self.pane.show_empty(
                "There is no strategy to deploy into",
                "Strategies are written down in the workspace file treasury.toml, once governance "
                "approved them.",
                icon="target",
            )
        elif self._session.snapshot is None:
            self.pane.show_empty(
                "The treasury has not been read yet",
                "A deployment is judged against what the treasury is worth."
                + (f" {trouble}" if trouble else ""),
                action="Refresh",
                on_action=self._session.ask_refresh,
                icon="rocket-launch",
            )
        else:
            self.pane.show_content()
        self.pane.note(
            f"{trouble} What is drafted now is judged by older figures." if trouble else "",
            "offline",
            action="Try again" if trouble else "",
            on_action=self._session.ask_refresh,
        )

    def _on_strategy(self) -> None:
        self._pool, self._pool_trouble = None, ""
        self._errands.cancel_look(POOL_LOOK)
        self._forget_draft("Type an amount: it is judged while you type.")
        choice = self.form.choice
        if choice is None or not choice.has_range:
            return
        strategy = self._actions.workspace.strategy_named(choice.name)
        if strategy is not None:
            self._errands.look(
                POOL_LOOK, lambda _p: self._actions.pool_state(strategy), self._on_pool
            )

    def _on_pool(self, outcome: Done[PoolState] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._pool_trouble = f"The pool's price cannot be read. {outcome.sentence}"
            self.form.show_problem("pool", self._pool_trouble)
            return
        self._pool = outcome.value
        choice = self.form.choice
        strategy = None if choice is None else self._actions.workspace.strategy_named(choice.name)
        if strategy is None:
            return
        pool = priced_pool(strategy, self._actions.workspace, outcome.value)
        if not self.form.low.text() and not self.form.high.text():
            self.form.fill_range(*default_range(pool))
        self._on_typed()

    # ── drafting ─────────────────────────────────────────────────────────────────────────────────

    def _on_edited(self) -> None:
        """What was drafted is no longer what stands there; it cannot be kept any more."""
        self._drafted = None
        self._refuse("Judging what you typed…")

    def _on_typed(self) -> None:
        """Draft what stands there; anything asked for before is dropped."""
        form, pool = self.form.form, self._pool
        self._show_range(form, pool)
        if self._session.snapshot is None or self.form.choice is None:
            return
        if self.form.choice.has_range and pool is None:
            self._forget_draft(self._pool_trouble or "Reading the pool's price…")
            return
        self._refuse("Judging what you typed…")
        workspace, facts, now = (
            self._actions.workspace,
            self._actions.local_facts(),
            self._actions.now(),
        )

        def work(_progress: object) -> _Drafted:
            request = request_from(form, workspace, facts, pool, now)
            draft = self._actions.draft(request)
            return _Drafted(draft=draft, view=deploy_view(draft, workspace, form.token))

        self._errands.look(LOOK, work, self._on_drafted)

    def _show_range(self, form: DeployForm, state: PoolState | None) -> None:
        workspace = self._actions.workspace
        strategy = workspace.strategy_named(form.strategy)
        if strategy is None or state is None:
            return
        pool = priced_pool(strategy, workspace, state)
        try:
            span = chosen_range(pool, form.lower, form.upper)
        except (Malformed, Refused):
            span = None  # the draft says which field is not right
        self.form.show_range(range_view(pool, span))

    def _on_drafted(self, outcome: Done[_Drafted] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._show_failure(outcome)
            return
        self._drafted = outcome.value
        view = outcome.value.view
        self.form.show_problem("", "")
        self.form.show_amounts(f"Goes in: {' and '.join(view.amounts)}")
        self.judgement.show_view(view)
        self.transaction.show_view(view)
        if view.why_not:
            self._refuse(view.why_not)
        else:
            self.keep.allow()

    def _show_failure(self, outcome: Failed) -> None:
        error = outcome.error
        if isinstance(error, Malformed):
            words = f"{error.problem[:1].upper()}{error.problem[1:]}."
            self.form.show_problem(error.field, words)
            self._forget_draft(words)
            return
        self.form.show_problem("draft", outcome.sentence)
        self._forget_draft(outcome.sentence)

    def _forget_draft(self, words: str) -> None:
        self._errands.cancel_look(LOOK)
        self._drafted = None
        self.judgement.clear(words)
        self.transaction.clear()
        self.form.show_amounts("")
        self._refuse(words)

    def _refuse(self, words: str) -> None:
        self.keep.refuse(words)

    # ── keeping ──────────────────────────────────────────────────────────────────────────────────

    def _on_keep(self) -> None:
        drafted = self._drafted
        if drafted is None or drafted.view.why_not:
            return
        if self._errands.act(
            KEEP, lambda _p: self._actions.keep_draft(drafted.draft), self._on_kept, room="store"
        ):
            self._refuse("Putting it into the queue…")

    def _on_kept(self, outcome: Done[QueuedTransaction] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._refuse(f"Not kept: {outcome.sentence}")
            return
        queued = outcome.value
        others = (q for q in self._session.queue if q.safe_tx_hash != queued.safe_tx_hash)
        kept = sorted((*others, queued), key=lambda q: (q.tx.nonce, q.created_at))
        self._session.take_queue(tuple(kept))
        self._session.select(queued.safe_tx_hash)
        self.form.amount.clear()
        self.page_asked.emit("review")

    def _connect(self) -> None:
        self.form.strategy_chosen.connect(self._on_strategy)
        self.form.edited.connect(self._on_edited)
        self.form.typed.connect(self._on_typed)
        self.judgement.amount_asked.connect(self.form.amount.setText)
        self.keep.clicked.connect(self._on_keep)
        self._session.snapshot_arrived.connect(self._on_snapshot)
        self._session.queue_changed.connect(self._on_typed)
        self._session.chain_status_changed.connect(self._show_state)

    def _on_snapshot(self) -> None:
        self._show_state()
        self._on_typed()

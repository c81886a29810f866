"""What sending will cost, before anybody is asked for a passphrase, and how soon it should go."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from treasury_desktop.desk.fees import AgreedCost, CostEstimate, Speed
from treasury_desktop.viewmodels.cost import (
    DATA_FEE,
    SPEED_NAMES,
    CostView,
    FeeChoice,
    Money,
    cost_view,
    money_of,
)
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed, Progress
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import PlainLabel, plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.fields import Pick
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

LOOK: Final = "cost of sending"
LOOK_AT_CLOCK_MS: Final = 15_000
MOST_TYPED: Final = 24
FACTS: Final = (
    "Gas", "Base fee now", "Tip", "Highest fee", DATA_FEE, "Expected cost", "Highest cost",
)  # fmt: skip
OWN: Final = "Own fees"

Ask = Callable[[Progress], CostEstimate]


class FeeCard(Card):
    """Estimates when it is told what for; offers three speeds and fees of one's own.

    Signals: `changed` when the cost, the choice or the reason why there is none changed.
    """

    changed = Signal()

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__("What it costs", caption="paid by the executor", parent=parent)
        self._session, self._errands, self._actions = session, errands, actions
        self._ask: Ask | None = None
        self._estimate: CostEstimate | None = None
        self._view: CostView | None = None
        self._why_not = "The cost is being estimated."
        self.picks: dict[Speed | None, Pick] = {}
        self._group = QButtonGroup(self)
        self._tips: dict[Speed | None, PlainLabel] = {}
        self._costs: dict[Speed | None, PlainLabel] = {}
        self.max_fee = _field("Highest fee in gwei")
        self.tip = _field("Tip in gwei")
        self._own = QWidget()
        self._of_rollups: tuple[PlainLabel, ...] = ()
        self._problem = plain_label(role="small", kind="block", wrap=True)
        self._facts = {name: plain_label(selectable=True, right=True) for name in FACTS}
        self.pane = StatePane(self._content(), rows=4, is_snug=True)
        self.add(self.pane)
        self._clock = QTimer(self)
        self._clock.setInterval(LOOK_AT_CLOCK_MS)
        self._clock.timeout.connect(self._show)
        for field in (self.max_fee, self.tip):
            field.textChanged.connect(self._show)
        session.chain_status_changed.connect(self._on_chain)

    @property
    def agreed(self) -> AgreedCost | None:
        """What the person sees and agrees to by sending; `None` while `why_not` says why."""
        return None if self._view is None else self._view.agreed

    @property
    def why_not(self) -> str:
        """Why nothing can be sent at this cost; empty where it can."""
        return self._why_not

    def estimate_for(self, ask: Ask | None) -> None:
        """Estimates something else from now on, or nothing."""
        self._ask, self._estimate = ask, None
        self.picks[Speed.NORMAL].setChecked(True)
        self.estimate()

    def estimate(self) -> None:
        """Asks the chain once more; what is shown stays until the answer is there."""
        if self._ask is None or self._session.chain_trouble:
            self._show()
            return
        if self._estimate is None:
            self.pane.show_loading()
        self._errands.look(LOOK, self._ask, self._on_estimate)
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """What is looked at grows old in sight."""
        super().showEvent(event)
        self._clock.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._clock.stop()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_estimate(self, outcome: Done[CostEstimate] | Failed) -> None:
        if isinstance(outcome, Done):
            self._estimate = outcome.value
            self.pane.show_content()
            self._show()
            return
        self._estimate, self._view = None, None
        self._why_not = outcome.sentence
        still = "Nothing was sent; the queue, reviews and exports work without it."
        self.pane.note("")
        self.pane.show_trouble(
            Trouble(what="The cost is not known", since=outcome.sentence, still_works=still),
            on_retry=self.estimate,
        )
        self.changed.emit()

    def _on_chain(self) -> None:
        if not self._session.chain_trouble and self._estimate is None:
            self.estimate()
        else:
            self._show()

    def _choice(self) -> FeeChoice:
        speed = next((each for each, pick in self.picks.items() if pick.isChecked()), Speed.NORMAL)
        return FeeChoice(speed=speed, max_fee=self.max_fee.text(), tip=self.tip.text())

    def _money(self) -> Money:
        symbol = self._actions.workspace.chain.native_symbol
        return money_of(self._actions.local_facts(), symbol, self._actions.now())

    def _show(self) -> None:
        trouble = self._session.chain_trouble
        if self._estimate is None:
            self._view = None
            self._why_not = trouble or "The cost is being estimated."
            if trouble:
                self.pane.note("")
                self.pane.show_trouble(
                    Trouble(what="The cost is not known", since=trouble),
                    on_retry=self._session.ask_refresh,
                )
            self.changed.emit()
            return
        now = self._actions.now()
        view = cost_view(self._estimate, self._choice(), self._money(), now)
        self._view, self._why_not = view, view.why_not
        self._show_note(view, trouble)
        for row in view.speeds:
            self._tips[row.speed].setText(row.tip)
            self._costs[row.speed].setText(row.cost)
        facts = dict(view.facts)
        for name, label in self._facts.items():
            label.setText(facts.get(name, "–"))
        for each in self._of_rollups:
            each.setVisible(DATA_FEE in facts)
        is_own = self.picks[None].isChecked()
        self._own.setVisible(is_own)
        self._problem.setText(view.why_not)
        self._problem.setVisible(bool(view.why_not))
        for name, field in (("highest fee", self.max_fee), ("tip", self.tip)):
            set_variant(field, kind="block" if is_own and view.field == name else "")
        self.changed.emit()

    def _show_note(self, view: CostView, trouble: str) -> None:
        if trouble:
            self.pane.note(trouble, "offline")
        elif view.remark is not None:
            is_old = bool(view.remark.kind)
            self.pane.note(
                view.remark.text,
                view.remark.kind,
                action="Estimate again" if is_old else "",
                on_action=self.estimate if is_old else None,
            )
        else:
            self.pane.note("")

    def _on_pick(self) -> None:
        """Own fees begin as those of the speed that was chosen before."""
        if self.picks[None].isChecked() and not self.max_fee.text() and self._view is not None:
            highest, tip = self._view.own
            self.max_fee.setText(highest)
            self.tip.setText(tip)
        self._show()

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _content(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(self._speeds())
        column.addWidget(self._own)
        column.addWidget(self._problem)
        column.addLayout(self._figures())
        return whole

    def _speeds(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(2, 1)
        for row, speed in enumerate((*Speed, None)):
            name = OWN if speed is None else SPEED_NAMES[speed]
            pick = self.picks[speed] = Pick(name)
            self._group.addButton(pick)
            self._tips[speed] = plain_label(role="quiet")
            self._costs[speed] = plain_label(right=True)
            grid.addWidget(pick, row, 0)
            grid.addWidget(plain_label(name), row, 1)
            grid.addWidget(self._tips[speed], row, 2)
            grid.addWidget(self._costs[speed], row, 3, Qt.AlignmentFlag.AlignRight)
            pick.clicked.connect(self._on_pick)
        self._tips[None].setText("typed in gwei")
        self.picks[Speed.NORMAL].setChecked(True)
        fields = QGridLayout(self._own)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setHorizontalSpacing(tokens.GRID)
        fields.setVerticalSpacing(4)
        for at, (title, field) in enumerate(
            (("Highest fee, gwei", self.max_fee), ("Tip, gwei", self.tip))
        ):
            fields.addWidget(plain_label(title, role="quiet"), 0, at)
            fields.addWidget(field, 1, at)
        self._own.hide()
        return grid

    def _figures(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        for row, (name, label) in enumerate(self._facts.items()):
            is_what_counts = name == "Highest cost"
            role = "strong" if is_what_counts else "quiet"
            if is_what_counts:
                set_variant(label, role="strong")
            title = plain_label(name, role=role)
            if name == DATA_FEE:
                plain_tooltip(title, "Paid to the parent chain when mined; no signature bounds it.")
                self._of_rollups = (title, label)
            grid.addWidget(title, row, 0)
            grid.addWidget(label, row, 1, Qt.AlignmentFlag.AlignRight)
        return grid


def _field(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(MOST_TYPED)
    field.setAccessibleName(name)
    return field

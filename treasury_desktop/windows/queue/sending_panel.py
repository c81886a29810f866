"""What is on its way: where it is, and replacing it by the same with higher fees or by nothing."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.desk.follow_sendings import WaitingSending
from treasury_desktop.errors import Cancelled, Malformed, Refused
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.viewmodels.queue import QueueCard
from treasury_desktop.viewmodels.sending import SETTLED, SendingView, sending_view
from treasury_desktop.viewmodels.signing import Outcome, execution_outcome, unknown_outcome
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.queue.execute_panel import ACT
from treasury_desktop.windows.queue.fee_card import FeeCard
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.outcome_card import OutcomeCard
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import grouped
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.fields import Pick
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble
from treasury_desktop.windows.widgets.way_back import WayBack

LOOK: Final = "what waits"
HEX_LENGTH: Final = 42
CHOICES: Final = (
    (False, "Speed up", "the same execution with higher fees; verified once more"),
    (True, "Cancel", "an empty transfer of the executor takes its place; nothing runs"),
)


class SendingPanel(QWidget):
    """Shows what waits for one sent transaction.

    Signals: `closed` to go back to the lanes; `execute_asked` with the safeTxHash where nothing
    waits any more; `ended` when something came of it.
    """

    closed = Signal()
    execute_asked = Signal(object)
    ended = Signal()

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._errands, self._actions = session, errands, actions
        self._card: QueueCard | None = None
        self._keys: tuple[KeyLabel, ...] = ()
        self._view: SendingView | None = None
        self.outcome = OutcomeCard()
        self.says = NoticeLine()
        self._title = plain_label(role="section", wrap=True)
        self._chip = Chip()
        self._sentence = plain_label(wrap=True)
        self._facts = QGridLayout()
        self._fact_widgets: list[QWidget] = []
        self.look = DisabledReason("Look again", role="")
        self.again = DisabledReason("Execute again…", role="")
        self.picks: dict[bool, Pick] = {}
        self._group = QButtonGroup(self)
        self._ways = Card("Replace it", caption="only one of the two can be mined")
        self.cost = FeeCard(session, errands, actions)
        self.send = DisabledReason("Speed up…", icon_name="paper-plane-tilt")
        self.pane = StatePane(self._content(), rows=4, is_snug=True)
        self._lay_out()
        self._connect()

    def show_transaction(self, card: QueueCard, keys: tuple[KeyLabel, ...]) -> None:
        """Looks for what waits for this transaction."""
        self._card, self._keys, self._view = card, keys, None
        self._title.setText(f"Nonce {card.nonce}: {card.purpose}")
        if not self._errands.is_acting(ACT):
            self.outcome.clear()
            self.says.say("")
        self.picks[False].setChecked(True)
        self.pane.show_loading()
        self.look_again()

    def look_again(self) -> None:
        """Asks the nodes where it is."""
        card = self._card
        if card is None:
            return
        trouble = self._session.chain_trouble
        if trouble:
            self._show_trouble(trouble)
            return
        self.look.refuse("Asking the nodes…")
        self._errands.look(
            LOOK, lambda _p: self._actions.sending.waiting(card.safe_tx_hash), self._on_waiting
        )

    # ── what comes back ──────────────────────────────────────────────────────────────────────────

    def _on_waiting(self, outcome: Done[WaitingSending | None] | Failed) -> None:
        self.look.allow()
        if isinstance(outcome, Failed):
            self._show_trouble(outcome.sentence)
        elif outcome.value is None:
            self._view = None
            self.pane.hide()
            self.says.say("Nothing waits any more; the queue says what became of it.", "good")
            self.ended.emit()
        else:
            self._show(sending_view(outcome.value, self._keys))

    def _show_trouble(self, sentence: str) -> None:
        self._view = None
        self.pane.show()
        self.pane.show_trouble(
            Trouble(what="What became of it is unknown", since=sentence), on_retry=self.look_again
        )

    def _show(self, view: SendingView) -> None:
        self._view = view
        self._chip.say(view.state.text, view.state.kind)
        self._sentence.setText(view.sentence)
        self._show_facts(view)
        self.again.setVisible(view.can_execute_again)
        if view.can_execute_again:
            self.again.allow()
        is_open = not view.why_no_replacement
        self._ways.setVisible(True)
        for each in self.picks.values():
            each.setEnabled(is_open)
        self.picks[False].setEnabled(is_open and not view.why_no_speed_up)
        if view.why_no_speed_up:
            self.picks[True].setChecked(True)
        self.cost.setVisible(is_open)
        self.pane.show()
        self.pane.show_content()
        self._estimate()

    def _show_facts(self, view: SendingView) -> None:
        for old in self._fact_widgets:
            discard(old)
        self._fact_widgets = []
        for row, (name, value) in enumerate(view.facts):
            is_hex = value.startswith("0x") and len(value) >= HEX_LENGTH
            text = " ".join(grouped(value)) if is_hex else value
            shown = (
                plain_label(name, role="quiet"),
                plain_label(text, role="mono" if is_hex else "", selectable=True, wrap=True),
            )
            for place, widget in enumerate(shown):
                self._facts.addWidget(widget, row, place, Qt.AlignmentFlag.AlignTop)
                self._fact_widgets.append(widget)

    # ── replacing ────────────────────────────────────────────────────────────────────────────────

    @property
    def _cancels(self) -> bool:
        return self.picks[True].isChecked()

    def _estimate(self) -> None:
        card, cancels, view = self._card, self._cancels, self._view
        self.send.set_text("Cancel it…" if cancels else "Speed up…")
        if card is None or view is None or view.why_no_replacement:
            self.cost.estimate_for(None)
        else:
            self.cost.estimate_for(
                lambda _p: self._actions.sending.estimate_replacement(
                    card.safe_tx_hash, cancels=cancels
                )
            )
        self._show_send()

    def _show_send(self) -> None:
        view, trouble = self._view, self._session.chain_trouble
        if self._errands.is_acting(ACT):
            self.send.refuse("Under way: waiting for the passphrase, then for the receipt.")
        elif view is None:
            self.send.refuse("What waits is not known yet.")
        elif self._session.why_no_signing:
            self.send.refuse(self._session.why_no_signing)
        elif view.why_no_replacement:
            self.send.refuse(view.why_no_replacement)
        elif view.why_no_speed_up and not self._cancels:
            self.send.refuse(view.why_no_speed_up)
        elif trouble:
            self.send.refuse(f"Sending needs the chain. {trouble}")
        elif self.cost.agreed is None:
            self.send.refuse(self.cost.why_not)
        else:
            self.send.allow()

    def _on_send(self) -> None:
        card, agreed, cancels = self._card, self.cost.agreed, self._cancels
        if card is None or agreed is None:
            return
        self.outcome.clear()
        if self._errands.act(
            ACT,
            lambda _p: self._actions.sending.replace_sending(
                card.safe_tx_hash, agreed, cancels=cancels
            ),
            self._on_replaced,
        ):
            self.says.say(
                "A separate window asks for the executor's passphrase. After sending, this waits "
                "for a receipt of either; leaving the page does not stop it.",
                "accent",
            )
            self._show_send()

    def _on_replaced(self, outcome: Done[Receipt] | Failed) -> None:
        self.says.say("")
        if isinstance(outcome, Done):
            self.outcome.show_outcome(execution_outcome(outcome.value))
            self.pane.hide()
        elif isinstance(outcome.error, (Refused, Malformed, Cancelled)):
            refused = Outcome(kind="block", title="Not replaced", sentence=outcome.sentence)
            self.outcome.show_outcome(refused)
            self.look_again()
        else:
            self.outcome.show_outcome(unknown_outcome(outcome.sentence))
            self.look_again()
        self._show_send()
        self.ended.emit()

    def _on_queue_changed(self) -> None:
        """What a refresh found out meanwhile."""
        card = self._card
        if card is None or self.outcome.is_shown or not self.isVisible():
            return
        states = {queued.safe_tx_hash: queued.state for queued in self._session.queue}
        state = states.get(card.safe_tx_hash, State.SENT)
        if state in SETTLED:
            self._view = None
            self.pane.hide()
            self.says.say(SETTLED[state], "good" if state is State.EXECUTED else "advice")

    def _on_next(self, step: str) -> None:
        if step == "queue":
            self.closed.emit()
        else:
            self.look_again()
            self._session.ask_refresh()

    def _on_again(self) -> None:
        if self._card is not None:
            self.execute_asked.emit(self._card.safe_tx_hash)

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self.look.clicked.connect(self.look_again)
        self.again.clicked.connect(self._on_again)
        self.send.clicked.connect(self._on_send)
        self.cost.changed.connect(self._show_send)
        self.outcome.next_asked.connect(self._on_next)
        self._session.signing_stopped.connect(self._show_send)
        self._session.queue_changed.connect(self._on_queue_changed)
        for pick in self.picks.values():
            pick.clicked.connect(self._estimate)

    def _content(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        where = Card()
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._chip)
        self._facts.setHorizontalSpacing(tokens.GAP)
        self._facts.setVerticalSpacing(4)
        self._facts.setColumnStretch(1, 1)
        steps = QHBoxLayout()
        steps.setSpacing(tokens.GRID)
        steps.addWidget(self.look)
        steps.addWidget(self.again)
        steps.addStretch(1)
        where.add(head, self._sentence, self._facts, steps)
        ways = QGridLayout()
        ways.setHorizontalSpacing(tokens.GRID)
        ways.setVerticalSpacing(4)
        ways.setColumnStretch(2, 1)
        for row, (cancels, name, words) in enumerate(CHOICES):
            pick = self.picks[cancels] = Pick(name)
            self._group.addButton(pick)
            ways.addWidget(pick, row, 0)
            ways.addWidget(plain_label(name), row, 1)
            ways.addWidget(plain_label(words, role="quiet", wrap=True), row, 2)
        self._ways.add(ways)
        sends = Card()
        sends.add(self.send)
        for each in (where, self._ways, self.cost, sends):
            column.addWidget(each)
        return whole

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        back = WayBack()
        back.clicked.connect(self.closed)
        column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.says)
        column.addWidget(self.outcome)
        column.addWidget(self.pane)
        column.addStretch(1)

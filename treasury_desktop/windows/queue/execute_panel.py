"""Executing: who pays, what is read again before, and what the chain says came of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.errors import Cancelled, Malformed, Refused
from treasury_desktop.viewmodels.queue import QueueCard
from treasury_desktop.viewmodels.signing import (
    EXECUTION_STEPS,
    KeyChoice,
    Outcome,
    execution_outcome,
    key_text,
    keys_to_execute,
    unknown_outcome,
)
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.queue.fee_card import FeeCard
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.outcome_card import OutcomeCard
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.steps import numbered_steps
from treasury_desktop.windows.widgets.way_back import WayBack

ACT = "execute"


class ExecutePanel(QWidget):
    """Sends one confirmed transaction with an executor key.

    Signals: `closed` to go back to the lanes; `ended` when something came of it.
    """

    closed = Signal()
    ended = Signal()

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._card: QueueCard | None = None
        self._choice = KeyChoice(keys=(), why_none="")
        self.receipt: Receipt | None = None
        self.key = Choice()
        self.key.setAccessibleName("Executor key that pays for gas")
        self.cost = FeeCard(session, errands, actions)
        self.send = DisabledReason("Execute…", icon_name="paper-plane-tilt")
        self.outcome = OutcomeCard()
        self._says = NoticeLine()
        self._form = QWidget()
        self._title = plain_label(role="section", wrap=True)
        self._facts = plain_label(role="quiet", wrap=True)
        self._lay_out()
        self.send.clicked.connect(self._on_send)
        self.cost.changed.connect(self._show_send)
        self.key.activated.connect(self._estimate)
        session.signing_stopped.connect(self._show_send)
        self.outcome.next_asked.connect(self._on_next)

    def show_transaction(self, card: QueueCard, keys: tuple[KeyLabel, ...]) -> None:
        """Prepares to send this transaction."""
        if self._card is None or card.safe_tx_hash != self._card.safe_tx_hash:
            self.outcome.clear()
            self.send.hold()
        self._card = card
        self._facts.setText(f"{card.signed} · {card.hash_text}")
        self._choice = keys_to_execute(keys)
        self.key.clear()
        for key in self._choice.keys:
            self.key.addItem(key_text(key).replace("&", "&&"))
        self.key.setVisible(bool(self._choice.keys))
        self.cost.setVisible(bool(self._choice.keys))
        self._estimate()

    def _estimate(self) -> None:
        """The cost for this transaction and this executor."""
        key, card = self._chosen, self._card
        if key is None or card is None:
            self.cost.estimate_for(None)
        else:
            safe_tx_hash = card.safe_tx_hash
            self.cost.estimate_for(lambda _p: self._actions.sending.estimate(safe_tx_hash, key))
        self._show_send()

    @property
    def _chosen(self) -> KeyLabel | None:
        at = self.key.currentIndex()
        return self._choice.keys[at] if 0 <= at < len(self._choice.keys) else None

    def _show_send(self) -> None:
        trouble, outcome = self._session.chain_trouble, self.outcome.outcome
        why_not_again = "" if outcome is None else outcome.why_not_again
        self._form.setVisible(not why_not_again)
        if self._card is not None:
            head = "Nonce" if why_not_again else "Execute nonce"
            self._title.setText(f"{head} {self._card.nonce}: {self._card.purpose}")
        if self._errands.is_acting(ACT):
            self.send.refuse("Under way: waiting for the passphrase, then for the receipt.")
        elif why_not_again:
            self.send.refuse(why_not_again)
        elif self._session.why_no_signing:
            self.send.refuse(self._session.why_no_signing)
        elif self._choice.why_none:
            self.send.refuse(self._choice.why_none)
        elif trouble:
            self.send.refuse(f"Sending needs the chain. {trouble}")
        elif self.cost.agreed is None:
            self.send.refuse(self.cost.why_not)
        else:
            self.send.allow()

    def _on_send(self) -> None:
        key, card, agreed = self._chosen, self._card, self.cost.agreed
        if card is None or key is None or agreed is None:
            return
        safe_tx_hash = card.safe_tx_hash
        self.outcome.clear()
        if self._errands.act(
            ACT,
            lambda _p: self._actions.sending.execute(safe_tx_hash, key, agreed),
            self._on_executed,
        ):
            self._says.say(
                "A separate window asks for the executor's passphrase. After sending, this waits "
                "for the receipt; leaving the page does not stop it.",
                "accent",
            )
            self._show_send()

    def _on_executed(self, outcome: Done[Receipt] | Failed) -> None:
        self._says.say("")
        self.receipt = None
        if isinstance(outcome, Done):
            self.receipt = outcome.value
            self.outcome.show_outcome(execution_outcome(outcome.value))
        elif isinstance(outcome.error, (Refused, Malformed, Cancelled)):
            refused = Outcome(kind="block", title="Not sent", sentence=outcome.sentence)
            self.outcome.show_outcome(refused)
            self.cost.estimate()  # perhaps it costs more by now: the new figures are shown
        else:  # the world failed us, or we did: it may have been sent before that
            self.outcome.show_outcome(unknown_outcome(outcome.sentence))
        self._show_send()
        if self.isVisible():
            is_led_on = bool(self.outcome.outcome and self.outcome.outcome.next_step)
            (self.outcome.next if is_led_on else self.send.button).setFocus()
        self.ended.emit()

    def _on_next(self, step: str) -> None:
        if step == "queue":
            self.closed.emit()
        else:
            self._session.ask_refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        back = WayBack()
        back.clicked.connect(self.closed)
        column.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._says)
        column.addWidget(self.outcome)
        what = Card()
        what.add(self._title, self._facts)
        column.addWidget(what)
        column.addWidget(self._form)
        pays = Card("Who pays", caption="an executor key; it owns nothing here")
        pays.add(self.key, self.send)
        steps = Card("What happens then")
        steps.add(numbered_steps(EXECUTION_STEPS))
        form = QVBoxLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(tokens.GAP)
        form.addWidget(self.cost)
        form.addWidget(pays)
        form.addWidget(steps)
        column.addStretch(1)

"""Executing: who pays, what is read again before, and what the chain says came of it."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

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
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.outcome_card import OutcomeCard
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice
from treasury_desktop.windows.widgets.notice import NoticeLine

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
        self._is_open_ended = False
        self.key = Choice()
        self.key.setAccessibleName("Executor key that pays for gas")
        self.send = DisabledReason("Execute…", icon_name="paper-plane-tilt")
        self.outcome = OutcomeCard()
        self._says = NoticeLine()
        self._title = plain_label(role="section", wrap=True)
        self._facts = plain_label(role="quiet", wrap=True)
        self._lay_out()
        self.send.clicked.connect(self._on_send)
        session.signing_stopped.connect(self._show_send)
        self.outcome.next_asked.connect(lambda _step: session.ask_refresh())

    def show_transaction(self, card: QueueCard, keys: tuple[KeyLabel, ...]) -> None:
        """Prepares to send this transaction."""
        if self._card is None or card.safe_tx_hash != self._card.safe_tx_hash:
            self.outcome.clear()
            self._is_open_ended = False
            self.send.hold()
        self._card = card
        self._title.setText(f"Execute nonce {card.nonce}: {card.purpose}")
        self._facts.setText(f"{card.signed} · {card.hash_text}")
        self._choice = keys_to_execute(keys)
        self.key.clear()
        for key in self._choice.keys:
            self.key.addItem(key_text(key).replace("&", "&&"))
        self.key.setVisible(bool(self._choice.keys))
        self._show_send()

    def _show_send(self) -> None:
        trouble = self._session.chain_trouble
        if self._errands.is_acting(ACT):
            self.send.refuse("Under way: waiting for the passphrase, then for the receipt.")
        elif self.outcome.is_shown and not self._is_open_ended:
            self.send.refuse("Something came of it already; see above.")
        elif self._session.why_no_signing:
            self.send.refuse(self._session.why_no_signing)
        elif self._choice.why_none:
            self.send.refuse(self._choice.why_none)
        elif trouble:
            self.send.refuse(f"Sending needs the chain. {trouble}")
        else:
            self.send.allow()

    def _on_send(self) -> None:
        at, card = self.key.currentIndex(), self._card
        if card is None or not 0 <= at < len(self._choice.keys):
            return
        key, safe_tx_hash = self._choice.keys[at], card.safe_tx_hash
        self.outcome.clear()
        if self._errands.act(
            ACT, lambda _p: self._actions.execute(safe_tx_hash, key), self._on_executed
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
        else:  # the world failed us, or we did: it may have been sent before that
            self.outcome.show_outcome(unknown_outcome(outcome.sentence))
        self._is_open_ended = self.receipt is None or self.receipt.execution_success is None
        self._show_send()
        self.ended.emit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        back = QPushButton(icon("arrow-left"), "Back to the queue")
        back.setIconSize(spaced())
        set_variant(back, role="ghost")
        back.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.addWidget(back)
        top.addStretch(1)
        column.addLayout(top)
        column.addWidget(self._says)
        column.addWidget(self.outcome)
        what = Card()
        what.add(self._title, self._facts)
        column.addWidget(what)
        pays = Card("Who pays", caption="an executor key; it owns nothing here")
        pays.add(self.key, self.send)
        column.addWidget(pays)
        steps = Card("What happens then")
        for number, words in enumerate(EXECUTION_STEPS, start=1):
            row = QHBoxLayout()
            row.setSpacing(tokens.GRID)
            label = plain_label(f"{number}.", role="quiet")
            label.setFixedWidth(16)
            row.addWidget(label)
            row.addWidget(plain_label(words, wrap=True), 1)
            steps.add(row)
        column.addWidget(steps)
        column.addStretch(1)

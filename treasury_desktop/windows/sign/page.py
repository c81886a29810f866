"""The sign page: which key, what will happen, and what came of it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.sign_for_nested import SignedInside
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.viewmodels.nested_signing import (
    NestedDesk,
    signed_inside_outcome,
    with_nested_keys,
)
from treasury_desktop.viewmodels.signing import (
    WHAT_HAPPENS,
    KeyChoice,
    Outcome,
    keys_to_sign,
    signed_outcome,
)
from treasury_desktop.viewmodels.unlocking import asking_text
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed, Progress
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.outcome_card import OutcomeCard
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.fields import Choice
from treasury_desktop.windows.widgets.hash_rows import HashRows
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.side_by_side import SideBySide
from treasury_desktop.windows.widgets.state_pane import StatePane
from treasury_desktop.windows.widgets.steps import numbered_steps
from treasury_desktop.windows.widgets.way_back import WayBack

if TYPE_CHECKING:
    from treasury_desktop.assets.address import Address
    from treasury_desktop.review.review import Review

ACT = "sign"
_NAME_WIDTH = 132
_ZERO = "0x" + "00" * 20


class SignPage(QWidget):
    """Signs the acknowledged review with one of this desk's owner keys.

    Signals: `page_asked` with the key of another page ("review", "export", "queue", "keys").
    """

    page_asked = Signal(object)

    def __init__(
        self,
        session: Session,
        errands: Errands,
        actions: Actions,
        acknowledged: Acknowledged,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._acknowledged = acknowledged
        self._choice = KeyChoice(keys=(), why_none="")
        self._keys: tuple[KeyLabel, ...] = ()
        self._signing: tuple[Review, KeyLabel] | None = None
        self._signed: set[Address] = set()
        self._signed_inside: set[tuple[Address, Address]] = set()
        self.key = Choice()
        self.key.setAccessibleName("Key to sign with")
        self.sign = DisabledReason("Sign…", icon_name="pen-nib")
        self.to_keys = QPushButton("Open Keys")
        self.back = WayBack()
        self.outcome = OutcomeCard()
        self._says = NoticeLine()
        self._what = plain_label(role="section", wrap=True)
        self._leaving = plain_label(wrap=True)
        self._key_address = AddressLabel(_ZERO)
        self._hashes = HashRows()
        self.pane = StatePane(self._content())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pane)
        self.setFocusProxy(self.key)
        acknowledged.changed.connect(self._on_changed)
        session.selection_changed.connect(self._on_selected)
        session.signing_stopped.connect(self._show)
        self.key.currentIndexChanged.connect(self._on_key_chosen)
        self.sign.clicked.connect(self._on_sign)
        self.outcome.next_asked.connect(self._on_next)
        self.back.clicked.connect(lambda: self.page_asked.emit("queue"))
        self.reload()

    def reload(self) -> None:
        """Reads the keys and shows what can be signed with them."""
        self._errands.look(
            "keys to sign", lambda _p: self._actions.keys.all(), self._on_keys, room="keys"
        )
        self._show()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_changed(self) -> None:
        if self._acknowledged.review is not None and not self._errands.is_acting(ACT):
            self.sign.hold()
        self._show()

    def _on_keys(self, outcome: Done[tuple[KeyLabel, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._keys = ()
            self._says.say(
                f"The keys cannot be read: {outcome.sentence}", "block", action="Try again",
                on_action=self.reload,
            )  # fmt: skip
        else:
            self._keys = outcome.value
            self._says.say("")
        self._show()

    def _show(self) -> None:
        review, view = self._acknowledged.review, self._acknowledged.view
        why = self._acknowledged.why_not
        if review is None or view is None or why:
            if self._errands.is_acting(ACT) or self.outcome.is_shown:
                self._show_sign(why or "Nothing is under review.")
                return
            self.pane.show_empty(
                "Nothing is ready to be signed",
                why or "A transaction is signed only after its review.",
                action="Go to the review",
                on_action=lambda: self.page_asked.emit("review"),
                icon="pen-nib",
            )
            return
        self._what.setText(f"Nonce {review.bundle.tx.nonce}: {view.sentence}")
        self._leaving.setText(view.leaving)
        self._leaving.setVisible(bool(view.leaving))
        self._hashes.show_hashes(view.domain, view.message, view.safe_tx, view.words)
        choice = keys_to_sign(review, self._keys, self._signed)
        desk = NestedDesk(
            workspace=self._actions.workspace,
            snapshot=self._session.snapshot,
            queued=self._session.selected,
        )
        self._offer_keys(with_nested_keys(choice, review, self._keys, desk, self._signed_inside))
        self.pane.show_content()

    def _offer_keys(self, choice: KeyChoice) -> None:
        if (choice.keys, choice.for_safes) != (self._choice.keys, self._choice.for_safes):
            self.key.blockSignals(True)  # noqa: FBT003  Qt's own signature
            self.key.clear()
            for place in range(len(choice.keys)):
                self.key.addItem(choice.text_at(place).replace("&", "&&"))
            self.key.blockSignals(False)  # noqa: FBT003  as above
        self._choice = choice
        self._on_key_chosen()

    def _on_key_chosen(self) -> None:
        key = self._chosen()
        self.key.setVisible(key is not None)
        self.to_keys.setVisible(self._choice.lacks_key)
        self._key_address.setVisible(key is not None)
        if key is not None:
            self._key_address.show_address(str(key.address), name=key.label, source=key.kept_in)
            self.sign.set_text(self._choice.button_at(self.key.currentIndex()))
        self._show_sign(self._choice.why_none)

    def _show_sign(self, why: str) -> None:
        outcome = self.outcome.outcome
        is_over = outcome is not None and bool(outcome.why_not_again)
        is_key_left = bool(self._choice.for_safes) or any(
            key.address not in self._signed for key in self._choice.keys
        )
        self._form.setVisible(is_key_left or not is_over)
        why = self._session.why_no_signing or why
        if self._errands.is_acting(ACT):
            self.sign.refuse("Waiting for the passphrase in the separate window.")
        elif why:
            self.sign.refuse(why)
        else:
            self.sign.allow()

    def _chosen(self) -> KeyLabel | None:
        at = self.key.currentIndex()
        return self._choice.keys[at] if 0 <= at < len(self._choice.keys) else None

    # ── signing ──────────────────────────────────────────────────────────────────────────────────

    def _on_sign(self) -> None:
        review, key = self._acknowledged.review, self._chosen()
        if review is None or key is None or self._acknowledged.why_not:
            return
        self._signing = (review, key)
        inner = self._choice.safe_at(self.key.currentIndex())

        def work(_progress: Progress) -> Confirmation | SignedInside:
            if inner is not None:
                return self._actions.nested.sign(review, inner, key)
            return self._actions.sign(review, key)

        is_begun = self._errands.act(ACT, work, self._on_signed, room="keys")
        if is_begun:
            self.outcome.clear()
            self.key.setEnabled(False)
            unlocked = self._actions.unlocking.unlocked()
            is_unlocked = unlocked is not None and unlocked.address == key.address
            self._says.say(asking_text(is_unlocked=is_unlocked), "accent")
            self._show_sign("")

    def _on_signed(self, outcome: Done[Confirmation | SignedInside] | Failed) -> None:
        self.key.setEnabled(True)
        self._says.say("")
        if isinstance(outcome, Failed):
            self.outcome.show_outcome(
                Outcome(
                    kind="block",
                    title="Not signed",
                    sentence=f"{outcome.sentence} Nothing was kept; you can try again.",
                )
            )
        elif isinstance(outcome.value, SignedInside):
            self._on_signed_inside(outcome.value)
        elif self._signing is not None:
            self.outcome.show_outcome(signed_outcome(outcome.value, *self._signing, self._keys))
            self._signed.add(outcome.value.owner)
            self._refresh_queue()
        self._show()
        self._focus_next()

    def _on_signed_inside(self, signed: SignedInside) -> None:
        if self._signing is not None:
            _, key = self._signing
            self.outcome.show_outcome(signed_inside_outcome(signed, key, self._actions.workspace))
            self._signed_inside.add((signed.owner, signed.inner))
            self._refresh_queue()

    def _focus_next(self) -> None:
        """The keyboard goes on with what comes next, not with whatever stands next on the page."""
        if not self.isVisible():
            return
        is_led_on = self.outcome.outcome is not None and bool(self.outcome.outcome.next_step)
        wanted = self.outcome.next if is_led_on else self.sign.button
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_selected(self) -> None:
        self._signed.clear()
        self._signed_inside.clear()
        self.outcome.clear()

    def _refresh_queue(self) -> None:
        self._errands.look("queue", lambda _p: self._actions.queue(), self._on_queue, room="store")

    def _on_queue(self, outcome: object) -> None:
        if isinstance(outcome, Done):
            self._session.take_queue(outcome.value)

    def _on_next(self, step: str) -> None:
        self.page_asked.emit(step if step == "export" else "queue")

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _content(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._says)
        column.addWidget(self.outcome)
        what = Card()
        what.add(self._what, self._leaving, self._hashes)
        column.addWidget(what)
        self._form = SideBySide()
        self._form.add(self._key_card())
        self._form.add(_steps_card())
        column.addWidget(self._form)
        column.addStretch(1)
        return whole

    def _key_card(self) -> Card:
        card = Card("Key", caption="of an owner, or of an owner of a Safe that is one")
        grid = QGridLayout()
        grid.setVerticalSpacing(tokens.GRID)
        grid.addWidget(self.key, 0, 0)
        grid.addWidget(self._key_address, 1, 0)
        card.add(grid)
        self.to_keys.clicked.connect(lambda: self.page_asked.emit("keys"))
        row = QHBoxLayout()
        row.addWidget(self.to_keys)
        row.addStretch(1)
        card.add(row)
        card.body.addStretch(1)
        card.add(self.sign)
        return card


def _steps_card() -> Card:
    card = Card("What happens then")
    card.add(numbered_steps(WHAT_HAPPENS))
    card.body.addStretch(1)
    return card

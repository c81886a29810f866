"""One transaction of the queue: what it is for, who signed, what comes next."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from treasury_desktop.viewmodels.figures import Remark
from treasury_desktop.viewmodels.nested_owners import DRAFT_APPROVAL, SHOW_APPROVAL, NestedOwner
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.queue import QueueCard
from treasury_desktop.viewmodels.service import ServiceRowView
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.queue.service_row import ServiceRow
from treasury_desktop.windows.review.signature_rows import SignatureDot
from treasury_desktop.windows.untrusted import button_text, plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge


class TransactionCard(Card):
    """Shows one `QueueCard`.

    Signals: `step_asked` with a `Step` and the safeTxHash; `send_asked` with the safeTxHash;
    `nested_asked` with "sign", "draft" or "approval", the safeTxHash and the `NestedOwner`.
    """

    step_asked = Signal(object, object)
    send_asked = Signal(object)
    nested_asked = Signal(object, object, object)

    def __init__(self, card: QueueCard, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.card = card
        self.body.setSpacing(10)
        self.add(self._head(), _facts(card), _dots(card))
        if card.valid is not None:
            self.add(_valid(card.valid))
        for words in card.quarantined:
            self.add(_quarantined(words))
        self.buttons: dict[Step, QPushButton] = {}
        self.nested_buttons: dict[str, QPushButton] = {}
        for nested in card.nested:
            self.add(self._nested(nested))
        self.add(self._actions())
        self.service: ServiceRow | None = None
        self.setAccessibleName(f"Nonce {card.nonce}: {card.purpose}. {card.state.text}")

    def show_service(self, view: ServiceRowView | None) -> None:
        """What the optional service can be sent of it, and whether it came from there."""
        if view is not None and self.service is None:
            self.service = ServiceRow(self.card.nonce)
            self.service.send_asked.connect(lambda: self.send_asked.emit(self.card.safe_tx_hash))
            self.add(self.service)
        if self.service is not None:
            self.service.setVisible(view is not None)
            if view is not None:
                self.service.show_view(view)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        row.addWidget(plain_label(self.card.purpose, role="section", wrap=True), 1)
        row.addWidget(Chip(self.card.state.text, self.card.state.kind))
        return row

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        card = self.card
        main = "primary" if card.is_main else ""
        row.addWidget(self._button(card.step, card.step_text, main))
        if card.step not in (Step.SIGN, Step.READ, Step.WAIT):
            row.addWidget(self._button(Step.READ, "Review", "ghost"))
        if card.step is not Step.EXPORT:
            row.addWidget(self._button(Step.EXPORT, "Export…", "ghost"))
        row.addWidget(plain_label(card.step_words, role="quiet", wrap=True), 1)
        return row

    def _nested(self, nested: NestedOwner) -> QHBoxLayout:
        """An owner that is a Safe: how many signed inside it, and what can be done for it."""
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        row.addWidget(SignatureDot(is_filled=nested.is_signed))
        who = plain_label(f"Safe {nested.name}", role="strong")
        plain_tooltip(who, str(nested.inner))
        row.addWidget(who)
        row.addWidget(plain_label(nested.words, role="quiet", wrap=True), 1)
        for act, is_offered, text in (
            ("sign", nested.can_sign, nested.sign_text),
            ("draft", nested.can_draft, DRAFT_APPROVAL),
            ("approval", nested.approval is not None, SHOW_APPROVAL),
        ):
            if is_offered:
                row.addWidget(self._nested_button(act, text, nested))
        return row

    def _nested_button(self, act: str, text: str, nested: NestedOwner) -> QPushButton:
        button = QPushButton(button_text(text))
        set_variant(button, role="ghost")
        button.setAccessibleName(f"{text}, nonce {self.card.nonce}: {self.card.purpose}")
        button.clicked.connect(lambda: self.nested_asked.emit(act, self.card.safe_tx_hash, nested))
        self.nested_buttons[f"{act} {nested.inner}"] = button
        return button

    def _button(self, step: Step, text: str, role: str) -> QPushButton:
        button = QPushButton(button_text(text))
        set_variant(button, role=role)
        button.setAccessibleName(f"{text} nonce {self.card.nonce}: {self.card.purpose}")
        button.clicked.connect(lambda: self.step_asked.emit(step, self.card.safe_tx_hash))
        self.buttons[step] = button
        return button


def _facts(card: QueueCard) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.GRID)
    kind, words = card.verdict
    if kind:
        badge = VerdictBadge(kind, words)
        badge.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(badge)
    parts = [part for part in (card.strategy, card.origin) if part]
    row.addWidget(plain_label(" · ".join(parts), role="quiet", wrap=True), 1)
    row.addWidget(plain_label(card.hash_text, role="mono-quiet"))
    return row


def _dots(card: QueueCard) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for dot in card.dots:
        shown = SignatureDot(is_filled=dot.is_signed)
        state = "signed" if dot.is_signed else "not yet"
        plain_tooltip(shown, f"{dot.name}\n{dot.address}\n{state}")
        row.addWidget(shown)
    row.addWidget(plain_label(card.signed, role="strong"))
    row.addSpacing(tokens.GRID)
    row.addWidget(plain_label(card.names, role="quiet", wrap=True), 1)
    return row


def _valid(remark: Remark) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.GRID)
    row.addWidget(Glyph("clock", "danger" if remark.kind == "danger" else "text_quiet"))
    role = "small" if remark.kind else "quiet"
    row.addWidget(plain_label(remark.text, role=role, kind=remark.kind, wrap=True), 1)
    return row


def _quarantined(words: str) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.GRID)
    row.addWidget(Glyph("warning", "danger"))
    row.addWidget(
        plain_label(
            f"A signature does not count – {words}", role="small", kind="danger", wrap=True
        ),
        1,
    )
    return row

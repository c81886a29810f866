"""The review page: verdict, who gets what, what speaks against it, the hashes, then Sign."""

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.review.review import Review
from treasury_desktop.review.validity import validity_of
from treasury_desktop.viewmodels.call_lines import CallReader
from treasury_desktop.viewmodels.review import ReviewView, review_view, with_our_names
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.review.acknowledge_row import AcknowledgeRow
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.review.call_tree import CallTree
from treasury_desktop.windows.review.findings_list import FindingsList
from treasury_desktop.windows.review.judgement_card import JudgementPanel
from treasury_desktop.windows.review.limit_panel import LimitPanel
from treasury_desktop.windows.review.scroll_column import ScrollColumn, scroll_to_top
from treasury_desktop.windows.review.signature_rows import SignatureRows
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import plain_label, texts_in
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.hash_rows import HashRows
from treasury_desktop.windows.widgets.side_by_side import SideBySide
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge
from treasury_desktop.windows.widgets.way_back import WayBack

LOOK = "review"
_GRAVE = frozenset({"block", "danger"})
_MIDDLE_HEIGHT = 240
"""Below this the whole page scrolls; above it calls and findings scroll beside fixed hashes."""
_ZERO = "0x" + "00" * 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reviewed:
    """A review with its words, both made off the GUI thread."""

    review: Review
    view: ReviewView


class ReviewPage(QWidget):
    """Shows the review of the session's selected transaction.

    Signals: `page_asked` with the key of another page ("sign", "queue").
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
        self.acknowledged = acknowledged
        self.tree = CallTree()
        self.findings = FindingsList()
        self.sign = DisabledReason("Sign…", icon_name="pen-nib")
        self.back = WayBack()
        self.acknowledge = AcknowledgeRow(acknowledged)
        self._badge = VerdictBadge(large=True)
        self._sentence = plain_label(wrap=True)
        self._leaving = plain_label(role="strong", wrap=True)
        self._valid = plain_label(wrap=True)
        self._purpose = plain_label(role="quiet", wrap=True)
        self._safe = AddressLabel(_ZERO)
        self._chips = [Chip() for _ in range(4)]
        self._hashes = HashRows()
        self._judgements = Card("Judgement")
        self._signatures = Card("Confirmations")
        self._keys: tuple[KeyLabel, ...] = ()
        self._shown: list[QWidget] = []
        self.pane = StatePane(self._content())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pane)
        self.setFocusProxy(self.tree)
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Reviews the selected transaction anew, off the GUI thread."""
        selected = self._session.selection
        self._errands.look(
            "keys of the review", lambda _p: self._actions.keys.all(), self._on_keys, room="keys"
        )
        if selected is None:
            self._errands.cancel_look(LOOK)
            self.acknowledged.forget()
            self.pane.show_empty(
                "Nothing is under review",
                "Choose a transaction in the queue, or import one that a cosigner sent.",
                action="Go to the queue",
                on_action=lambda: self.page_asked.emit("queue"),
                icon="magnifying-glass",
            )
            return
        shown = self.acknowledged.view
        if shown is not None and shown.safe_tx_hash != selected:
            self.acknowledged.forget()  # nobody signs one thing while another is asked for
        self.pane.show_loading()
        workspace, now = self._actions.workspace, self._actions.now()

        def work(_progress: object) -> _Reviewed:
            review = self._actions.review(selected)
            named = (n.name for n in workspace.safes if n.address == review.facts.safe.address)
            symbol = workspace.chain.native_symbol
            view = review_view(
                review,
                safe_name=next(named, ""),
                native_symbol=symbol,
                now=now,
                validity=validity_of(review, self._actions.local_facts()),
            )
            return _Reviewed(review=review, view=view)

        self._errands.look(LOOK, work, self._on_reviewed)

    def lines(self) -> list[str]:
        """All words of the page in reading order, for transcripts."""
        return [
            *texts_in(self._head_card),
            *texts_in(self._safe),
            *self.tree.lines(),
            *self.findings.lines(),
            *texts_in(self._judgements),
            *texts_in(self._signatures),
            *texts_in(self._hashes),
            *([] if self.acknowledge.isHidden() else texts_in(self.acknowledge)),
            f"Sign: {self.acknowledged.why_not or 'allowed'}",
        ]

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_reviewed(self, outcome: Done[_Reviewed] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.acknowledged.forget()
            trouble = Trouble(
                what="This transaction cannot be reviewed",
                since=outcome.sentence,
                still_works="Nothing can be signed. The rest of the queue is not affected.",
            )
            self.pane.show_trouble(trouble, on_retry=self.reload)
            return
        review, view = outcome.value.review, outcome.value.view
        has_changed = self.acknowledged.take(review, view)
        if has_changed:
            symbol = self._actions.workspace.chain.native_symbol
            self.tree.show_call(review.call, CallReader(review.facts, symbol), view.call_count)
            self._show_the_worst_call(view)
            self.sign.hold()
            self._right.to_top()
            scroll_to_top(self)
        self._show_head(view)
        self.findings.show_findings(view.findings, self.acknowledged.is_named)
        if self._found.title is not None:
            self._found.title.set_caption(f"worst first · {view.found}" if view.found else "")
        self._show_right(review, view)
        self._hashes.show_hashes(view.domain, view.message, view.safe_tx, view.words)
        self._show_state()
        self._show_sign()
        self.pane.show_content()

    def _show_the_worst_call(self, view: ReviewView) -> None:
        """A change of owners in the middle of a payroll is what a person sees first."""
        grave = (f for f in view.findings if f.kind in _GRAVE and f.paths)
        worst = next(grave, None)
        if worst is not None and "." in worst.paths[0]:
            self.tree.show_path(worst.paths[0])

    def _show_head(self, view: ReviewView) -> None:
        self._badge.say(view.kind, view.verdict)
        self._sentence.setText(view.sentence)
        self._leaving.setText(view.leaving)
        self._leaving.setVisible(bool(view.leaving))
        self._valid.setText("" if view.valid is None else view.valid.text)
        set_variant(self._valid, kind="" if view.valid is None else view.valid.kind)
        self._valid.setVisible(view.valid is not None)
        stated = f"Purpose as stated: {view.purpose}" if view.purpose else "No purpose stated."
        self._purpose.setText(f"{stated} {view.purpose_note}".strip())
        self._safe.show_address(view.safe_address, name=view.safe)
        remarks = [*view.remarks, *(None for _ in self._chips)]
        for chip, remark in zip(self._chips, remarks, strict=False):
            chip.say("" if remark is None else remark.text, "" if remark is None else remark.kind)

    def _show_right(self, review: Review, view: ReviewView) -> None:
        for old in self._shown:
            discard(old)
        panels: list[QWidget] = [JudgementPanel(row, review.facts.terms) for row in view.judgements]
        if view.more_judgements:
            words = f"{view.more_judgements:,} milder judgements are not shown; their findings are."
            panels.append(plain_label(words, role="quiet", wrap=True))
        panels += [LimitPanel(row) for row in view.limits]
        if not panels:
            panels.append(plain_label(view.why_unjudged, role="quiet", wrap=True))
        signatures = SignatureRows(with_our_names(view.signatures, self._keys))
        self._judgements.add(*panels)
        self._signatures.add(signatures)
        if self._signatures.title is not None:
            self._signatures.title.set_caption(view.signed)
        self._shown = [*panels, signatures]
        for each in self._shown:
            each.show()
        self._right.updateGeometry()
        self._columns.arrange()

    def _on_keys(self, outcome: Done[tuple[KeyLabel, ...]] | Failed) -> None:
        """Our own owners go by the names the queue gives them, once the keys are read."""
        keys = outcome.value if isinstance(outcome, Done) else ()
        has_changed, self._keys = keys != self._keys, keys
        review, view = self.acknowledged.review, self.acknowledged.view
        if has_changed and review is not None and view is not None:
            self._show_right(review, view)

    def _show_state(self) -> None:
        trouble = self._session.chain_trouble
        if trouble:
            self.pane.note(
                f"{trouble} This review goes by what was read before; the signer judges again by "
                "the present clock.",
                "offline",
            )
        else:
            self.pane.note("")

    def _show_sign(self) -> None:
        why = self.acknowledged.why_not
        if why:
            self.sign.refuse(why)
        else:
            self.sign.allow()
        self.findings.refresh()

    def _on_sign(self) -> None:
        if not self.acknowledged.why_not:
            self.page_asked.emit("sign")

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self._session.selection_changed.connect(self.reload)
        self._session.queue_changed.connect(self.reload)
        self._session.snapshot_arrived.connect(self.reload)
        self._session.chain_status_changed.connect(self._show_state)
        self.findings.path_chosen.connect(self.tree.show_path)
        self.acknowledge.path_chosen.connect(self.tree.show_path)
        self.acknowledged.changed.connect(self._show_sign)
        self.sign.clicked.connect(self._on_sign)
        self.back.clicked.connect(lambda: self.page_asked.emit("queue"))

    def _content(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID + 4)
        self._head_card = self._head()
        column.addWidget(self._head_card)
        self._columns = self._middle()
        column.addWidget(self._columns, 1)
        hashes = Card()
        hashes.body.setContentsMargins(tokens.PADDING, 10, tokens.PADDING, 10)
        hashes.add(self._hashes)
        column.addWidget(hashes)
        column.addWidget(self.acknowledge)
        last = QHBoxLayout()
        last.addWidget(self.sign, 1)
        last.addWidget(self.back)
        column.addLayout(last)
        return whole

    def _head(self) -> Card:
        card = Card()
        card.body.setContentsMargins(tokens.PADDING, 12, tokens.PADDING, 12)
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self._badge, 1)
        for chip in self._chips:
            top.addWidget(chip)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(top)
        for each in (self._sentence, self._leaving, self._valid, self._purpose):
            column.addWidget(each)
        card.add(column)
        return card

    def _middle(self) -> SideBySide:
        calls = Card("What it does", caption="who gets what, as the bytes say", flush=True)
        calls.setMinimumHeight(_MIDDLE_HEIGHT)
        calls.body.setContentsMargins(1, 10, 1, tokens.GRID)
        calls.body.setSpacing(tokens.GRID)
        whose = QHBoxLayout()
        whose.setContentsMargins(tokens.PADDING, 0, tokens.PADDING, 0)
        whose.addWidget(self._safe)
        calls.add(whose)
        calls.add(self.tree, stretch=1)
        found = Card("Findings", caption="worst first", flush=True)
        found.body.setContentsMargins(1, 10, 1, tokens.GRID)
        found.body.setSpacing(4)
        found.add(self.findings)
        self._found = found
        for card in (self._judgements, self._signatures):
            card.body.setSpacing(tokens.GRID)
            card.body.setContentsMargins(tokens.PADDING, 10, tokens.PADDING, 10)
        self._right = ScrollColumn(found, self._judgements, self._signatures)
        both = SideBySide(spacing=tokens.GRID + 4)
        both.add(calls, 11)
        both.add(self._right, 9)
        return both

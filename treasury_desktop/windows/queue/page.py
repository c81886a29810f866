"""The queue page: a lane for each nonce, rivals side by side, import, export and execution."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.import_transaction import Imported
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.review.validity import Validity, validity_of
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.arrivals import has_several_lines, import_words, several_words
from treasury_desktop.viewmodels.nested_owners import NestedOwner
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.queue import Lane, QueueView, other_safes, queue_view
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.actions_of_exchange import Arrival
from treasury_desktop.windows.errands import Done, Errands, Failed, Progress
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.picture import pasted_file, png_of
from treasury_desktop.windows.queue.execute_panel import ACT as EXECUTE
from treasury_desktop.windows.queue.execute_panel import ExecutePanel
from treasury_desktop.windows.queue.queue_card import TransactionCard
from treasury_desktop.windows.queue.service_bar import ServiceBar
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.progress_row import ProgressRow
from treasury_desktop.windows.widgets.section_title import SectionTitle
from treasury_desktop.windows.widgets.state_pane import StatePane

if TYPE_CHECKING:
    from treasury_desktop.windows.queue.sending_panel import SendingPanel

T = TypeVar("T")
IMPORT = "import"
MOST_PASTED = 8 * 1024 * 1024
TOO_MUCH = "The clipboard holds more than a bundle may be (8 MiB)."
MOST_CARDS = 60
"""Transactions shown at first, the next to be executed before all: anybody may send hundreds."""

ABREAST = 3
"""Transactions of one nonce beside each other."""

APPROVAL = "draft approval"
"""The name of the errand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Examined:
    """What the reviews of the queue came to, by safeTxHash."""

    verdicts: dict[bytes, str] = field(default_factory=dict)
    validities: dict[bytes, Validity] = field(default_factory=dict)


class QueuePage(QWidget):
    """Shows the session's queue and leads to review, import, export and execution.

    Signals: `page_asked` with the key of another page ("review", "export", "deploy", "keys").
    """

    page_asked = Signal(object)

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._keys: tuple[KeyLabel, ...] | None = None
        self._examined = _Examined()
        self._view: QueueView | None = None
        self._is_outdated = False
        self.cards: list[TransactionCard] = []
        self._most_cards = MOST_CARDS
        self.dialog: QFileDialog | None = None
        self.execute = ExecutePanel(session, errands, actions)
        self._sending: SendingPanel | None = None
        self.says = NoticeLine(can_close=True)
        self._progress = ProgressRow()
        self.service = ServiceBar(session, errands, actions.service, self._safe)
        self._sentence = plain_label(role="strong")
        self._lanes = QWidget()
        self._lanes_place = QVBoxLayout(self._lanes)
        self._lanes_place.setContentsMargins(0, 0, 0, 0)
        self.pane = StatePane(self._lanes)
        self._first = QWidget()
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()
        self._show()
        self.reload()

    def reload(self) -> None:
        """Reads keys and verdicts again; the queue itself comes from the session."""
        self._errands.look(
            "keys for the queue", lambda _p: self._actions.keys.all(), self._on_keys, room="keys"
        )
        self._ask_verdicts()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _safe(self) -> Safe | None:
        snapshot, safes = self._session.snapshot, self._actions.workspace.safes
        return None if snapshot is None or not safes else snapshot.safe_at(safes[0].address)

    def _show(self) -> None:
        self._is_outdated = self.parent() is not None and not self.isVisible()
        if self._is_outdated:  # nobody looks: once is enough, when the page is shown again
            return
        workspace = self._actions.workspace
        view = queue_view(
            self._session.queue,
            self._safe(),
            workspace,
            self._keys,
            self._examined.verdicts,
            others=other_safes(workspace, self._session.snapshot),
            validities=self._examined.validities,
            now=self._actions.now(),
        )
        self._show_state()
        if view == self._view:
            return
        self._view = view
        self._sentence.setText(view.sentence)
        self._rebuild(view)
        if view.lanes or view.finished:
            self.pane.show_content()
        else:
            self.pane.show_empty(
                "No transactions are waiting",
                "Draft a deployment, or drop a bundle a cosigner sent you onto this page.",
                action="Draft a deployment",
                on_action=lambda: self.page_asked.emit("deploy"),
                icon="stack",
            )

    def _show_state(self) -> None:
        trouble = self._session.chain_trouble
        if trouble:
            words = f"{trouble} Reviewing, signing and exporting work without it; executing waits."
            self.pane.note(
                words, "offline", action="Try again", on_action=self._session.ask_refresh
            )
        elif self._safe() is None and self._session.queue:
            self.pane.note(
                "The Safe has not been read yet, so nobody can say who its owners are.",
                "advice",
                action="Refresh",
                on_action=self._session.ask_refresh,
            )
        else:
            self.pane.note("")

    def _rebuild(self, view: QueueView) -> None:
        """All lanes at once: each that is shown alone has Qt lay out all the others again."""
        lanes = QWidget()
        column = QVBoxLayout(lanes)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        self.cards = []
        for lane in _first_of(view.lanes, self._most_cards):
            column.addWidget(self._lane(lane))
        left = sum(len(lane.cards) for lane in view.lanes) - len(self.cards)
        if left:
            more = _button(f"Show {left} more", "stack", self._show_more)
            column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)
        if view.finished:
            column.addWidget(_finished(view))
        column.addStretch(1)
        self._show_service()
        former = self._lanes_place.takeAt(0)
        if former is not None and (widget := former.widget()) is not None:
            discard(widget)
        self._lanes_place.addWidget(lanes)

    def _show_service(self) -> None:
        """What each transaction can have sent; nothing where there is no service."""
        queue = {queued.safe_tx_hash: queued for queued in self._session.queue}
        safe = self._safe()
        owners = safe.owners if safe is not None and isinstance(safe.owners, tuple) else ()
        mine = frozenset(key.address for key in self._keys or ()) & frozenset(owners)
        for card in self.cards:
            queued = queue.get(card.card.safe_tx_hash)
            if queued is not None:
                card.show_service(self.service.row_of(queued, mine))

    def _lane(self, lane: Lane) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        title = SectionTitle(lane.title, lane.caption)
        if lane.rejects:
            title.add(self._rejecting(lane))
        column.addWidget(title)
        for start in range(0, len(lane.cards), ABREAST):
            rivals = QHBoxLayout()
            rivals.setSpacing(tokens.GAP)
            for each in lane.cards[start : start + ABREAST]:
                card = TransactionCard(each)
                card.step_asked.connect(self._on_step)
                card.send_asked.connect(self.service.send)
                card.nested_asked.connect(self._on_nested)
                self.cards.append(card)
                rivals.addWidget(card, 1, Qt.AlignmentFlag.AlignTop)
            column.addLayout(rivals)
        return whole

    def _rejecting(self, lane: Lane) -> QPushButton:
        button = _button(lane.rejects, "prohibit", lambda: self._reject(lane))
        button.setObjectName("reject")
        set_variant(button, role="ghost")
        return button

    def _reject(self, lane: Lane) -> None:
        """Drafts it and leads to its review: nobody signs it without having read it."""
        safe, nonce = lane.safe, lane.nonce
        if safe is None:
            return
        if not self._errands.act(
            "reject",
            lambda _p: self._actions.draft_rejection(safe, nonce),
            self._on_rejection,
            room="store",
        ):
            self.says.say("A rejection is being drafted already.", "advice")

    def _on_rejection(self, outcome: Done[QueuedTransaction] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"No rejection was drafted. {outcome.sentence}", "block")
            return
        self._take_in(outcome.value)
        self._session.select(outcome.value.safe_tx_hash)
        self.page_asked.emit("review")

    def _take_in(self, drafted: QueuedTransaction) -> None:
        """Shown at once, before the queue was read anew."""
        others = (q for q in self._session.queue if q.safe_tx_hash != drafted.safe_tx_hash)
        self._session.take_queue((*others, drafted))
        self._read_queue()

    def _show_more(self) -> None:
        self._most_cards += MOST_CARDS
        if self._view is not None:
            self._rebuild(self._view)

    # ── what comes back ──────────────────────────────────────────────────────────────────────────

    def _on_keys(self, outcome: Done[tuple[KeyLabel, ...]] | Failed) -> None:
        self._keys = outcome.value if isinstance(outcome, Done) else None
        self._show()
        self._show_service()

    def _ask_verdicts(self) -> None:
        waiting = [q.safe_tx_hash for q in self._session.queue if q.state not in FINAL]

        def work(progress: Progress) -> _Examined:
            verdicts: dict[bytes, str] = {}
            validities: dict[bytes, Validity] = {}
            local = self._actions.local_facts()
            for safe_tx_hash in waiting:
                if progress.is_cancelled():
                    break
                try:
                    review = self._actions.review(safe_tx_hash)
                    verdicts[safe_tx_hash] = review.verdict
                    validities[safe_tx_hash] = validity_of(review, local)
                except (Malformed, Refused):
                    verdicts[safe_tx_hash] = "block"  # what cannot be read is never fit to sign
            return _Examined(verdicts=verdicts, validities=validities)

        if waiting:
            self._errands.look("verdicts of the queue", work, self._on_verdicts)

    def _on_verdicts(self, outcome: "Done[_Examined] | Failed") -> None:
        if isinstance(outcome, Done):
            self._examined = outcome.value
            self._show()

    def _on_queue_changed(self) -> None:
        self._show()
        self._ask_verdicts()

    # ── steps ────────────────────────────────────────────────────────────────────────────────────

    def _on_step(self, step: Step, safe_tx_hash: bytes) -> None:
        if step is Step.EXPORT:
            self._session.select(safe_tx_hash)
            self.page_asked.emit("export")
        elif step is Step.LOOK_AGAIN:
            self.open_sending(safe_tx_hash)
            self._session.ask_refresh()
        elif step is Step.EXECUTE:
            self.open_execution(safe_tx_hash)
        elif step is Step.OPEN_KEYS:
            self.page_asked.emit("keys")
        else:
            self._session.select(safe_tx_hash)
            self.page_asked.emit("review")

    def _on_nested(self, act: str, safe_tx_hash: bytes, nested: NestedOwner) -> None:
        """Signing for a Safe goes through the review; its approval is drafted and then reviewed."""
        if act == "sign":
            self._on_step(Step.SIGN, safe_tx_hash)
        elif nested.approval is not None:
            self._on_step(Step.READ, nested.approval)
        elif not self._errands.act(
            APPROVAL,
            lambda _p: self._actions.nested.draft_approval(safe_tx_hash, nested.inner),
            self._on_approval,
            room="store",
        ):
            self.says.say("An approval is being drafted already.", "advice")

    def _on_approval(self, outcome: Done[QueuedTransaction] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"No approval was drafted. {outcome.sentence}", "block")
            return
        drafted = outcome.value
        self.says.say(
            f"Drafted: {drafted.purpose}, at nonce {drafted.tx.nonce} of the Safe that approves.",
            "good",
            action="Review it",
            on_action=lambda: self._on_step(Step.READ, drafted.safe_tx_hash),
        )
        self._take_in(drafted)

    def open_execution(self, safe_tx_hash: bytes) -> None:
        """Shows what executing a transaction means, in place of the lanes."""
        card = next((c.card for c in self.cards if c.card.safe_tx_hash == safe_tx_hash), None)
        if card is not None:
            self.execute.show_transaction(card, self._keys or ())
            self._turn_to(self.execute)

    def open_sending(self, safe_tx_hash: bytes) -> None:
        """Shows what waits for a transaction that was sent, in place of the lanes."""
        card = next((c.card for c in self.cards if c.card.safe_tx_hash == safe_tx_hash), None)
        if card is not None:
            self._turn_to(self.sending)
            self.sending.show_transaction(card, self._keys or ())

    @property
    def sending(self) -> "SendingPanel":
        """What waits for a block; made when it is first asked for, which is seldom."""
        if self._sending is None:
            from treasury_desktop.windows.queue.sending_panel import (  # noqa: PLC0415  seldom shown
                SendingPanel,
            )

            panel = self._sending = SendingPanel(self._session, self._errands, self._actions)
            panel.closed.connect(self._show_lanes)
            panel.ended.connect(self._on_executed)
            panel.execute_asked.connect(self.open_execution)
            self._stack.addWidget(panel)
        return self._sending

    def _turn_to(self, shown: QWidget) -> None:
        """Lanes or execution: the page is as high as what it shows, and begins at its top."""
        for each in filter(None, (self._first, self.execute, self._sending)):
            is_shown = each is shown
            down = QSizePolicy.Policy.Preferred if is_shown else QSizePolicy.Policy.Ignored
            each.setSizePolicy(QSizePolicy.Policy.Preferred, down)
        self._stack.setCurrentWidget(shown)

    def _show_lanes(self) -> None:
        self._turn_to(self._first)
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever comes back to the page comes to the lanes, unless something is being sent."""
        super().showEvent(event)
        if self._is_outdated:
            self._show()
        self.service.reload()
        if not event.spontaneous() and not self._errands.is_acting(EXECUTE):
            self._turn_to(self._first)

    def _on_executed(self) -> None:
        self._read_queue()
        self._session.ask_refresh()

    def _read_queue(self) -> None:
        self._errands.look("queue", lambda _p: self._actions.queue(), self._on_queue, room="store")

    def _on_queue(self, outcome: Done[tuple[QueuedTransaction, ...]] | Failed) -> None:
        if isinstance(outcome, Done):
            self._session.take_queue(outcome.value)

    # ── import ───────────────────────────────────────────────────────────────────────────────────

    def import_file(self, path: Path) -> None:
        """Imports a bundle or a cosigner's signatures from a file."""
        self._import(lambda _p: self._actions.import_file(path))

    def import_several(self, things: Sequence[Path | bytes]) -> None:
        """Imports several files or lines, each by itself; pictures of one series together."""
        self._begin(
            lambda p: self._actions.exchange.import_several(things, p.report, p.is_cancelled),
            self._on_several,
        )

    def import_files(self, paths: Sequence[Path]) -> None:
        """Imports the files that were chosen or dropped."""
        if len(paths) == 1:
            self.import_file(paths[0])
        else:
            self.import_several(paths)

    def paste(self) -> None:
        """Imports what is on the clipboard: text, or what a picture's QR codes hold."""
        text = QApplication.clipboard().text()
        if not text.strip():
            self._paste_picture()
        elif len(text) > MOST_PASTED:
            self.says.say(TOO_MUCH, "block")
        else:
            self._import_text(text)

    def _import_text(self, text: str) -> None:
        """Links, requests and signatures one below the other are several things."""
        if has_several_lines(text):
            self.import_several([text.encode("utf-8", "surrogatepass")])
        else:
            self._import(lambda _p: self._actions.import_text(text))

    def _paste_picture(self) -> None:
        """The picture's file where the clipboard has it; else the picture, made a file again."""
        clipboard = QApplication.clipboard()
        file = pasted_file(clipboard.mimeData())
        image = clipboard.image() if file is None else None
        if file is not None and file.size() > MOST_PASTED:
            self.says.say(TOO_MUCH, "block")
        elif file is not None:
            content = bytes(file.data())
            self._import(lambda _p: self._actions.import_bytes(content))
        elif image is not None and not image.isNull():
            self._import(lambda _p: self._actions.import_bytes(png_of(image)))
        else:
            self.says.say("There is neither text nor a picture on the clipboard.", "advice")

    def _import(self, work: Callable[[Progress], Imported]) -> None:
        self._begin(work, self._on_imported)

    def _begin(
        self, work: Callable[[Progress], T], on_end: Callable[[Done[T] | Failed], None]
    ) -> None:
        """One import at a time, with its progress in sight where it takes longer."""

        def on_outcome(outcome: Done[T] | Failed) -> None:
            self._progress.end()
            on_end(outcome)

        step = self._progress.show_step
        if not self._errands.act(IMPORT, work, on_outcome, room="store", on_step=step):
            self.says.say("An import is under way already.", "advice")

    def _on_imported(self, outcome: Done[Imported] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"Nothing was imported. {outcome.sentence}", "block")
            return
        imported = outcome.value
        words, kind = import_words(imported)
        self._offer_review(words, kind, imported.safe_tx_hash)
        self._read_queue()

    def _on_several(self, outcome: Done[tuple[Arrival, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "block")
        else:
            words, kind, only = several_words(outcome.value)
            self._offer_review(words, kind, only)
        self._read_queue()

    def _offer_review(self, words: str, kind: str, safe_tx_hash: bytes | None) -> None:
        def review() -> None:
            self._session.select(safe_tx_hash)
            self.page_asked.emit("review")

        if safe_tx_hash is None:
            self.says.say(words, kind)
        else:
            self.says.say(words, kind, action="Review it", on_action=review)

    def ask_file(self) -> None:
        """Opens a dialog for files to import; nothing blocks."""
        dialog = QFileDialog(self, "Import bundles, confirmations or pictures")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(
            ["Bundles, batches and QR pictures (*.json *.txt *.png *.jpg *.jpeg)", "All files (*)"]
        )
        dialog.filesSelected.connect(lambda names: self.import_files([Path(n) for n in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_dialog_closed)
        self.dialog = dialog
        dialog.open()

    def _on_dialog_closed(self, _result: object) -> None:
        self.dialog = None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes files and text."""
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Imports local files, dropped text, or what a dropped link carries in itself."""
        files = [Path(u.toLocalFile()) for u in event.mimeData().urls() if u.isLocalFile()]
        event.acceptProposedAction()
        if files:
            self.import_files(files)
        elif links := [u for u in event.mimeData().urls() if u.hasQuery() or u.hasFragment()]:
            self._import_text("\n".join(link.toEncoded().toStdString() for link in links))
        elif event.mimeData().hasUrls():
            self.says.say("Only files on this machine are imported; nothing is fetched.", "block")
        else:
            self._import_text(event.mimeData().text())

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self._session.queue_changed.connect(self._on_queue_changed)
        self._session.snapshot_arrived.connect(self._on_queue_changed)
        self._session.chain_status_changed.connect(self._show_state)
        self._progress.cancel_asked.connect(lambda: self._errands.cancel(IMPORT))
        self.service.changed.connect(self._show_service)
        self.service.queue_outdated.connect(self._read_queue)
        self.execute.closed.connect(self._show_lanes)
        self.execute.ended.connect(self._on_executed)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.paste)

    def _lay_out(self) -> None:
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        head = QHBoxLayout()
        head.setSpacing(tokens.GRID)
        head.addWidget(self._sentence)
        head.addStretch(1)
        head.addWidget(plain_label("drop bundles or pictures here, or", role="quiet"))
        head.addWidget(_button("Import files…", "download-simple", self.ask_file))
        head.addWidget(_button("Paste", "clipboard-text", self.paste))
        column = QVBoxLayout(self._first)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(head)
        column.addWidget(self.says)
        column.addWidget(self._progress)
        column.addWidget(self.service)
        column.addWidget(self.pane, 1)
        self._stack.addWidget(self._first)
        self._stack.addWidget(self.execute)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)


def _button(text: str, icon_name: str, on_clicked: Callable[[], None]) -> QPushButton:
    button = QPushButton(icon(icon_name), text)
    button.setIconSize(spaced())
    button.clicked.connect(on_clicked)
    return button


def _first_of(lanes: Sequence[Lane], most: int) -> Iterator[Lane]:
    """The lanes with so many transactions in all; the last one may be cut."""
    for lane in lanes:
        if most <= 0:
            return
        yield replace(lane, cards=lane.cards[:most])
        most -= len(lane.cards)


def _finished(view: QueueView) -> Card:
    card = Card("No longer waiting", caption="the newest first")
    for title, purpose in view.finished[:MOST_CARDS]:
        row = QHBoxLayout()
        row.setSpacing(tokens.GAP)
        label = plain_label(title, role="quiet")
        label.setFixedWidth(180)
        row.addWidget(label)
        row.addWidget(plain_label(purpose, wrap=True), 1)
        card.add(row)
    return card

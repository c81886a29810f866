"""The messages page: take in, review, sign, send on; typed data and texts, never raw hashes."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.final_signature import FinalSignature
from treasury_desktop.desk.import_message import ImportedMessage
from treasury_desktop.messages.kept_message import KeptMessage, MessageConfirmation
from treasury_desktop.review.messages.message_review import MessageReview
from treasury_desktop.viewmodels.messages import (
    imported_words,
    keys_for_message,
    message_rows,
    message_view,
    suggested_name,
)
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.messages.acknowledged_message import AcknowledgedMessage
from treasury_desktop.windows.messages.message_cards import MessageCards
from treasury_desktop.windows.messages.message_list import MessageList
from treasury_desktop.windows.messages.new_message import NewMessage
from treasury_desktop.windows.messages.sign_card import SignCard
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.page import ACT as SIGN
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.long_text import MOST_CHARACTERS
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

LIST_WIDTH = 216


class MessagesPage(QWidget):
    """A list of messages and the chosen one in full.

    Signals: `page_asked` with the key of another page ("keys").
    """

    page_asked = Signal(object)

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._kept: tuple[KeptMessage, ...] | None = None
        self._keys: tuple[KeyLabel, ...] = ()
        self._chosen: bytes | None = None
        self.dialog: QFileDialog | None = None
        self.acknowledged = AcknowledgedMessage(self)
        self.cards = MessageCards(self.acknowledged)
        self.sign = SignCard()
        self.cards.hide()
        self.sign.hide()
        self.new = NewMessage()
        self.new.hide()
        self.says = NoticeLine(can_close=True)
        self._count = plain_label(role="strong")
        self.list = MessageList()
        self.review_pane = StatePane(self._right(), rows=8, is_snug=True)
        self.pane = StatePane(self._both(), rows=8, is_snug=True)
        self._lay_out()
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Reads messages and keys again."""
        if self._kept is None:
            self.pane.show_loading()
        self._errands.look(
            "messages", lambda _p: self._actions.messages.all(), self._on_messages, room="store"
        )
        self._errands.look(
            "keys for messages", lambda _p: self._actions.keys.all(), self._on_keys, room="keys"
        )

    def choose(self, key: bytes) -> None:
        """Shows a message, reviewed anew."""
        if key != self._chosen:
            self.acknowledged.forget()
            self.sign.forget_final()
        self._chosen = key
        self._review()

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever comes back sees what is true now."""
        super().showEvent(event)
        if not event.spontaneous() and self._kept is not None:
            self.reload()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_messages(self, outcome: Done[tuple[KeptMessage, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            works = "What was kept is not lost; transactions are on the Queue page."
            trouble = Trouble(what=outcome.sentence, still_works=works)
            self.pane.show_trouble(trouble, on_retry=self.reload)
            return
        self._kept = outcome.value
        count = len(self._kept)
        # What is not shown has to claim no height, or the words for an empty page stand far below.
        self.cards.setVisible(count > 0)
        self.sign.setVisible(count > 0)
        self._count.setText(f"{count} message{'' if count == 1 else 's'}")
        if not self._kept:
            self.pane.show_empty(
                "No messages yet",
                "Permits, orders, votes and sign-ins that a Safe signs are reviewed here before "
                "anybody signs them. Paste typed data, write a text, or open a cosigner's file.",
                action="New message",
                on_action=self._open_new,
                icon="chat-text",
            )
            return
        self._show_list()
        self.pane.show_content()
        self._review()

    def _show_list(self) -> None:
        rows = message_rows(self._kept or ())
        if self._chosen not in {row.key for row in rows}:
            self._chosen = rows[0].key
        self.list.show_rows(rows, self._chosen)

    def _review(self) -> None:
        key = self._chosen
        if key is None:
            return
        if self.acknowledged.view is None:
            self.review_pane.show_loading()
        self._errands.look(
            "message review", lambda _p: self._actions.messages.review(key), self._on_review
        )

    def _on_review(self, outcome: Done[MessageReview] | Failed) -> None:
        kept = self._kept_one()
        if isinstance(outcome, Failed):
            self.acknowledged.forget()
            works = "The message is kept. Refresh the treasury, then review it again."
            trouble = Trouble(what=outcome.sentence, still_works=works)
            self.review_pane.show_trouble(trouble, on_retry=self._review)
            return
        review = outcome.value
        if kept is None or review.hashes.safe_message != kept.safe_message_hash:
            return  # another one was chosen meanwhile
        names = {safe.address: safe.name for safe in self._actions.workspace.safes}
        view = message_view(kept, review, names.get(review.safe.address, ""))
        self.cards.show_message(view)
        if self.acknowledged.take(review, view) and not self._errands.is_acting(SIGN):
            self.sign.sign.hold()
        self.sign.show_complete(is_complete=view.is_complete, signed=view.signed)
        self.review_pane.show_content()
        self._show_sign()

    def _on_keys(self, outcome: Done[tuple[KeyLabel, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._keys = ()
            self.says.say(f"The keys cannot be read: {outcome.sentence}", "block")
        else:
            self._keys = outcome.value
        self._show_sign()

    def _show_sign(self) -> None:
        kept, review = self._kept_one(), self.acknowledged.review
        if kept is None or review is None:
            return
        choice = keys_for_message(kept, review.safe, self._keys, frozenset())
        why = self._session.why_no_signing or self.acknowledged.why_not
        if self._errands.is_acting(SIGN):
            why = "Waiting for the passphrase in the separate window."
        self.sign.offer(choice, why)

    def _show_state(self) -> None:
        trouble = self._session.chain_trouble
        words = f"{trouble} Reviewing and signing work without it; the Safe cannot be asked."
        self.pane.note(words if trouble else "", "offline")

    def _kept_one(self) -> KeptMessage | None:
        found = (one for one in self._kept or () if one.safe_message_hash == self._chosen)
        return next(found, None)

    # ── taking in ────────────────────────────────────────────────────────────────────────────────

    def import_file(self, path: Path) -> None:
        """Takes in a file."""
        self._import(lambda: self._actions.messages.import_file(path))

    def take_text(self, text: str) -> None:
        """Takes in what was pasted or written."""
        if len(text) > MOST_CHARACTERS:
            self._refuse_length(len(text))
            return
        self._import(lambda: self._actions.messages.import_text(text))

    def _refuse_length(self, count: int) -> None:
        most = f"at most {MOST_CHARACTERS:,} characters are read here"
        words = f"Nothing was taken in. The text has {count:,}; {most}. Open it as a file instead."
        self.says.say(words, "block")

    def ask_file(self) -> None:
        """Opens a dialog for a file; nothing blocks."""
        dialog = QFileDialog(self, "Open a message")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Messages and typed data (*.json *.txt)", "All files (*)"])
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        self._open(dialog)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Takes a local file."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Takes in the first local file."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if files:
            self.import_file(Path(files[0]))

    def _import(self, work: Callable[[], ImportedMessage]) -> None:
        if not self._errands.act(
            "import message", lambda _p: work(), self._on_imported, room="store"
        ):
            self.says.say("An import is under way already.", "advice")

    def _on_imported(self, outcome: Done[ImportedMessage] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"Nothing was taken in. {outcome.sentence}", "block")
            return
        self.says.say(*imported_words(outcome.value))
        self._close_new()
        self.new.field.clear()
        self.choose(outcome.value.safe_message_hash)
        self.reload()

    def _open_new(self) -> None:
        self.new.show()
        self.new.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _close_new(self) -> None:
        self.new.hide()

    # ── signing and sending on ───────────────────────────────────────────────────────────────────

    def _on_sign(self) -> None:
        review, key = self.acknowledged.review, self.sign.chosen
        if review is None or key is None or self.acknowledged.why_not:
            return
        actions = self._actions.messages
        if self._errands.act(
            SIGN, lambda _p: actions.sign(review, key), self._on_signed, room="keys"
        ):
            self.says.say(
                "A separate window asks for the passphrase. This page goes on when it closes.",
                "accent",
            )
            self._show_sign()

    def _on_signed(self, outcome: Done[MessageConfirmation] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"Not signed. {outcome.sentence} Nothing was kept.", "block")
            self._show_sign()
            return
        words = f"Signed by {outcome.value.owner} and kept. Export it for your cosigners."
        self.says.say(words, "good")
        self.reload()

    def _on_final(self) -> None:
        key = self._chosen
        if key is None:
            return
        self.sign.final.refuse("Asking the Safe…")
        self._errands.look(
            "final signature",
            lambda _p: self._actions.messages.final_signature(key),
            self._on_final_known,
        )

    def _on_final_known(self, outcome: Done[FinalSignature] | Failed) -> None:
        self.sign.final.allow()
        if isinstance(outcome, Failed):
            self.sign.says.say(outcome.sentence, "block")
        else:
            self.sign.show_final(outcome.value)

    def _ask_export(self) -> None:
        key = self._chosen
        if key is None:
            return
        dialog = QFileDialog(self, "Export for cosigners")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter("Message (*.json)")
        dialog.setDefaultSuffix("json")
        dialog.selectFile(suggested_name(key))
        dialog.fileSelected.connect(lambda name: self.export(key, Path(name)))
        self._open(dialog)

    def export(self, key: bytes, path: Path) -> None:
        """Writes a message for cosigners."""

        def on_written(outcome: Done[None] | Failed) -> None:
            if isinstance(outcome, Failed):
                self.says.say(f"Not exported: {outcome.sentence}", "block")
            else:
                self.says.say(f"Exported as {path.name}. Send it by any means.", "good")

        actions = self._actions.messages
        self._errands.act(
            "export message", lambda _p: actions.export(key, path), on_written, room="store"
        )

    def _open(self, dialog: QFileDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_dialog_closed)
        self.dialog = dialog
        dialog.open()

    def _on_dialog_closed(self, _result: object) -> None:
        self.dialog = None

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self.list.key_chosen.connect(self.choose)
        self.acknowledged.changed.connect(self._show_sign)
        self.sign.sign_asked.connect(self._on_sign)
        self.sign.final_asked.connect(self._on_final)
        self.sign.export_asked.connect(self._ask_export)
        self.sign.keys_asked.connect(lambda: self.page_asked.emit("keys"))
        self.new.taken.connect(self.take_text)
        self.new.refused.connect(self._refuse_length)
        self.new.closed.connect(self._close_new)
        self._session.snapshot_arrived.connect(self._review)
        self._session.signing_stopped.connect(self._show_sign)
        self._session.chain_status_changed.connect(self._show_state)

    def _right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addWidget(self.cards)
        column.addWidget(self.sign)
        column.addStretch(1)
        return right

    def _both(self) -> QWidget:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GAP)
        card = Card(flush=True)
        card.setFixedWidth(LIST_WIDTH)
        card.add(self.list, stretch=1)
        row.addWidget(card)
        row.addWidget(self.review_pane, 1)
        return both

    def _lay_out(self) -> None:
        self.setAcceptDrops(True)
        head = QHBoxLayout()
        head.setSpacing(tokens.GRID)
        head.addWidget(self._count)
        head.addStretch(1)
        head.addWidget(_button("Open a file…", "download-simple", self.ask_file))
        head.addWidget(_button("New message", "plus", self._open_new))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(head)
        column.addWidget(self.says)
        column.addWidget(self.new)
        column.addWidget(self.pane, 1)
        self._show_state()


def _button(text: str, icon_name: str, on_clicked: Callable[[], None]) -> QPushButton:
    button = QPushButton(icon(icon_name), text)
    button.setIconSize(spaced())
    button.clicked.connect(on_clicked)
    return button

"""The Export page: one transaction for cosigners, other programs and air-gapped signers."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.viewmodels.handing_over import Offer, offers, saved_words
from treasury_desktop.viewmodels.queue import suggested_file_name, transaction_title
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.actions_of_exchange import Modules, Written
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.export.form_list import FormList
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import button_text, plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.code_view import CodeView
from treasury_desktop.windows.widgets.fields import Choice
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.side_by_side import SideBySide
from treasury_desktop.windows.widgets.state_pane import StatePane
from treasury_desktop.windows.widgets.way_back import WayBack

if TYPE_CHECKING:
    from treasury_desktop.safes.queued import QueuedTransaction

FIRST_CODES = 4
CODES_AT_ONCE = 24
SHOWN_LETTERS = 2_000
"""Of a text: enough to recognise it; what is copied and saved is all of it."""
WRITING = "write for export"
CODES = "codes to show"


class ExportPage(QWidget):
    """Writes the session's selected transaction in a form to pick, as text, file and QR codes.

    Signals: `page_asked` with the key of another page ("queue").
    """

    page_asked = Signal(object)

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._keys: tuple[KeyLabel, ...] = ()
        self._shown: QueuedTransaction | None = None
        self.written: Written | None = None
        self.dialog: QFileDialog | None = None
        self.forms = FormList()
        self.owner = Choice()
        self.base = QLineEdit()
        self.code = CodeView()
        self.text = QPlainTextEdit()
        self.copy = QPushButton()
        self.save = QPushButton()
        self.save_codes = QPushButton()
        self._back = WayBack()
        self._says = NoticeLine(can_close=True)
        self._title = plain_label(role="section", wrap=True)
        self._result = Card("Form")
        self._owner_words = plain_label("For which owner", role="quiet")
        self._base_words = plain_label("Where that program is run", role="quiet")
        self._trouble = NoticeLine()
        self.pane = StatePane(self._content())
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.pane)
        self._connect()
        self.reload()

    def reload(self) -> None:
        """Reads which keys there are, for their names."""
        self._errands.look(
            "keys for export", lambda _p: self._actions.keys.all(), self._on_keys, room="keys"
        )
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard begins at the forms."""
        super().showEvent(event)
        self._show()
        if not event.spontaneous():
            self.forms.focus_picked()

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _show(self) -> None:
        queued = self._session.selected
        if queued is None:
            self._shown = None
            self.code.show_series(0)
            self.pane.show_empty(
                "Nothing is selected",
                "Pick a transaction in the queue to hand it to others.",
                action="Open the queue",
                on_action=lambda: self.page_asked.emit("queue"),
                icon="export",
            )
            return
        if self._shown is None or self._shown.safe_tx_hash != queued.safe_tx_hash:
            self._says.say("")
        is_news = queued != self._shown
        self._shown = queued
        self._title.setText(transaction_title(queued))
        snapshot = self._session.snapshot
        safe = None if snapshot is None else snapshot.safe_at(queued.safe)
        self.forms.show_offers(offers(queued, safe, self._actions.workspace, self._keys))
        self.pane.show_content()
        if is_news:
            self._on_picked()

    def _on_keys(self, outcome: Done[tuple[KeyLabel, ...]] | Failed) -> None:
        self._keys = outcome.value if isinstance(outcome, Done) else ()
        self._show()

    def _on_picked(self) -> None:
        offer = self.forms.offer
        if offer is None:
            return
        if self._result.title is not None:
            self._result.title.set_title(offer.title)
        self._offer_owners(offer)
        self.base.blockSignals(True)  # noqa: FBT003  Qt's own signature
        self.base.setText(offer.base)
        self.base.blockSignals(False)  # noqa: FBT003  as above
        for field in (self.base, self._base_words):
            field.setVisible(bool(offer.base))
        self._write()

    def _offer_owners(self, offer: Offer) -> None:
        self.owner.blockSignals(True)  # noqa: FBT003  Qt's own signature
        self.owner.clear()
        for _address, words in offer.owners:
            self.owner.addItem(words.replace("&", "&&"))
        self.owner.blockSignals(False)  # noqa: FBT003  as above
        for field in (self.owner, self._owner_words):
            field.setVisible(bool(offer.owners))

    # ── writing ──────────────────────────────────────────────────────────────────────────────────

    def _write(self) -> None:
        offer, queued = self.forms.offer, self._shown
        if offer is None or queued is None:
            return
        self._take(None)
        safe_tx_hash, base = queued.safe_tx_hash, self.base.text()
        at = self.owner.currentIndex()
        owner = offer.owners[at][0] if 0 <= at < len(offer.owners) else None
        self._errands.look(
            WRITING,
            lambda _p: self._actions.exchange.write(
                safe_tx_hash, offer.form, owner=owner, base=base
            ),
            self._on_written,
        )

    def _on_written(self, outcome: Done[Written] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._trouble.say(outcome.sentence, "block")
            return
        self._take(outcome.value)

    def _take(self, written: Written | None) -> None:
        """Shows what was written, or that nothing is yet."""
        offer = self.forms.offer
        self.written = written
        text = "" if written is None else written.text
        is_cut = len(text) > SHOWN_LETTERS
        self.text.setPlainText(text[:SHOWN_LETTERS] + "…" if is_cut else text)
        what = "it" if offer is None else offer.what
        self.copy.setText(button_text(f"Copy {what}"))
        self.copy.setIcon(icon("copy"))
        self.save.setText(button_text(f"Save {what}…"))
        self.save.setVisible(offer is not None and bool(offer.suffix))
        for button in (self.copy, self.save, self.save_codes):
            button.setEnabled(written is not None)
        parts = 0 if written is None else written.parts
        self.save_codes.setVisible(parts > 0)
        self.save_codes.setText("Save the QR codes…" if parts > 1 else "Save the QR code…")
        self.code.show_series(parts)
        self._trouble.say("" if written is None else written.why_no_code, "advice")

    def _ask_codes(self) -> None:
        """A few at first, because somebody waits for them."""
        written = self.written
        if written is None:
            return
        count = FIRST_CODES if self.code.picture.code is None else CODES_AT_ONCE
        self._errands.look(
            CODES,
            lambda _p: (written, self._actions.exchange.next_codes(written, count)),
            self._on_codes,
        )

    def _on_codes(self, outcome: Done[tuple[Written, tuple[Modules, ...]]] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._trouble.say(outcome.sentence, "block")
        elif outcome.value[0] is self.written:
            self.code.take(outcome.value[1])

    # ── taking it along ──────────────────────────────────────────────────────────────────────────

    def _on_copy(self) -> None:
        offer, written = self.forms.offer, self.written
        if offer is None or written is None:
            return
        QApplication.clipboard().setText(written.text)
        self.copy.setIcon(icon("check", "good"))
        self._says.say(f"Copied {offer.what}: {len(written.text):,} characters.", "good")

    def ask_file(self) -> None:
        """Opens a dialog for the text's file; nothing blocks."""
        self._ask("Save for cosigners", "Review bundle (*.json)", "json", self.save_text)

    def ask_picture(self) -> None:
        """Opens a dialog for the pictures; nothing blocks."""
        self._ask("Save the QR codes", "Picture (*.png)", "png", self.save_pictures)

    def save_text(self, path: Path) -> None:
        """Writes the text as a file."""
        written = self.written
        if written is not None:
            self._errands.act(
                "export",
                lambda _p: self._saved(written, path),
                self._on_saved,
                room="store",
            )

    def save_pictures(self, path: Path) -> None:
        """Writes as many pictures as are needed, whatever is shown meanwhile."""
        written = self.written
        if written is not None:
            self._errands.act(
                "export",
                lambda _p: self._actions.exchange.save_codes(written, path),
                self._on_saved,
            )

    def _saved(self, written: Written, path: Path) -> tuple[Path, ...]:
        self._actions.exchange.save_text(written, path)
        return (path,)

    def _on_saved(self, outcome: Done[tuple[Path, ...]] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._says.say(f"Not saved: {outcome.sentence}", "block")
        else:
            self._says.say(saved_words([path.name for path in outcome.value]), "good")

    def _ask(self, title: str, kind: str, suffix: str, on_file: Callable[[Path], None]) -> None:
        queued = self._shown
        if queued is None:
            return
        dialog = QFileDialog(self, title)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(kind)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(str(Path(suggested_file_name(queued)).with_suffix(f".{suffix}")))
        dialog.fileSelected.connect(lambda name: on_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()

    def _on_closed(self, _result: object) -> None:
        self.dialog = None

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _connect(self) -> None:
        self._session.selection_changed.connect(self._show)
        self._session.queue_changed.connect(self._show)
        self._session.snapshot_arrived.connect(self._show)
        self._back.clicked.connect(lambda: self.page_asked.emit("queue"))
        self.forms.picked.connect(self._on_picked)
        self.owner.currentIndexChanged.connect(self._write)
        self.base.textEdited.connect(self._write)
        self.code.more_asked.connect(self._ask_codes)
        self.copy.clicked.connect(self._on_copy)
        self.save.clicked.connect(self.ask_file)
        self.save_codes.clicked.connect(self.ask_picture)

    def _content(self) -> QWidget:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._says)
        column.addWidget(self._title)
        both = SideBySide()
        both.add(self._choice_card(), 2)
        both.add(self._result_card(), 3)
        column.addWidget(both)
        column.addStretch(1)
        return whole

    def _choice_card(self) -> Card:
        card = Card("Hand it over as")
        card.add(self.forms)
        card.body.addStretch(1)
        return card

    def _result_card(self) -> Card:
        card = self._result
        self.text.setReadOnly(True)
        self.text.setFixedHeight(80)
        self.text.setProperty("role", "mono")
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName("The text as it is handed over")
        self.owner.setAccessibleName("For which owner")
        self.base.setAccessibleName("Where that program is run")
        for button, name in ((self.save, "download-simple"), (self.save_codes, "image")):
            button.setIcon(icon(name))
        buttons = QHBoxLayout()
        buttons.setSpacing(tokens.GRID)
        for button in (self.copy, self.save, self.save_codes):
            button.setIconSize(spaced())
            buttons.addWidget(button)
        buttons.addStretch(1)
        card.add(self._owner_words, self.owner, self._base_words, self.base)
        card.add(self._trouble, buttons, self.code, self.text)
        card.body.addStretch(1)
        return card

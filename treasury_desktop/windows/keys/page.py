"""The keys page: the list, creating one, where keys are kept, and what that is worth."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.viewmodels.keys import (
    DOES_NOT_PROTECT,
    PROTECTS,
    KeyRow,
    key_rows,
    too_many_here,
    why_not_create,
    why_not_watch,
)
from treasury_desktop.windows.actions import Actions
from treasury_desktop.windows.actions_of_keys import DemonstrationKey, KeyPlaces
from treasury_desktop.windows.errands import Done, Errands, Failed
from treasury_desktop.windows.keys.change_card import ChangeCard
from treasury_desktop.windows.keys.demonstration_card import DemonstrationCard
from treasury_desktop.windows.keys.new_key_card import NewKey, NewKeyCard
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel, line_up
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.side_by_side import SideBySide
from treasury_desktop.windows.widgets.state_pane import StatePane, Trouble

if TYPE_CHECKING:
    from treasury_desktop.windows.look.tokens import Token

CREATE = "create key"
CHANGE = "change key"
REMOVE = "remove key"
WAITING = "Waiting for the passphrase in the separate window."
CHOOSE = "choose encrypted file"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What the page shows, read off the GUI thread."""

    keys: tuple[KeyLabel, ...]
    places: KeyPlaces
    offered: tuple[DemonstrationKey, ...]
    troubles: tuple[str, ...] = ()


class KeysPage(QWidget):
    """Lists this desk's keys and creates new ones; it never sees a passphrase.

    Signals: `keys_changed` after a key was created.
    """

    keys_changed = Signal()

    def __init__(
        self, session: Session, errands: Errands, actions: Actions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._errands = errands
        self._actions = actions
        self._keys: tuple[KeyLabel, ...] = ()
        self._places: KeyPlaces | None = None
        self._offered: tuple[DemonstrationKey, ...] = ()
        self.says = NoticeLine(can_close=True)
        self._damaged = NoticeLine()
        self._place_words = plain_label(wrap=True)
        self.choose_file = QPushButton("Keep keys in an encrypted file")
        self.choose_file.clicked.connect(self._on_choose)
        self._too_many = NoticeLine()
        self.new_key = NewKeyCard()
        self.label, self.create_key = self.new_key.label, self.new_key.button
        self.change = ChangeCard()
        self.demonstration = DemonstrationCard()
        self.demonstration.wanted.connect(self._on_wanted)
        self._list = QVBoxLayout()
        self._list.setSpacing(tokens.GAP)
        self._rows: list[QWidget] = []
        self._shown: tuple[KeyRow, ...] = ()
        self._has_new_key = False
        self._lists = Card("Keys of this desk")
        self._list.setAlignment(Qt.AlignmentFlag.AlignTop)
        listed = QWidget()
        listed.setLayout(self._list)
        self._list.setContentsMargins(0, 0, 0, 0)
        self.pane = StatePane(listed, rows=3, is_snug=True)
        self.setFocusProxy(self.label)
        self._lay_out()
        self.new_key.changed.connect(self._show_create)
        self.new_key.wanted.connect(self._on_create)
        self.change.renamed.connect(self._on_rename)
        self.change.passphrase_wanted.connect(self._on_passphrase)
        self.change.exported.connect(self._on_export)
        self.change.removed.connect(self._on_remove)
        self.change.closed.connect(self._on_change_closed)
        session.snapshot_arrived.connect(self._show_keys)
        self.reload()

    def reload(self) -> None:
        """Reads the keys and where they can be kept."""
        self.pane.show_loading()
        self._errands.look("keys", lambda _p: self._read(), self._on_read, room="keys")

    def _read(self) -> _Read:
        """Places first: where no key ring answers, the encrypted file has to be offered."""
        places = self._actions.keys.places()
        if not (places.key_ring or places.is_file_chosen):
            return _Read(keys=(), places=places, offered=())
        return _Read(
            keys=self._actions.keys.all(),
            places=places,
            offered=self._actions.keys.offered(),
            troubles=self._actions.keys.troubles(),
        )

    # ── showing ──────────────────────────────────────────────────────────────────────────────────

    def _on_read(self, outcome: Done[_Read] | Failed) -> None:
        if isinstance(outcome, Failed):
            self._keys, self._places, self._offered = (), None, ()
            self._too_many.say("")
            self._on_change_closed()
            trouble = Trouble(
                what="The keys cannot be read",
                since=outcome.sentence,
                still_works="Looking, reviewing and exporting work without them.",
            )
            self.pane.show_trouble(trouble, on_retry=self.reload)
        else:
            read = outcome.value
            self._keys, self._places, self._offered = read.keys, read.places, read.offered
            self._damaged.say(" ".join(read.troubles), "advice")
            self._show_keys()
        self._show_places()
        self._show_create()

    def _show_keys(self) -> None:
        if self._places is None:
            return
        snapshot, safes = self._session.snapshot, self._actions.workspace.safes
        safe = None if snapshot is None or not safes else snapshot.safe_at(safes[0].address)
        rows = key_rows(self._keys, safe)
        self._too_many.say(too_many_here(self._keys, safe), "advice")
        if rows == self._shown and rows:
            self.pane.show_content()  # whoever is about to press a row's button keeps it
            return
        self._shown = rows
        for old in self._rows:
            discard(old)
        labels = [_label(row) for row in rows]
        self._rows = [self._row(row, label) for row, label in zip(rows, labels, strict=True)]
        for widget in self._rows:
            self._list.addWidget(widget)
            widget.show()
        line_up(labels)
        if self._rows:
            self.pane.show_content()
        else:
            self.pane.show_empty(
                "No key yet",
                "Create an owner key to sign with, and an executor key to pay for gas. Its address "
                "then has to become an owner of the Safe, or receive a little of the chain's coin.",
                icon="key",
            )

    def _show_places(self) -> None:
        places = self._places
        self.choose_file.setVisible(False)
        if places is None:
            self._place_words.setText("Where keys are kept is not known.")
        elif places.is_file_chosen:
            self._place_words.setText(
                f"Keys are kept in {places.encrypted_file}, because you chose so."
            )
        elif places.key_ring:
            self._place_words.setText(
                f"Keys are kept in the key ring of this system: {places.key_ring}."
            )
        else:
            self._place_words.setText(f"There is no key ring to use here: {places.why_no_key_ring}")
            self.choose_file.setVisible(True)

    def _show_create(self) -> None:
        why = why_not_create(self.label.text(), self._keys, self._place())
        if self.new_key.is_watching:
            label, address = self.label.text(), self.new_key.address.text()
            why = why_not_watch(label, address, self._keys, self._place())
        is_acting = self._errands.is_acting(CREATE) or self._errands.is_acting(CHANGE)
        self.change.wait_for(WAITING if is_acting else "")
        if is_acting:
            self.create_key.refuse(WAITING)
        elif why:
            self.create_key.refuse(why)
        else:
            self.create_key.allow()
        self.demonstration.offer(self._offered, is_enabled=not is_acting)
        if self._has_new_key and not is_acting and self.isVisible():
            self._has_new_key = False
            self._focus_next()

    def _focus_next(self) -> None:
        """After a key the next one: the keyboard stays where keys are made."""
        buttons = self.demonstration.buttons
        wanted = buttons[0] if buttons else self.label
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _place(self) -> str:
        places = self._places
        if places is None:
            return ""
        return places.encrypted_file if places.is_file_chosen else places.key_ring

    # ── acting ───────────────────────────────────────────────────────────────────────────────────

    def _on_choose(self) -> None:
        self._errands.act(
            CHOOSE,
            lambda _p: self._actions.keys.choose_encrypted_file(),
            self._on_chosen,
            room="keys",
        )

    def _on_chosen(self, outcome: Done[None] | Failed) -> None:
        if isinstance(outcome, Failed):
            self.says.say(f"The encrypted file cannot be used. {outcome.sentence}", "block")
        self.reload()

    def _on_create(self, wish: NewKey) -> None:
        if self._errands.act(CREATE, lambda _p: self._made(wish), self._on_created, room="keys"):
            if wish.source != "watch":
                self.says.say("A separate window asks for what is needed.", "accent")
            self._show_create()

    def _made(self, wish: NewKey) -> KeyLabel:
        """The key, from where the person said."""
        keys = self._actions.keys
        if wish.source == "watch":
            return keys.watch(wish.label, wish.address)
        if wish.source == "keystore" and wish.path is not None:
            return keys.import_keystore(wish.label, wish.role, wish.path)
        make = {
            "create": keys.create,
            "words": keys.import_words,
            "private key": keys.import_private_key,
        }[wish.source]
        return make(wish.label, wish.role)

    def _on_wanted(self, key: DemonstrationKey) -> None:
        if self._errands.act(
            CREATE,
            lambda _p: self._actions.keys.import_offered(key),
            self._on_created,
            room="keys",
        ):
            self.says.say(f"A separate window asks for {key.label}'s passphrase, twice.", "accent")
            self._show_create()

    def _on_created(self, outcome: Done[KeyLabel] | Failed) -> None:
        if isinstance(outcome, Failed):
            said = outcome.sentence
            is_told = said.startswith("No key was")  # the passphrase window's own words
            self.says.say(said if is_told else f"No key was created. {said}", "block")
            self._show_create()
            return
        key = outcome.value
        kept = "kept" if key.is_here else "watched"
        self.says.say(f"{key.label} is {kept}: {key.address}.", "good")
        self.new_key.clear()
        self.keys_changed.emit()
        self.reload()
        self._has_new_key = True

    def _on_rename(self, key: KeyLabel, label: str) -> None:
        self._change(lambda: self._actions.keys.rename(key, label), f"{key.label} is now {label}.")

    def _on_passphrase(self, key: KeyLabel) -> None:
        self._change(
            lambda: self._actions.keys.change_passphrase(key), f"{key.label} has a new passphrase."
        )

    def _on_export(self, key: KeyLabel, path: Path) -> None:
        self._change(
            lambda: self._actions.keys.export_keystore(key, path),
            f"{key.label} is exported as {path.name}. Whoever has the file and its passphrase has "
            "the key.",
        )

    def _on_remove(self, key: KeyLabel) -> None:
        def on_removed(outcome: Done[None] | Failed) -> None:
            self._on_changed(outcome, f"{key.label} is removed from this machine.")

        self._errands.act(
            REMOVE, lambda _p: self._actions.keys.remove(key), on_removed, room="keys"
        )

    def _change(self, act: Callable[[], object], done: str) -> None:
        def on_changed(outcome: Done[object] | Failed) -> None:
            self._on_changed(outcome, done)

        if self._errands.act(CHANGE, lambda _p: act(), on_changed, room="keys"):
            self.says.say("A separate window asks for the passphrase.", "accent")
            self._show_create()

    def _on_changed(self, outcome: Done[Any] | Failed, done: str) -> None:
        if isinstance(outcome, Failed):
            self.says.say(outcome.sentence, "block")
            self._show_create()
            return
        self.says.say(done, "good")
        self._on_change_closed()
        self.keys_changed.emit()
        self.reload()

    def _on_change_wanted(self, address: str) -> None:
        key = next((key for key in self._keys if str(key.address) == address), None)
        self.change.choose(key, self._keys)
        self.change.label.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_change_closed(self) -> None:
        self.change.choose(None, self._keys)

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addWidget(self.says)
        column.addWidget(self._damaged)
        column.addWidget(self._too_many)
        self._lists.add(self.pane)
        column.addWidget(self._lists)
        column.addWidget(self.change)
        column.addWidget(self.demonstration)
        across = SideBySide()
        across.add(self.new_key)
        across.add(self._place_card())
        column.addWidget(across)
        column.addWidget(_worth_card())
        column.addStretch(1)

    def _row(self, key: KeyRow, label: AddressLabel) -> QWidget:
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(tokens.GRID)
        row.addWidget(label, 1)
        row.addWidget(Chip(key.standing, key.standing_kind))
        change = QPushButton("Change…")
        change.setObjectName("change-key")
        change.setAccessibleName(f"Change {key.label}")
        change.clicked.connect(lambda: self._on_change_wanted(key.address))
        row.addWidget(change)
        return whole

    def _place_card(self) -> Card:
        card = Card("Where keys are kept")
        row = QHBoxLayout()
        row.addWidget(self.choose_file)
        row.addStretch(1)
        words = plain_label(
            "Either way a key is only ever stored as ciphertext under its own passphrase.",
            role="quiet",
            wrap=True,
        )
        card.add(self._place_words, row, words)
        card.body.addStretch(1)
        return card


def _label(key: KeyRow) -> AddressLabel:
    return AddressLabel(key.address, name=key.label, source=f"{key.role} · {key.kept_in}")


def _worth_card() -> Card:
    card = Card("What a software key protects against, and what not")
    across = QHBoxLayout()
    across.setSpacing(tokens.PAGE_MARGIN)
    sides: tuple[tuple[tuple[str, ...], str, Token], ...] = (
        (PROTECTS, "check-circle", "good"),
        (DOES_NOT_PROTECT, "warning-circle", "advice"),
    )
    for sentences, glyph, colour in sides:
        column = QVBoxLayout()
        column.setSpacing(tokens.GRID)
        for sentence in sentences:
            row = QHBoxLayout()
            row.setSpacing(tokens.GRID)
            row.addWidget(Glyph(glyph, colour))
            row.addWidget(plain_label(sentence, wrap=True), 1)
            column.addLayout(row)
        column.addStretch(1)
        across.addLayout(column, 1)
    card.add(across)
    return card

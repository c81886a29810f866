"""The secret-entry window: shows one question, takes the passphrases it asks for."""

from typing import Final

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.secret_entry.parts import (
    TITLE_BAR,
    WIDTH,
    add_fact,
    facts_grid,
    field_name,
    note_on_typing,
    passphrase_field,
    place_aside,
)
from treasury_desktop.windows.secret_entry.passphrase import RULE, is_strong
from treasury_desktop.windows.secret_entry.question import Question
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.fields import Tick
from treasury_desktop.windows.widgets.hash_rows import HashRows

GUARD_MS: Final = 1500
"""How long the confirm button stays dead after something changed: no click meant for elsewhere."""
PURPOSE_SHOWN: Final = 200
WHAT_ENDS_IT: Final = (
    "Screen lock, sleep, minimising the desk, or anything but a signature locks it at once."
)


class SecretEntryWindow(QWidget):
    """One question and its passphrase fields.

    Signals: `confirmed` when the person pressed the button (read the passphrases with
    `take_passphrases`), `refused` when they cancelled or closed, `became_ready` each time the
    guard after a change has passed.
    """

    confirmed = Signal()
    refused = Signal()
    became_ready = Signal()

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._is_busy = False
        self._has_answered = False
        self._fields: dict[str, QLineEdit] = {}
        self._says = plain_label(role="small", wrap=True)
        self._unlock = Tick(question.unlock)
        self._confirm = QPushButton(question.confirm)
        self._cancel = QPushButton("Cancel")
        self._guard = QTimer(self)
        self._guard.setSingleShot(True)
        self._guard.setInterval(GUARD_MS)
        self._guard.timeout.connect(self._on_guard_passed)
        self._confirm.clicked.connect(self._on_confirm)
        self._cancel.clicked.connect(self.close)
        self.setWindowTitle(f"{question.title} · Treasury passphrase")
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self._lay_out()
        self.guard()

    def guard(self) -> None:
        """Keeps the confirm button dead for a moment because something shown has changed."""
        self._guard.start()
        self._refresh()

    def take_passphrases(self) -> list[str]:
        """What was typed: the present passphrase, then the new one. The fields are empty after."""
        names = [name for name in ("present", "new") if name in self._fields]
        typed = [self._fields[name].text() for name in names]
        for field in self._fields.values():
            field.clear()
        return typed

    def say_working(self) -> None:
        """Shows that the passphrase was taken and the signer is at work."""
        self._is_busy = True
        self._say("Deriving the key from the passphrase; this takes about a second.", "idle")
        self._refresh()

    @property
    def is_to_stay_unlocked(self) -> bool:
        """Whether the person wants to type the passphrase once for some minutes."""
        return self._unlock.isEnabled() and self._unlock.isChecked()

    @property
    def unlock_tick(self) -> Tick:
        """The choice to keep the key unlocked; hidden where it is not offered."""
        return self._unlock

    def say_wrong(self, tries_left: int) -> None:
        """Lets the person try again."""
        self._is_busy = False
        more = "One try is left." if tries_left == 1 else f"{tries_left} tries are left."
        self._say(f"The passphrase does not open this key. {more}", "block")
        self.guard()
        next(iter(self._fields.values())).setFocus()

    def finish(self) -> None:
        """Closes the window after its question has an answer."""
        self._has_answered = True
        self.close()

    @property
    def fields(self) -> tuple[QLineEdit, ...]:
        """The passphrase fields, in the order in which they are filled in."""
        return tuple(self._fields.values())

    @property
    def confirm_button(self) -> QPushButton:
        """The button that says yes."""
        return self._confirm

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape cancels; Return confirms where the button would.

        Without a passphrase to type, Return presses the button in focus, which is none at first:
        typing the passphrase by habit signs nothing.
        """
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        focus = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif is_return and self._fields:
            self._confirm.click()
        elif is_return and isinstance(focus, QPushButton):
            focus.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Takes the height everything needs, once the hashes know how many lines they take."""
        super().showEvent(event)
        if event.spontaneous():
            return
        self._keep_aside()
        QTimer.singleShot(0, self._fit)

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            self.setMinimumHeight(layout.totalHeightForWidth(WIDTH))
            self.adjustSize()
            self._keep_aside()

    def _keep_aside(self) -> None:
        """What the desk shows is to be compared with what stands here: both stay in sight."""
        frame = self.frameGeometry().size().expandedTo(self.size() + QSize(0, TITLE_BAR))
        self.move(place_aside(self.screen().availableGeometry(), frame))

    def closeEvent(self, event: QCloseEvent) -> None:
        """A window closed without an answer is a refusal."""
        self.take_passphrases()
        event.accept()
        if not self._has_answered:
            self._has_answered = True
            self.refused.emit()

    def _on_confirm(self) -> None:
        if not self._why_not():
            self.confirmed.emit()

    def _on_guard_passed(self) -> None:
        self._refresh()
        self.became_ready.emit()

    def _on_typed(self) -> None:
        self._say("", "idle")
        self._refresh()

    def _refresh(self) -> None:
        if self._is_busy:
            # Qt would hand the focus on to Cancel, and a second Return would undo the first.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        why = self._why_not()
        self._confirm.setEnabled(not why and not self._guard.isActive())
        for field in self._fields.values():
            field.setEnabled(not self._is_busy)
        self._unlock.setEnabled(not self._is_busy and not self._question.why_no_unlock)
        if not self._is_busy and not self._says.text():
            self._say(why, "idle")

    def _why_not(self) -> str:
        if self._is_busy:
            return "The signer is at work."
        if "present" in self._fields and not self._fields["present"].text():
            return "Type the passphrase of this key."
        if "new" not in self._fields:
            return ""
        if not is_strong(self._fields["new"].text()):
            return RULE
        if self._fields["new"].text() != self._fields["repeated"].text():
            return "Type the new passphrase a second time, exactly as before."
        return ""

    def _say(self, sentence: str, kind: str) -> None:
        self._says.setText(sentence)
        set_variant(self._says, kind=kind)

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        margin = tokens.PAGE_MARGIN
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(tokens.GAP)
        column.addLayout(self._heading())
        if self._question.safe is not None or self._question.facts:
            column.addWidget(self._transaction_card())
        column.addWidget(self._key_card())
        column.addStretch(1)
        column.addLayout(self._passphrases())
        column.addLayout(self._buttons())
        self.setFixedWidth(WIDTH)
        (self.fields[0] if self.fields else self).setFocus()

    def _heading(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(6)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(Glyph("lock-key", "accent", tokens.ICON))
        row.addWidget(plain_label(self._question.title, role="page-title"))
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(plain_label(self._question.summary, role="section", wrap=True))
        if self._question.detail:
            column.addWidget(plain_label(self._question.detail, role="quiet", wrap=True))
        if self._question.purpose:
            purpose = plain(self._question.purpose, limit=PURPOSE_SHOWN).replace("\n", " ")
            column.addWidget(
                plain_label(f"Purpose, as its sender states it: {purpose}", role="quiet", wrap=True)
            )
        return column

    def _transaction_card(self) -> Card:
        card = Card(self._question.subject)
        grid = facts_grid()
        if self._question.safe is not None:
            add_fact(grid, "Safe", AddressLabel(str(self._question.safe)))
        for name, text in self._question.facts:
            add_fact(grid, name, plain_label(text))
        card.add(grid)
        if self._question.hashes is not None:
            card.add(self._hash_rows())
        return card

    def _hash_rows(self) -> HashRows:
        rows, hashes = HashRows(names=self._question.hash_names), self._question.hashes
        grid = rows.layout()
        if isinstance(grid, QGridLayout):
            grid.setVerticalSpacing(tokens.GRID)
        if hashes is not None:
            rows.show_hashes(
                "0x" + hashes.domain.hex(),
                "0x" + hashes.message.hex(),
                "0x" + hashes.safe_tx.hex(),
                self._question.words,
            )
        return rows

    def _key_card(self) -> Card:
        card, grid = Card(), facts_grid()
        question = self._question
        if question.key_address is None:
            add_fact(grid, f"New {question.key_role} key", plain_label(question.key_label))
        else:
            address = AddressLabel(
                str(question.key_address), name=question.key_label, source=question.key_role
            )
            add_fact(grid, "Key", address)
        card.add(grid)
        if question.note:
            card.add(plain_label(question.note, role="quiet", wrap=True))
        return card

    def _passphrases(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.GAP)
        form.setVerticalSpacing(tokens.GRID)
        wanted = []
        if self._question.asks_present:
            wanted.append(("present", "Passphrase"))
        if self._question.asks_new:
            wanted += [("new", "New passphrase"), ("repeated", "Once more")]
        for name, title in wanted:
            field = passphrase_field(title)
            field.textChanged.connect(self._on_typed)
            self._fields[name] = field
            form.addRow(field_name(title), field)
        if self._question.already_unlocked:
            already = plain_label(self._question.already_unlocked, wrap=True)
            form.addRow(field_name("Passphrase"), already)
        if self._question.unlock:
            form.addRow(field_name(""), self._unlock)
            words = self._question.why_no_unlock or WHAT_ENDS_IT
            form.addRow(field_name(""), plain_label(words, role="quiet", wrap=True))
        form.addRow(field_name(""), self._says)
        return form

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        set_variant(self._confirm, role="primary")
        self._confirm.setAutoDefault(False)
        self._cancel.setAutoDefault(False)
        note = note_on_typing() if self._fields else ""
        row.addWidget(plain_label(note, role="quiet", wrap=True), 1)
        row.addWidget(self._cancel)
        row.addWidget(self._confirm)
        return row

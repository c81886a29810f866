"""The window in which a key is made or taken in, one step after the other."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.secret_entry.parts import (
    TITLE_BAR,
    WIDTH,
    add_fact,
    facts_grid,
    note_on_typing,
    place_aside,
)
from treasury_desktop.windows.secret_entry.question import Question
from treasury_desktop.windows.secret_entry.steps import Step
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.discard import discard


class KeyWindow(QWidget):
    """Shows one step of a question about a new key.

    Signals: `confirmed` when the step is complete and its button was pressed, `went_back` to the
    step before, `refused` when the person cancelled or closed the window.
    """

    confirmed = Signal()
    went_back = Signal()
    refused = Signal()

    def __init__(self, question: Question, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._question = question
        self._step: Step | None = None
        self._is_busy = False
        self._has_answered = False
        self._title = plain_label(role="section", wrap=True)
        self._says = plain_label(role="small", wrap=True)
        self._place = QVBoxLayout()
        self.confirm_button = QPushButton()
        self.back_button = QPushButton("Back")
        self.cancel_button = QPushButton("Cancel")
        self.confirm_button.clicked.connect(self._on_confirm)
        self.back_button.clicked.connect(self.went_back)
        self.cancel_button.clicked.connect(self.close)
        self.setWindowTitle(f"{question.title} · Treasury passphrase")
        self.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        self.setFixedWidth(WIDTH)
        self._lay_out()

    def show_step(self, step: Step, *, can_go_back: bool = False) -> None:
        """Puts a step in the place of the one before, which is forgotten."""
        if self._step is not None:
            self._step.forget()
            discard(self._step)
        self._step = step
        self._is_busy = False
        self._place.addWidget(step)
        self._title.setText(step.title)
        self.confirm_button.setText(step.confirm)
        self.back_button.setVisible(can_go_back)
        step.changed.connect(self._on_changed)
        step.finished.connect(self._on_confirm)
        self._say("", "idle")
        self._refresh()
        step.show()
        step.begin()
        QTimer.singleShot(0, self, self._fit)

    def say_working(self, sentence: str) -> None:
        """Shows that the signer is at work."""
        self._is_busy = True
        self._say(sentence, "idle")
        self._refresh()

    def say_wrong(self, sentence: str) -> None:
        """Says what was wrong; the step stays as it is."""
        self._is_busy = False
        self._say(sentence, "block")
        self._refresh()
        if self._step is not None:
            self._step.begin()

    def finish(self) -> None:
        """Closes the window after its question has an answer."""
        self._has_answered = True
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape cancels; Return presses the button that has the focus, and no other."""
        focus = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(
            focus, QPushButton
        ):
            focus.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Takes the height everything needs."""
        super().showEvent(event)
        if not event.spontaneous():
            QTimer.singleShot(0, self, self._fit)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A window closed without an answer is a refusal, and forgets what was typed."""
        if self._step is not None:
            self._step.forget()
        event.accept()
        if not self._has_answered:
            self._has_answered = True
            self.refused.emit()

    def _on_confirm(self) -> None:
        if self.confirm_button.isEnabled():
            self.confirmed.emit()

    def _on_changed(self) -> None:
        self._say("", "idle")
        self._refresh()
        QTimer.singleShot(0, self, self._fit)

    def _refresh(self) -> None:
        why = "" if self._step is None else self._step.why_not()
        if self._is_busy:
            # Qt would hand the focus on to Cancel, and a second Return would undo the first.
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._step is not None:
            self._step.setEnabled(not self._is_busy)
        self.confirm_button.setEnabled(not why and not self._is_busy)
        self.back_button.setEnabled(not self._is_busy)
        if why and not self._is_busy and not self._says.text():
            self._say(why, "idle")

    def _say(self, sentence: str, kind: str) -> None:
        self._says.setText(sentence)
        set_variant(self._says, kind=kind)

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            self.setFixedHeight(layout.totalHeightForWidth(WIDTH))
            frame = self.frameGeometry().size().expandedTo(self.size() + QSize(0, TITLE_BAR))
            self.move(place_aside(self.screen().availableGeometry(), frame))

    # ── layout ───────────────────────────────────────────────────────────────────────────────────

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        margin = tokens.PAGE_MARGIN
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(tokens.GAP)
        heading = QHBoxLayout()
        heading.setSpacing(10)
        heading.addWidget(Glyph("lock-key", "accent", tokens.ICON))
        heading.addWidget(plain_label(self._question.title, role="page-title"))
        heading.addStretch(1)
        column.addLayout(heading)
        column.addWidget(plain_label(self._question.summary, role="quiet", wrap=True))
        about, grid = Card(), facts_grid()
        add_fact(grid, f"New {self._question.key_role} key", plain_label(self._question.key_label))
        about.add(grid)
        column.addWidget(about)
        column.addWidget(self._title)
        column.addLayout(self._place)
        column.addWidget(self._says)
        column.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        set_variant(self.confirm_button, role="primary")
        for button in (self.confirm_button, self.back_button, self.cancel_button):
            button.setAutoDefault(False)
        row.addWidget(plain_label(note_on_typing(), role="quiet", wrap=True), 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.back_button)
        row.addWidget(self.confirm_button)
        return row

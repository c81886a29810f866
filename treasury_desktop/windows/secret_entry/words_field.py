"""A field for words, with the words that fit below it: typed and chosen, never copied or pasted."""

from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, set_variant
from treasury_desktop.windows.secret_entry.word_choice import MOST_CHOICES, Choice, WordLists
from treasury_desktop.windows.untrusted import button_text, plain_label

FIELD_HEIGHT: Final = 96
ANY_LANGUAGE: Final = (
    "12 to 24 words in any of the nine languages of BIP-39. Their first letters are enough where "
    "they tell them apart."
)
HOW_TO_CHOOSE: Final = "Tab takes the marked word, the arrows up and down mark another."
NOT_PASTED: Final = "Words are typed here: every program can read the clipboard."


class WordsField(QPlainTextEdit):
    """Words over some lines. Tab takes the word marked below, or goes on where there is none.

    Signals: `returnPressed`, `paste_refused`, `marked` with a step up or down, `taken`.
    """

    returnPressed = Signal()  # noqa: N815  as QLineEdit calls it
    paste_refused = Signal()
    marked = Signal(object)
    taken = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.can_take = False
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAcceptDrops(False)
        self.setAccessibleName("Words")
        self.setFixedHeight(FIELD_HEIGHT)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhNoAutoUppercase
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return ends the words; the keys of the choice are the choice's while there is one."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.returnPressed.emit()
        elif self.can_take and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.marked.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Tab takes the marked word; where there is none, and backwards, it goes on."""
        if self.can_take and is_next:
            self.taken.emit()
            return True
        return super().focusNextPrevChild(is_next)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Nothing of it goes to the clipboard, the selection of X11 or another window."""
        return QMimeData()

    def canInsertFromMimeData(self, _source: QMimeData) -> bool:
        """Nothing comes from there either."""
        return False

    def insertFromMimeData(self, _source: QMimeData) -> None:
        """What was pasted is refused, and said so."""
        self.paste_refused.emit()


class WordPicker(QWidget):
    """The field and below it up to six words that fit, one of them marked.

    Signals: `changed` when the words or what is known of them has.
    """

    changed = Signal()

    def __init__(self, lists: WordLists, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lists = lists
        self._choice = Choice()
        self._at = 0
        self.field = WordsField()
        self.buttons = [self._button(number) for number in range(MOST_CHOICES)]
        self._hint = plain_label(role="quiet", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        for button in self.buttons:
            row.addWidget(button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        column.addWidget(self.field)
        column.addLayout(row)
        column.addWidget(self._hint)
        # What comes and goes would move the fields below while somebody types.
        self._hint.setMinimumHeight(2 * self._hint.fontMetrics().lineSpacing())
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        for button in self.buttons:
            policy = button.sizePolicy()
            policy.setRetainSizeWhenHidden(True)
            button.setSizePolicy(policy)
        self.field.textChanged.connect(self._on_changed)
        self.field.cursorPositionChanged.connect(self._show)
        self.field.marked.connect(self._mark)
        self.field.taken.connect(lambda: self._take(self._at))
        self.field.paste_refused.connect(lambda: self._hint.setText(NOT_PASTED))
        self._show()

    @property
    def words(self) -> tuple[str, ...]:
        """The words that can be chosen now."""
        return self._choice.words

    @property
    def marked_word(self) -> str:
        """The one that Tab takes."""
        return self._choice.words[self._at] if self._choice.words else ""

    @property
    def unknown_places(self) -> tuple[int, ...]:
        """Which of the words typed are on no list, counted from 1."""
        return tuple(span.place for span in self._choice.unknown)

    def forget(self) -> None:
        """Empties the field and what was offered."""
        self.field.clear()

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        before = self._choice
        self._choice = self._lists.choice(
            self.field.toPlainText(), self.field.textCursor().position()
        )
        if self._choice.words != before.words:
            self._at = 0
        self.field.can_take = bool(self._choice.words)
        self._hint.setText(HOW_TO_CHOOSE if self._choice.words else ANY_LANGUAGE)
        self._show_buttons()
        self._underline()

    def _show_buttons(self) -> None:
        for number, button in enumerate(self.buttons):
            is_there = number < len(self._choice.words)
            button.setVisible(is_there)
            button.setText(button_text(self._choice.words[number]) if is_there else "")
            button.setChecked(is_there and number == self._at)

    def _underline(self) -> None:
        """Words on no list, in the colour of what blocks."""
        underlined = []
        for span in self._choice.unknown:
            one = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.field.document())
            cursor.setPosition(span.begin)
            cursor.setPosition(span.end, QTextCursor.MoveMode.KeepAnchor)
            look_of_it = QTextCharFormat()
            look_of_it.setForeground(look().colour("block"))
            look_of_it.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            one.cursor, one.format = cursor, look_of_it
            underlined.append(one)
        self.field.setExtraSelections(underlined)

    def _mark(self, step: object) -> None:
        if self._choice.words and isinstance(step, int):
            self._at = (self._at + step) % len(self._choice.words)
            self._show_buttons()

    def _take(self, number: int) -> None:
        """Puts a word in the place of its first letters, and a space behind it."""
        if number >= len(self._choice.words):
            return
        word, choice = self._choice.words[number], self._choice
        cursor = self.field.textCursor()
        cursor.setPosition(choice.begin)
        cursor.setPosition(choice.end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(word + " ")
        self.field.setTextCursor(cursor)
        self.field.setFocus()

    def _button(self, number: int) -> QToolButton:
        button = QToolButton()
        set_variant(button, role="word")
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self._take(number))
        return button

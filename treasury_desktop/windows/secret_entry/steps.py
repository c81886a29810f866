"""The steps by which a key is made or taken in: each shows one thing and says what is missing.

A step emits `changed` when what it holds has changed, and `finished` when Return was pressed in it.
What was typed is taken once and the fields are empty afterwards.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.secret_entry.parts import field_name, passphrase_field
from treasury_desktop.windows.secret_entry.passphrase import RULE, strength
from treasury_desktop.windows.secret_entry.word_choice import WordLists
from treasury_desktop.windows.secret_entry.words_field import WordPicker
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel, grouped
from treasury_desktop.windows.widgets.discard import discard
from treasury_desktop.windows.widgets.fields import Pick

WORD_COLUMNS: Final = 3
KEEP_THEM: Final = (
    "Whoever has these words has the key, on any computer and without your passphrase. Keep them "
    "on paper, away from this machine; a photograph is a copy for others."
)
SHOWN_ONCE: Final = "They are shown this once. Without them a key whose ciphertext is lost is lost."
REPEATED: Final = 3
"""How many of the words are asked for again."""


class Step(QWidget):
    """One step. Signals: `changed`, `finished` (Return was pressed)."""

    title = ""
    confirm = "Next"
    changed = Signal()
    finished = Signal()

    def why_not(self) -> str:
        """Why it is not complete; empty when it is."""
        return ""

    def forget(self) -> None:
        """Empties every field."""

    def begin(self) -> None:
        """Puts the keyboard where this step begins."""
        self.setFocus()


class ShowWords(Step):
    """The new words, to be written down on paper."""

    title = "Write these words down, in this order"
    confirm = "I have written them down"

    def __init__(self, words: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        grid = QGridLayout()
        grid.setHorizontalSpacing(tokens.GRID)
        grid.setVerticalSpacing(tokens.GAP)
        rows = -(-len(words) // WORD_COLUMNS)
        for place, word in enumerate(words):
            row, of_column = place % rows, 2 * (place // rows)
            number = plain_label(f"{place + 1}", role="quiet", right=True)
            number.setMinimumWidth(tokens.PAGE_MARGIN)
            grid.addWidget(number, row, of_column)
            grid.addWidget(plain_label(word, role="mono-strong"), row, of_column + 1)
            grid.setColumnStretch(of_column + 1, 1)
        column.addLayout(grid)
        column.addWidget(plain_label(KEEP_THEM, wrap=True))
        column.addWidget(plain_label(SHOWN_ONCE, wrap=True))


class RepeatWords(Step):
    """Some of the words once more, so that they really stand on paper."""

    title = "Type three of the words, from the paper"

    def __init__(
        self, words: Sequence[str], places: Sequence[int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._wanted = [words[place] for place in places]
        self.fields = [_plain_field(f"Word {place + 1}") for place in places]
        form = _form(self)
        for field in self.fields:
            form.addRow(field_name(field.accessibleName()), field)
            field.textChanged.connect(self.changed)
            field.returnPressed.connect(self.finished)

    def why_not(self) -> str:
        """Which word is missing or another."""
        for field, wanted in zip(self.fields, self._wanted, strict=True):
            typed = field.text().strip().lower()
            if not typed:
                return f"Type {field.accessibleName().lower()}."
            if typed != wanted:
                return f"{field.accessibleName()} is another. Look at the paper, or go back."
        return ""

    def forget(self) -> None:
        """Empties the fields."""
        for field in self.fields:
            field.clear()

    def begin(self) -> None:
        """The first field."""
        self.fields[0].setFocus()


class TypeWords(Step):
    """A mnemonic that somebody has, and the extra passphrase some people gave it."""

    title = "Type the words"

    def __init__(self, lists: WordLists | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picker = WordPicker(WordLists({}) if lists is None else lists)
        self.words = self.picker.field
        self.extra = passphrase_field("Extra passphrase")
        self.extra.setPlaceholderText("Only where one was set for these words")
        form = _form(self)
        name = field_name("Words")
        name.setAlignment(Qt.AlignmentFlag.AlignTop)
        form.addRow(name, self.picker)
        form.addRow(field_name("Extra passphrase"), self.extra)
        self.picker.changed.connect(self.changed)
        self.extra.textChanged.connect(self.changed)
        self.words.returnPressed.connect(self.finished)
        self.extra.returnPressed.connect(self.finished)

    def why_not(self) -> str:
        """Which words are on no list, and how many there are, until there may be enough."""
        unknown = self.picker.unknown_places
        if unknown:
            places = " and ".join(map(str, unknown[:2])) + (" and others" if unknown[2:] else "")
            return (
                f"Word {places} is on no list."
                if len(unknown) == 1
                else f"Words {places} are on no list."
            )
        count = len(self.words.toPlainText().split())
        if count in {12, 15, 18, 21, 24}:
            return ""
        return "Type the words." if not count else f"{count} words so far."

    def forget(self) -> None:
        """Empties both fields."""
        self.picker.forget()
        self.extra.clear()

    def begin(self) -> None:
        """The words."""
        self.words.setFocus()


class TypeSecret(Step):
    """One line that nobody may see: a private key, or the passphrase of a file."""

    def __init__(
        self, title: str, name: str, missing: str, note: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title = title
        self._missing = missing
        self.field = passphrase_field(name)
        form = _form(self)
        form.addRow(field_name(name), self.field)
        form.addRow(field_name(""), plain_label(note, role="quiet", wrap=True))
        self.field.textChanged.connect(self.changed)
        self.field.returnPressed.connect(self.finished)

    def why_not(self) -> str:
        """What is missing."""
        return "" if self.field.text() else self._missing

    def forget(self) -> None:
        """Empties the field."""
        self.field.clear()

    def begin(self) -> None:
        """The field."""
        self.field.setFocus()


class ChooseAddress(Step):
    """Which of the addresses under the words is meant.

    Signals: `wanted` with a path of the person's own, whose address is to be shown.
    """

    title = "Choose the address"
    wanted = Signal(object)

    def __init__(
        self, addresses: Sequence[Mapping[str, str]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._addresses: list[Mapping[str, str]] = []
        self._group = QButtonGroup(self)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(tokens.GAP)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        self.path = _plain_field("Another path")
        self.path.setPlaceholderText("such as m/44'/60'/0'/0/7")
        self.show_path = QPushButton("Show its address")
        self.show_path.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(self._grid)
        row = QHBoxLayout()
        row.setSpacing(tokens.GRID)
        row.addWidget(field_name("Another path"))
        row.addWidget(self.path, 1)
        row.addWidget(self.show_path)
        column.addLayout(row)
        self.show_path.clicked.connect(self._on_wanted)
        self.path.returnPressed.connect(self._on_wanted)
        self._group.idToggled.connect(lambda *_: self.changed.emit())
        for one in addresses:
            self._add(one)
        self._group.button(0).setChecked(True)

    @property
    def chosen(self) -> Mapping[str, str]:
        """The path and address that are chosen."""
        return self._addresses[self._group.checkedId()]

    def add(self, addresses: Sequence[Mapping[str, str]]) -> None:
        """Shows the address of another path, and chooses it."""
        for one in addresses:
            known = [shown["path"] for shown in self._addresses]
            if one["path"] not in known:
                self._add(one)
                known.append(one["path"])
            self._group.button(known.index(one["path"])).setChecked(True)
        self.path.clear()

    def choose(self, number: int) -> None:
        """Chooses one by its place in the list."""
        self._group.button(number).setChecked(True)

    def begin(self) -> None:
        """The one that is chosen."""
        self._group.button(self._group.checkedId()).setFocus()

    def _on_wanted(self) -> None:
        if self.path.text().strip():
            self.wanted.emit(self.path.text().strip())

    def _add(self, one: Mapping[str, str]) -> None:
        row = len(self._addresses)
        self._addresses.append(one)
        button = Pick(f"{one['path']}: {one['address']}")
        self._group.addButton(button, row)
        self._grid.addWidget(button, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(plain_label(one["path"], role="mono-quiet"), row, 1)
        self._grid.addWidget(plain_label(" ".join(grouped(one["address"])), role="mono"), row, 2)


class NewPassphrase(Step):
    """A new passphrase, twice, with what it is worth; above it the address it is for."""

    title = "Choose the passphrase of this key"

    def __init__(self, confirm: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.confirm = confirm
        self.new = passphrase_field("New passphrase")
        self.repeated = passphrase_field("Once more")
        self._worth = plain_label(role="small", wrap=True)
        self._worth.setMinimumHeight(2 * self._worth.fontMetrics().lineSpacing())
        self._worth.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._address = QVBoxLayout()
        self._address.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget | None = None
        self._typed, self._strength = "", strength("")
        form = QFormLayout()
        form.setHorizontalSpacing(tokens.GAP)
        form.setVerticalSpacing(tokens.GRID)
        form.addRow(field_name("New passphrase"), self.new)
        form.addRow(field_name(""), self._worth)
        form.addRow(field_name("Once more"), self.repeated)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(self._address)
        column.addLayout(form)
        for field in (self.new, self.repeated):
            field.textChanged.connect(self._on_typed)
            field.returnPressed.connect(self.finished)
        self._on_typed()

    def say_address(self, address: str, source: str) -> None:
        """Whose key will be kept."""
        if self._shown is not None:
            discard(self._shown)
        self._shown = AddressLabel(address, name="Its address", source=source)
        self._address.addWidget(self._shown)

    def why_not(self) -> str:
        """What the passphrase lacks."""
        if not self._strength.is_enough:
            return RULE
        if self.new.text() != self.repeated.text():
            return "Type the new passphrase a second time, exactly as before."
        return ""

    def forget(self) -> None:
        """Empties both fields."""
        self.new.clear()  # and with it what was estimated
        self.repeated.clear()

    def begin(self) -> None:
        """The first field."""
        self.new.setFocus()

    def _on_typed(self) -> None:
        if self._typed != self.new.text():  # the other field was typed in: nothing to estimate
            self._typed = self.new.text()
            self._strength = strength(self._typed)
            self._worth.setText(self._strength.words)
            set_variant(self._worth, kind=self._strength.kind)
        self.changed.emit()


_NO_MEMORY: Final = (
    Qt.InputMethodHint.ImhSensitiveData
    | Qt.InputMethodHint.ImhNoPredictiveText
    | Qt.InputMethodHint.ImhNoAutoUppercase
)


def _plain_field(name: str) -> QLineEdit:
    """A field whose text is seen: words to compare with paper, and paths."""
    field = QLineEdit()
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    field.setDragEnabled(False)
    field.setMaxLength(128)
    field.setInputMethodHints(_NO_MEMORY)
    field.setAccessibleName(name)
    return field


def _form(step: QWidget) -> QFormLayout:
    form = QFormLayout(step)
    form.setContentsMargins(0, 0, 0, 0)
    form.setHorizontalSpacing(tokens.GAP)
    form.setVerticalSpacing(tokens.GRID)
    return form

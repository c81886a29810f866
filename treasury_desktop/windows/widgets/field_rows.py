"""Rows of fields of which there may be one or several: addresses, or nodes with their names."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.look.style import look, set_variant
from treasury_desktop.windows.untrusted import plain_tooltip


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of each row; `width` in pixels, or what is left where it is 0."""

    name: str
    hint: str
    most: int
    width: int = 0
    is_mono: bool = False


class FieldRows(QWidget):
    """At least one row; people add up to `most`, more may be filled in.

    Rows that are wholly empty count for nothing.
    Signals: `changed` when a text or the number of rows is another; `entered` on Return.
    """

    changed = Signal()
    entered = Signal()

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        another: str,
        most: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._most = most
        self._rows: list[tuple[QWidget, list[QLineEdit], QPushButton]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(tokens.GRID)
        self.add = QPushButton(another)
        set_variant(self.add, role="ghost")
        self.add.setIcon(icon("plus"))
        self.add.setIconSize(spaced())
        self.add.clicked.connect(self.add_row)
        below = QHBoxLayout()
        below.addWidget(self.add)
        below.addStretch(1)
        self._column.addLayout(below)
        self.add_row()

    @property
    def texts(self) -> tuple[tuple[str, ...], ...]:
        """What the rows say, without surrounding spaces; empty rows are left out."""
        rows = (tuple(field.text().strip() for field in fields) for _, fields, _ in self._rows)
        return tuple(row for row in rows if any(row))

    def fill(self, texts: Sequence[tuple[str, ...]]) -> None:
        """Puts these texts into as many rows, whole, even where nobody could type as much."""
        self._most = max(self._most, len(texts))
        for at, row in enumerate(texts):
            if at == len(self._rows):
                self.add_row()
            for field, text in zip(self._rows[at][1], row, strict=True):
                field.setMaxLength(max(field.maxLength(), len(text)))
                field.setText(text)
                field.setCursorPosition(0)

    def field(self, row: int, column: int = 0) -> QLineEdit:
        """One field."""
        return self._rows[row][1][column]

    def add_row(self) -> None:
        """One more row, empty, with the cursor in it; nothing where there are as many as may be."""
        if len(self._rows) == self._most:
            return
        line = QWidget()
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(tokens.GRID)
        fields = [self._made(column) for column in self._columns]
        for column, field in zip(self._columns, fields, strict=True):
            across.addWidget(field, 0 if column.width else 1)
        remove = QPushButton()
        remove.setIcon(icon("x"))
        remove.setIconSize(spaced())
        remove.setAccessibleName("Remove this row")
        plain_tooltip(remove, "Remove this row")
        set_variant(remove, role="ghost")
        remove.clicked.connect(lambda: self._remove(line))
        across.addWidget(remove)
        self._column.insertWidget(len(self._rows), line)
        self._rows.append((line, fields, remove))
        look().dress_part(line)
        self._show_buttons()
        if len(self._rows) > 1:
            fields[0].setFocus()
        self.changed.emit()

    def _made(self, column: Column) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(column.name)
        field.setPlaceholderText(column.hint)
        field.setMaxLength(column.most)
        if column.is_mono:
            set_variant(field, role="mono")
        if column.width:
            field.setFixedWidth(column.width)
        field.textChanged.connect(self.changed)
        field.returnPressed.connect(self.entered)
        return field

    def _remove(self, line: QWidget) -> None:
        self._rows = [row for row in self._rows if row[0] is not line]
        self._column.removeWidget(line)
        line.deleteLater()
        self._show_buttons()
        self._rows[-1][1][0].setFocus()
        self.changed.emit()

    def _show_buttons(self) -> None:
        for _, _, remove in self._rows:
            remove.setVisible(len(self._rows) > 1)
        self.add.setVisible(len(self._rows) < self._most)

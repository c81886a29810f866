"""Naming a danger: one at a time, by typing its words, so that none is clicked away unread."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import plain_label

if TYPE_CHECKING:
    from treasury_desktop.windows.review.named_dangers import NamedDangers


class AcknowledgeRow(QFrame):
    """The next danger to acknowledge and the field for its words; hidden when there is none.

    Signals: `path_chosen` with the path of the call the danger is about.
    """

    path_chosen = Signal(object)

    def __init__(
        self, acknowledged: "NamedDangers[Any, Any]", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        set_variant(self, role="banner", kind="danger")
        self._acknowledged = acknowledged
        self._count = plain_label(role="strong", kind="danger")
        self._sentence = plain_label(wrap=True)
        self._ask = plain_label(role="quiet")
        self.field = QLineEdit()
        self.field.setMaxLength(80)
        self.field.setFixedWidth(300)
        self.field.textChanged.connect(self._on_typed)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._count)
        words.addWidget(self._sentence)
        typing = QVBoxLayout()
        typing.setSpacing(4)
        typing.addWidget(self._ask)
        typing.addWidget(self.field)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        row.addWidget(Glyph("warning", "danger"))
        row.addLayout(words, 1)
        row.addLayout(typing)
        acknowledged.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Shows the next danger that nobody has named."""
        view = self._acknowledged.view
        missing = self._acknowledged.missing
        self.setVisible(bool(missing) and view is not None and not view.why_not)
        if not missing or view is None:
            return
        row = missing[0]
        total = len(view.dangers)
        self._count.setText(f"Danger {total - len(missing) + 1} of {total} · {row.title}")
        self._sentence.setText(row.sentence)
        self._ask.setText(f"To acknowledge it, type: {row.words}")
        self.field.setAccessibleName(f"Type {row.words} to acknowledge: {row.sentence}")

    def _on_typed(self, text: str) -> None:
        missing = self._acknowledged.missing
        if missing and self._acknowledged.name(missing[0], text):
            self.field.clear()
            remaining = self._acknowledged.missing
            if remaining and remaining[0].paths:
                self.path_chosen.emit(remaining[0].paths[0])

"""The line at the bottom of the window: how old the figures are and who vouches for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import PlainLabel, plain_label, plain_tooltip


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusPart:
    """A few words of the status line; `kind` colours them, the tooltip says more."""

    text: str
    kind: str = ""
    tooltip: str = ""


class StatusLine(QFrame):
    """Parts separated by dots, such as "block 19 000 123 · 14 min old · node A, B agree"."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_variant(self, role="frame")
        self.setFixedHeight(30)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(20, 0, 20, 0)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        self._labels: list[PlainLabel] = []

    def show_parts(self, parts: Sequence[StatusPart]) -> None:
        """Shows these parts; labels are kept and changed, so that nothing flickers."""
        while len(self._labels) < max(0, 2 * len(parts) - 1):
            label = plain_label("·", role="status")
            self._row.insertWidget(len(self._labels), label)
            self._labels.append(label)
        for number, label in enumerate(self._labels):
            label.setVisible(number < 2 * len(parts) - 1)
        for part, label in zip(parts, self._labels[::2], strict=False):
            label.setText(part.text)
            set_variant(label, kind=part.kind)
            plain_tooltip(label, part.tooltip)

    def text(self) -> str:
        """The line as read aloud."""
        return " ".join(label.text() for label in self._labels if not label.isHidden())

"""The three hashes of a Safe transaction, as the signing device shows them, and their words."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from treasury_desktop.windows.untrusted import PlainLabel, plain_label
from treasury_desktop.windows.widgets.address_label import grouped
from treasury_desktop.windows.widgets.comparison_grid import ComparisonGrid
from treasury_desktop.windows.widgets.copy_button import CopyButton

NAMES = ("Domain hash", "Message hash", "Safe transaction hash")
"""What hardware wallets and the Safe interface call them, in their order."""

_LINES = (1, 2, 4)


class HashRows(QWidget):
    """Three rows with copy buttons; under the third the comparison words, at the right the grid.

    Where a line is too long for its room, digits and words alike break in the middle: none is cut.
    """

    def __init__(self, parent: QWidget | None = None, *, names: tuple[str, ...] = NAMES) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(2, 1)
        self._hashes: list[PlainLabel] = []
        self._texts: tuple[str, ...] = ("",) * len(names)
        self._said: tuple[str, ...] = ()
        self._copies: list[CopyButton] = []
        middle = Qt.AlignmentFlag.AlignVCenter
        for row, name in enumerate(names):
            shown = plain_label(role="mono-strong" if row == len(names) - 1 else "mono")
            shown.setMinimumWidth(1)
            copy = CopyButton(what=f"the {name}")
            self._grid.addWidget(plain_label(name, role="quiet"), row, 0, middle)
            self._grid.addWidget(copy, row, 1, middle)
            self._grid.addWidget(shown, row, 2, middle)
            self._hashes.append(shown)
            self._copies.append(copy)
        self.grid = ComparisonGrid()
        corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(self.grid, 0, 3, len(names), 1, corner)
        self._words_name = plain_label("Compare aloud", role="quiet")
        self._words = plain_label(role="section", kind="accent", wrap=True)
        self._grid.addWidget(self._words_name, len(names), 0, middle)
        self._grid.addWidget(self._words, len(names), 2, 1, 2, middle)

    def show_hashes(
        self, domain: str, message: str, safe_transaction: str, words: Sequence[str] = ()
    ) -> None:
        """Shows three hashes (0x and 64 hex digits) and the words that stand for the third."""
        self._texts = (domain, message, safe_transaction)
        for text, copy in zip(self._texts, self._copies, strict=True):
            copy.set_text_to_copy(text)
        self._said = tuple(words)
        self._words.setVisible(bool(words))
        self._words_name.setVisible(bool(words))
        if words:
            self.grid.show_hash(bytes.fromhex(safe_transaction.removeprefix("0x")))
        self._show_digits()  # last: the grid takes room from them

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As few lines for each hash and for the words as there is room for, of equal length."""
        super().resizeEvent(event)
        self._show_digits()

    def _show_digits(self) -> None:
        aside = 0 if self.grid.isHidden() else self.grid.width() + self._grid.horizontalSpacing()
        room = self.width() - self._hashes[0].x() - aside
        for text, shown in zip(self._texts, self._hashes, strict=True):
            shown.setText(_in_lines(grouped(text), " ", "  ", shown.fontMetrics(), room))
        self._show_words(self.width() - self._hashes[0].x())

    def _show_words(self, room: int) -> None:
        self._words.setText(_in_lines(self._said, "  ", "", self._words.fontMetrics(), room))


def _in_lines(
    parts: Sequence[str], between: str, before: str, metrics: QFontMetrics, room: int
) -> str:
    """Parts in one line, two or four, whichever is the first that fits; `before` indents lines."""
    text = ""
    for count in _LINES:
        size = -(-len(parts) // count) or 1
        lines = [between.join(parts[at : at + size]) for at in range(0, len(parts), size)]
        text = f"\n{before}".join(lines)
        if all(metrics.horizontalAdvance(line) <= room for line in text.split("\n")):
            break
    return text

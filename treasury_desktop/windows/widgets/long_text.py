"""A text of several lines that does not freeze the window however long its words are."""

from PySide6.QtCore import QMimeData, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from treasury_desktop.windows.look.style import set_variant

MOST_CHARACTERS = 256 * 1024
PARAGRAPH = "\u2029"
"""What Qt keeps for the end of a line."""

LONG = 20_000
"""From here on lines break anywhere: to look for a break between words takes quadratic time."""


class LongText(QPlainTextEdit):
    """Plain text in the type of code; Tab leaves it.

    Signals: `refused` with the count of characters a paste would have come to, when that is more
    than `MOST_CHARACTERS`; nothing is inserted then.
    """

    refused = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        set_variant(self, role="mono")

    def show_text(self, text: str) -> None:
        """Shows another text, of any length, whole."""
        self.clear()
        self._break_lines(len(text))
        self.setPlainText(text)

    @property
    def text(self) -> str:
        """What stands there, with the characters it was given.

        Qt would have some of them read as spaces and line breaks; what is signed would not be what
        was pasted.
        """
        return self.document().toRawText().replace(PARAGRAPH, "\n")

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Takes a paste or a drop of text that is short enough."""
        count = len(self.toPlainText()) - len(self.textCursor().selectedText())
        count += len(source.text())
        if count > MOST_CHARACTERS:
            self.refused.emit(count)
            return
        self._break_lines(count)
        super().insertFromMimeData(source)

    def _break_lines(self, count: int) -> None:
        wrap = QTextOption.WrapMode
        anywhere = count > LONG
        self.setWordWrapMode(wrap.WrapAnywhere if anywhere else wrap.WrapAtWordBoundaryOrAnywhere)

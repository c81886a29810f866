"""A verdict as icon, word and colour together, so that no one has to see colours."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.untrusted import plain_label


@dataclass(frozen=True, slots=True)
class Mark:
    """The icon and colour of one kind of verdict, and its usual word."""

    icon: str
    colour: Token
    word: str


MARKS: Final = {
    "within": Mark("check-circle", "good", "within"),
    "above advice": Mark("warning-circle", "advice", "above advice"),
    "refused": Mark("prohibit", "block", "refused"),
    "cannot be judged": Mark("question", "block", "cannot be judged"),
    "not a deployment": Mark("minus-circle", "idle", "not a deployment"),
    "ok": Mark("check-circle", "good", "ok"),
    "info": Mark("info", "accent", "note"),
    "warn": Mark("warning-circle", "advice", "look"),
    "danger": Mark("warning", "danger", "danger"),
    "block": Mark("prohibit", "block", "blocks"),
}


class VerdictBadge(QWidget):
    """Icon, word and colour of a verdict; `large` for the one verdict a page is about."""

    def __init__(
        self,
        kind: str = "ok",
        word: str = "",
        *,
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._large = large
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8 if large else 6)
        self._glyph = Glyph("check-circle", "good", tokens.ICON if large else tokens.ICON_SMALL)
        self._word = plain_label(role="section" if large else "strong")
        row.addWidget(self._glyph)
        row.addWidget(self._word)
        row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.say(kind, word)

    def say(self, kind: str, word: str = "") -> None:
        """Shows another verdict; KeyError for a kind not in `MARKS`."""
        mark = MARKS[kind]
        self._glyph.show_icon(mark.icon, mark.colour)
        self._word.setText(word or mark.word)
        set_variant(self._word, kind=mark.colour)
        self.setAccessibleName(word or mark.word)

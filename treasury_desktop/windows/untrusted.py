"""The only place where text becomes a label or a tooltip, and always as plain text.

Qt guesses whether a string "might be rich text" and then renders it: a token symbol could draw
links or fetch `<img src="file://…">`. A test refuses `QLabel` and `setToolTip` anywhere else.
"""

import html
import re
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from treasury_desktop.windows.look.style import set_variant

_HUGE = re.compile(r"\d[\d,.]{22,}\d", re.ASCII)
_MARKS = re.compile(r"[.,]")
_LONG_WORD = re.compile(r"\w{24,}")
_FOUR = re.compile(r"\w{4}(?=\w)")


class PlainLabel(QLabel):
    """A label that shows exactly the characters it is given."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


def plain_label(
    text: str = "",
    *,
    role: str = "",
    kind: str = "",
    wrap: bool = False,
    selectable: bool = False,
    right: bool = False,
    parent: QWidget | None = None,
) -> PlainLabel:
    """A plain label in one of the style sheet's variants, optionally wrapping or right-aligned."""
    label = PlainLabel(text, parent)
    if role or kind:
        set_variant(label, role=role, kind=kind)
    label.setWordWrap(wrap)
    if selectable:
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if right:
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label


def breakable(text: str) -> str:
    """The same characters; a line may end inside a huge number or any other very long word.

    A label is as wide as its longest word at least: one would push the page aside, or be cut.
    """
    text = _HUGE.sub(lambda number: _MARKS.sub("\\g<0>\u200b", number[0]), text)
    return _LONG_WORD.sub(lambda word: _FOUR.sub("\\g<0>\u200b", word[0]), text)


def plain_markup(text: str) -> str:
    """Text as markup that shows exactly these characters: tooltips cannot be told "plain"."""
    if not text:
        return ""
    lines = html.escape(text).replace("\n", "<br>")
    return f'<qt><p style="white-space:pre-wrap">{lines}</p></qt>'


def plain_tooltip(widget: QWidget, text: str) -> None:
    """Sets a tooltip that shows exactly these characters."""
    widget.setToolTip(plain_markup(text))


def button_text(text: str) -> str:
    """Text for a button, tab or menu entry, where a lone & would vanish and make a shortcut."""
    return text.replace("&", "&&")


def labels_in(root: QWidget) -> Iterator[QLabel]:
    """Every label on a widget, in layout order; tests assert that each is plain text."""
    if isinstance(root, QLabel):
        yield root
    yield from root.findChildren(QLabel)


def rich_labels(root: QWidget) -> list[QLabel]:
    """The labels on a widget that would interpret markup; must be empty everywhere."""
    return [each for each in labels_in(root) if each.textFormat() != Qt.TextFormat.PlainText]


def texts_in(root: QWidget) -> list[str]:
    """The words a widget's visible labels show, in the order they were laid out."""
    return [each.text() for each in labels_in(root) if each.isVisibleTo(root) and each.text()]

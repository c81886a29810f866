"""Facts about texts of any length in the window."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QTextOption

from treasury_desktop.windows.widgets.long_text import LONG, MOST_CHARACTERS, LongText

Show = Callable[..., None]
ANYWHERE = QTextOption.WrapMode.WrapAnywhere


def pasted(field: LongText, text: str) -> None:
    """Pastes a text where the cursor is."""
    paste = QMimeData()
    paste.setText(text)
    field.insertFromMimeData(paste)


def test_a_paste_is_refused_where_it_would_make_the_text_too_long(show: Show) -> None:
    """What stood there stays; what was marked makes room."""
    field, refused = LongText("A text"), list[int]()
    field.refused.connect(refused.append)
    show(field)
    pasted(field, "a" * MOST_CHARACTERS)
    pasted(field, "b")
    assert refused == [MOST_CHARACTERS + 1]
    assert field.toPlainText() == "a" * MOST_CHARACTERS
    field.selectAll()
    pasted(field, "b")
    assert field.toPlainText() == "b"


@pytest.mark.parametrize(("length", "is_anywhere"), [(LONG, False), (LONG + 1, True)])
def test_long_lines_break_anywhere(show: Show, length: int, is_anywhere: bool) -> None:
    """Shown or pasted: between words Qt looks back over the whole line for each row of it."""
    shown, typed = LongText("A text"), LongText("Another")
    show(shown)
    shown.show_text("x" * length)
    pasted(typed, "x" * length)
    assert [one.wordWrapMode() is ANYWHERE for one in (shown, typed)] == [is_anywhere] * 2
    assert shown.toPlainText() == typed.toPlainText() == "x" * length


def test_a_short_text_breaks_between_words_again(show: Show) -> None:
    """After a long one was shown in the same place."""
    field = LongText("A text")
    show(field)
    field.show_text("x" * (LONG + 1))
    field.show_text("a word")
    assert field.wordWrapMode() is not ANYWHERE


@pytest.mark.parametrize(
    "text", ["a\u00a0b", "a\u2028b", "a\nb\n", " a\t ", "e\u0301 \U0001f600", ""]
)
def test_a_text_is_the_one_that_was_pasted(show: Show, text: str) -> None:
    """Character by character: what is signed is what it says."""
    field, shown = LongText("A text"), LongText("Another")
    show(field)
    pasted(field, text)
    shown.show_text(text)
    assert (field.text, shown.text) == (text, text)

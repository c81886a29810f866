"""The field in which words are typed: chosen by keys, marked when unknown, never on a clipboard."""

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from treasury_desktop.keys.word_lists import word_lists
from treasury_desktop.windows.secret_entry.steps import TypeWords
from treasury_desktop.windows.secret_entry.word_choice import WordLists
from treasury_desktop.windows.secret_entry.words_field import (
    HOW_TO_CHOOSE,
    NOT_PASTED,
    WordPicker,
)
from treasury_desktop.windows.untrusted import rich_labels, texts_in

LISTS = WordLists(word_lists())
WIDTH = 580


@pytest.fixture
def step(qtbot: QtBot) -> TypeWords:
    """The step, shown and with the keyboard in it."""
    made = TypeWords(LISTS)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.begin()
    return made


@pytest.fixture
def picker(step: TypeWords) -> WordPicker:
    """Its field with what is offered."""
    return step.picker


def buttons(picker: WordPicker) -> list[str]:
    """The words in sight, the marked one in brackets."""
    shown = [button for button in picker.buttons if button.isVisible()]
    return [f"[{one.text()}]" if one.isChecked() else one.text() for one in shown]


def test_words_are_offered_and_one_is_marked(picker: WordPicker, qtbot: QtBot) -> None:
    """Below the field, with the keys that choose."""
    assert buttons(picker) == []
    qtbot.keyClicks(picker.field, "zoo wrong act")
    assert buttons(picker) == ["[act]", "action", "actor", "actress", "actual"]
    assert HOW_TO_CHOOSE in texts_in(picker)
    assert rich_labels(picker) == []


def test_tab_takes_the_marked_word(picker: WordPicker, qtbot: QtBot) -> None:
    """And the next one can be typed at once."""
    qtbot.keyClicks(picker.field, "zoo wrong act")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Tab):
        qtbot.keyClick(picker.field, key)
    assert picker.field.toPlainText() == "zoo wrong action "
    assert buttons(picker) == []
    qtbot.keyClicks(picker.field, "wr")
    assert picker.marked_word == "wrap"


def test_marking_goes_round(picker: WordPicker, qtbot: QtBot) -> None:
    """From the first up to the last."""
    qtbot.keyClicks(picker.field, "zoo wrong act")
    qtbot.keyClick(picker.field, Qt.Key.Key_Up)
    assert picker.marked_word == "actual"
    qtbot.keyClicks(picker.field, "i")
    assert picker.marked_word == "action"


def test_tab_goes_on_where_nothing_is_offered(
    step: TypeWords, picker: WordPicker, qtbot: QtBot
) -> None:
    """To the extra passphrase."""
    qtbot.keyClicks(picker.field, "zoo ")
    qtbot.keyClick(picker.field, Qt.Key.Key_Tab)
    assert step.extra.hasFocus()


def test_click_takes_a_word_too(picker: WordPicker, qtbot: QtBot) -> None:
    """The keyboard stays in the field."""
    qtbot.keyClicks(picker.field, "zoo wrong act")
    qtbot.mouseClick(picker.buttons[4], Qt.MouseButton.LeftButton)
    assert picker.field.toPlainText() == "zoo wrong actual "
    assert picker.field.hasFocus()


def test_word_in_the_middle_is_replaced(picker: WordPicker, qtbot: QtBot) -> None:
    """What stands behind it stays."""
    qtbot.keyClicks(picker.field, "zoo zoo ac wrong")
    cursor = picker.field.textCursor()
    cursor.setPosition(len("zoo zoo ac"))
    picker.field.setTextCursor(cursor)
    assert picker.marked_word == "access"
    qtbot.keyClick(picker.field, Qt.Key.Key_Tab)
    assert picker.field.toPlainText() == "zoo zoo access  wrong"


def test_unknown_words_are_underlined_and_named(
    step: TypeWords, picker: WordPicker, qtbot: QtBot
) -> None:
    """At once, and the step is not complete with them."""
    qtbot.keyClicks(picker.field, "zoo qqq")
    assert step.why_not() == "Word 2 is on no list."
    (one,) = picker.field.extraSelections()
    assert one.cursor.selectedText() == "qqq"
    qtbot.keyClicks(picker.field, " zoo xyzzy zoo abcde")
    assert step.why_not() == "Words 2 and 4 and others are on no list."
    picker.forget()
    assert step.why_not() == "Type the words."
    assert picker.field.extraSelections() == []


def test_complete_words_need_nothing_more(step: TypeWords, qtbot: QtBot) -> None:
    """Twelve words of a list."""
    qtbot.keyClicks(step.words, "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong")
    assert step.why_not() == ""


def test_words_go_to_no_clipboard(picker: WordPicker, qtbot: QtBot) -> None:
    """Neither copied nor cut, nor by marking them."""
    clipboard = QApplication.clipboard()
    clipboard.setText("before")
    qtbot.keyClicks(picker.field, "zoo wrong")
    picker.field.selectAll()
    picker.field.copy()
    qtbot.keyClick(picker.field, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "zoo" not in clipboard.text()
    picker.field.cut()
    assert "zoo" not in clipboard.text()
    assert "zoo" not in clipboard.text(clipboard.Mode.Selection)


def test_words_come_from_no_clipboard(picker: WordPicker, qtbot: QtBot) -> None:
    """Pasting says why it does nothing; dropping is not possible."""
    QApplication.clipboard().setText("zoo zoo zoo")
    qtbot.keyClick(picker.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    picker.field.insertFromMimeData(QMimeData())
    assert picker.field.toPlainText() == ""
    assert NOT_PASTED in texts_in(picker)
    assert not picker.field.acceptDrops()


def test_place_below_the_field_is_kept(picker: WordPicker, qtbot: QtBot) -> None:
    """Nothing moves while somebody types."""
    before = picker.heightForWidth(WIDTH)
    qtbot.keyClicks(picker.field, "zoo wrong act")
    assert buttons(picker)
    assert picker.heightForWidth(WIDTH) == before

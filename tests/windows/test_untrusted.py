"""Facts about text from strangers: it is shown, never interpreted."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.untrusted import (
    button_text,
    plain_label,
    plain_markup,
    plain_tooltip,
    rich_labels,
    texts_in,
)

HOSTILE = [
    "<b>USDC</b>",
    '<img src="file:///etc/passwd">',
    '<a href="https://example.org">safe</a>',
    "&lt;b&gt;",
    "a\n<qt>b</qt>",
    "\u202eCDSU",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_shows_exactly_its_characters(qtbot: QtBot, text: str) -> None:
    """The format is PlainText and links cannot be followed."""
    label = plain_label(text)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == text
    assert not label.openExternalLinks()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_tooltip_shows_exactly_its_characters(qtbot: QtBot, text: str) -> None:
    """What Qt would render of the tooltip equals the text, without any image or link."""
    widget = QWidget()
    qtbot.addWidget(widget)
    plain_tooltip(widget, text)
    document = QTextDocument()
    document.setHtml(widget.toolTip())
    assert document.toPlainText() == text
    assert "<img" not in widget.toolTip()
    assert "<a " not in widget.toolTip()


def test_no_text_makes_no_tooltip(qtbot: QtBot) -> None:
    """An empty tooltip stays empty, so that none appears."""
    assert plain_markup("") == ""


def test_the_walker_finds_a_label_that_would_interpret(qtbot: QtBot) -> None:
    """Labels deep inside a widget are found, plain ones are not."""
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    rich = QLabel("<b>x</b>")
    column.addWidget(plain_label("x"))
    column.addWidget(rich)
    assert rich_labels(whole) == [rich]
    rich.setTextFormat(Qt.TextFormat.PlainText)


def test_an_ampersand_on_a_button_stays_visible() -> None:
    """Qt would take a single one for a shortcut."""
    assert button_text("R&D") == "R&&D"


def test_texts_are_those_a_person_can_see(qtbot: QtBot) -> None:
    """Hidden labels are not part of a transcript."""
    whole = QWidget()
    qtbot.addWidget(whole)
    column = QVBoxLayout(whole)
    hidden = plain_label("hidden")
    for label in (plain_label("first"), hidden, plain_label("second")):
        column.addWidget(label)
    hidden.hide()
    assert texts_in(whole) == ["first", "second"]

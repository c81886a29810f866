"""Facts about parts of a window that are dressed alone when light and dark change places."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.look.tokens import DARK, LIGHT
from treasury_desktop.windows.untrusted import PlainLabel, plain_label

Show = Callable[..., None]


class Pages(QStackedWidget):
    """Two pages, one of them out of sight, each a part."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[PlainLabel] = []
        for words in ("in sight", "out of sight"):
            page = QWidget()
            self.labels.append(plain_label(words, kind="block"))
            QVBoxLayout(page).addWidget(self.labels[-1])
            self.addWidget(page)
            look().dress_part(page)


@pytest.fixture
def pages(show: Show) -> Iterator[Pages]:
    """On the screen, in the light look."""
    made = Pages()
    show(made)
    yield made
    look().prefer("light")


def _colour(label: PlainLabel) -> QColor:
    label.ensurePolished()
    return label.palette().windowText().color()


def test_a_part_in_sight_changes_at_once(pages: Pages) -> None:
    """What one looks at never lags behind."""
    look().prefer("dark")

    assert _colour(pages.labels[0]) == QColor(DARK.block)


def test_a_part_out_of_sight_changes_soon(pages: Pages, qtbot: QtBot) -> None:
    """In a later turn of the event loop, without being shown."""
    look().prefer("dark")

    assert _colour(pages.labels[1]) == QColor(LIGHT.block)
    qtbot.waitUntil(lambda: _colour(pages.labels[1]) == QColor(DARK.block))


def test_a_part_about_to_be_seen_does_not_wait(pages: Pages) -> None:
    """Nobody sees the old colours."""
    look().prefer("dark")

    look().dress_now(pages.widget(1))

    assert _colour(pages.labels[1]) == QColor(DARK.block)


def test_a_part_made_after_the_change_is_dressed_like_the_others(pages: Pages) -> None:
    """Pages are built when they are first shown, in whichever look there is then."""
    look().prefer("dark")
    page = QWidget()
    label = plain_label("late", kind="block")
    QVBoxLayout(page).addWidget(label)
    pages.addWidget(page)

    look().dress_part(page)

    assert _colour(label) == QColor(DARK.block)


def test_changing_there_and_back_leaves_the_first_look(pages: Pages, qtbot: QtBot) -> None:
    """Nothing stays half-dressed."""
    look().prefer("dark")
    look().prefer("light")

    for label in pages.labels:
        qtbot.waitUntil(lambda label=label: _colour(label) == QColor(LIGHT.block))


def test_a_window_without_parts_changes_too(pages: Pages, show: Show) -> None:
    """A second window beside the one with parts."""
    label = plain_label("alone", kind="block")
    show(label)

    look().prefer("dark")

    assert _colour(label) == QColor(DARK.block)
    look().prefer("light")
    assert _colour(label) == QColor(LIGHT.block)


def test_a_part_that_is_gone_is_forgotten(pages: Pages, qtbot: QtBot) -> None:
    """A deleted page does not stop the change of the others."""
    gone = pages.widget(1)
    look().prefer("dark")
    pages.removeWidget(gone)
    gone.deleteLater()
    with qtbot.waitSignal(gone.destroyed):
        pass

    look().prefer("light")

    assert _colour(pages.labels[0]) == QColor(LIGHT.block)

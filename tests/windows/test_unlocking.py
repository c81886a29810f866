"""The line above every page while a key is unlocked, and the ways to lock it."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QWindowStateChangeEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.desk_at_hand import UnlockingAtHand
from tests.samples import an_owner
from treasury_desktop.viewmodels.unlocking import asking_text, locked_text, unlocked_text
from treasury_desktop.windows.actions_of_unlocking import UnlockedKey
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.main_window import MainWindow
from treasury_desktop.windows.pages import Page
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.unlocking import NOTHING_UNLOCKED, TICK_MS, ShownUnlocking
from treasury_desktop.windows.untrusted import rich_labels

KEY = UnlockedKey(label="Signer A", address=an_owner(1), seconds_left=251.2)
SAID = (
    "Signer A is unlocked for 4:12 more; signing with it asks no passphrase. Ctrl+Shift+L locks it."
)


@pytest.fixture
def window(qtbot: QtBot, errands: Errands) -> MainWindow:
    """A window with one empty page."""
    pages = [Page(key="overview", title="Overview", icon="key", build=QWidget)]
    made = MainWindow(pages, Session(), errands)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture
def unlocking() -> UnlockingAtHand:
    """Nothing unlocked yet."""
    return UnlockingAtHand()


@pytest.fixture
def shown(window: MainWindow, unlocking: UnlockingAtHand) -> Iterator[ShownUnlocking]:
    """What the window shows of it."""
    made = ShownUnlocking(window, unlocking)
    yield made
    made.close()


def text_of(shown: ShownUnlocking) -> str:
    """The line, where it is in sight."""
    return shown.line.text() if shown.line is not None and shown.line.isVisible() else ""


def test_nothing_is_shown_and_no_clock_runs_while_no_key_is_unlocked(
    shown: ShownUnlocking,
) -> None:
    """As at every start."""
    assert shown.line is None
    assert not shown._tick.isActive()


def test_unlocked_key_is_named_with_its_time_above_every_page(
    shown: ShownUnlocking, window: MainWindow, unlocking: UnlockingAtHand
) -> None:
    """Whichever page is in sight."""
    unlocking.change(KEY)
    assert text_of(shown) == SAID
    assert rich_labels(window) == []


def test_time_goes_down_while_it_is_unlocked(
    shown: ShownUnlocking, unlocking: UnlockingAtHand, qtbot: QtBot
) -> None:
    """Once a second, and no longer than that."""
    unlocking.change(KEY)
    assert shown._tick.interval() == TICK_MS
    unlocking.key = UnlockedKey(label="Signer A", address=an_owner(1), seconds_left=59.0)
    shown._tick.setInterval(1)
    qtbot.waitUntil(lambda: "for 0:59 more" in text_of(shown))
    unlocking.change(None)
    assert not shown._tick.isActive()


def test_button_of_the_line_locks(
    shown: ShownUnlocking, unlocking: UnlockingAtHand, qtbot: QtBot
) -> None:
    """Lock now is one press, and the line is gone."""
    unlocking.change(KEY)
    assert shown.line is not None
    (button,) = shown.line.findChildren(QPushButton)
    assert button.text() == "Lock now"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert unlocking.key is None
    assert text_of(shown) == ""


def test_keys_lock_from_everywhere(
    shown: ShownUnlocking, window: MainWindow, unlocking: UnlockingAtHand, qtbot: QtBot
) -> None:
    """Ctrl+Shift+L locks, or says that there is nothing to lock."""
    window.activateWindow()
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_L, both)
    assert window._toast is not None
    assert window._toast.text() == NOTHING_UNLOCKED
    unlocking.change(KEY)
    qtbot.keyClick(window, Qt.Key.Key_L, both)
    assert unlocking.key is None
    assert window._toast.text() == "Signer A is locked."


def test_minimising_locks(
    shown: ShownUnlocking, window: MainWindow, unlocking: UnlockingAtHand, qtbot: QtBot
) -> None:
    """Whoever minimises the desk looks elsewhere."""
    unlocking.change(KEY)
    window.showMinimized()
    qtbot.waitUntil(lambda: unlocking.key is None)


def test_other_changes_of_the_window_lock_nothing(
    shown: ShownUnlocking, window: MainWindow, unlocking: UnlockingAtHand
) -> None:
    """Such as filling the screen."""
    unlocking.change(KEY)
    event = QWindowStateChangeEvent(Qt.WindowState.WindowNoState)
    QApplication.sendEvent(window, event)
    QApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert unlocking.key is KEY


def test_key_that_was_locked_by_itself_is_told(
    shown: ShownUnlocking, window: MainWindow, unlocking: UnlockingAtHand
) -> None:
    """Why it was, in passing."""
    unlocking.change(KEY)
    unlocking.change(None, why="the screen was locked")
    assert window._toast is not None
    assert window._toast.text() == "Signer A is locked: the screen was locked."


def test_closed_window_is_told_nothing(shown: ShownUnlocking, unlocking: UnlockingAtHand) -> None:
    """The desk may say what it wants then."""
    shown.close()
    unlocking.change(KEY)
    assert shown.line is None


@pytest.mark.parametrize(
    ("seconds", "words"), [(300.0, "5:00"), (299.9, "5:00"), (61.0, "1:01"), (0.0, "0:00")]
)
def test_time_is_rounded_up_to_seconds(seconds: float, words: str) -> None:
    """A key never looks locked while it is not."""
    assert f" {words} more" in unlocked_text("Signer A", seconds)


def test_words_of_locking_and_asking() -> None:
    """Said with a reason where nobody asked for it."""
    assert locked_text("A", "") == "A is locked."
    assert locked_text("A", "its time was over") == "A is locked: its time was over."
    assert "waits for your press" in asking_text(is_unlocked=True)
    assert "asks for the passphrase" in asking_text(is_unlocked=False)

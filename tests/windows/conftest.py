"""Tests of windows run without a display, and leave nothing running behind them."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.untrusted import rich_labels


def pytest_configure(config: pytest.Config) -> None:
    """The offscreen platform warns about every minimum size; a real one does not."""
    config.addinivalue_line("qt_log_ignore", "This plugin does not support propagateSizeHints")


@pytest.fixture(autouse=True)
def _nothing_left_running(qapp: QApplication) -> Iterator[None]:
    """No thread, errand, ticking timer or rich label outlives a test."""
    threads = set(threading.enumerate())
    yield
    tops = QApplication.topLevelWidgets()
    assert not [label for top in tops for label in rich_labels(top)], "a label interprets markup"
    ticking = [timer for top in tops for timer in top.findChildren(QTimer) if timer.isActive()]
    assert not [timer for timer in ticking if not timer.isSingleShot()], "a timer ticks"
    for top in tops:
        top.close()
    assert all(errands.is_quiet for errands in Errands.all), "an errand is under way"
    left = [each for each in threading.enumerate() if each not in threads]
    ending = [each for each in left if not isinstance(each, threading._DummyThread)]
    for each in ending:
        each.join(SECONDS_TO_END)
    assert not [each for each in ending if each.is_alive()], "a thread"


@pytest.fixture
def errands(qtbot: QtBot) -> Iterator[Errands]:
    """Errands that are closed afterwards."""
    made = Errands()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _dressed(qapp: QApplication) -> None:
    """Every test begins in the light look."""
    if look().preference != "light":
        look().dress(qapp, "light")


Show = Callable[..., None]
SECONDS_TO_END = 5
"""For a thread that has done its work and is only not gone yet."""


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Puts a widget on the screen, at a size, with the keyboard, for the length of a test."""

    def put(widget: QWidget, width: int = 800, height: int = 400) -> None:
        qtbot.addWidget(widget)
        widget.resize(width, height)
        with qtbot.waitExposed(widget):
            widget.show()
        widget.activateWindow()
        qtbot.waitUntil(widget.isActiveWindow)

    return put

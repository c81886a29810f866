"""Facts about the heartbeat: it sees a blocked window and rests otherwise."""

from time import perf_counter_ns

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.heartbeat import Heartbeat


def block(milliseconds: int) -> None:
    """Keeps the GUI thread busy."""
    until = perf_counter_ns() + milliseconds * 1_000_000
    while perf_counter_ns() < until:
        pass


def test_a_block_of_the_gui_thread_is_measured(qtbot: QtBot) -> None:
    """At least as long as it was, less one beat."""
    heartbeat = Heartbeat()
    heartbeat.start()
    QTimer.singleShot(0, lambda: block(120))
    qtbot.waitUntil(lambda: heartbeat.longest_ms >= 100)
    assert heartbeat.stop() >= 100


def test_a_block_that_lasts_to_the_end_counts(qtbot: QtBot) -> None:
    """Stopping takes the last gap into account."""
    heartbeat = Heartbeat()
    heartbeat.start()
    block(60)
    assert heartbeat.stop() >= 45


def test_starting_anew_forgets(qtbot: QtBot) -> None:
    """Each measure stands for itself."""
    heartbeat = Heartbeat()
    heartbeat.start()
    block(60)
    heartbeat.stop()
    heartbeat.start()
    assert heartbeat.stop() < 45

"""Facts about the frame: pages come late, keys reach them, closing is clean."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.errands import Done, Errands, Failed, Progress
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.main_window import SMALLEST, MainWindow, Place
from treasury_desktop.windows.pages import ICONS, Page
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusPart
from treasury_desktop.windows.untrusted import plain_label, texts_in

Show = Callable[..., None]
built: list[str] = []


def a_page(key: str, under: str = "") -> Page:
    """A page that notes when it is built."""

    def build() -> QWidget:
        built.append(key)
        return plain_label(f"this is {key}")

    return Page(key=key, title=key.title(), icon=ICONS[key], build=build, under=under)


@pytest.fixture
def session() -> Session:
    """A session without anything."""
    return Session()


@pytest.fixture
def window(show: Show, session: Session, errands: Errands) -> MainWindow:
    """The frame with three pages and one that stands under another."""
    built.clear()
    keys = ("overview", "deploy", "queue")
    pages = [*(a_page(key) for key in keys), a_page("review", under="queue")]
    made = MainWindow(pages, session, errands)
    show(made, 1280, 800)
    return made


def test_only_the_page_in_sight_is_built(window: MainWindow) -> None:
    """And each only once."""
    assert built == ["overview"]
    window.show_page("queue")
    window.show_page("overview")
    window.show_page("queue")
    assert built == ["overview", "queue"]


def test_pages_that_are_not_there_are_not_offered(window: MainWindow) -> None:
    """The navigation lists what was registered, without pages under others."""
    assert list(window._navigation._items) == ["overview", "deploy", "queue"]


def test_a_page_under_another_marks_it_in_the_navigation(window: MainWindow) -> None:
    """Reviewing happens in the queue."""
    window.show_page("review")
    assert window._navigation._items["queue"].isChecked()
    assert "Review" in texts_in(window)
    assert "this is review" in texts_in(window)


def test_keys_reach_pages_refresh_and_the_look(
    window: MainWindow, session: Session, qtbot: QtBot
) -> None:
    """Ctrl and a number, F5, Ctrl+L."""
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert window.shown_page == "queue"
    with qtbot.waitSignal(session.refresh_asked):
        qtbot.keyClick(window, Qt.Key.Key_F5)
    session.end_refresh()
    qtbot.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert look().palette.name == "dark"
    look().prefer("light")


def test_the_refresh_button_says_that_one_is_under_way(
    window: MainWindow, session: Session
) -> None:
    """It cannot be pressed twice, and says why."""
    session.ask_refresh()
    assert not window._refresh.isEnabled()
    assert "under way" in window._refresh.toolTip()
    session.end_refresh()
    assert window._refresh.isEnabled()


def test_the_status_line_changes_without_new_labels(window: MainWindow) -> None:
    """Fewer parts hide the rest."""
    words = ("block 19 000 123", "14 min old", "offline")
    window.show_status([StatusPart(text=each) for each in words])
    assert window._status.text() == "block 19 000 123 · 14 min old · offline"
    labels = len(window._status._labels)
    window.show_status([StatusPart(text="block 19 000 124", kind="good")])
    assert window._status.text() == "block 19 000 124"
    assert len(window._status._labels) == labels


def test_the_queue_shows_how_many_wait(window: MainWindow) -> None:
    """The badge goes when none do."""
    window.show_badge("queue", "2", "accent")
    assert "2" in texts_in(window)
    window.show_badge("queue", "")
    assert "2" not in texts_in(window)


def test_nothing_is_cut_off_at_the_smallest_size(window: MainWindow) -> None:
    """Every navigation button and the status line lie inside 1024 × 700."""
    window.resize(1024, 700)
    frame = window.rect()
    for item in window._navigation._items.values():
        assert frame.contains(item.mapTo(window, item.rect().bottomRight()))
        assert item.width() >= item.sizeHint().width()
    window.resize(10, 10)
    assert (window.width(), window.height()) == (1024, 700)


def test_a_long_treasury_name_stays_in_its_place(window: MainWindow) -> None:
    """It is shortened, whole in the tooltip, and plain."""
    window.show_treasury_name("<i>" + "A very long name " * 5)
    assert window._navigation.width() == 200
    assert "&lt;i&gt;" in window._navigation._name.toolTip()


class InMemory:
    """Remembers a place as long as a test lasts."""

    def __init__(self, place: Place | None = None) -> None:
        self.place = place

    def keep_place(self, place: Place) -> None:
        """Where the window is."""
        self.place = place


def test_a_window_comes_back_where_it_was(session: Session, errands: Errands, qtbot: QtBot) -> None:
    """Its place and size are kept when it closes."""
    kept = InMemory()
    first = MainWindow([a_page("overview")], session, errands, remembers=kept)
    qtbot.addWidget(first)
    first.setGeometry(3, 5, 1030, 710)
    first.close()
    assert kept.place == Place(left=3, top=5, width=1030, height=710)
    second = MainWindow([a_page("overview")], session, Errands(), remembers=kept)
    qtbot.addWidget(second)
    assert (second.width(), second.height()) < (1280, 800)  # the offscreen screen is 800 wide


@pytest.mark.parametrize(
    "place",
    [
        Place(left=-90_000, top=90_000, width=100_000, height=100_000),
        Place(left=0, top=0, width=1, height=1),
        Place(left=5_000, top=5_000, width=1_280, height=800, is_maximised=True),
    ],
)
def test_an_impossible_place_is_not_taken(
    session: Session, errands: Errands, qtbot: QtBot, place: Place
) -> None:
    """The window stays on the screen and no larger than it, but for its smallest size."""
    window = MainWindow([a_page("overview")], session, errands, remembers=InMemory(place))
    qtbot.addWidget(window)
    assert window.screen().geometry().intersects(window.frameGeometry())
    assert window.width() <= max(window.screen().size().width(), SMALLEST.width())
    assert window.height() <= max(window.screen().size().height(), SMALLEST.height())


def test_closing_during_an_act_waits_for_it_and_tells(
    window: MainWindow, errands: Errands, qtbot: QtBot
) -> None:
    """The outcome is delivered before the window says that it is closed."""
    order: list[str] = []
    started = threading.Event()

    def send(progress: Progress) -> str:
        started.set()
        while not progress.is_cancelled():
            pass
        return "sent"

    def on_sent(outcome: Done[str] | Failed) -> None:
        order.append("outcome" if isinstance(outcome, Done) else "failed")

    window.closed.connect(lambda: order.append("closed"))
    errands.act("send", send, on_sent)
    assert started.wait(10)
    window.close()
    assert order == ["outcome", "closed"]
    assert errands.is_quiet


def test_the_frame_loads_nothing_heavy() -> None:
    """Importing and showing it needs no chart, node, key or number library."""
    code = (
        "import sys\n"
        "from PySide6.QtWidgets import QApplication, QWidget\n"
        "from treasury_desktop.windows.errands import Errands\n"
        "from treasury_desktop.windows.look.style import look\n"
        "from treasury_desktop.windows.main_window import MainWindow\n"
        "from treasury_desktop.windows.pages import Page\n"
        "from treasury_desktop.windows.session import Session\n"
        "app = QApplication([])\n"
        "look().dress(app)\n"
        "page = Page(key='overview', title='Overview', icon='gear', build=QWidget)\n"
        "window = MainWindow([page], Session(), Errands())\n"
        "window.show(); window.grab(); window.close()\n"
        "heavy = {'pyqtgraph', 'qtawesome', 'numpy', 'web3', 'eth_account', 'keyring', 'duckdb'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert ended.returncode == 0, ended.stderr.decode()


def test_no_source_is_read_to_import_a_page() -> None:
    """PySide looks through the source of every module unless it is kept from that."""
    code = (
        "import linecache\n"
        "import treasury_desktop.windows.overview.page\n"
        "print(*(name for name in linecache.cache if 'treasury_desktop' in name))\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert ended.stdout.decode().strip() == ""

"""What becomes of a widget that is taken out."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.windows.conftest import Show
from treasury_desktop.windows.widgets.discard import discard


class _Shown(QObject):
    """Counts how often a widget was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's name
        is_alone = isinstance(watched, QWidget) and watched.isWindow()
        self.windows += event.type() == QEvent.Type.Show and is_alone
        return False


def test_no_discarded_widget_becomes_a_window(show: Show, qtbot: QtBot) -> None:
    """Even where Qt still owes it a show, as in the turn in which it was put in."""
    page, shown = QWidget(), _Shown()
    column = QVBoxLayout(page)
    show(page)
    label = QLabel("gone at once")
    label.installEventFilter(shown)
    column.addWidget(label)
    discard(label)
    with qtbot.waitSignal(label.destroyed):
        pass
    QApplication.processEvents()
    assert shown.windows == 0

"""What the windows of the secret-entry process have in common."""

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import PlainLabel, plain_label

WIDTH: Final = 800
NAME_WIDTH: Final = 132
TITLE_BAR: Final = 40
"""Pixels that a title bar may take: how many is only known once the window is there."""


def place_aside(room: QRect, size: QSize) -> QPoint:
    """The upper left corner of a window in the lower right corner of the screen.

    The desk shows hashes and words at its upper left; where the screen has room for both windows
    beside each other nothing is covered, and elsewhere the words are covered last.
    """
    left = max(room.left(), room.right() + 1 - size.width())
    top = max(room.top(), room.bottom() + 1 - size.height())
    return QPoint(left, top)


def passphrase_field(title: str) -> QLineEdit:
    """A field whose text is dots, and can be neither copied nor dragged."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
    field.setDragEnabled(False)
    field.setMaxLength(512)
    field.setInputMethodHints(
        Qt.InputMethodHint.ImhHiddenText
        | Qt.InputMethodHint.ImhSensitiveData
        | Qt.InputMethodHint.ImhNoPredictiveText
        | Qt.InputMethodHint.ImhNoAutoUppercase
    )
    field.setAccessibleName(title)
    return field


def facts_grid() -> QGridLayout:
    """Names at the left, what they name beside them."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(tokens.GAP)
    grid.setVerticalSpacing(tokens.GRID)
    grid.setColumnStretch(1, 1)
    return grid


def add_fact(grid: QGridLayout, name: str, shown: QWidget) -> None:
    """One more row of facts."""
    row = grid.rowCount()
    label = plain_label(name, role="quiet")
    label.setFixedWidth(NAME_WIDTH)
    grid.addWidget(label, row, 0, Qt.AlignmentFlag.AlignVCenter)
    grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignVCenter)


def field_name(title: str) -> PlainLabel:
    """A field's name, as wide as the names inside the cards, so that all values share an edge."""
    label = plain_label(title, role="quiet")
    label.setFixedWidth(NAME_WIDTH + tokens.PADDING + 1)
    label.setMinimumHeight(tokens.CONTROL_HEIGHT if title else 0)
    return label


def note_on_typing() -> str:
    """What typing here is worth on this platform."""
    if QGuiApplication.platformName() == "xcb":
        return "On X11 other programs can read the keyboard; a Wayland session is safer."
    return "Typed here, the passphrase goes to the signer process and nowhere else."

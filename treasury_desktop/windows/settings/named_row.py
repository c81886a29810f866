"""One of the workspace's own facts in a line: its name, and what stands beside it."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from treasury_desktop.viewmodels.settings import Entry
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.address_label import AddressLabel

NAME_WIDTH = 80


def named_row(entry: Entry) -> QWidget:
    """An address in full under its name, or the name and a note."""
    if entry.address:
        return AddressLabel(entry.address, name=entry.name, source=entry.note)
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(tokens.GAP)
    name = plain_label(entry.name, role="strong")
    name.setMinimumWidth(NAME_WIDTH)
    row.addWidget(name)
    row.addWidget(plain_label(entry.note, role="mono-quiet"), 1)
    return whole

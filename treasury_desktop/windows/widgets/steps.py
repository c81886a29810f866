"""What happens, one numbered sentence below the other."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label

_NUMBER_WIDTH = 16


def numbered_steps(sentences: Sequence[str]) -> QGridLayout:
    """A layout of sentences, each number beside the first line of its own."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(tokens.GRID)
    grid.setVerticalSpacing(tokens.GRID)
    grid.setColumnMinimumWidth(0, _NUMBER_WIDTH)
    grid.setColumnStretch(1, 1)
    for row, words in enumerate(sentences):
        grid.addWidget(plain_label(f"{row + 1}."), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(plain_label(words, wrap=True), row, 1, Qt.AlignmentFlag.AlignTop)
    return grid

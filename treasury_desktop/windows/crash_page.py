"""The page for our own bugs: what it means, what still works, and a report that can be copied."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.bug_report import SENTENCES, TITLE
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph, spaced
from treasury_desktop.windows.look.style import mono, set_variant
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.copy_button import CopyButton

WIDTH, HEIGHT = 760, 560
_WIDEST = 860


class CrashPage(QWidget):
    """Says that the fault is ours; stands in a main window or, where there is none, alone.

    Signals: `end_asked` to close the program.
    """

    end_asked = Signal()

    def __init__(self, report: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Treasury")
        self.resize(WIDTH, HEIGHT)
        self.report = QPlainTextEdit(report)
        self.report.setReadOnly(True)
        self.report.setFont(mono(tokens.SMALL_TEXT))
        self.report.setAccessibleName("Report")
        self.copy = CopyButton(report, "the report")
        self.copy.setText("Copy the report")
        self.copy.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.copy.setIconSize(spaced())
        self.end = QPushButton("Close the program")
        set_variant(self.end, role="primary")
        self.end.clicked.connect(self.end_asked)
        self._lay_out()

    def _lay_out(self) -> None:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GAP)
        column.addLayout(_heading())
        card = Card("Report")
        card.add(self.report)
        card.body.setStretch(card.body.count() - 1, 1)
        column.addWidget(card, 1)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addStretch(1)
        row.addWidget(self.end)
        column.addLayout(row)
        inner = QWidget()
        inner.setMaximumWidth(_WIDEST)
        inner.setLayout(column)
        across = QHBoxLayout(self)
        margin = tokens.PAGE_MARGIN
        across.setContentsMargins(0, 0, margin, margin)
        across.addWidget(inner, 1000)
        across.addStretch(1)


def _heading() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(tokens.GAP)
    row.addWidget(Glyph("warning-octagon", "danger", 32))
    words = QVBoxLayout()
    words.setSpacing(tokens.GRID // 2)
    words.addWidget(plain_label(TITLE, role="section"))
    for sentence in SENTENCES:
        words.addWidget(plain_label(sentence, wrap=True))
    row.addLayout(words, 1)
    return row

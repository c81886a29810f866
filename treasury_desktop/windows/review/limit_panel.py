"""One of the further limits: verdict, name, and the whole sentence with its figures."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.limit_rows import LimitRow
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.verdict_badge import VerdictBadge


class LimitPanel(QWidget):
    """The same shape as a judgement: badge and name, and below them what is said."""

    def __init__(self, row: LimitRow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        head = QHBoxLayout()
        head.addWidget(VerdictBadge(row.verdict))
        head.addWidget(plain_label(row.name, role="quiet", wrap=True), 1)
        column.addLayout(head)
        column.addWidget(plain_label(row.sentence, wrap=True))

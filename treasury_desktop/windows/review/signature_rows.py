"""Who signed: a filled dot for each owner who did, and every signature that does not count."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.review import SignatureRow
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look
from treasury_desktop.windows.untrusted import plain_label

_SIDE = 12


class SignatureDot(QWidget):
    """A dot that is filled when an owner signed."""

    def __init__(self, *, is_filled: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_filled = is_filled
        self.setFixedSize(_SIDE, _SIDE)
        self.setAccessibleName("signed" if is_filled else "not signed")

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the dot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = look().colour("good" if self._is_filled else "idle")
        painter.setPen(QPen(colour, 1.5))
        if self._is_filled:
            painter.setBrush(colour)
        painter.drawEllipse(QRectF(1.5, 1.5, _SIDE - 3, _SIDE - 3))
        painter.end()


class SignatureRows(QWidget):
    """Owners with their dots, then strangers with the reason why they do not count."""

    def __init__(self, rows: Sequence[SignatureRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for row in rows:
            column.addLayout(_line(row))
        if not rows:
            column.addWidget(plain_label("The Safe's owners are not known.", role="quiet"))


def _line(row: SignatureRow) -> QHBoxLayout:
    line = QHBoxLayout()
    line.setSpacing(tokens.GRID)
    line.addWidget(SignatureDot(is_filled=row.counts))
    words = QVBoxLayout()
    words.setSpacing(0)
    if row.name:
        words.addWidget(plain_label(f"{row.name} · {row.source}".strip(" ·")))
    if row.address:
        words.addWidget(plain_label(row.address, role="mono-quiet"))
    elif not row.name:
        words.addWidget(plain_label("nobody"))
    kind = "good" if row.counts else ("" if row.is_owner else "danger")
    state = plain_label(row.state, role="small" if kind else "quiet", kind=kind)
    line.addLayout(words, 1)
    if row.is_owner:
        line.addWidget(state)
    else:
        words.addWidget(state)
    return line

"""What waits in the queue, first what needs me."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.overview import QueueLine
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.card import Card
from treasury_desktop.windows.widgets.chip import Chip

SHOWN = 3


class QueueCard(Card):
    """The first transactions of the queue; the next step for me is the page's accented button.

    Signals: `review_asked` with a safeTxHash; `all_asked` for the queue page.
    """

    review_asked = Signal(object)
    all_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Queue", parent=parent)
        assert self.title is not None
        self._all = QPushButton("Show all")
        set_variant(self._all, role="ghost")
        self._all.clicked.connect(self.all_asked)
        self.title.add(self._all)
        self._none = plain_label("Nothing waits to be signed or executed.", role="quiet", wrap=True)
        self._lines: tuple[QueueLine, ...] = ()
        self._rows = [_QueueRow() for _ in range(SHOWN)]
        for row in self._rows:
            row.review_asked.connect(self.review_asked)
            row.hide()
        self.add(self._none, *self._rows)

    def show_lines(self, lines: Sequence[QueueLine], caption: str) -> None:
        """Shows the first few lines and how many there are in all."""
        assert self.title is not None
        self.title.set_caption(caption)
        self._none.setVisible(not lines)
        self._all.setVisible(bool(lines))
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(lines))
            if number < len(lines):
                row.show_line(lines[number], is_next=number == 0 and lines[0].for_me)


class _QueueRow(QWidget):
    """Nonce, purpose and state of one transaction, with a button that opens its review."""

    review_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._safe_tx_hash = b""
        self._nonce = plain_label(role="quiet")
        self._purpose = plain_label(role="strong", wrap=True)
        self._detail = plain_label(role="quiet", wrap=True)
        self._signed, self._step = Chip(), Chip()
        self._button = QPushButton("Review")
        self._button.clicked.connect(lambda: self.review_asked.emit(self._safe_tx_hash))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(4)
        chips = QHBoxLayout()
        chips.setSpacing(8)
        for chip in (self._signed, self._step):
            chips.addWidget(chip)
        chips.addStretch(1)
        chips.addWidget(self._button)
        column.addWidget(self._purpose)
        column.addWidget(self._detail)
        column.addLayout(chips)

    def show_line(self, line: QueueLine, *, is_next: bool) -> None:
        """Shows another transaction."""
        self._safe_tx_hash = line.safe_tx_hash
        self._purpose.setText(line.purpose)
        self._detail.setText(f"Nonce {line.nonce} · {line.detail}")
        self._signed.say(line.signed)
        self._step.say(line.next_step.text, line.next_step.kind)
        set_variant(self._button, role="primary" if is_next else "")
        plain_tooltip(self._step, line.words)
        self._button.setAccessibleName(f"Review nonce {line.nonce}: {line.purpose}")

"""Long work that can be watched and stopped: words, a bar, how far, and a button to cancel."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QProgressBar, QPushButton, QWidget

from treasury_desktop.windows.errands import Step
from treasury_desktop.windows.untrusted import plain_label

_THIN_SPACE = "\u2009"


class ProgressRow(QWidget):
    """Shows `Step`s; hidden until the first one.

    Signals: `cancel_asked` once, when the person wants the work to stop.
    """

    cancel_asked = Signal()

    def __init__(self, *, can_cancel: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        self._words = plain_label()
        self._count = plain_label(role="quiet", right=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._cancel = QPushButton("Cancel")
        self._cancel.setVisible(can_cancel)
        self._cancel.clicked.connect(self._on_cancel)
        grid.addWidget(self._words, 0, 0)
        grid.addWidget(self._count, 0, 1)
        grid.addWidget(self._bar, 1, 0, 1, 2)
        grid.addWidget(self._cancel, 0, 2, 2, 1)
        grid.setColumnStretch(0, 1)
        self.hide()

    def show_step(self, step: Step) -> None:
        """Shows how far the work has come; without a total the bar stays empty, it never lies."""
        self._words.setText(step.label)
        has_total = step.total > 0
        self._count.setText(_of(step) if has_total else "")
        self._bar.setRange(0, 1000)
        self._bar.setValue(1000 * min(step.done, step.total) // step.total if has_total else 0)
        self.show()

    def end(self) -> None:
        """The work is over: hides, ready for the next."""
        self.hide()
        self._cancel.setEnabled(True)
        self._cancel.setText("Cancel")

    def _on_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._cancel.setText("Stopping…")
        self.cancel_asked.emit()


def _of(step: Step) -> str:
    """How far, written as blocks are everywhere."""
    return f"{step.done:,} of {step.total:,}".replace(",", _THIN_SPACE)

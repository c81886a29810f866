"""The small window that builds the demonstration once, with a progress bar and a way out."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from treasury_desktop.windows.errands import Done, Errands, Failed, Progress
from treasury_desktop.windows.look.tokens import PADDING, PAGE_MARGIN
from treasury_desktop.windows.untrusted import plain_label
from treasury_desktop.windows.widgets.disabled_reason import DisabledReason
from treasury_desktop.windows.widgets.progress_row import ProgressRow

WIDTH, HEIGHT = 560, 240
WHAT = (
    "A real chain is being built on this computer: official Safe and Uniswap contracts, a treasury "
    "and a year of history. This happens once and takes about half a minute."
)


class BuildingWindow(QWidget):
    """Shows how far the building is; closing it cancels and leaves nothing behind."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Treasury")
        self.setFixedSize(WIDTH, HEIGHT)
        self._errands = Errands(self)
        self._progress = ProgressRow()
        self._title = plain_label("Building the demonstration treasury", role="page-title")
        self._words = plain_label(WHAT, role="quiet", wrap=True)
        self._close = DisabledReason("Close", reason="", role="primary")
        self._close.hide()
        self._quit: Callable[[], None] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN, PAGE_MARGIN)
        column.setSpacing(PADDING)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addStretch(1)
        column.addWidget(self._progress)
        column.addWidget(self._close, 0, Qt.AlignmentFlag.AlignRight)
        self._progress.cancel_asked.connect(lambda: self._errands.cancel("build"))

    def build(
        self, work: Callable[[Progress], None], on_outcome: Callable[[Done[None] | Failed], None]
    ) -> None:
        """Runs the building work and says what came of it."""
        self._errands.act("build", work, on_outcome, on_step=self._progress.show_step)

    def say_failed(self, sentence: str, on_close: Callable[[], None]) -> None:
        """Shows why there is no treasury; the one button ends the program."""
        self._title.setText("The treasury could not be opened")
        self._words.setText(sentence)
        self._progress.hide()
        self._quit = on_close
        self._close.allow()
        self._close.show()
        self._close.clicked.connect(on_close)

    def end(self) -> None:
        """Disappears; the building is over."""
        self._errands.close()
        self.hide()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Cancels the building; the outcome then ends the program."""
        event.ignore()
        self._errands.cancel("build")
        if self._quit is not None:
            self._quit()

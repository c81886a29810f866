"""QR codes on the screen: one that stands still, or one after another without end."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from treasury_desktop.viewmodels.handing_over import code_words
from treasury_desktop.windows.actions_of_exchange import Modules
from treasury_desktop.windows.code_picture import paint_code
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.fields import Choice

SIDE: Final = 384
SPEEDS: Final = ((4, "slowly"), (8, "as usual"), (12, "fast"))
"""Codes a second. Old cameras miss what is shown for less than a tenth of a second."""
USUAL: Final = 1
FEW: Final = 8
"""With so few left the next ones are asked for."""


class CodePicture(QWidget):
    """Paints one code, as large as it can without blurring it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._code: Modules | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("QR code")

    @property
    def code(self) -> Modules | None:
        """The code that is shown."""
        return self._code

    def show_code(self, code: Modules | None) -> None:
        """Shows this code in place of the one before, or none."""
        is_as_large = code and self._code and len(code) == len(self._code)
        self._code = code
        if code is not None and not is_as_large:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Large enough for a camera an arm's length away; whole pixels for each module."""
        side = SIDE if self._code is None else SIDE // len(self._code) * len(self._code)
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        """Not smaller: a dense code would be lost."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The code on its paper."""
        if self._code is None:
            return
        painter = QPainter(self)
        # In the screen's own pixels, so that no module is wider than its neighbour.
        ratio = self.devicePixelRatioF()
        painter.scale(1 / ratio, 1 / ratio)
        place = QRect(0, 0, int(self.width() * ratio), int(self.height() * ratio))
        paint_code(painter, self._code, place)
        painter.end()


class CodeView(QWidget):
    """Shows the codes it is given in turn, with a button to hold on and a choice of speed.

    Signals: `more_asked` when it will soon have shown all it was given.
    """

    more_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = CodePicture()
        self.hold = QPushButton()
        self.speed = Choice()
        self._parts = 0
        self._number = 0
        self._coming: deque[Modules] = deque()
        self._is_held = False
        self._is_asked = False
        self._timer = QTimer(self)
        self._words = plain_label(role="quiet", wrap=True)
        self._lay_out()
        self._timer.timeout.connect(self._on_time)
        self.hold.clicked.connect(self._on_hold)
        self.speed.currentIndexChanged.connect(self._run)

    def show_series(self, parts: int) -> None:
        """Begins anew with a series of which so many codes are needed; 0 shows none."""
        self._parts, self._number, self._is_held = parts, 0, False
        self.setVisible(parts > 0)
        self._coming.clear()
        self.picture.show_code(None)
        for tool in (self.hold, self.speed):
            tool.setVisible(parts > 1)
        self._words.setText("")
        self._run()
        self._is_asked = False
        self._ask()

    def take(self, codes: Sequence[Modules]) -> None:
        """Adds codes to those that are still to be shown."""
        self._coming.extend(codes)
        self._is_asked = False
        if self.picture.code is None:
            self._show_next()
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Goes on where it stopped."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: it waits."""
        super().hideEvent(event)
        self._timer.stop()

    def _run(self) -> None:
        """The timer runs only while there is somebody to see something change."""
        is_running = self._parts > 1 and not self._is_held and self.isVisible()
        if is_running:
            self._timer.start(1000 // SPEEDS[max(self.speed.currentIndex(), 0)][0])
        else:
            self._timer.stop()
        self.hold.setText("Go on" if self._is_held else "Hold")
        self.hold.setIcon(icon("play" if self._is_held else "pause"))

    def _on_time(self) -> None:
        if self._coming:  # else the last one stays until the next ones are there
            self._show_next()

    def _show_next(self) -> None:
        if not self._coming:
            return
        self._number += 1
        self.picture.show_code(self._coming.popleft())
        self._words.setText(code_words(self._parts, self._number))
        self._ask()

    def _ask(self) -> None:
        """Once, while few are left; of a code that stands still one is enough."""
        wanted = FEW if self._parts > 1 else int(self._parts == 1 and self._number == 0)
        if not self._is_asked and len(self._coming) < wanted:
            self._is_asked = True
            self.more_asked.emit()

    def _on_hold(self) -> None:
        self._is_held = not self._is_held
        self._run()

    def _lay_out(self) -> None:
        self.hold.setIconSize(spaced())
        plain_tooltip(self.hold, "Hold on at one code, such as to take its picture")
        self.speed.addItems([f"{words}, {number} a second" for number, words in SPEEDS])
        self.speed.setCurrentIndex(USUAL)
        self.speed.setAccessibleName("How fast the codes follow each other")
        tools = QHBoxLayout()
        tools.setSpacing(tokens.GRID)
        tools.addWidget(self.hold)
        tools.addWidget(self.speed)
        tools.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(tokens.GRID)
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._words)
        column.addLayout(tools)

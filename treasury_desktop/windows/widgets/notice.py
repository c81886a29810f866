"""Words that come to the person without stopping the work: a line on a page, or a passing toast.

Never a modal box: a box that must be closed gets closed unread.
"""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph, icon
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.untrusted import button_text, plain_label, plain_tooltip

ICONS: Final[dict[str, tuple[str, Token]]] = {
    "": ("info", "text_quiet"),
    "accent": ("info", "accent"),
    "good": ("check-circle", "good"),
    "advice": ("warning-circle", "advice"),
    "danger": ("warning", "danger"),
    "block": ("prohibit", "block"),
    "idle": ("clock", "idle"),
    "offline": ("wifi-slash", "advice"),
}
TOAST_MS: Final = 6000
_TOAST_MARGIN: Final = 24
_TOAST_WIDTH: Final = 460


class NoticeLine(QFrame):
    """A line with icon, sentence and perhaps a button; hidden while it has nothing to say.

    Signals: `dismissed` when the person closed it.
    """

    dismissed = Signal()

    def __init__(self, *, can_close: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_variant(self, role="banner")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 8, 6)
        self.setMinimumHeight(40)
        row.setSpacing(10)
        self._glyph = Glyph("info", "text_quiet", tokens.ICON_SMALL)
        self._words = plain_label(wrap=True)
        self._button = QPushButton()
        self._close = QToolButton()
        self._close.setIcon(icon("x", "text_quiet"))
        self._close.setIconSize(QSize(tokens.ICON_SMALL, tokens.ICON_SMALL))
        self._close.setAccessibleName("Close this notice")
        set_variant(self._close, role="ghost")
        row.addWidget(self._glyph)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._on_action: Callable[[], None] | None = None
        self._button.clicked.connect(self._act)
        self._close.clicked.connect(self._dismiss)
        self._close.setVisible(can_close)
        self.hide()

    def say(
        self,
        words: str,
        kind: str = "",
        *,
        action: str = "",
        on_action: Callable[[], None] | None = None,
    ) -> None:
        """Shows words of a kind (a key of `ICONS`) and perhaps a button; no words hide the line."""
        name, colour = ICONS[kind]
        self._glyph.show_icon(name, colour)
        set_variant(self, kind=colour if colour != "text_quiet" else "")
        self._words.setText(words)
        self._button.setText(button_text(action))
        self._button.setVisible(bool(action))
        self._on_action = on_action
        self.setAccessibleName(words)
        self.setVisible(bool(words))

    def say_anew(self, words: str) -> None:
        """The same with other figures: a screen reader is not told each time."""
        self._words.setText(words)

    def text(self) -> str:
        """The words shown."""
        return self._words.text()

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()


class Toast(QFrame):
    """A notice at the lower right of its window that leaves by itself after six seconds."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        set_variant(self, role="toast")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(10)
        self._glyph = Glyph("info", "text_quiet", tokens.ICON)
        self._words = plain_label(wrap=True)
        row.addWidget(self._glyph)
        row.addWidget(self._words, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self.hide)
        window.installEventFilter(self)
        self.hide()

    def say(self, words: str, kind: str = "") -> None:
        """Shows words of a kind; earlier ones are replaced."""
        name, colour = ICONS[kind]
        self._glyph.show_icon(name, colour)
        set_variant(self, kind=colour if colour != "text_quiet" else "")
        self._words.setText(words)
        plain_tooltip(self, words)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()

    def text(self) -> str:
        """The words shown."""
        return self._words.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keeps to the corner when the window changes size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        words = self._words.fontMetrics().horizontalAdvance(self._words.text()) + 4
        around = tokens.ICON + 14 * 2 + 10
        width = min(_TOAST_WIDTH, words + around, self._window.width() - 2 * _TOAST_MARGIN)
        height = max(tokens.ICON, self._words.heightForWidth(width - around)) + 2 * 10
        left = self._window.width() - width - _TOAST_MARGIN
        above_status = self._window.height() - height - _TOAST_MARGIN - tokens.CONTROL_HEIGHT
        self.setGeometry(left, above_status, width, height)

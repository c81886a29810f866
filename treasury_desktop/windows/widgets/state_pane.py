"""Every state a page can be in: complete, empty, loading, failed, stale, offline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.windows.look.icons import Glyph
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.untrusted import button_text, plain_label
from treasury_desktop.windows.widgets.notice import NoticeLine
from treasury_desktop.windows.widgets.skeleton import Skeleton

LOADING_AFTER_MS: Final = 150
"""Shorter waits show nothing: a flash of grey is worse than a still page."""
_MESSAGE_WIDTH: Final = 520


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What failed, since when, and what still works: three sentences."""

    what: str
    since: str = ""
    still_works: str = ""


class StatePane(QWidget):
    """Holds a page's content and shows another state in its place, or a line above it.

    Empty, loading and failed replace the content; stale, partial and offline leave it in sight.
    With `is_snug` the pane is as high as what it shows, not as the highest of its states.
    """

    def __init__(
        self,
        content: QWidget,
        *,
        rows: int = 6,
        is_snug: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.content = content
        self._is_snug = is_snug
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        self._notice = NoticeLine()
        self._message = _Message()
        self._skeleton = Skeleton(rows)
        self._blank = QWidget()
        self._stack = QStackedLayout()
        for each in (content, self._message, self._skeleton, self._blank):
            self._stack.addWidget(each)
        column.addWidget(self._notice)
        column.addLayout(self._stack, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(LOADING_AFTER_MS)
        self._timer.timeout.connect(self._show_skeleton)

    def show_content(self) -> None:
        """Everything is here."""
        self._replace_by(self.content)

    def show_loading(self) -> None:
        """Waiting: the page stays as it is for 150 ms, then skeleton rows take its place."""
        if self._stack.currentWidget() is not self._skeleton:
            self._timer.start()

    def show_empty(
        self,
        title: str,
        words: str,
        *,
        action: str = "",
        on_action: Callable[[], None] | None = None,
        icon: str = "tray",
    ) -> None:
        """Nothing yet: what this page is for, and the one button."""
        self._message.say(title, (words,), action, on_action)
        self._message.show_icon(icon, "text_quiet", button_role="primary")
        self._replace_by(self._message)

    def show_trouble(self, trouble: Trouble, *, on_retry: Callable[[], None] | None = None) -> None:
        """It failed and there is nothing to show instead."""
        words = tuple(part for part in (trouble.since, trouble.still_works) if part)
        action = "Try again" if on_retry else ""
        self._message.say(trouble.what, words, action, on_retry)
        self._message.show_icon("warning-octagon", "danger", button_role="")
        self._replace_by(self._message)

    def note(
        self,
        words: str,
        kind: str = "advice",
        *,
        action: str = "",
        on_action: Callable[[], None] | None = None,
    ) -> None:
        """A line above the content (stale, partial, offline); no words take it away."""
        self._notice.say(words, kind, action=action, on_action=on_action)

    @property
    def state(self) -> str:
        """What is shown: "content", "message" or "loading"."""
        shown = self._stack.currentWidget()
        if shown is self._message:
            return "message"
        return "loading" if shown is self._skeleton else "content"

    def _replace_by(self, shown: QWidget) -> None:
        self._timer.stop()
        if self._is_snug:
            across = QSizePolicy.Policy.Preferred
            for each in (self.content, self._message, self._skeleton, self._blank):
                down = across if each is shown else QSizePolicy.Policy.Ignored
                each.setSizePolicy(across, down)
        self._stack.setCurrentWidget(shown)

    def _show_skeleton(self) -> None:
        self._replace_by(self._skeleton)


class _Message(QWidget):
    """An icon, a title, a few sentences and one button, in the upper third."""

    def __init__(self) -> None:
        super().__init__()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addStretch(2)
        across = QHBoxLayout()
        across.addStretch(1)
        inner = QWidget()
        inner.setMaximumWidth(_MESSAGE_WIDTH)
        column = QVBoxLayout(inner)
        column.setSpacing(10)
        self._glyph = Glyph("tray", "text_quiet", 32)
        self._title = plain_label(role="section", wrap=True)
        self._words = plain_label(wrap=True)
        self._button = QPushButton()
        self._button.clicked.connect(self._act)
        centre = Qt.AlignmentFlag.AlignHCenter
        for label in (self._title, self._words):
            label.setAlignment(centre)
            label.setMinimumWidth(_MESSAGE_WIDTH // 2)
        column.addWidget(self._glyph, 0, centre)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addSpacing(6)
        column.addWidget(self._button, 0, centre)
        across.addWidget(inner, 8)
        across.addStretch(1)
        outer.addLayout(across)
        outer.addStretch(3)
        self._on_action: Callable[[], None] | None = None

    def say(
        self,
        title: str,
        words: tuple[str, ...],
        action: str,
        on_action: Callable[[], None] | None,
    ) -> None:
        """Shows other words."""
        self._title.setText(title)
        self._words.setText("\n".join(words))
        self._words.setVisible(bool(words))
        self._button.setText(button_text(action))
        self._button.setVisible(bool(action))
        self._on_action = on_action

    def show_icon(self, icon: str, colour: Token, *, button_role: str) -> None:
        """Shows an icon above the words, and the button as the main one or as a plain one."""
        self._glyph.show_icon(icon, colour)
        set_variant(self._button, role=button_role)

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()

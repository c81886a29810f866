"""The frame around every page: navigation, title row, status line, shortcuts and closing.

It knows that there are pages, a session that can be asked to refresh and errands that must end
before the window does; it knows nothing of treasuries.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPaintEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import icon, spaced
from treasury_desktop.windows.look.style import look, set_variant
from treasury_desktop.windows.look.tokens import DARK
from treasury_desktop.windows.navigation import Navigation
from treasury_desktop.windows.pages import Page
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.status_line import StatusLine, StatusPart
from treasury_desktop.windows.untrusted import plain_label, plain_tooltip
from treasury_desktop.windows.widgets.notice import NoticeLine, Toast

SMALLEST: Final = QSize(1024, 700)
FIRST: Final = QSize(1280, 800)
FRAME_HEIGHT: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a window is on the screen, in pixels, and whether it fills it."""

    left: int
    top: int
    width: int
    height: int
    is_maximised: bool = False


class Remembers(Protocol):
    """Keeps a window's place between two starts."""

    @property
    def place(self) -> Place | None:
        """Where it was, or `None`."""
        ...

    def keep_place(self, place: Place) -> None:
        """Where it is."""
        ...


class MainWindow(QMainWindow):
    """The window. Pages are built when first shown; closing waits for acts under way.

    Signals: `painted` once, when the frame is on the screen; `page_shown` with a page's key;
    `closed` when errands have ended and the store may be closed. With `opens_late` no page is
    built before `open_first_page`: what pages need is loaded behind a window that is there.
    """

    painted = Signal()
    page_shown = Signal(object)
    closed = Signal()

    def __init__(
        self,
        pages: Sequence[Page],
        session: Session,
        errands: Errands,
        *,
        remembers: Remembers | None = None,
        opens_late: bool = False,
    ) -> None:
        super().__init__()
        self._pages = {page.key: page for page in pages}
        self._listed = [page for page in pages if not page.under]
        self._session = session
        self._errands = errands
        self._remembers = remembers
        self._built: dict[str, QWidget] = {}
        self._frames: dict[str, QWidget] = {}
        self._shown_key = ""
        self._is_painted = False
        self._toast: Toast | None = None
        self._shortcuts: list[QShortcut] = []
        self.setWindowTitle("Treasury")
        self.setMinimumSize(SMALLEST)
        self._navigation = Navigation(self._listed)
        self._status = StatusLine()
        self._title = plain_label(role="page-title")
        self._notice = NoticeLine(can_close=True)
        self._stack = QStackedWidget()
        self._refresh = _tool("arrow-clockwise", "Refresh (F5)", "Refresh")
        self._switch = _tool("moon", "Light or dark (Ctrl+L)")
        self._lay_out()
        self._connect()
        self._take_place()
        self._show_look()
        if opens_late:
            self._name_first_page()
        elif self._listed:
            self.open_first_page()

    def _name_first_page(self) -> None:
        """The frame as it will be, with nothing in it that could be pressed yet."""
        first = self._listed[0]
        self._title.setText(first.title)
        self._navigation.mark(first.key)
        self._allow(can_act=False)

    def open_first_page(self) -> None:
        """Builds and shows the first page, unless another one is in sight already."""
        self._allow(can_act=True)
        if not self._shown_key:
            self.show_page(self._listed[0].key)

    def _allow(self, *, can_act: bool) -> None:
        self._navigation.setEnabled(can_act)
        self._refresh.setEnabled(can_act)
        for shortcut in self._shortcuts:
            shortcut.setEnabled(can_act)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame is on the screen before anything else is loaded.

        A `repaint` in `showEvent` would not do: nothing is painted before the window is exposed.
        """
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self._say_painted)

    def _say_painted(self) -> None:
        self.painted.emit()

    @property
    def shown_page(self) -> str:
        """The key of the page in sight."""
        return self._shown_key

    def page_widget(self, key: str) -> QWidget:
        """A page's widget, built now if it was not yet; KeyError for unknown keys."""
        if key not in self._built:
            page = self._pages[key]
            self._built[key] = page.build()
            self._frames[key], column = _frame(scrolls=page.scrolls)
            self._stack.addWidget(self._frames[key])
            # Last: with each new parent Qt dresses every widget of the page anew.
            column.addWidget(self._built[key])
            look().dress_part(self._frames[key])
        return self._built[key]

    def show_page(self, key: str) -> None:
        """Shows a page; the navigation marks it or the page it stands under."""
        if key == self._shown_key:
            return
        page = self._pages[key]
        widget = self.page_widget(key)
        self._shown_key = key
        look().dress_now(self._frames[key])
        self._stack.setCurrentWidget(self._frames[key])
        self._title.setText(page.title)
        self._navigation.mark(page.under or key)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page_shown.emit(key)

    def show_instead(self, title: str, widget: QWidget) -> None:
        """Shows something that is no page, such as why there are none; pages can be returned to."""
        self._shown_key = ""
        self._stack.addWidget(widget)
        look().dress_part(widget)
        self._stack.setCurrentWidget(widget)
        self._title.setText(title)

    def show_alone(self, title: str, widget: QWidget) -> None:
        """Shows something before there are pages, with their margins; it scrolls like one."""
        frame, column = _frame(scrolls=True)
        column.addWidget(widget)
        self._navigation.mark_none()
        self.show_instead(title, frame)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_treasury_name(self, name: str, *, whose: str = "") -> None:
        """Shows the treasury's name above the navigation, and whose desk this is."""
        self._navigation.show_name(whose or name)
        self.setWindowTitle(" · ".join(part for part in ("Treasury", name, whose) if part))

    def show_status(self, parts: Sequence[StatusPart]) -> None:
        """Shows the age and the source of all figures in the status line."""
        self._status.show_parts(parts)

    def show_badge(self, key: str, text: str, kind: str = "") -> None:
        """Shows a count at a page's name in the navigation; an empty text removes it."""
        self._navigation.show_badge(key, text, kind)

    def show_notice(self, words: str, kind: str = "") -> None:
        """Shows a line above every page until it is closed or replaced; no words remove it."""
        self._notice.say(words, kind)

    def put_above_pages(self, line: QWidget) -> None:
        """Adds a line of its own above every page, below the notice."""
        self._above_pages.addWidget(line)
        look().dress_part(line)

    def show_toast(self, words: str, kind: str = "") -> None:
        """Shows a passing notice at the lower right."""
        if self._toast is None:
            self._toast = Toast(self)
            look().dress_part(self._toast)
        self._toast.say(words, kind)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Disappears at once, then waits for what must not be cut off."""
        if self._remembers is not None:
            self._remembers.keep_place(self._place())
        self.hide()
        self._errands.close()
        event.accept()
        self.closed.emit()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, tokens.PAGE_MARGIN, 0)
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._refresh)
        head.addWidget(self._switch)
        column = QWidget()
        column.setMaximumWidth(tokens.COLUMN_WIDTH)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(tokens.PAGE_MARGIN, 18, 0, 0)
        inner.setSpacing(tokens.GAP)
        inner.addLayout(head)
        self._above_pages = QVBoxLayout()
        self._above_pages.setContentsMargins(0, 0, tokens.PAGE_MARGIN, 0)
        self._above_pages.setSpacing(tokens.GRID)
        self._above_pages.addWidget(self._notice)
        inner.addLayout(self._above_pages)
        inner.addWidget(self._stack, 1)
        across = QHBoxLayout()
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self._navigation)
        across.addStretch(1)
        across.addWidget(column, 1000)
        across.addStretch(1)
        whole = QWidget()
        rows = QVBoxLayout(whole)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addLayout(across, 1)
        rows.addWidget(self._status)
        self.setCentralWidget(whole)
        for part in (
            self._navigation, self._title, self._refresh, self._switch, self._notice, self._status,
        ):  # fmt: skip
            look().dress_part(part)

    def _connect(self) -> None:
        self._navigation.page_asked.connect(self.show_page)
        self._refresh.clicked.connect(self._session.ask_refresh)
        self._switch.clicked.connect(look().toggle)
        self._session.refresh_asked.connect(self._show_refreshing)
        self._session.refresh_ended.connect(self._show_refreshing)
        look().changed.connect(self._show_look)
        for number, page in enumerate(self._listed[:10], start=1):
            self._page_shortcut(f"Ctrl+{number % 10}", page.key)
        if "settings" in self._pages:
            self._page_shortcut("Ctrl+,", "settings")
        for keys in ("F5", "Ctrl+R"):
            self._shortcuts.append(self._shortcut(keys, self._session.ask_refresh))
        self._shortcut("Ctrl+L", look().toggle)
        self._shortcut("Ctrl+Q", self.close)

    def _page_shortcut(self, keys: str, page: str) -> None:
        self._shortcuts.append(self._shortcut(keys, lambda: self.show_page(page)))

    def _shortcut(self, keys: str, action: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(action)
        return shortcut

    def _take_place(self) -> None:
        """Where it was, if that is still on a screen; else in the middle of the room there is."""
        kept = self._remembers.place if self._remembers is not None else None
        wanted = FIRST if kept is None else QSize(kept.width, kept.height)
        room = self.screen().availableSize()
        # The frame around a window needs room too: the status line must not lie below the screen.
        self.resize(wanted.boundedTo(QSize(room.width() - 2, room.height() - FRAME_HEIGHT)))
        if kept is None:
            return
        there = QRect(kept.left, kept.top, self.width(), self.height())
        if self.screen().virtualGeometry().contains(there):
            self.move(there.topLeft())
        if kept.is_maximised:
            self.setWindowState(Qt.WindowState.WindowMaximized)

    def _place(self) -> Place:
        at = self.normalGeometry()
        return Place(
            left=at.x(),
            top=at.y(),
            width=at.width(),
            height=at.height(),
            is_maximised=self.isMaximized(),
        )

    def _show_look(self) -> None:
        is_dark = look().palette is DARK
        self._switch.setIcon(icon("sun" if is_dark else "moon", "text_quiet"))
        self._switch.setAccessibleName("Show light" if is_dark else "Show dark")

    def _show_refreshing(self) -> None:
        is_refreshing = self._session.is_refreshing
        self._refresh.setEnabled(not is_refreshing)
        self._refresh.setText("Refreshing…" if is_refreshing else "Refresh")
        tip = "A refresh is under way." if is_refreshing else "Refresh (F5)"
        plain_tooltip(self._refresh, tip)


def _tool(icon_name: str, tooltip: str, text: str = "") -> QToolButton:
    button = QToolButton()
    set_variant(button, role="ghost")
    button.setIcon(icon(icon_name, "text_quiet"))
    button.setIconSize(spaced(tokens.ICON) if text else QSize(tokens.ICON, tokens.ICON))
    if text:
        button.setText(text)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    plain_tooltip(button, tooltip)
    return button


def _frame(*, scrolls: bool) -> tuple[QWidget, QVBoxLayout]:
    """A right and a lower margin for a page, in a scroll area if it may need one."""
    body = QWidget()
    set_variant(body, role="body")
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, tokens.PAGE_MARGIN, tokens.PAGE_MARGIN)
    return _Scroll(body, column) if scrolls else body, column


class _Scroll(QScrollArea):
    """Scrolls a page; the bar takes its room from the margin, so that nothing moves aside."""

    def __init__(self, body: QWidget, column: QVBoxLayout) -> None:
        super().__init__()
        self._column = column
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(body)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)

    def _make_room(self, _lowest: object, highest: object) -> None:
        bar = self.verticalScrollBar().sizeHint().width() if highest else 0
        margin = tokens.PAGE_MARGIN
        self._column.setContentsMargins(0, 0, margin - bar, margin)

"""The frame around every page: navigation, title row, status line, shortcuts and closing.

It knows that there are pages, a session that can be asked to refresh and errands that must end
before the window does; it knows nothing of treasuries.
"""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut, QShowEvent
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
_GEOMETRY: Final = "geometry"


class MainWindow(QMainWindow):
    """The window. Pages are built when first shown; closing waits for acts under way.

    Signals: `page_shown` with a page's key; `closed` when errands have ended and the store may
    be closed. With `opens_late` the first page is built after the frame's first paint.
    """

    page_shown = Signal(object)
    closed = Signal()

    def __init__(
        self,
        pages: Sequence[Page],
        session: Session,
        errands: Errands,
        *,
        settings: QSettings | None = None,
        opens_late: bool = False,
    ) -> None:
        super().__init__()
        self._pages = {page.key: page for page in pages}
        self._listed = [page for page in pages if not page.under]
        self._session = session
        self._errands = errands
        self._settings = settings
        self._built: dict[str, QWidget] = {}
        self._shown_key = ""
        self._late_key = ""
        self._toast: Toast | None = None
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
        self._restore_geometry()
        self._show_look()
        if self._listed:
            self._open_first(self._listed[0].key, is_late=opens_late)

    def _open_first(self, key: str, *, is_late: bool) -> None:
        """Builds the first page, or names it now and builds it once the frame has been painted."""
        if not is_late:
            self.show_page(key)
            return
        self._title.setText(self._pages[key].title)
        self._navigation.mark(key)
        self._late_key = key

    def showEvent(self, event: QShowEvent) -> None:
        """The frame is on the screen before the first page is built."""
        super().showEvent(event)
        if self._late_key:
            QTimer.singleShot(0, self, self._paint_then_build)

    def _paint_then_build(self) -> None:
        self.repaint()
        QTimer.singleShot(0, self, self._build_late_page)

    def _build_late_page(self) -> None:
        key, self._late_key = self._late_key, ""
        if key and not self._shown_key:
            self.show_page(key)

    @property
    def shown_page(self) -> str:
        """The key of the page in sight."""
        return self._shown_key

    def page_widget(self, key: str) -> QWidget:
        """A page's widget, built now if it was not yet; KeyError for unknown keys."""
        if key not in self._built:
            page = self._pages[key]
            self._built[key] = page.build()
            self._stack.addWidget(_framed(self._built[key], scrolls=page.scrolls))
        return self._built[key]

    def show_page(self, key: str) -> None:
        """Shows a page; the navigation marks it or the page it stands under."""
        if key == self._shown_key:
            return
        page = self._pages[key]
        widget = self.page_widget(key)
        self._shown_key = key
        self._stack.setCurrentIndex(list(self._built).index(key))
        self._title.setText(page.title)
        self._navigation.mark(page.under or key)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self.page_shown.emit(key)

    def show_treasury_name(self, name: str) -> None:
        """Shows the treasury's name above the navigation."""
        self._navigation.show_name(name)

    def show_status(self, parts: Sequence[StatusPart]) -> None:
        """Shows the age and the source of all figures in the status line."""
        self._status.show_parts(parts)

    def show_badge(self, key: str, text: str, kind: str = "") -> None:
        """Shows a count at a page's name in the navigation; an empty text removes it."""
        self._navigation.show_badge(key, text, kind)

    def show_notice(self, words: str, kind: str = "") -> None:
        """Shows a line above every page until it is closed or replaced; no words remove it."""
        self._notice.say(words, kind)

    def show_toast(self, words: str, kind: str = "") -> None:
        """Shows a passing notice at the lower right."""
        if self._toast is None:
            self._toast = Toast(self)
        self._toast.say(words, kind)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Disappears at once, then waits for what must not be cut off."""
        if self._settings is not None:
            self._settings.setValue(_GEOMETRY, self.saveGeometry())
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
        notice = QHBoxLayout()
        notice.setContentsMargins(0, 0, tokens.PAGE_MARGIN, 0)
        notice.addWidget(self._notice)
        inner.addLayout(notice)
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

    def _connect(self) -> None:
        self._navigation.page_asked.connect(self.show_page)
        self._refresh.clicked.connect(self._session.ask_refresh)
        self._switch.clicked.connect(look().toggle)
        self._session.refresh_asked.connect(self._show_refreshing)
        self._session.refresh_ended.connect(self._show_refreshing)
        look().changed.connect(self._show_look)
        for number, page in enumerate(self._listed[:10], start=1):
            self._shortcut(f"Ctrl+{number % 10}", page.key)
        if "settings" in self._pages:
            self._shortcut("Ctrl+,", "settings")
        for keys, action in (
            ("F5", self._session.ask_refresh),
            ("Ctrl+R", self._session.ask_refresh),
            ("Ctrl+L", look().toggle),
            ("Ctrl+Q", self.close),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(action)

    def _shortcut(self, keys: str, page: str) -> None:
        QShortcut(QKeySequence(keys), self).activated.connect(lambda: self.show_page(page))

    def _restore_geometry(self) -> None:
        self.resize(FIRST)
        kept = self._settings.value(_GEOMETRY) if self._settings is not None else None
        if isinstance(kept, QByteArray):
            self.restoreGeometry(kept)

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


def _framed(page: QWidget, *, scrolls: bool) -> QWidget:
    """The page with its right and lower margin, in a scroll area if it may need one."""
    body = QWidget()
    set_variant(body, role="body")
    column = QVBoxLayout(body)
    column.setContentsMargins(0, 0, tokens.PAGE_MARGIN, tokens.PAGE_MARGIN)
    column.addWidget(page)
    return _Scroll(body, column) if scrolls else body


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

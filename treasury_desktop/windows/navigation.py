"""The left column: which pages there are, where one is, and what waits in the queue."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import Glyph, icon, spaced
from treasury_desktop.windows.look.style import set_variant
from treasury_desktop.windows.pages import Page
from treasury_desktop.windows.untrusted import PlainLabel, button_text, plain_label, plain_tooltip


class Navigation(QFrame):
    """Buttons for the pages, in order, with the treasury's name above them.

    Signals: `page_asked` with a page's key.
    """

    page_asked = Signal(object)

    def __init__(self, pages: Sequence[Page], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_variant(self, role="navigation")
        self.setFixedWidth(tokens.NAVIGATION_WIDTH)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 18, 12, 12)
        column.setSpacing(2)
        self._name = plain_label(role="quiet")
        self._name.setMinimumWidth(0)
        column.addLayout(self._heading())
        column.addSpacing(14)
        self._group = QButtonGroup(self)
        self._items: dict[str, _Item] = {}
        for page in pages:
            item = _Item(page)
            self._group.addButton(item)
            self._items[page.key] = item
            item.clicked.connect(lambda _checked=False, key=page.key: self.page_asked.emit(key))
            column.addWidget(item)
        column.addStretch(1)

    def show_name(self, name: str) -> None:
        """Shows the treasury's name."""
        room = tokens.NAVIGATION_WIDTH - 24 - 28 - 12
        elided = self._name.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        self._name.setText(elided)
        plain_tooltip(self._name, name if elided != name else "")

    def mark(self, key: str) -> None:
        """Marks the page one is on."""
        if key in self._items:
            self._items[key].setChecked(True)

    def mark_none(self) -> None:
        """Marks no page: there are none to be on."""
        self._group.setExclusive(False)
        for item in self._items.values():
            item.setChecked(False)
        self._group.setExclusive(True)

    def show_badge(self, key: str, text: str, kind: str = "") -> None:
        """Shows a short text, such as a count, at a page's name; an empty one removes it."""
        if key in self._items:
            self._items[key].show_badge(text, kind)

    def _heading(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 4, 0)
        row.setSpacing(10)
        row.addWidget(Glyph("diamond", "accent", tokens.ICON + 4))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(plain_label("Treasury", role="product"))
        words.addWidget(self._name)
        row.addLayout(words, 1)
        return row


class _Item(QPushButton):
    """One page's button, with room for a badge at its right."""

    def __init__(self, page: Page) -> None:
        super().__init__(button_text(page.title))
        set_variant(self, role="navigation-item")
        self.setIcon(icon(page.icon, "text_quiet", checked="accent"))
        self.setIconSize(spaced(tokens.ICON))
        self.setCheckable(True)
        self._title = page.title
        self._badge: PlainLabel | None = None

    def show_badge(self, text: str, kind: str) -> None:
        """Shows, changes or hides the badge; it is only built when first needed."""
        if self._badge is None:
            if not text:
                return
            self._badge = plain_label(role="badge", kind=kind)
            row = QHBoxLayout(self)
            row.setContentsMargins(0, 0, 8, 0)
            row.addStretch(1)
            row.addWidget(self._badge)
        self._badge.setText(text)
        set_variant(self._badge, kind=kind)
        self._badge.setVisible(bool(text))
        self.setAccessibleName(f"{self._title} {text}".strip())

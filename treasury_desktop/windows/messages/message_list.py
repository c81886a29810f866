"""The list of messages: two lines each, the chosen one tinted."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from treasury_desktop.viewmodels.messages import MessageRow
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, sans

if TYPE_CHECKING:
    from treasury_desktop.windows.look.tokens import Token

ROW_ROLE: Final = Qt.ItemDataRole.UserRole
_HEIGHT: Final = 50
_PAD: Final = 12
_LINE: Final = 18


class MessageList(QListWidget):
    """Signals: `key_chosen` with the key of the row that was chosen."""

    key_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_RowDelegate(self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Messages, the newest first")
        self.currentItemChanged.connect(self._on_chosen)
        look().changed.connect(self.viewport().update)

    def show_rows(self, rows: Sequence[MessageRow], chosen: bytes | None) -> None:
        """Shows other rows; nobody chose anything by that."""
        self.blockSignals(True)  # noqa: FBT003  Qt's own argument
        self.clear()
        for row in rows:
            item = QListWidgetItem(f"{row.title}. {row.caption}")
            item.setData(ROW_ROLE, row)
            self.addItem(item)
            if row.key == chosen:
                self.setCurrentItem(item)
        self.blockSignals(False)  # noqa: FBT003  as above

    def _on_chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.key_chosen.emit(item.data(ROW_ROLE).key)


class _RowDelegate(QStyledItemDelegate):
    """The title over its caption, each cut at the right where there is no room."""

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex, /
    ) -> QSize:
        """All rows are equally high."""
        return QSize(0, _HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        /,
    ) -> None:
        """Paints one message."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, MessageRow):
            return
        painter.save()
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if is_chosen:
            painter.fillRect(option.rect, look().tint("accent", per_cent=14))
        room = option.rect.adjusted(_PAD, 7, -_PAD, 0)
        title = QRect(room.left(), room.top(), room.width(), _LINE)
        strong: Token = "accent" if is_chosen else "text"
        quiet: Token = "text_quiet"
        lines = (
            (row.title, sans(weight=QFont.Weight.DemiBold), strong),
            (row.caption, sans(tokens.SMALL_TEXT), quiet),
        )
        for text, font, colour in lines:
            painter.setFont(font)
            painter.setPen(look().colour(colour))
            shown = painter.fontMetrics().elidedText(
                text, Qt.TextElideMode.ElideRight, title.width()
            )
            painter.drawText(title, Qt.AlignmentFlag.AlignVCenter, shown)
            title = title.translated(0, _LINE)
        painter.restore()

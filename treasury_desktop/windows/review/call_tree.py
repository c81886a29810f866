"""The call tree people read: each row two lines, addresses in full, nothing elided."""

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.viewmodels.call_lines import CallReader, Line
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import paint_icon
from treasury_desktop.windows.look.style import look, mono, sans
from treasury_desktop.windows.look.tokens import TOKENS, Token
from treasury_desktop.windows.review.call_model import LINE_ROLE, CallModel, Index
from treasury_desktop.windows.widgets.address_label import grouped

ROW: Final = 42
EXPANDED_CALLS: Final = 12
"""Transactions of at most this many calls are shown whole at once."""

_PAD: Final = 8
_ENDS: Final = 2


class CallTree(QTreeView):
    """The calls of one transaction; Ctrl+C copies a row's exact address, amount or bytes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.call_model = CallModel(self)
        self.setModel(self.call_model)
        self.setItemDelegate(_CallDelegate(self))
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setIndentation(22)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Calls of the transaction")
        header = self.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setResizeContentsPrecision(0)
        look().changed.connect(self.viewport().update)

    def show_call(self, call: DecodedCall, reader: CallReader, call_count: int) -> None:
        """Shows a transaction: whole when it is short, else its first calls."""
        self.call_model.show_call(call, reader)
        self._open(self.call_model.index(0, 0), deep=call_count <= EXPANDED_CALLS)

    def show_path(self, path: str) -> None:
        """Chooses the call with this path and brings it into sight."""
        index = self.call_model.index_of(path)
        if not index.isValid():
            return
        above = index.parent()
        while above.isValid():
            self.expand(above)
            above = above.parent()
        self._open(index, deep=False)
        self.setCurrentIndex(index)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtTop)

    def lines(self) -> list[str]:
        """Every row that is unfolded, indented, both lines; for transcripts."""
        said: list[str] = []
        self._collect(self.call_model.index(0, 0), 0, said)
        return said

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copies the exact thing of a row; the rest is Qt's."""
        line = self.call_model.line_at(self.currentIndex())
        if event.matches(QKeySequence.StandardKey.Copy) and line is not None:
            QApplication.clipboard().setText(line.copy or line.title)
        else:
            super().keyPressEvent(event)

    def _open(self, index: QModelIndex, *, deep: bool) -> None:
        if self.call_model.canFetchMore(index):
            self.call_model.fetchMore(index)
        self.expand(index)
        if not deep:
            return
        for row in range(self.call_model.rowCount(index)):
            child = self.call_model.index(row, 0, index)
            if self.call_model.hasChildren(child):
                self._open(child, deep=True)

    def _collect(self, index: QModelIndex, depth: int, said: list[str]) -> None:
        line = self.call_model.line_at(index)
        if line is None:
            return
        indent = "  " * depth
        said.append(f"{indent}{line.title}")
        if line.detail:
            said.append(f"{indent}  {line.detail}")
        if self.isExpanded(index):
            for row in range(self.call_model.rowCount(index)):
                self._collect(self.call_model.index(row, 0, index), depth + 1, said)


class _CallDelegate(QStyledItemDelegate):
    """Paints a row's sentence and, below it, the exact address, amount or signature."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index, /) -> QSize:
        """As wide as the longer line: rows scroll sideways rather than hide a digit."""
        line = index.data(LINE_ROLE)
        if not isinstance(line, Line):
            return QSize(0, ROW)
        title = QFontMetrics(_title_font(line)).horizontalAdvance(line.title)
        detail = QFontMetrics(_detail_font(line)).horizontalAdvance(_detail_text(line))
        return QSize(max(title + tokens.ICON, detail) + 3 * _PAD, ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        /,
    ) -> None:
        """Paints both lines."""
        line = index.data(LINE_ROLE)
        if not isinstance(line, Line):
            return
        rect, state = option.rect, option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look().tint("accent", per_cent=14))
        box = QRectF(rect).adjusted(_PAD, 3, -_PAD, -3)
        colour: Token = next((token for token in TOKENS if token == line.meaning), "text")
        left = box.left()
        if line.meaning:
            icon = QRectF(left, box.top() + 1, tokens.ICON_SMALL, tokens.ICON_SMALL)
            paint_icon(painter, "warning", icon, look().colour(colour))
            left += tokens.ICON
        font = _title_font(line)
        painter.setFont(font)
        painter.setPen(look().colour(colour))
        ascent = QFontMetrics(font).ascent()
        painter.drawText(QPointF(left, box.top() + ascent + 1), line.title)
        _paint_detail(painter, line, QPointF(box.left(), box.bottom() - 4))
        painter.restore()


def _paint_detail(painter: QPainter, line: Line, at: QPointF) -> None:
    quiet, strong = look().colour("text_quiet"), look().colour("text")
    painter.setFont(_detail_font(line))
    if not line.address:
        painter.setPen(strong if line.kind == "amount" else quiet)
        painter.drawText(at, _detail_text(line))
        return
    groups = grouped(line.address)
    parts = (groups[:_ENDS], groups[_ENDS:-_ENDS], groups[-_ENDS:])
    for number, part in enumerate(parts):
        is_middle = number == 1
        font = mono(tokens.SMALL_TEXT)
        font.setBold(is_middle)
        painter.setFont(font)
        painter.setPen(strong if is_middle else quiet)
        text = " ".join(part) + " "
        painter.drawText(at, text)
        at += QPointF(QFontMetrics(font).horizontalAdvance(text), 0)


def _title_font(line: Line) -> QFont:
    is_call = line.kind in ("call", "problem")
    return sans(weight=QFont.Weight.DemiBold if is_call else QFont.Weight.Normal)


def _detail_font(line: Line) -> QFont:
    is_exact = line.kind in ("address", "amount", "bytes")
    return mono(tokens.SMALL_TEXT) if is_exact else sans(tokens.SMALL_TEXT)


def _detail_text(line: Line) -> str:
    return " ".join(grouped(line.address)) if line.address else line.detail

"""The findings, worst first, each whole; choosing one leads to its call."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from treasury_desktop.viewmodels.review import WORDS, FindingRow
from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.icons import paint_icon
from treasury_desktop.windows.look.style import look, sans
from treasury_desktop.windows.review.call_model import Index
from treasury_desktop.windows.review.wrapped import paint_wrapped, wrapped
from treasury_desktop.windows.widgets.verdict_badge import MARKS

ROW_ROLE: Final = Qt.ItemDataRole.UserRole
NAMED_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_PAD: Final = 8
_LEFT: Final = _PAD + tokens.ICON_SMALL + _PAD
_TITLE: Final = 18
_NOWHERE: Final = QModelIndex()
HIGHEST: Final = 230
"""More findings than fit into this height are scrolled through."""
_LOWEST: Final = 34
_ROWS_MEASURED: Final = 12


class _FindingsModel(QAbstractListModel):
    """Rows of findings, and whether each was acknowledged."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[FindingRow, ...] = ()
        self.is_named: Callable[[FindingRow], bool] = lambda _row: False

    def show_rows(self, rows: Sequence[FindingRow]) -> None:
        """Replaces all rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE, /) -> int:
        """As many as there are findings."""
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole, /) -> Any:
        """A finding as one text, as the row itself, or whether it was acknowledged."""
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == NAMED_ROLE:
            return self.is_named(row)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.severity}: {row.title}. {row.sentence}"
        return None


NOTHING_FOUND = "No check found anything to say."
_TOP_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


class FindingsList(QListView):
    """All findings of a review.

    Signals: `path_chosen` with the path of the call a finding is about.
    """

    path_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _FindingsModel(self)
        self.setModel(self._model)
        self.setItemDelegate(_FindingDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setTabKeyNavigation(False)
        self.setAccessibleName("Findings, worst first")
        self.clicked.connect(self._on_chosen)
        self.activated.connect(self._on_chosen)
        look().changed.connect(self.viewport().update)

    def show_findings(
        self, rows: Sequence[FindingRow], is_named: Callable[[FindingRow], bool]
    ) -> None:
        """Shows findings; `is_named` says which dangers were acknowledged."""
        self._model.is_named = is_named
        self._model.show_rows(rows)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The findings, or the words for none: an empty box would look like one still loading."""
        super().paintEvent(event)
        if self._model.rows:
            return
        painter = QPainter(self.viewport())
        painter.setFont(sans())
        painter.setPen(look().colour("text_quiet"))
        room = QRect(QPoint(tokens.PADDING, _PAD - 4), self.viewport().size())
        painter.drawText(room, _TOP_LEFT, NOTHING_FOUND)
        painter.end()

    def refresh(self) -> None:
        """Shows again which dangers were acknowledged."""
        self.viewport().update()

    def lines(self) -> list[str]:
        """All findings as text, for transcripts."""
        return [f"[{r.severity}] {r.title}: {r.sentence}" for r in self._model.rows]

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width gives other line breaks."""
        super().resizeEvent(event)
        self.scheduleDelayedItemsLayout()
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """As high as its rows, up to a few: a short list leaves its room to what stands below."""
        height = 0
        for row in range(min(self._model.rowCount(), _ROWS_MEASURED)):
            height += self.sizeHintForIndex(self._model.index(row)).height()
            if height > HIGHEST:
                break
        self.setFixedHeight(max(_LOWEST, min(height, HIGHEST)))

    def _on_chosen(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, FindingRow) and row.paths:
            self.path_chosen.emit(row.paths[0])


class _FindingDelegate(QStyledItemDelegate):
    """Icon, title with the calls it is about, and the sentence in as many lines as it needs."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index, /) -> QSize:
        """The height of the wrapped sentence in the list's present width."""
        row, view = index.data(ROW_ROLE), self.parent()
        if not isinstance(row, FindingRow) or not isinstance(view, QListView):
            return QSize(0, 0)
        width = view.viewport().width() - _LEFT - _PAD
        _, height = wrapped(row.sentence, sans(tokens.SMALL_TEXT), width)
        return QSize(0, _TITLE + height + 2 * _PAD - 4)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, /) -> None:
        """Paints one finding."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, FindingRow):
            return
        rect, state = option.rect, option.state
        mark = MARKS[row.kind]
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, look().tint("accent", per_cent=14))
        icon = QRectF(rect.left() + _PAD, rect.top() + _PAD - 2, tokens.ICON_SMALL, 16)
        paint_icon(painter, mark.icon, icon, look().colour(mark.colour))
        left, width = rect.left() + _LEFT, rect.width() - _LEFT - _PAD
        title = QRectF(left, rect.top() + _PAD - 4, width, _TITLE)
        painter.setFont(sans(weight=QFont.Weight.DemiBold))
        painter.setPen(look().colour(mark.colour if row.severity != "note" else "text"))
        painter.drawText(
            title, Qt.AlignmentFlag.AlignVCenter, f"{WORDS[row.severity]} · {row.title}"
        )
        self._paint_corner(painter, row, title, is_named=bool(index.data(NAMED_ROLE)))
        below = QRectF(left, rect.top() + _PAD - 2 + _TITLE, width, rect.height())
        paint_wrapped(painter, row.sentence, sans(tokens.SMALL_TEXT), look().colour("text"), below)
        painter.restore()

    @staticmethod
    def _paint_corner(painter: QPainter, row: FindingRow, title: QRectF, *, is_named: bool) -> None:
        """Which calls it is about, or that it was acknowledged, at the right."""
        words = "acknowledged" if is_named else row.where
        painter.setFont(sans(tokens.SMALL_TEXT))
        painter.setPen(look().colour("good" if is_named else "text_quiet"))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(title, right, words)

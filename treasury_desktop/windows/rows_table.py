"""The table people see: keyboard, copying, right-aligned figures and words when it is empty."""

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QItemSelection, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QTableView,
    QWidget,
)

from treasury_desktop.windows.look import tokens
from treasury_desktop.windows.look.style import look, sans
from treasury_desktop.windows.table import Column, RowsFilter, RowsModel

Row = TypeVar("Row")
_HEADER_HEIGHT = 32
_BORDER = 2


class RowsTable(QTableView, Generic[Row]):
    """A sortable table of frozen rows.

    Signals: `row_opened` with the row on double click or Enter; `row_chosen` with the row, or
    `None`, when the selection moves.
    """

    row_opened = Signal(object)
    row_chosen = Signal(object)

    def __init__(
        self,
        columns: Sequence[Column[Row]],
        *,
        empty_text: str = "Nothing here yet.",
        row_key: Callable[[Row], Hashable] | None = None,
        fits_content: bool = False,
        searched: Callable[[Row], str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._empty_text = empty_text
        self._row_key = row_key
        self._fits_content = fits_content
        self.rows_model: RowsModel[Row] = RowsModel(columns, self)
        self.rows_filter: RowsFilter[Row] = RowsFilter(self.rows_model, self, searched=searched)
        self.setModel(self.rows_filter)
        self._lay_out()
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.doubleClicked.connect(self._on_opened)
        look().changed.connect(self.viewport().update)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Shows these rows; order, filter and the chosen row (by `row_key`) stay."""
        chosen = self.chosen_row()
        self.rows_model.set_rows(rows)
        if chosen is not None and self._row_key is not None:
            self.choose(self._row_key(chosen))
        self._size_columns()
        if self._fits_content:
            self.updateGeometry()

    def say_when_empty(self, words: str) -> None:
        """The words that stand where no rows are."""
        self._empty_text = words
        self.viewport().update()

    def show_only(self, text: str) -> None:
        """Filters by words in any column, or in what `searched` names of a row."""
        self.rows_filter.show_only(text)

    def chosen_row(self) -> Row | None:
        """The selected row, or `None`."""
        indexes = self.selectionModel().selectedRows()
        return self.rows_filter.row_at(indexes[0]) if indexes else None

    def choose(self, key: Hashable) -> bool:
        """Selects the row with this key; False if it is not shown."""
        for number in range(self.rows_filter.rowCount()):
            index = self.rows_filter.index(number, 0)
            row = self.rows_filter.row_at(index)
            if row is not None and self._row_key is not None and self._row_key(row) == key:
                self.selectRow(number)
                return True
        return False

    def shown_texts(self) -> list[list[str]]:
        """Every cell as shown, row by row, for transcripts and copying."""
        model = self.rows_filter
        return [
            [str(model.index(row, column).data()) for column in range(model.columnCount())]
            for row in range(model.rowCount())
        ]

    def copy_chosen(self) -> None:
        """Puts the chosen row's texts on the clipboard, separated by tabs."""
        indexes = self.selectionModel().selectedRows()
        if indexes:
            QApplication.clipboard().setText("\t".join(self.shown_texts()[indexes[0].row()]))

    def sizeHint(self) -> QSize:
        """Tall enough for all rows when the table fits its content."""
        if not self._fits_content:
            return super().sizeHint()
        rows = max(1, self.rows_filter.rowCount())
        height = _HEADER_HEIGHT + rows * tokens.ROW_HEIGHT + _BORDER
        return QSize(super().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        """The same height where the table fits its content: it never scrolls inside a page."""
        hint = super().minimumSizeHint()
        return QSize(hint.width(), self.sizeHint().height()) if self._fits_content else hint

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the chosen row, copy copies it; the rest is Qt's."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_opened(self.currentIndex())
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copy_chosen()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, or the words for an empty table."""
        super().paintEvent(event)
        if self.rows_filter.rowCount():
            return
        is_filtered = self.rows_model.rowCount() > 0
        painter = QPainter(self.viewport())
        painter.setFont(sans())
        painter.setPen(look().colour("text_quiet"))
        box = QRect(QPoint(8, 0), self.viewport().size())
        words = "No row matches." if is_filtered else self._empty_text
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _lay_out(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setIconSize(QSize(12, 12))
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(tokens.ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setFixedHeight(_HEADER_HEIGHT)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        if self._fits_content:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, column in enumerate(self.rows_model.columns):
            if column.stretch:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        self._size_columns()

    def _size_columns(self) -> None:
        for number, column in enumerate(self.rows_model.columns):
            if column.width:
                self.setColumnWidth(number, column.width)
            elif not column.stretch:
                self.resizeColumnToContents(number)

    def _on_opened(self, index: QModelIndex) -> None:
        row = self.rows_filter.row_at(index)
        if row is not None:
            self.row_opened.emit(row)

    def _on_selection_changed(self, _chosen: QItemSelection, _left: QItemSelection) -> None:
        self.row_chosen.emit(self.chosen_row())

"""Tables of frozen rows: what a cell shows is text, what a column sorts by is a number.

The display role is always `str` (Qt cannot carry integers beyond 64 bits) and rows sort by keys
in Python, so that 10 comes after 9 and 2**256 − 1 after both.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, Literal, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QFont

from treasury_desktop.viewmodels.figures import NONE
from treasury_desktop.windows.look.icons import swatch
from treasury_desktop.windows.look.style import look, mono
from treasury_desktop.windows.look.tokens import Token
from treasury_desktop.windows.untrusted import plain_markup

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex

ROW_ROLE: Final = Qt.ItemDataRole.UserRole
"""The frozen row itself. Rows are dataclasses: Qt would turn tuples and big ints into its own."""

_NOWHERE: Final = QModelIndex()


@dataclass(frozen=True, kw_only=True)  # no slots: with them Column[Row](…) fails in Python 3.11
class Column(Generic[Row]):
    """One column: what it shows of a row, and what it sorts by (the text, if nothing is given).

    `width` in pixels; 0 takes what its content needs. `stretch` takes what is left over.
    """

    title: str
    text: Callable[[Row], str]
    sort_key: Callable[[Row], Any] | None = None
    align: Literal["left", "right"] = "left"
    tooltip: Callable[[Row], str] | None = None
    kind: Callable[[Row], Token] | None = None
    series: Callable[[Row], int] | None = None
    is_mono: bool = False
    is_strong: bool = False
    width: int = 0
    stretch: bool = False

    def key(self, row: Row) -> Any:
        """What this column sorts a row by."""
        return self.text(row).casefold() if self.sort_key is None else self.sort_key(row)


class RowsModel(QAbstractTableModel, Generic[Row]):
    """Frozen rows under columns; sorts them itself."""

    def __init__(self, columns: Sequence[Column[Row]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._rows: list[Row] = []
        self._sorted_by: tuple[int, Qt.SortOrder] | None = None
        self._mono = mono()
        self._strong = QFont()
        self._strong.setWeight(QFont.Weight.DemiBold)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows in the order shown."""
        return tuple(self._rows)

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Replaces all rows, keeping the order the person chose."""
        self.beginResetModel()
        self._rows = list(rows)
        self._sort_rows()
        self.endResetModel()

    def row_number(self, number: int) -> Row:
        """The frozen row at a place in the order shown, from 0."""
        return self._rows[number]

    def row_at(self, index: Index) -> Row | None:
        """The frozen row of an index of this model."""
        return self._rows[index.row()] if self.checkIndex(index) and index.isValid() else None

    def rowCount(self, parent: Index = _NOWHERE, /) -> int:
        """As many as there are rows; cells have no children."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE, /) -> int:
        """As many as there are columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole, /) -> Any:
        """A cell's text, alignment, tooltip, colour or font, or the row under `ROW_ROLE`."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == ROW_ROLE:
            return row
        return self._appearance(row, column, role)

    def _appearance(self, row: Row, column: Column[Row], role: int) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole and column.tooltip:
            return plain_markup(column.tooltip(row)) or None
        if role == Qt.ItemDataRole.ForegroundRole and column.kind:
            return look().colour(column.kind(row))
        if role == Qt.ItemDataRole.DecorationRole and column.series:
            return swatch(column.series(row))
        if role == Qt.ItemDataRole.FontRole:
            return self._font(row, column)
        return None

    def _font(self, row: Row, column: Column[Row]) -> QFont | None:
        """What is quiet is never strong, and "–" is the same dash in every column."""
        if column.is_mono:
            return None if column.text(row) == NONE else self._mono
        is_quiet = column.kind is not None and column.kind(row) == "text_quiet"
        return self._strong if column.is_strong and not is_quiet else None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
        /,
    ) -> Any:
        """A column's title, aligned as its cells."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self.columns[section])
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder, /) -> None:
        """Sorts by the column's key; −1 leaves the order alone. Equal rows keep their order."""
        if not 0 <= column < len(self.columns):
            self._sorted_by = None
            return
        self.layoutAboutToBeChanged.emit()
        old_indexes = self.persistentIndexList()
        old_rows = list(self._rows)
        self._sorted_by = (column, order)
        self._sort_rows()
        place = {id(row): number for number, row in enumerate(self._rows)}
        new_indexes = [self.index(place[id(old_rows[i.row()])], i.column()) for i in old_indexes]
        self.changePersistentIndexList(old_indexes, new_indexes)
        self.layoutChanged.emit()

    def _sort_rows(self) -> None:
        if self._sorted_by is not None:
            number, order = self._sorted_by
            is_descending = order == Qt.SortOrder.DescendingOrder
            self._rows.sort(key=self.columns[number].key, reverse=is_descending)


def _alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.align == "right" else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class RowsFilter(QSortFilterProxyModel, Generic[Row]):
    """Shows the rows in which every typed word occurs in some column; the model sorts.

    `searched` names what words are looked for in instead, where cells show less than they mean.
    """

    def __init__(
        self,
        model: RowsModel[Row],
        parent: QObject | None = None,
        *,
        searched: Callable[[Row], str] | None = None,
    ) -> None:
        super().__init__(parent)
        self._searched = searched
        self._model = model
        self._words: tuple[str, ...] = ()
        self.setSourceModel(model)

    def show_only(self, text: str) -> None:
        """Filters by words; an empty text shows all."""
        self.beginFilterChange()
        self._words = tuple(text.casefold().split())
        self.endFilterChange()

    def row_at(self, index: Index) -> Row | None:
        """The frozen row of an index of this filter."""
        return self._model.row_at(self.mapToSource(index))

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder, /) -> None:
        """Lets the model sort."""
        self._model.sort(column, order)

    def filterAcceptsRow(self, source_row: int, _parent: Index, /) -> bool:
        """Whether all words occur in the row's texts."""
        if not self._words:
            return True
        row = self._model.row_number(source_row)
        if self._searched is None:
            said = "\n".join(column.text(row) for column in self._model.columns).casefold()
        else:
            said = self._searched(row).casefold()
        return all(word in said for word in self._words)

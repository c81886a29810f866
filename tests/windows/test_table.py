"""Facts about tables: figures beyond 64 bits, order by number, and rows that stay themselves."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from treasury_desktop.windows.rows_table import RowsTable
from treasury_desktop.windows.table import ROW_ROLE, Column, RowsFilter, RowsModel

MOST = 2**256 - 1
Show = Callable[..., None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A row with a number no C++ integer holds."""

    name: str
    units: int
    note: str = ""


COLUMNS = [
    Column[Sample](title="Name", text=lambda row: row.name, tooltip=lambda row: row.note),
    Column[Sample](title="Units", text=lambda row: f"{row.units:,}", align="right",
                   sort_key=lambda row: row.units),
]  # fmt: skip
ROWS = (
    Sample(name="ten", units=10),
    Sample(name="most", units=MOST),
    Sample(name="nine", units=9, note="<b>bold</b>"),
    Sample(name="two to the 63", units=2**63),
)


@pytest.fixture
def model(qapp: QApplication) -> RowsModel[Sample]:
    """A model with four rows."""
    made = RowsModel(COLUMNS)
    made.set_rows(ROWS)
    return made


def units(rows: tuple[Sample, ...]) -> list[int]:
    """The numbers, in the order shown."""
    return [row.units for row in rows]


def test_the_model_keeps_the_contract_of_qt(
    model: RowsModel[Sample], qtmodeltester: ModelTester
) -> None:
    """Qt's own tester finds nothing, nor in the filter over it."""
    qtmodeltester.check(model, force_py=True)
    over = RowsFilter(model)
    qtmodeltester.check(over)
    model.sort(1)
    over.show_only("most")
    over.show_only("")


def test_a_cell_of_256_bits_is_text_and_its_row_is_whole(model: RowsModel[Sample]) -> None:
    """The display role is str; the frozen row comes back under the row role."""
    index = model.index(1, 1)
    assert index.data() == f"{MOST:,}"
    assert index.data(ROW_ROLE) == ROWS[1]
    assert model.row_at(index) is ROWS[1]


def test_ten_comes_after_nine(model: RowsModel[Sample]) -> None:
    """Order is by number, up to 2**256 − 1, in both directions."""
    model.sort(1)
    assert units(model.rows) == [9, 10, 2**63, MOST]
    model.sort(1, Qt.SortOrder.DescendingOrder)
    assert units(model.rows) == [MOST, 2**63, 10, 9]


def test_new_rows_take_the_order_the_person_chose(model: RowsModel[Sample]) -> None:
    """A refresh does not shuffle the table."""
    model.sort(1)
    model.set_rows([*ROWS, Sample(name="eleven", units=11)])
    assert units(model.rows) == [9, 10, 11, 2**63, MOST]


def test_an_index_follows_its_row_through_a_sort(model: RowsModel[Sample]) -> None:
    """Persistent indexes, and so the selection, stay on the same row."""
    over = RowsFilter(model)
    kept = QPersistentModelIndex(over.index(1, 0))
    over.sort(1)
    assert kept.data() == "most"
    assert kept.row() == 3


def test_figures_are_aligned_to_the_right_like_their_title(model: RowsModel[Sample]) -> None:
    """Cell and header agree."""
    role = Qt.ItemDataRole.TextAlignmentRole
    cell = model.index(0, 1).data(role)
    assert cell & Qt.AlignmentFlag.AlignRight
    assert model.headerData(1, Qt.Orientation.Horizontal, role) == cell


def test_a_tooltip_of_a_cell_is_plain(model: RowsModel[Sample]) -> None:
    """Markup from strangers is shown as its characters."""
    document = QTextDocument()
    document.setHtml(model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole))
    assert document.toPlainText() == "<b>bold</b>"
    assert model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole) is None


def test_a_filter_shows_rows_with_all_words(model: RowsModel[Sample]) -> None:
    """Words may stand in any column, in any case."""
    over = RowsFilter(model)
    over.show_only("TWO 9,223")
    assert [over.index(row, 0).data() for row in range(over.rowCount())] == ["two to the 63"]
    over.show_only("nobody")
    assert over.rowCount() == 0


def test_a_row_that_nobody_points_at_is_none(model: RowsModel[Sample]) -> None:
    """An invalid index has no row."""
    assert model.row_at(QModelIndex()) is None


@pytest.fixture
def table(show: Show) -> RowsTable[Sample]:
    """A table on the screen."""
    made: RowsTable[Sample] = RowsTable(COLUMNS, row_key=lambda row: row.name)
    made.set_rows(ROWS)
    show(made)
    return made


def test_the_chosen_row_stays_chosen_when_rows_are_read_anew(table: RowsTable[Sample]) -> None:
    """It is found by its key, with its new content, wherever it moved."""
    table.choose("nine")
    table.set_rows([replace(row, units=row.units + 1) for row in reversed(ROWS)])
    assert table.chosen_row() == Sample(name="nine", units=10, note="<b>bold</b>")


def test_a_chosen_row_that_left_is_chosen_no_more(table: RowsTable[Sample]) -> None:
    """No other row slips under the pointer in its place."""
    table.choose("nine")
    table.set_rows(ROWS[:2])
    assert table.chosen_row() is None


def test_enter_opens_the_row_under_the_cursor(table: RowsTable[Sample], qtbot: QtBot) -> None:
    """The signal carries the frozen row, number and all."""
    table.choose("most")
    with qtbot.waitSignal(table.row_opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [ROWS[1]]


def test_a_click_on_a_title_sorts_by_number(table: RowsTable[Sample]) -> None:
    """The view's sorting reaches the model's keys."""
    table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [row[0] for row in table.shown_texts()] == ["nine", "ten", "two to the 63", "most"]


def test_copying_takes_the_row_as_shown(table: RowsTable[Sample]) -> None:
    """Cells are separated by tabs."""
    table.choose("ten")
    table.copy_chosen()
    assert QApplication.clipboard().text() == "ten\t10"


def test_a_choice_is_told_with_its_row(table: RowsTable[Sample], qtbot: QtBot) -> None:
    """And with None when nothing is chosen any more."""
    told: list[Sample | None] = []
    table.row_chosen.connect(told.append)
    table.choose("ten")
    table.clearSelection()
    assert told == [ROWS[0], None]


def test_a_table_that_fits_its_content_is_as_tall_as_its_rows(show: Show) -> None:
    """It never scrolls inside a page."""
    made: RowsTable[Sample] = RowsTable(COLUMNS, fits_content=True)
    show(made)
    empty = made.sizeHint().height()
    made.set_rows(ROWS)
    assert made.sizeHint().height() == empty + 3 * 34

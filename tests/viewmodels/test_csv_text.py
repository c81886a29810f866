"""Tables as CSV: each cell as it was, none of them a formula, however lines are written."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.viewmodels.csv_text import csv_text, harmless

cells = st.text(max_size=12) | st.text(alphabet='=+-@\t\r\n ",a1＝', max_size=5)


@given(st.lists(st.lists(cells, max_size=4), max_size=4))
def test_every_line_is_what_the_standard_writer_makes_of_harmless_cells(
    rows: list[list[str]],
) -> None:
    """Byte by byte; a quicker way to write a plain line is no other way."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in (["title"], *rows))
    assert csv_text(["title"], rows) == out.getvalue()


def test_a_formula_in_the_midst_of_plain_cells_becomes_text() -> None:
    """In every place of a line."""
    for place in range(3):
        row = ["plain"] * 3
        row[place] = "=1+1"
        assert '"\'=1+1"' in csv_text([], [row])

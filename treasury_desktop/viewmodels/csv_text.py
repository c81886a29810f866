"""Tables as CSV that a spreadsheet shows and never runs."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula, full-width forms included (OWASP)."""


def csv_text(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Every cell quoted, lines ended by CR LF (RFC 4180); formulas become text."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (titles, *rows):
        writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before whatever a spreadsheet would compute."""
    begins = cell.lstrip(" ")
    return f"'{cell}" if begins.startswith(_STARTS_A_FORMULA) else cell

"""Tables as CSV that a spreadsheet shows and never runs."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

_STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What makes a spreadsheet take a cell for a formula, full-width forms included (OWASP)."""

_NEEDS_A_LOOK: Final = re.compile('"[^0-9A-Za-z",]')
"""A cell that begins with neither a letter nor a digit, in a line without quotes of its own."""


def csv_text(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Every cell quoted, lines ended by CR LF (RFC 4180); formulas become text."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in chain((titles,), rows):
        # Most lines are nothing but plain cells, and stand as they are between their quotes.
        line = '"' + '","'.join(row) + '"'
        if line.count('"') == 2 * len(row) and _NEEDS_A_LOOK.search(line) is None:
            out.write(f"{line}\r\n")
        else:
            writer.writerow([harmless(cell) for cell in row])
    return out.getvalue()


def harmless(cell: str) -> str:
    """The cell, with an apostrophe before whatever a spreadsheet would compute."""
    begins = cell.lstrip(" ")
    return f"'{cell}" if begins.startswith(_STARTS_A_FORMULA) else cell

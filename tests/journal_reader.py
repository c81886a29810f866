"""An independent, strict reader of the journals we write; it knows nothing of how they are made.

Every line has to be of one of the kinds below, down to each character; amounts are read as exact
integers by the decimals that the commodity's directive names.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field

ALLOWED = "0-9A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
PART = rf"(?:[{ALLOWED}%](?:[{ALLOWED}_.%/&+\-]| (?! |$))*)"
ACCOUNT = rf"(?:Assets|Income|Expenses|Equity):{PART}(?::{PART})?"
NAME = r'"[0-9A-Za-z_.%]+(?:-0x[0-9a-fA-F]{40})?"'
HASH = r"0x[0-9a-f]{64}"
VALUE = rf"(?:[{ALLOWED}_.%+/&()!?\-]| (?! |$))*"
REMARK = re.compile(r";[^\n\r]*")
COMMODITY = re.compile(rf"commodity ({NAME})")
FORMAT = re.compile(rf"    format 1000\.(0*) ({NAME})")
DECLARED = re.compile(rf"(?:account ({ACCOUNT})|tag ([a-z]+))")
ENTRY = re.compile(rf"(\d{{4}}-\d\d-\d\d) \* \(({HASH})\) ([A-Za-z, ]+)")
TAG = re.compile(rf"    ; ([a-z]+): ({VALUE})")
POSTING = re.compile(rf"    ({ACCOUNT})  (-?)(\d+)(?:\.(\d+))? ({NAME})")


@dataclass
class Entry:
    """One transaction: its date and code, and its postings as account, commodity, base units."""

    date: str
    code: str
    postings: list[tuple[str, str, int]] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)


def read_journal(text: str) -> list[Entry]:
    """All transactions; fails on any line of another kind, and on what was not declared."""
    decimals: dict[str, int] = {}
    accounts: set[str] = set()
    tags: set[str] = set()
    entries: list[Entry] = []
    is_inside = False
    assert text.endswith("\n")
    lines = iter(text[:-1].split("\n"))
    for line in lines:
        if not line:
            is_inside = False
        elif found := COMMODITY.fullmatch(line):
            form = FORMAT.fullmatch(next(lines))
            assert form is not None
            assert form[2] == found[1]
            assert found[1] not in decimals
            decimals[found[1]] = len(form[1])
        elif found := DECLARED.fullmatch(line):
            (accounts if found[1] else tags).add(found[1] or found[2])
        elif found := ENTRY.fullmatch(line):
            assert not is_inside
            is_inside = True
            entries.append(Entry(found[1], found[2]))
        elif is_inside and (found := TAG.fullmatch(line)):
            assert found[1] in tags
            entries[-1].tags.append((found[1], found[2]))
        elif is_inside and (found := POSTING.fullmatch(line)):
            account, sign, whole, rest, name = found.groups()
            assert account in accounts
            assert len(rest or "") == decimals[name]
            units = int(whole + (rest or ""))
            entries[-1].postings.append((account, name, -units if sign else units))
        else:
            assert REMARK.fullmatch(line), line
            assert line.isprintable(), line
    return entries


def require_balance(entries: list[Entry]) -> None:
    """Every transaction adds up to nothing in each commodity by itself."""
    for entry in entries:
        sums: dict[str, int] = defaultdict(int)
        for _, name, units in entry.postings:
            sums[name] += units
        assert entry.postings
        assert not any(sums.values()), entry

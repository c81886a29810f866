"""`make bench`: measures everything that was promised, into build/benchmarks.json and a table.

Each row is measured against its peer in the same run, in turn, and medians are compared. The exit
status is 0 even where a target is missed, unless `--strict` is given, and 2 where a group of rows
could not be measured at all.
"""

import argparse
import compileall
import json
import os
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from subprocess import SubprocessError

from tests.benchmarks.core import decoding_rows, hashing_rows, reviewing_rows, window_row
from tests.benchmarks.demonstration import built, later_start
from tests.benchmarks.measuring import REPOSITORY, process_seconds
from tests.benchmarks.merging import merging_row
from tests.benchmarks.movements import movement_benchmarks
from tests.benchmarks.opening import MOST_BLOCKED, blocking_rows, opening_rows
from tests.benchmarks.reading import reading_rows
from tests.benchmarks.rows import Row, table, write_rows
from tests.benchmarks.signing import signing_row
from treasury_desktop.application.demonstration import DemonstrationFolders
from treasury_desktop.errors import TreasuryError

MISSED, NOT_MEASURED = 1, 2
ANSWER = REPOSITORY / "build" / "benchmarks.json"

Group = Callable[[DemonstrationFolders, int], list[Row]]


def _tour_row(folders: DemonstrationFolders, _times: int) -> list[Row]:
    """The longest block during the whole tour, as the tour itself measured it."""
    if find_spec("treasury_desktop.tour") is None:
        return []
    folder = folders.root / "tour"
    command = [sys.executable, "-m", "treasury_desktop", "demo", "--tour", str(folder)]
    process_seconds(command)
    seconds = json.loads((folder / "tour.json").read_bytes())["seconds"]
    milliseconds = seconds["longest_gui_block"] * 1000
    return [Row(name="longest GUI block: tour", ours=milliseconds, unit="ms", target=MOST_BLOCKED)]


GROUPS: dict[str, Group] = {
    "opening": opening_rows,
    "blocking": lambda folders, _times: blocking_rows(folders),
    "starting": lambda folders, times: [later_start(folders, times)],
    "hashing": lambda _folders, times: hashing_rows(times),
    "decoding": lambda _folders, times: decoding_rows(times),
    "reviewing": lambda _folders, times: [*reviewing_rows(times), window_row()],
    "reading": lambda _folders, times: reading_rows(times),
    "signing": lambda folders, times: [signing_row(folders, times)],
    "merging": lambda _folders, times: [merging_row(times)],
    "movements": lambda _folders, times: movement_benchmarks(times),
    "tour": _tour_row,
}


def main() -> int:
    """Measures all groups, or those that were named; the exit status."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="fail where a target is missed")
    parser.add_argument("--times", type=int, default=7, help="runs of each side (7)")
    parser.add_argument("--builds", type=int, default=2, help="cold builds (2)")
    parser.add_argument("--only", choices=GROUPS, action="append", help="one group; may repeat")
    asked = parser.parse_args()
    _be_like_a_second_start()
    with tempfile.TemporaryDirectory(prefix="treasury-bench-") as place:
        _say("building the demonstration")
        folders, build_row = built(Path(place) / "data", asked.builds)
        rows = [build_row]
        failed = []
        for name in asked.only or GROUPS:
            _say(f"measuring: {name}")
            try:
                rows += GROUPS[name](folders, asked.times)
            except (RuntimeError, OSError, SubprocessError, TreasuryError) as failure:
                failed.append(name)
                _say(f"{name} was not measured: {failure}")
            write_rows(rows, ANSWER)
    print(table(rows))  # noqa: T201  the answer
    if failed:
        _say(f"not measured: {', '.join(failed)}")
        return NOT_MEASURED
    return MISSED if asked.strict and not all(row.holds for row in rows) else 0


def _be_like_a_second_start() -> None:
    """A person's second start finds byte code; the first run here must not compile it either."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    compileall.compile_dir(REPOSITORY / "treasury_desktop", quiet=2)


def _say(words: str) -> None:
    print(f"bench: {words}", file=sys.stderr, flush=True)  # noqa: T201  progress


if __name__ == "__main__":
    sys.exit(main())

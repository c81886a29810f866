"""Rows about the window: opening it offline, its memory, its rest, and how long it ever blocks."""

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.measuring import line_from, medians, python_file, running
from tests.benchmarks.rows import Row, Target
from treasury_desktop.application.demonstration import DemonstrationFolders, start_chain, stop_chain

EMPTY = "empty QMainWindow"
HEAVY = ("web3", "eth_account", "pyqtgraph", "duckdb", "keyring")
SECONDS_TO_SETTLE = 2
SECONDS_AT_REST = 5
OF_ELECTRUM = Target(of="ratio", most=9)
"""What Electrum's filled window needed by the same peer; see the design's numbers."""
MOST_BLOCKED = Target(of="ours", most=100)


def opening_rows(folders: DemonstrationFolders, times: int) -> list[Row]:
    """First paint, imports, memory and wake-ups of our window against an empty one."""
    with _copied_desk(folders) as desk:
        ours = python_file("desk_window", desk)
        peer = python_file("empty_window")
        painted = medians(lambda: _opened(ours)[0], lambda: _opened(peer)[0], times)
        _, modules = _opened(ours)
        filled = medians(lambda: _filled(ours), lambda: _opened(peer)[0], times)
        rests = [(_at_rest(ours), _at_rest(peer)) for _ in range(max(1, times // 3))]
    return [
        Row(
            name="first painted window, offline, from process start",
            ours=painted[0],
            peer=painted[1],
            peer_name=EMPTY,
            unit="s",
            target=Target(of="ratio", most=2.5),
        ),
        Row(
            name="Overview with the kept figures, offline, from process start",
            ours=filled[0],
            peer=filled[1],
            peer_name=EMPTY,
            unit="s",
            target=OF_ELECTRUM,
        ),
        Row(
            name=f"of {', '.join(HEAVY)}: imported by first paint",
            ours=len(modules.intersection(HEAVY)),
            unit="packages",
            target=Target(of="ours", most=0),
        ),
        _row_of_rest("memory (PSS) before a chart is opened", "MB", 85, rests, 0),
        _row_of_rest("wake-ups when idle, all threads", "1/s", 1, rests, 1),
    ]


def blocking_rows(folders: DemonstrationFolders) -> list[Row]:
    """The longest block of the event loop during a refresh, and while pages are shown."""
    with running(python_file("empty_window", "heartbeat", SECONDS_AT_REST)) as process:
        line_from(process)
        idle = float(line_from(process))
    chain = start_chain(folders)
    try:
        with (
            _copied_desk(folders) as desk,
            running(python_file("desk_window", desk, chain.endpoint)) as process,
        ):
            for _ in ("painted", "filled"):
                line_from(process)
            told: dict[str, int] = json.loads(line_from(process))
    finally:
        stop_chain(folders, chain)
    refresh = told.pop("refresh")
    worst = max(told, key=lambda key: told[key])
    named = (("refresh", refresh), (f"showing pages, worst: {worst}", told[worst]))
    return [
        Row(
            name=f"longest GUI block: {name}",
            ours=milliseconds,
            peer=idle,
            peer_name=EMPTY + ", idle",
            unit="ms",
            target=MOST_BLOCKED,
        )
        for name, milliseconds in named
    ]


def _row_of_rest(
    name: str, unit: str, most: float, rests: list[tuple[Any, Any]], which: int
) -> Row:
    return Row(
        name=name,
        ours=median(ours[which] for ours, _ in rests),
        peer=median(peer[which] for _, peer in rests),
        peer_name=EMPTY,
        unit=unit,
        target=Target(of="ours", most=most),
    )


def _opened(command: list[str]) -> tuple[float, set[str]]:
    """Seconds from process start to the first paint, and the modules imported by then."""
    begun = time.monotonic()
    with running(command) as process:
        told = json.loads(line_from(process))
    return told["painted_at"] - begun, set(told["modules"])


def _filled(command: list[str]) -> float:
    """Seconds from process start until the first page stands in the window."""
    begun = time.monotonic()
    with running(command) as process:
        line_from(process)
        told: dict[str, float] = json.loads(line_from(process))
    return told["filled_at"] - begun


def _at_rest(command: list[str]) -> tuple[float, float]:
    """Megabytes and wake-ups a second, once the window has settled."""
    with running(command) as process:
        line_from(process)
        time.sleep(SECONDS_TO_SETTLE)
        before = _switches(process.pid)
        time.sleep(SECONDS_AT_REST)
        wakes = (_switches(process.pid) - before) / SECONDS_AT_REST
        return _megabytes(process.pid), wakes


def _switches(process: int) -> int:
    """How often threads of a process have gone to wait, and so were woken."""
    tasks = Path(f"/proc/{process}/task").iterdir()
    return sum(_number(task / "status", "voluntary_ctxt_switches:") for task in tasks)


def _megabytes(process: int) -> float:
    """Proportional set size: pages shared with others count by their share."""
    return _number(Path(f"/proc/{process}/smaps_rollup"), "Pss:") / 1000 * 1.024


def _number(file: Path, name: str) -> int:
    lines = file.read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


@contextmanager
def _copied_desk(folders: DemonstrationFolders) -> Iterator[Path]:
    """A desk of the benchmark's own: opening one may change it."""
    with TemporaryDirectory() as place:
        yield Path(shutil.copytree(folders.desk(as_second_signer=False), Path(place) / "desk"))

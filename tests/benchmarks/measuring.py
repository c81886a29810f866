"""Measuring ours and the peer in turn, so that whatever slows the machine slows both."""

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

REPOSITORY = Path(__file__).resolve().parents[2]
PROCESSES = Path(__file__).with_name("processes")
SECONDS_TO_ANSWER = 120


def medians(
    ours: Callable[[], float], peer: Callable[[], float], times: int
) -> tuple[float, float]:
    """The median of each over alternating runs, after one of each that does not count."""
    ours(), peer()
    pairs = [(ours(), peer()) for _ in range(times)]
    return median(first for first, _ in pairs), median(second for _, second in pairs)


def seconds_per_call(work: Callable[[], object], calls: int) -> float:
    """Seconds for one call, over many."""
    begun = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - begun) / calls


def without_garbage(work: Callable[[], object]) -> float:
    """Seconds with the collector off, as in a review, in the window and in `timeit`."""
    gc.collect()
    gc.disable()
    try:
        return seconds_per_call(work, 1)
    finally:
        gc.enable()


def process_seconds(command: Sequence[str], *, any_verdict: bool = False) -> float:
    """Seconds from the start of a process to its end, with exit status 0.

    With `any_verdict` a review may have found danger, too (status 1), but not have been refused.
    """
    begun = time.perf_counter()
    done = subprocess.run(command, check=False, env=environment(), stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - begun
    if done.returncode > int(any_verdict) or done.returncode < 0:
        done.check_returncode()
    return seconds


def python_file(name: str, *arguments: object) -> list[str]:
    """The command that runs one of the files under processes/."""
    return [sys.executable, str(PROCESSES / f"{name}.py"), *map(str, arguments)]


def environment() -> dict[str, str]:
    """Ours, with windows drawn nowhere."""
    quiet = "qt.qpa.*=false;default.warning=false"  # offscreen warns about every minimum size
    return {**os.environ, "QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": quiet}


@contextmanager
def running(command: Sequence[str]) -> "Iterator[subprocess.Popen[str]]":
    """A process that ends when its standard input does, at the end of the block."""
    with subprocess.Popen(
        command,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(SECONDS_TO_ANSWER)
            except subprocess.TimeoutExpired:
                process.kill()


def line_from(process: "subprocess.Popen[str]") -> str:
    """The next line that a process says."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"{process.args!r} ended without a word")
    return line

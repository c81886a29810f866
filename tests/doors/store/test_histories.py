"""Series are kept exactly, go on without gaps or doubles, and draw as the core draws them."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.doors.store.swap_samples import CHAIN_ID, POOL, a_swap, some_swaps
from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.pools.history import joined, pool_series, swap_columns
from treasury_desktop.store.histories import SERIES_NAME, HistoryStore

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
on_posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")


@pytest.fixture(name="histories")
def histories_fixture(tmp_path: Path) -> Iterator[HistoryStore]:
    """An empty store of series."""
    store = HistoryStore(tmp_path)
    yield store
    store.close()


def blocks(histories: HistoryStore) -> list[int]:
    """The blocks of all swaps kept, in the order of the chain."""
    return [int(block) for block in histories.swaps(CHAIN_ID, POOL).block_number]


def test_swaps_come_back_exactly(histories: HistoryStore) -> None:
    """Every word of every number survives, in the order of the chain."""
    kept = [a_swap(block, index) for block in (5, 6, 900) for index in (0, 1, 12)]
    histories.keep_swaps(CHAIN_ID, POOL, swap_columns(kept[::-1]), 1000)
    found = histories.swaps(CHAIN_ID, POOL)
    assert [found.swap(row) for row in range(len(found))] == kept


def test_how_far_was_read_is_remembered_per_pool(histories: HistoryStore) -> None:
    """A range without swaps counts as read, and never takes anything back."""
    assert histories.swaps_read_up_to(CHAIN_ID, POOL) is None
    histories.keep_swaps(CHAIN_ID, POOL, swap_columns(()), 500)
    histories.keep_swaps(CHAIN_ID, POOL, swap_columns(()), 400)
    assert histories.swaps_read_up_to(CHAIN_ID, POOL) == 500
    assert histories.swaps_read_up_to(1, POOL) is None
    assert histories.swaps_read_up_to(CHAIN_ID, Address(bytes(20))) is None


def test_a_range_read_again_adds_nothing(histories: HistoryStore) -> None:
    """Overlapping lots and doubles within one lot leave each swap once."""
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 50), 50)
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 50), 50)
    overlapping = swap_columns([a_swap(b) for b in (*range(40, 61), *range(40, 61))])
    histories.keep_swaps(CHAIN_ID, POOL, overlapping, 60)
    assert blocks(histories) == list(range(1, 61))


def test_a_swap_behind_the_last_block_is_our_mistake(histories: HistoryStore) -> None:
    """It would be skipped by the next reading."""
    with pytest.raises(ValueError, match="behind the last block"):
        histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 50), 49)
    assert histories.swaps_read_up_to(CHAIN_ID, POOL) is None


def test_another_pool_and_another_chain_are_apart(histories: HistoryStore) -> None:
    """The same blocks of another pool are not the same swaps."""
    other = Address(b"\x01" * 20)
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 3), 3)
    histories.keep_swaps(CHAIN_ID, other, some_swaps(1, 2), 3)
    histories.keep_swaps(1, POOL, some_swaps(1, 1), 3)
    assert [len(histories.swaps(*key)) for key in ((CHAIN_ID, POOL), (CHAIN_ID, other))] == [3, 2]


@pytest.mark.parametrize("bucket_seconds", [1, 60, 3600, 86_400, 10**9])
def test_candles_are_those_of_the_core(histories: HistoryStore, bucket_seconds: int) -> None:
    """SQL and NumPy agree on every column, over lots kept one after the other."""
    dice = random.Random(3)  # noqa: S311  only a spread of samples
    chosen = sorted(dice.sample(range(1, 40_000), 600))
    lots = [swap_columns([a_swap(b) for b in chosen[at : at + 200]]) for at in (0, 200, 400)]
    for lot in lots:
        histories.keep_swaps(CHAIN_ID, POOL, lot, int(lot.block_number[-1]))
    ours = histories.pool_series(CHAIN_ID, POOL, bucket_seconds=bucket_seconds)
    core = pool_series(joined(lots), bucket_seconds=bucket_seconds)
    for name in ("bucket_start", "open", "high", "low", "close", "swaps"):
        assert (getattr(ours, name) == getattr(core, name)).all(), name
    for name in ("volume0", "volume1"):  # sums of floats in another order
        assert np.allclose(getattr(ours, name), getattr(core, name), rtol=1e-12, atol=0)
    assert (ours.first_block, ours.last_block) == (core.first_block, core.last_block)
    assert ours.swaps.dtype == core.swaps.dtype
    assert ours.open.dtype == core.open.dtype


def test_a_pool_without_swaps_has_an_empty_series(histories: HistoryStore) -> None:
    """Nothing kept, nothing drawn."""
    series = histories.pool_series(CHAIN_ID, POOL, bucket_seconds=60)
    assert len(series) == 0
    assert series.first_block is None
    with pytest.raises(ValueError, match="at least a second"):
        histories.pool_series(CHAIN_ID, POOL, bucket_seconds=0)


@on_posix
def test_only_the_owner_can_read_the_series(histories: HistoryStore, tmp_path: Path) -> None:
    """The file and the log beside it are 0600."""
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 5), 5)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_a_closed_store_opens_again_when_asked(histories: HistoryStore) -> None:
    """What was kept is there."""
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 5), 5)
    histories.close()
    histories.close()
    assert blocks(histories) == [1, 2, 3, 4, 5]


def test_nothing_heavy_is_imported_before_a_series_is_asked_for(tmp_path: Path) -> None:
    """Making the store imports neither DuckDB nor NumPy."""
    program = (
        "import sys, pathlib; from treasury_desktop.store.histories import HistoryStore;"
        "HistoryStore(pathlib.Path(sys.argv[1]));"
        "sys.exit(bool({'duckdb', 'numpy'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, cwd=ROOT)


def test_series_in_use_elsewhere_are_called_so(histories: HistoryStore, tmp_path: Path) -> None:
    """Another process that asks gets one sentence, and may ask again later."""
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 5), 5)
    program = (
        "import sys, pathlib; from treasury_desktop.errors import Unavailable\n"
        "from treasury_desktop.store.histories import HistoryStore\n"
        "from treasury_desktop.assets.address import Address\n"
        "store = HistoryStore(pathlib.Path(sys.argv[1]))\n"
        "try: store.swaps_read_up_to(1, Address(bytes(20)))\n"
        "except Unavailable as refusal: print(refusal.sentence)"
    )
    command = [sys.executable, "-c", program, tmp_path]
    done = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip().endswith(
        "is in use by another process; close the other window first."
    )
    histories.close()
    assert not subprocess.run(command, check=True, cwd=ROOT, capture_output=True).stdout


def test_a_pool_can_be_forgotten(histories: HistoryStore) -> None:
    """Its swaps and how far they were read; another pool's stay, and it is read anew."""
    other = Address(bytes(19) + b"\x07")
    for pool in (POOL, other):
        histories.keep_swaps(CHAIN_ID, pool, some_swaps(1, 5), 5_000_000)
    histories.forget_swaps(CHAIN_ID, POOL)
    assert histories.swaps_read_up_to(CHAIN_ID, POOL) is None
    assert len(histories.swaps(CHAIN_ID, POOL)) == 0
    assert histories.swaps_read_up_to(CHAIN_ID, other) == 5_000_000
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 3), 3)
    assert blocks(histories) == [1, 2, 3]


@pytest.mark.parametrize("content", [b"", b"garbage" * 5000])
def test_a_damaged_file_is_left_and_called_so(tmp_path: Path, content: bytes) -> None:
    """The sentence says that series can be read again."""
    path = tmp_path / SERIES_NAME
    path.write_bytes(content)
    store = HistoryStore(tmp_path)
    with pytest.raises(Unavailable, match="may be moved away, as all series can be read again"):
        store.pool_series(CHAIN_ID, POOL, bucket_seconds=60)
    assert path.read_bytes() == content
    path.unlink()
    assert store.swaps_read_up_to(CHAIN_ID, POOL) is None
    store.close()


def test_series_of_a_newer_version_are_refused(histories: HistoryStore, tmp_path: Path) -> None:
    """One sentence, and nothing is added."""
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 5), 5)
    histories.close()
    with duckdb.connect(str(tmp_path / SERIES_NAME)) as future:
        future.execute("INSERT INTO schema_version VALUES (99)")
    with pytest.raises(Refused, match="written by a newer version"):
        histories.keep_swaps(CHAIN_ID, POOL, some_swaps(6, 7), 7)


@on_posix
def test_a_full_disk_loses_nothing_that_was_kept(histories: HistoryStore, tmp_path: Path) -> None:
    """One sentence; afterwards the acknowledged blocks are all there and it goes on."""
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 100), 100)
    histories.close()
    program = (
        "import sys, pathlib, resource; from treasury_desktop.errors import Unavailable\n"
        "from tests.doors.store.swap_samples import CHAIN_ID, POOL, some_swaps\n"
        "from treasury_desktop.store.histories import HistoryStore\n"
        "store = HistoryStore(pathlib.Path(sys.argv[1]))\n"
        "last = store.swaps_read_up_to(CHAIN_ID, POOL)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000,) * 2)\n"
        "try:\n"
        "  while True:\n"
        "    store.keep_swaps(CHAIN_ID, POOL, some_swaps(last + 1, last + 2000), last + 2000)\n"
        "    last += 2000\n"
        "except Unavailable as refusal: print(last, refusal.sentence, sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    last, sentence = done.stdout.splitlines()
    assert sentence.startswith("The disk is full or refuses to be written")
    kept = histories.swaps_read_up_to(CHAIN_ID, POOL)
    assert kept is not None
    assert kept >= int(last)
    assert blocks(histories) == list(range(1, kept + 1))
    histories.keep_swaps(CHAIN_ID, POOL, some_swaps(kept + 1, kept + 1), kept + 1)


@on_posix
def test_reading_goes_on_after_kill_9_without_gap_or_double(
    histories: HistoryStore, tmp_path: Path
) -> None:
    """Killed ten times in the middle of its work, the series holds every block once."""
    dice = random.Random(9)  # noqa: S311  chance decides when to kill, nothing secret
    for _ in range(10):
        child = subprocess.Popen(
            [sys.executable, HERE / "children" / "keep_swaps_until_killed.py", tmp_path],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(dice.randint(1, 6))]
        child.kill()
        said += [line for line in child.stdout.readlines() if line.endswith("\n")]
        child.stdout.close()
        assert child.wait() == -9
        kept = histories.swaps_read_up_to(CHAIN_ID, POOL)
        assert kept is not None
        assert kept >= int(said[-1])
        assert blocks(histories) == list(range(1, kept + 1))
        histories.close()

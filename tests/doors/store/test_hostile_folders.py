"""A workspace folder that somebody else packed: links, pipes and tables that are not ours."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doors.store.record_samples import CHAIN_ID, Samples
from tests.doors.store.swap_samples import POOL, some_swaps
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.store.histories import SERIES_NAME, HistoryStore
from treasury_desktop.store.records import (
    RECORDS_NAME,
    RecordStore,
    open_records,
    open_records_to_read,
)

on_posix = pytest.mark.skipif(os.name != "posix", reason="links and pipes are POSIX")
PRECIOUS = b"the only copy of something\n" * 20
RECORD_FILES = [RECORDS_NAME, *(RECORDS_NAME + end for end in ("-wal", "-shm", "-journal"))]
SERIES_FILES = [SERIES_NAME, SERIES_NAME + ".wal"]


@pytest.fixture(name="precious")
def precious_fixture(tmp_path: Path) -> Path:
    """A file of the reader's, outside the folder."""
    path = tmp_path / "precious"
    path.write_bytes(PRECIOUS)
    path.chmod(0o644)
    return path


@pytest.fixture(name="packed")
def packed_fixture(folder: Path, samples: Samples) -> Path:
    """A folder with a snapshot and a transaction, and nobody in it."""
    records = open_records(folder)
    records.keep_snapshot(samples.snapshot())
    records.keep_transaction(samples.queued())
    records.close()
    return folder


def replaced(path: Path, make: Callable[[Path], object]) -> None:
    """Puts something else where a file of ours is expected."""
    path.unlink(missing_ok=True)
    make(path)


def refusal_of(read: Callable[[], object]) -> str:
    """The one sentence."""
    with pytest.raises(Unavailable) as caught:
        read()
    return caught.value.sentence


def series_of(folder: Path) -> object:
    """What drawing a chart asks."""
    store = HistoryStore(folder)
    try:
        return store.pool_series(CHAIN_ID, POOL, bucket_seconds=60)
    finally:
        store.close()


@on_posix
@pytest.mark.parametrize("name", ["desk.lock", *RECORD_FILES])
def test_a_link_among_the_records_is_not_followed(name: str, packed: Path, precious: Path) -> None:
    """What it points at keeps its bytes and its mode, and the sentence names the link."""
    replaced(packed / name, lambda path: path.symlink_to(precious))
    sentence = refusal_of(lambda: open_records(packed))
    assert f"{packed / name} is not a file but a link" in sentence
    assert precious.read_bytes() == PRECIOUS
    assert precious.stat().st_mode & 0o777 == 0o644


@on_posix
@pytest.mark.parametrize("name", SERIES_FILES)
def test_a_link_among_the_series_is_not_followed(name: str, packed: Path, precious: Path) -> None:
    """Neither read, written nor given another mode."""
    replaced(packed / name, lambda path: path.symlink_to(precious))
    sentence = refusal_of(lambda: series_of(packed))
    assert sentence.startswith(f"{packed / name} is not a file but a link")
    assert precious.read_bytes() == PRECIOUS
    assert precious.stat().st_mode & 0o777 == 0o644


@on_posix
@pytest.mark.parametrize("name", RECORD_FILES)
def test_records_that_are_a_pipe_are_refused_at_once(name: str, packed: Path) -> None:
    """Opening one would wait for a writer for ever; looking refuses as writing does."""
    replaced(packed / name, os.mkfifo)
    for opening in (open_records, open_records_to_read):
        assert "is not a file but a pipe" in refusal_of(lambda to=opening: to(packed))


@on_posix
@pytest.mark.parametrize("name", SERIES_FILES)
def test_series_that_are_a_pipe_are_refused_at_once(name: str, packed: Path) -> None:
    """A chart says so; it does not wait."""
    replaced(packed / name, os.mkfifo)
    assert "is not a file but a pipe" in refusal_of(lambda: series_of(packed))


@on_posix
@pytest.mark.parametrize(("make", "kind"), [(os.mkfifo, "a pipe"), (Path.mkdir, "a folder")])
def test_a_lock_that_is_no_file_is_refused(
    make: Callable[[Path], object], kind: str, packed: Path
) -> None:
    """Nothing is opened; the records can still be looked at."""
    replaced(packed / "desk.lock", make)
    assert f"is not a file but {kind}" in refusal_of(lambda: open_records(packed))
    reader = open_records_to_read(packed)
    assert reader.latest_snapshot(CHAIN_ID) is not None
    reader.close()


@on_posix
def test_a_link_that_points_nowhere_is_no_empty_store(packed: Path, tmp_path: Path) -> None:
    """Nothing is made at its other end."""
    replaced(packed / RECORDS_NAME, lambda path: path.symlink_to(tmp_path / "nowhere"))
    for opening in (open_records, open_records_to_read):
        assert "is not a file but a link" in refusal_of(lambda to=opening: to(packed))
    assert not (tmp_path / "nowhere").exists()


def changed(folder: Path, *statements: str) -> Path:
    """The records after somebody else's SQL."""
    path = folder / RECORDS_NAME
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE snapshots"],
        ["PRAGMA foreign_keys = OFF", "DROP TABLE transactions"],
        ["DROP TABLE movements"],
        ["DROP TABLE dossier"],
        ["DROP INDEX snapshots_by_block"],
        ["ALTER TABLE movements RENAME COLUMN note TO remark"],
        ["CREATE TRIGGER ours AFTER INSERT ON snapshots BEGIN DELETE FROM transactions; END"],
        ["DROP TRIGGER confirmations_are_not_lost"],
        ["ALTER TABLE snapshots RENAME TO theirs", "CREATE VIEW snapshots AS SELECT * FROM theirs"],
        ["CREATE TABLE more (x)"],
        ["PRAGMA user_version = 1"],
        ["PRAGMA user_version = 0"],
        ["PRAGMA user_version = -1"],
    ],
)
def test_tables_that_are_not_ours_are_called_damaged(statements: list[str], packed: Path) -> None:
    """A missing table or column, a view, a trigger, another version: one sentence, no change."""
    path = changed(packed, *statements)
    before = path.read_bytes()
    for opening in (open_records, open_records_to_read):
        sentence = refusal_of(lambda to=opening: to(packed))
        assert sentence.startswith(f"{path} is damaged (")
        assert sentence.endswith("; it was left as it is.")
    assert path.read_bytes() == before


def test_names_that_are_no_text_are_called_damaged(packed: Path) -> None:
    """SQLite hands over what it finds; Python cannot always read it as text."""
    path = packed / RECORDS_NAME
    content = path.read_bytes()
    path.write_bytes(content.replace(b"CREATE TABLE snapshots", b"CREATE TABLE snap\xff\xfe\x80ts"))
    for opening in (open_records, open_records_to_read):
        assert "is damaged" in refusal_of(lambda to=opening: to(packed))


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE MACRO more(x) AS x",
        "ALTER TABLE swaps RENAME COLUMN price TO prize",
        "ALTER TABLE swaps ADD COLUMN more INTEGER",
        "DROP TABLE swaps",
        "DROP TABLE swaps; CREATE VIEW swaps AS SELECT 1",
    ],
)
def test_series_whose_tables_are_not_ours_are_not_read(statement: str, packed: Path) -> None:
    """A view could compute for ever; a macro could answer in the place of a function."""
    import duckdb  # noqa: PLC0415  as the store does

    store = HistoryStore(packed)
    store.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 3), 3)
    store.close()
    connection = duckdb.connect(str(packed / SERIES_NAME))
    connection.execute(statement)
    connection.close()
    sentence = refusal_of(lambda: series_of(packed))
    assert "it may be moved away, as all series can be read again" in sentence


# ── one damaged row ──────────────────────────────────────────────────────────────────────────────


def spoil(records: RecordStore, table: str, flaw: str, where: str = "1", *values: object) -> None:
    """Changes rows as a damaged disk or somebody else would."""
    with records._database.reading() as connection:
        connection.execute("DROP TRIGGER confirmations_stay_as_they_are")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        connection.execute(f"UPDATE {table} SET {flaw} WHERE {where}", values)  # noqa: S608  a test's own


@pytest.mark.parametrize(
    "flaw", ["state = 'zombie'", "value = '-1'", "nonce = 'next'", "operation = 7"]
)
def test_one_damaged_transaction_hides_no_other(
    flaw: str, records: RecordStore, samples: Samples
) -> None:
    """It is left out and named by its hash; asked for by its hash it is refused."""
    good, bad = samples.queued(7), samples.queued(8)
    records.keep_transaction(good)
    records.keep_transaction(bad)
    spoil(records, "transactions", flaw, "safe_tx_hash = ?", bad.safe_tx_hash)
    assert records.transactions(samples.safe) == (good,)
    (sentence,) = records.damaged_transactions(samples.safe)
    assert f"0x{bad.safe_tx_hash.hex()}" in sentence
    assert sentence.endswith("; it is left out.")
    with pytest.raises(Malformed, match="damaged"):
        records.transaction(bad.safe_tx_hash)


@pytest.mark.parametrize("flaw", ["signature = x'00'", "owner = zeroblob(20)"])
def test_a_damaged_confirmation_leaves_its_transaction(
    flaw: str, records: RecordStore, samples: Samples
) -> None:
    """A changed signature is found out: it does not count, and is named."""
    queued = samples.queued()
    one, two = samples.confirmation(queued, 1), samples.confirmation(queued, 2)
    records.keep_transaction(replace(queued, confirmations=(one, two)))
    spoil(records, "confirmations", flaw, "owner = ?", one.owner.raw)
    assert records.transactions(samples.safe) == (replace(queued, confirmations=(two,)),)
    assert records.transaction(queued.safe_tx_hash) == replace(queued, confirmations=(two,))
    (sentence,) = records.damaged_transactions(samples.safe)
    assert sentence.startswith("confirmation of transaction 0x")


def test_a_text_that_is_no_text_hides_nothing(records: RecordStore, samples: Samples) -> None:
    """What cannot be read of it is shown as such."""
    queued = samples.queued(purpose="why")
    records.keep_transaction(queued)
    spoil(records, "transactions", "purpose = CAST(x'ff41' AS TEXT)")
    assert records.transactions(samples.safe) == (replace(queued, purpose="\ufffdA"),)


@pytest.mark.parametrize(
    "flaw",
    [
        "kind = 'x'",
        "base_units = '9" + "9" * 5000 + "'",
        "base_units = '-5'",
        "timestamp = -1",
        "token_decimals = 100000000",
    ],
)
def test_one_damaged_movement_hides_no_other(
    flaw: str, records: RecordStore, samples: Samples
) -> None:
    """It is left out and named by its block."""
    good, bad = samples.movement(1, 40), samples.movement(2, 50)
    records.keep_movements(CHAIN_ID, (good, bad), 60)
    spoil(records, "movements", flaw, "block_number = 50")
    assert records.movements(CHAIN_ID) == (good,)
    (sentence,) = records.damaged_movements(CHAIN_ID)
    assert sentence.startswith("movement in block 50: its row in the records is damaged")
    assert sentence.endswith("; it is left out.")

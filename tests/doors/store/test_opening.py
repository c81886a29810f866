"""Opening a workspace's records: privately, once, and never at the cost of what is in them."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doors.store.record_samples import CHAIN_ID, Samples
from tests.doors.store.swap_samples import POOL, some_swaps
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.store import schema
from treasury_desktop.store.histories import HistoryStore
from treasury_desktop.store.records import (
    RECORDS_NAME,
    RecordStore,
    open_records,
    open_records_to_read,
)

HERE = Path(__file__).parent
SCHEMAS = HERE / "schemas"
ROOT = HERE.parents[2]
on_posix = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def child(name: str, *arguments: object) -> list[str]:
    """The lines a script of children/ prints when it may end by itself."""
    script = HERE / "children" / name
    done = subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def filled(folder: Path, samples: Samples) -> None:
    """Leaves a transaction, a snapshot and a note in a closed store."""
    records = open_records(folder)
    records.keep_transaction(samples.queued())
    records.keep_snapshot(samples.snapshot())
    records.note("signed", {"a": "b"}, 1)
    records.close()


@on_posix
def test_only_the_owner_can_read_the_files(folder: Path, samples: Samples) -> None:
    """Folder 0700, files 0600, the log beside the database included."""
    folder.mkdir(mode=0o755)
    records = open_records(folder)
    records.keep_snapshot(samples.snapshot())
    assert folder.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}
    assert set(modes.values()) == {0o600}
    assert {"records.sqlite", "records.sqlite-wal", "desk.lock"} <= set(modes)
    records.close()


def test_every_commit_waits_for_the_disk(records: RecordStore) -> None:
    """WAL, synchronous=FULL and foreign keys are on."""
    with records._database.reading() as connection:
        pragmas = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "application_id")
        ]
    assert pragmas == ["wal", 2, 1, schema.APPLICATION_ID]


def test_a_second_desk_is_told_so(records: RecordStore, folder: Path) -> None:
    """One sentence names the process that has the workspace; nothing is opened."""
    with pytest.raises(Unavailable, match=rf"open in another window \(process {os.getpid()}\)"):
        open_records(folder)


def test_the_next_desk_may_come_in_after_the_first(folder: Path) -> None:
    """Closing twice is harmless."""
    first = open_records(folder)
    first.close()
    first.close()
    open_records(folder).close()


def test_a_reader_may_look_beside_a_running_desk(
    records: RecordStore, folder: Path, samples: Samples
) -> None:
    """It sees what was kept so far and later, and cannot write."""
    reader = open_records_to_read(folder)
    assert reader.latest_snapshot(CHAIN_ID) is None
    records.keep_snapshot(samples.snapshot())
    assert reader.latest_snapshot(CHAIN_ID) == samples.snapshot()
    with pytest.raises(Unavailable, match="open for reading only; nothing was changed"):
        reader.keep_transaction(samples.queued())
    assert reader.is_read_only
    reader.close()


def test_looking_where_nothing_was_recorded_finds_nothing(folder: Path) -> None:
    """And leaves nothing behind."""
    reader = open_records_to_read(folder)
    assert reader.latest_snapshot(CHAIN_ID) is None
    assert reader.problems() == ()
    reader.close()
    assert not folder.exists()


def test_threads_take_turns(records: RecordStore, samples: Samples) -> None:
    """Eight threads note at once; the chain has no gap."""
    threads = [
        threading.Thread(target=lambda: [records.note("kind", {}, 0) for _ in range(10)])
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    records.verify_dossier()
    assert len(records.dossier_records()) == 80


def test_records_of_a_newer_version_are_not_touched(folder: Path, samples: Samples) -> None:
    """One sentence; not a byte of the file changes."""
    filled(folder, samples)
    path = folder / RECORDS_NAME
    future = sqlite3.connect(path)
    future.execute("PRAGMA user_version = 999")
    future.close()
    before = path.read_bytes()
    for opening in (open_records, open_records_to_read):
        with pytest.raises(Refused, match="written by a newer version of this program"):
            opening(folder)
    assert path.read_bytes() == before


def test_somebody_elses_database_is_not_touched(folder: Path) -> None:
    """A SQLite file without our mark is left alone."""
    folder.mkdir(mode=0o700)
    path = folder / RECORDS_NAME
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (x)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(Refused, match="not a record store of this program"):
        open_records(folder)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_store(folder: Path) -> None:
    """As after a crash right after it was made."""
    folder.mkdir(mode=0o700)
    (folder / RECORDS_NAME).touch()
    open_records(folder).close()


def test_a_file_that_is_no_database_is_left_as_it_is(folder: Path) -> None:
    """Garbage is called damaged, in one sentence."""
    folder.mkdir(mode=0o700)
    path = folder / RECORDS_NAME
    path.write_bytes(b"garbage " * 1000)
    for opening in (open_records, open_records_to_read):
        with pytest.raises(Unavailable, match=r"records\.sqlite is damaged"):
            opening(folder)
    assert path.read_bytes() == b"garbage " * 1000


def test_of_a_damaged_file_the_sound_part_can_still_be_read(folder: Path, samples: Samples) -> None:
    """Writing is refused, looking works where the damage is not."""
    filled(folder, samples)
    path = folder / RECORDS_NAME
    connection = sqlite3.connect(path)
    query = "SELECT rootpage FROM sqlite_schema WHERE name = 'dossier'"
    page = connection.execute(query).fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    damaged = bytearray(path.read_bytes())
    damaged[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(damaged)
    with pytest.raises(Unavailable, match=r"is damaged .* can still be opened for reading"):
        open_records(folder)
    assert path.read_bytes() == damaged
    reader = open_records_to_read(folder)
    assert reader.latest_snapshot(CHAIN_ID) == samples.snapshot()
    assert reader.transactions(samples.safe) == (samples.queued(),)
    with pytest.raises(Unavailable, match="is damaged"):
        reader.verify_dossier()
    assert reader.problems()
    reader.close()


@on_posix
@pytest.mark.parametrize("was_closed", [True, False])
def test_a_read_only_folder_can_be_looked_at(
    was_closed: bool, folder: Path, tmp_path: Path, samples: Samples
) -> None:
    """Writing says why not; reading works, also what a killed desk left in the log."""
    filled(folder, samples)
    if not was_closed:
        running = open_records(folder)
        running.keep_snapshot(samples.snapshot(200))
        shutil.copytree(folder, tmp_path / "left")
        running.close()
        folder = tmp_path / "left"
    series = HistoryStore(folder)
    series.keep_swaps(CHAIN_ID, POOL, some_swaps(1, 5), 5)
    series.close()
    for path in (*folder.iterdir(), folder):
        path.chmod(0o500 if path.is_dir() else 0o400)
    said, block, refusal, last_block, series_refusal = child("without_override.py", folder)
    folder.chmod(0o700)
    assert said == f"The workspace {folder} cannot be written (Permission denied)."
    assert block == ("100" if was_closed else "200")
    assert refusal.endswith("is open for reading only; nothing was changed.")
    assert last_block == "5"
    assert series_refusal.endswith("cannot be written; nothing was added to the series.")


@on_posix
def test_a_full_disk_loses_nothing_that_was_kept(folder: Path, samples: Samples) -> None:
    """One sentence; everything acknowledged is there, also after a restart."""
    filled(folder, samples)
    kept, sentence, readable = child("keep_until_disk_is_full.py", folder, 400_000)
    assert int(kept) > 3
    assert "nothing was changed" in sentence or "was not changed" in sentence
    records = open_records(folder)
    assert records.problems() == ()
    assert len(records.transactions(samples.safe)) == int(readable)
    assert int(readable) >= int(kept)
    records.keep_transaction(samples.queued(10_000))
    records.close()


def restored(folder: Path, version: int) -> Path:
    """A store as the program of that schema version left it."""
    folder.mkdir(mode=0o700)
    path = folder / RECORDS_NAME
    connection = sqlite3.connect(path)
    connection.executescript((SCHEMAS / f"schema-{version}.sql").read_text(encoding="utf-8"))
    connection.close()
    return path


def tables_of(path: Path) -> list[tuple[str, str]]:
    """The schema as SQLite knows it."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("version", range(1, schema.newest_version()))
def test_every_old_schema_becomes_ours(
    version: int, folder: Path, tmp_path: Path, samples: Samples
) -> None:
    """What was recorded stays, the tables equal those of a new store, and a copy is left."""
    path = restored(folder, version)
    records = open_records(folder)
    queued = samples.queued()
    assert records.transactions(samples.safe)[0].tx == queued.tx
    assert records.transaction(queued.safe_tx_hash).confirmations == (samples.confirmation(queued),)
    assert records.latest_snapshot(CHAIN_ID) == replace(samples.snapshot(), lending=())
    records.verify_dossier()
    records.keep_movements(CHAIN_ID, (samples.movement(),), 60)
    records.close()
    copy = folder / f"records-before-schema-{version + 1}.sqlite"
    connection = sqlite3.connect(copy)
    assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    assert connection.execute("SELECT count(*) FROM confirmations").fetchone() == (1,)
    connection.close()
    open_records(tmp_path / "new").close()
    assert tables_of(path) == tables_of(tmp_path / "new" / RECORDS_NAME)


def test_what_was_sent_before_bytes_were_kept_is_still_looked_for(
    folder: Path, samples: Samples
) -> None:
    """Of every earlier broadcast the hash is known, its raw bytes are not."""
    restored(folder, 2)
    records = open_records(folder)
    sendings = records.sendings(samples.queued(9).safe_tx_hash)
    assert [each.transaction_hash for each in sendings] == [b"\x01" * 32, b"\x02" * 32]
    assert {each.raw_transaction for each in sendings} == {b""}
    records.close()


def test_movements_kept_without_their_direction_are_read_again(
    folder: Path, samples: Samples
) -> None:
    """They stay in sight until then; the next refresh begins with the first block."""
    restored(folder, 5)
    records = open_records(folder)
    assert records.movements(CHAIN_ID) == (samples.movement(),)
    assert records.movements_read_up_to(CHAIN_ID) is None
    records.close()


def test_an_older_store_is_not_migrated_by_looking(folder: Path) -> None:
    """A reader changes nothing and says what to do."""
    path = restored(folder, 1)
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="of an older version"):
        open_records_to_read(folder)
    assert path.read_bytes() == before


def test_a_step_that_fails_leaves_the_old_store(folder: Path) -> None:
    """A migration happens completely or not at all, is told in a sentence, and can be repeated."""
    path = restored(folder, 2)
    orphan = "broadcast of a transaction that is not there"
    obstacle = sqlite3.connect(path, isolation_level=None)
    obstacle.execute(
        "INSERT INTO events (safe_tx_hash, event, state, transaction_hash)"
        " VALUES (?, 'broadcast', ?, zeroblob(32))",
        (bytes(32), orphan),
    )
    before = tables_of(path)
    with pytest.raises(Unavailable, match=r"is damaged \(FOREIGN KEY constraint failed\)"):
        open_records(folder)
    assert tables_of(path) == before
    assert obstacle.execute("PRAGMA user_version").fetchone() == (2,)
    obstacle.execute("DELETE FROM events WHERE state = ?", (orphan,))
    obstacle.close()
    open_records(folder).close()
    assert (folder / "records-before-schema-3-2.sqlite").exists()

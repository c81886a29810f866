"""The record store of a workspace: everything the desk must never forget, in one SQLite file.

The window opens from it, so opening is thrifty: the file is examined where it may have suffered
(after a crash) or where that is cheap; of a large one `problems` tells later, from a worker.
"""

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from treasury_desktop.errors import Unavailable
from treasury_desktop.store.database import (
    Database,
    connect_to_read,
    connect_to_write,
    explained,
    problems_of,
)
from treasury_desktop.store.dossier import DossierShelf
from treasury_desktop.store.folder_lock import FolderLock
from treasury_desktop.store.found_tokens import FoundTokenShelf
from treasury_desktop.store.messages import MessageShelf
from treasury_desktop.store.movements import MovementShelf
from treasury_desktop.store.ordinary_file import is_there, reason_of
from treasury_desktop.store.schema import migrate, newest_version, require_our_tables
from treasury_desktop.store.service import ServiceShelf
from treasury_desktop.store.snapshots import SnapshotShelf
from treasury_desktop.store.transactions import TransactionShelf

if TYPE_CHECKING:
    from treasury_desktop.desk.doors import Records
    from treasury_desktop.desk.message_doors import MessageRecords

RECORDS_NAME = "records.sqlite"
CHEAP_TO_CHECK = 4 * 1024 * 1024
"""Bytes up to which a file is examined at every start (quick_check reads all of it)."""


class RecordStore(
    SnapshotShelf,
    TransactionShelf,
    DossierShelf,
    MovementShelf,
    FoundTokenShelf,
    ServiceShelf,
    MessageShelf,
):
    """The records of one workspace, open; usable from any thread, one at a time."""

    def __init__(self, database: Database, lock: FolderLock | None) -> None:
        super().__init__(database)
        self._lock = lock

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be kept."""
        return self._database.is_read_only

    def problems(self) -> tuple[str, ...]:
        """What is wrong with the file, examined in full beside other work; empty when sound."""
        path = Path(self._database.name)
        if not is_there(path):
            return ()
        with explained(self._database.name):
            connection = connect_to_read(path)
            try:
                return problems_of(connection)
            finally:
                connection.close()

    def close(self) -> None:
        """Closes the file and lets the next desk in; again is harmless."""
        self._database.close()
        if self._lock is not None:
            self._lock.release()


def open_records(folder: Path) -> RecordStore:
    """The records of a workspace folder, to be read and written by this process alone.

    Makes folder (0700) and file (0600) where there are none and brings older files up to date.
    Unavailable: in use, not writable, damaged. Refused: written by a newer version.
    """
    _make_private(folder)
    lock = FolderLock(folder)
    try:
        return RecordStore(_database_to_write(folder / RECORDS_NAME), lock)
    except BaseException:
        lock.release()
        raise


def open_records_to_read(folder: Path) -> RecordStore:
    """The records for looking only: beside a running desk, on a read-only disk, or damaged.

    Changes nothing. Where nothing was ever recorded it is simply empty.
    """
    path = folder / RECORDS_NAME
    if not is_there(path):
        return RecordStore(_empty_database(str(path)), None)
    with explained(str(path)):
        connection = connect_to_read(path)
        try:
            _refuse_older(connection, path)
        except BaseException:
            connection.close()
            raise
    return RecordStore(Database(connection, str(path), is_read_only=True), None)


def _make_private(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise Unavailable(
            f"The workspace {folder} cannot be written ({reason_of(error)})."
        ) from None


def _database_to_write(path: Path) -> Database:
    is_suspect = _may_have_suffered(path)
    _refuse_foreign(path)
    connection = connect_to_write(path)
    try:
        with explained(str(path)):
            if is_suspect:
                _refuse_damaged(connection, path)
            migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return Database(connection, str(path), is_read_only=False)


def _refuse_foreign(path: Path) -> None:
    """Looks at the version and the tables before anything of ours writes to the file."""
    if not is_there(path) or path.stat().st_size == 0:
        return
    with explained(str(path)):
        connection = connect_to_read(path)
        try:
            require_our_tables(connection, str(path))
        finally:
            connection.close()


def _refuse_older(connection: sqlite3.Connection, path: Path) -> None:
    if require_our_tables(connection, str(path)) < newest_version():
        raise Unavailable(f"{path} is of an older version; open the workspace once for writing.")


def _refuse_damaged(connection: sqlite3.Connection, path: Path) -> None:
    if problems := problems_of(connection):
        first = problems[0].partition("\n")[0]
        raise Unavailable(
            f"{path} is damaged ({first}); it was left as it is and can still be opened for"
            " reading."
        )


def _may_have_suffered(path: Path) -> bool:
    """Whether the last desk did not close the file, or examining it costs next to nothing."""
    log = path.with_name(path.name + "-wal")
    return is_there(log) or (is_there(path) and path.stat().st_size <= CHEAP_TO_CHECK)


def _empty_database(name: str) -> Database:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    migrate(connection, Path(name))
    return Database(connection, name, is_read_only=True)


if TYPE_CHECKING:

    def _keeps_the_protocol(store: RecordStore) -> Records:
        return store

    def _keeps_messages_too(store: RecordStore) -> MessageRecords:
        return store

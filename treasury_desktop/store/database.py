"""One SQLite file: opened privately, checked, migrated, and used by several threads in turn.

Everything that can go wrong with a file on a disk becomes one sentence here. A commit returns
only when the disk has it (WAL with synchronous=FULL).
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.store.ordinary_file import (
    is_there,
    make_private,
    reason_of,
    require_ordinary,
)

_WRITING = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
"""
_ALWAYS = """
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
"""
BESIDE = ("-wal", "-shm", "-journal")
"""How the names of the files end that SQLite keeps beside a database."""

SECONDS_TO_CLOSE = 5
T = TypeVar("T")

_PRIMARY_CODE = 0xFF
"""SQLite's extended result codes carry the primary one in the low byte."""


def damaged(name: str, how: str) -> str:
    """The sentence about a file that is not as this program writes it."""
    return f"{name} is damaged ({how}); it was left as it is."


_SENTENCES = {
    sqlite3.SQLITE_CORRUPT: damaged("{name}", "{error}"),
    sqlite3.SQLITE_NOTADB: damaged("{name}", "{error}"),
    sqlite3.SQLITE_FULL: "The disk is full: {name} was not changed.",
    sqlite3.SQLITE_IOERR: "The disk refuses to serve {name} ({error}); nothing was changed.",
    sqlite3.SQLITE_READONLY: "{name} cannot be written; nothing was changed.",
    sqlite3.SQLITE_PERM: "{name} cannot be written; nothing was changed.",
    sqlite3.SQLITE_BUSY: "{name} is in use by another program; try again.",
    sqlite3.SQLITE_LOCKED: "{name} is in use by another program; try again.",
    sqlite3.SQLITE_CANTOPEN: "{name} cannot be opened.",
}


class Database:
    """One connection and one lock around it; `name` is what sentences call the file."""

    def __init__(self, connection: sqlite3.Connection, name: str, *, is_read_only: bool) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self.name = name
        self.is_read_only = is_read_only

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for selects."""
        with self._lock, explained(self.name):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The connection inside one transaction: all of it is on the disk afterwards, or none.

        Inside another one of the same thread it is part of that one.
        """
        if self.is_read_only:
            raise Unavailable(f"{self.name} is open for reading only; nothing was changed.")
        with self._lock, explained(self.name):
            is_inside = self._connection.in_transaction
            if not is_inside:
                self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                if not is_inside:
                    self._connection.execute("COMMIT")
            finally:
                if not is_inside and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Ends the connection; whatever was committed is in the file."""
        # Work that was given up may still hold the lock; every commit is on the disk without this.
        if self._lock.acquire(timeout=SECONDS_TO_CLOSE):
            try:
                self._connection.close()
            finally:
                self._lock.release()


class Shelf:
    """A part of the store: its methods keep and find one kind of thing in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database


def readable(
    build: Callable[[Sequence[object]], T],
    rows: Iterable[Sequence[object]],
    flaws: list[str],
) -> Iterator[T]:
    """What `build` makes of the rows; one that it calls Malformed is left out and told."""
    for row in rows:
        try:
            made = build(row)
        except Malformed as flaw:
            flaws.append(left_out(flaw))
        else:
            yield made


def left_out(flaw: Malformed) -> str:
    """The sentence about a row that cannot be read."""
    return f"{flaw.sentence}; it is left out."


def connect_to_write(path: Path) -> sqlite3.Connection:
    """A connection that may write; the file is made private (0600) before SQLite sees it."""
    with explained(str(path)):
        require_ordinary(path, *BESIDE)
        try:
            _make_private(path)
        except OSError as error:
            raise Unavailable(f"{path} cannot be written ({reason_of(error)}).") from None
        connection = _connect(str(path), is_uri=False)
        connection.executescript(_WRITING + _ALWAYS)
        return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, also on a read-only disk and beside a writing process."""
    with explained(str(path)):
        require_ordinary(path, *BESIDE)
        address = path.absolute().as_uri()
        connection = _connect(f"{address}?mode=ro", is_uri=True)
        try:
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if is_of(error, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            # WAL wants a file beside the database; where none can be made, none can change.
            if _has_unmerged_writes(path):
                raise
            connection = _connect(f"{address}?immutable=1", is_uri=True)
        connection.executescript("PRAGMA query_only = ON;" + _ALWAYS)
        return connection


def problems_of(connection: sqlite3.Connection) -> tuple[str, ...]:
    """What quick_check reports; empty when all is well."""
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)")]
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return () if found == ["ok"] else tuple(found)


def is_of(error: sqlite3.Error, *codes: int) -> bool:
    """Whether the error is one of these primary result codes."""
    return (getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE) in codes


@contextmanager
def explained(name: str) -> Iterator[None]:
    """Turns what the world does to a file into one sentence; our own mistakes pass through."""
    try:
        yield
    except UnicodeDecodeError as error:  # SQLite's words quote names from the file
        raise Unavailable(damaged(name, "it names something that is no text")) from error
    except sqlite3.Error as error:
        sentence = _sentence_for(error, name)
        if sentence is None:
            raise
        raise Unavailable(sentence) from error


def _make_private(path: Path) -> None:
    is_new = not is_there(path)
    make_private(path)
    if is_new and os.name == "posix":
        # The name of a new file survives a power loss only when its folder was written too.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _connect(address: str, *, is_uri: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=is_uri, isolation_level=None, check_same_thread=False)
    connection.text_factory = _text  # one text that is none would hide every row it comes with
    return connection


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def _has_unmerged_writes(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _sentence_for(error: sqlite3.Error, name: str) -> str | None:
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    sentence = _SENTENCES.get(code)
    return None if sentence is None else sentence.format(name=name, error=error)

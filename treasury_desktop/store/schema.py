"""Which schema a record store has, and the numbered steps that bring an older one to ours.

Each step is one SQL file under migrations/ and one transaction; PRAGMA user_version says which
was the last. Before the first step an older store is copied, so that nothing is ever lost to us.
"""

import os
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path

from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.store.database import damaged, explained
from treasury_desktop.store.ordinary_file import opened, reason_of

APPLICATION_ID = 0x54445331
"""Marks the file as ours ("TDS1")."""

_MIGRATIONS = Path(__file__).with_name("migrations")


@cache
def migrations() -> tuple[Path, ...]:
    """The steps in order; the first one is number 1."""
    steps = tuple(sorted(_MIGRATIONS.glob("[0-9][0-9][0-9][0-9]_*.sql")))
    if not steps:  # without them every store would look like one of a newer version
        raise FileNotFoundError(f"{_MIGRATIONS.name}: this installation is incomplete")
    return steps


def newest_version() -> int:
    """The schema version this program writes."""
    return len(migrations())


def version_of(connection: sqlite3.Connection, name: str) -> int:
    """The schema version of a store; 0 for an empty file.

    Refuses stores of a newer program and files that are somebody else's, without touching them.
    """
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    mark = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = int(connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    if (version or tables or mark) and mark != APPLICATION_ID:
        raise Refused(f"{name} is not a record store of this program; it was not touched.")
    if version > newest_version():
        raise Refused(
            f"{name} was written by a newer version of this program (schema {version}, this one"
            f" knows {newest_version()}); it was not touched."
        )
    return version


def require_our_tables(connection: sqlite3.Connection, name: str) -> int:
    """The schema version of a store whose tables, indexes and triggers are exactly ours.

    A view may compute for ever and a trigger may delete what is kept; where a table or a column is
    missing, later sentences would speak of a fault of this program.
    """
    version = version_of(connection, name)
    if version < 0 or _schema_in(connection) != _schema_of(version):
        raise Unavailable(damaged(name, f"its tables are not those of schema {version}"))
    return version


@cache
def _schema_of(version: int) -> frozenset[tuple[object, ...]]:
    """What a store of that version consists of, made anew in memory."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for number in range(1, version + 1):
            _step(fresh, number)
        return _schema_in(fresh)


def _schema_in(connection: sqlite3.Connection) -> frozenset[tuple[object, ...]]:
    """Everything somebody defined; SQLite's own tables and indexes have names of its own."""
    return frozenset(
        connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_*'"
        )
    )


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Brings the store to the newest version; each step happens completely or not at all."""
    version = version_of(connection, str(path))
    if 0 < version < newest_version():
        _copy(connection, free_copy_name(path, version))
    for number in range(version + 1, newest_version() + 1):
        try:
            _step(connection, number)
        except sqlite3.IntegrityError as error:  # what is recorded contradicts itself
            raise Unavailable(damaged(str(path), str(error))) from error


def free_copy_name(path: Path, version: int) -> Path:
    """Where the copy of an older store goes: a name that is not taken."""
    stem = f"{path.stem}-before-schema-{version + 1}"
    copy, count = path.with_name(f"{stem}{path.suffix}"), 1
    while os.path.lexists(copy):
        count += 1
        copy = path.with_name(f"{stem}-{count}{path.suffix}")
    return copy


def _step(connection: sqlite3.Connection, number: int) -> None:
    statements = migrations()[number - 1].read_text(encoding="utf-8")
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{statements}\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _copy(connection: sqlite3.Connection, copy: Path) -> None:
    """A private copy through SQLite's backup interface, which sees what is still in the log."""
    with explained(str(copy)):
        try:
            with opened(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL):
                pass
        except OSError as error:
            reason = reason_of(error)
            raise Unavailable(
                f"The copy {copy} cannot be made before the records are brought up to date"
                f" ({reason}); nothing was changed."
            ) from None
        target = sqlite3.connect(copy)
        try:
            connection.backup(target)
        except BaseException:
            copy.unlink()
            raise
        finally:
            target.close()

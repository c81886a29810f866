"""The series of a workspace: every swap of the watched pools, in one DuckDB file.

Kept apart from the records because nothing in it is lost for good: all of it can be read again
from the chain. DuckDB takes 0.2 s to import, so it is imported when a series is first asked for,
never at the start of the window.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.pools.history import PoolSeries, SwapColumns, joined, swap_columns
from treasury_desktop.pools.history import pool_series as series_of
from treasury_desktop.store.history_sql import (
    CANDLES,
    CREATE_TABLES,
    FORGET_POOL,
    INSERT_SWAPS,
    LAST_BLOCK,
    MARK_LAST_BLOCK,
    SCHEMA_VERSION,
    SWAPS,
    WHAT_IS_DEFINED,
    WORD_COLUMNS,
)
from treasury_desktop.store.ordinary_file import is_there, make_private, require_ordinary

if TYPE_CHECKING:
    import duckdb

    from treasury_desktop.desk.doors import Histories

SERIES_NAME = "series.duckdb"
LOG_END = ".wal"
"""How the name of the file ends that DuckDB keeps beside a database."""

SECONDS_TO_CLOSE = 5
_CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    # Nothing is fetched from anywhere, and SQL reaches no file but this one.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "enable_external_access": "false",
}

T = TypeVar("T")


class HistoryStore:
    """The series of one workspace; opened on first use, usable from any thread one at a time."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SERIES_NAME
        self._lock = threading.RLock()
        self._connection: duckdb.DuckDBPyConnection | None = None

    def keep_swaps(self, chain_id: int, pool: Address, swaps: SwapColumns, last_block: int) -> None:
        """Adds swaps and the last block read in one transaction; durable when it returns.

        Swaps of blocks read before are skipped, so a range may be read again without harm.
        """
        if len(swaps) and int(swaps.block_number.max()) > last_block:
            raise ValueError("a swap lies behind the last block that was read")
        once = joined((swaps,))
        key = (str(chain_id), str(pool))

        def keep(connection: "duckdb.DuckDBPyConnection") -> None:
            if len(once):
                connection.register("lot", _columns(once))
                try:
                    connection.execute(INSERT_SWAPS, key)
                finally:
                    connection.unregister("lot")
            connection.execute(MARK_LAST_BLOCK, (*key, last_block))

        self._in_transaction(keep)

    def forget_swaps(self, chain_id: int, pool: Address) -> None:
        """Removes what is kept of a pool, in one transaction; it can be read again."""

        def forget(connection: "duckdb.DuckDBPyConnection") -> None:
            for statement in FORGET_POOL:
                connection.execute(statement, (str(chain_id), str(pool)))

        self._in_transaction(forget)

    def swaps_read_up_to(self, chain_id: int, pool: Address) -> int | None:
        """The last block read of a pool, or `None`."""
        with self._opened() as connection:
            row = connection.execute(LAST_BLOCK, (str(chain_id), str(pool))).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def pool_series(self, chain_id: int, pool: Address, *, bucket_seconds: int) -> PoolSeries:
        """Price and volume in buckets, oldest first; empty when nothing is kept.

        Candles as `pools.history.pool_series` makes them: each opens where the last one closed.
        """
        if bucket_seconds <= 0:
            raise ValueError("a bucket lasts at least a second")
        with self._opened() as connection:
            found = connection.execute(
                CANDLES, {"chain": str(chain_id), "pool": str(pool), "seconds": bucket_seconds}
            ).fetchnumpy()
        if not len(found["bucket_start"]):
            return series_of(swap_columns(()), bucket_seconds=bucket_seconds)
        first_block, last_block = found.pop("first_block"), found.pop("last_block")
        return PoolSeries(
            bucket_seconds=bucket_seconds,
            first_block=int(first_block.min()),
            last_block=int(last_block.max()),
            **found,
        )

    def swaps(self, chain_id: int, pool: Address) -> SwapColumns:
        """All swaps kept of a pool, exactly, in the order of the chain."""
        import numpy as np  # noqa: PLC0415  not at the start of the window

        with self._opened() as connection:
            found = connection.execute(SWAPS, (str(chain_id), str(pool))).fetchnumpy()
        return SwapColumns(
            **{name: found[name] for name in ("block_number", "timestamp", "log_index")},
            tick=found["tick"],
            **{
                name: np.column_stack([found[column] for column in columns])
                for name, columns in WORD_COLUMNS.items()
            },
        )

    def close(self) -> None:
        """Ends the connection; again is harmless, and the next question opens it anew."""
        # Work that was given up may still hold the lock; every commit is on the disk without this.
        if self._lock.acquire(timeout=SECONDS_TO_CLOSE):
            try:
                connection, self._connection = self._connection, None
                if connection is not None:
                    connection.close()
            finally:
                self._lock.release()

    def _in_transaction(self, act: Callable[["duckdb.DuckDBPyConnection"], T]) -> T:
        if self._is_read_only:
            raise Unavailable(f"{self._path} cannot be written; nothing was added to the series.")
        with self._opened() as connection:
            connection.execute("BEGIN TRANSACTION")
            try:
                outcome = act(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(Exception):  # the first failure is the one to tell
                    connection.execute("ROLLBACK")
                raise
            self._make_private()
            return outcome

    @contextmanager
    def _opened(self) -> Iterator["duckdb.DuckDBPyConnection"]:
        import duckdb  # noqa: PLC0415  not at the start of the window

        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._connect()
                yield self._connection
            except duckdb.Error as error:
                # After a failed write DuckDB may answer nothing more until it is opened again.
                with suppress(duckdb.Error):
                    self.close()
                raise Unavailable(_sentence_for(str(error), self._path)) from error

    def _connect(self) -> "duckdb.DuckDBPyConnection":
        import duckdb  # noqa: PLC0415  not at the start of the window

        require_ordinary(self._path, LOG_END)
        connection = duckdb.connect(
            str(self._path), read_only=self._is_read_only, config=_CONFIGURATION
        )
        try:
            if self._is_read_only:
                _refuse_foreign(connection, self._path)
                return connection
            self._make_private()
            _refuse_foreign(connection, self._path)
            connection.execute(CREATE_TABLES)
            row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
            _refuse_newer(None if row is None else row[0], self._path)
            if row is not None and row[0] is None:
                connection.execute("INSERT INTO schema_version VALUES (?)", (SCHEMA_VERSION,))
        except BaseException:
            connection.close()
            raise
        return connection

    @property
    def _is_read_only(self) -> bool:
        """Whether the series can be drawn and nothing can be added."""
        return is_there(self._path) and not os.access(self._path.parent, os.W_OK)

    def _make_private(self) -> None:
        """DuckDB creates its files and the log beside them readable to all."""
        for path in (self._path, self._path.with_name(self._path.name + LOG_END)):
            with suppress(OSError):
                if is_there(path):
                    make_private(path)


def _refuse_newer(version: int | None, path: Path) -> None:
    if version is not None and version > SCHEMA_VERSION:
        raise Refused(
            f"{path} was written by a newer version of this program (schema {version}, this one"
            f" knows {SCHEMA_VERSION}); it was not changed."
        )


def _refuse_foreign(connection: "duckdb.DuckDBPyConnection", path: Path) -> None:
    """Nothing yet or our tables alone: a view computes, a macro answers in a function's place."""
    import duckdb  # noqa: PLC0415  not at the start of the window

    with duckdb.connect(":memory:", config=_CONFIGURATION) as fresh:
        fresh.execute(CREATE_TABLES)
        ours = fresh.execute(WHAT_IS_DEFINED).fetchall()
    if connection.execute(WHAT_IS_DEFINED).fetchall() not in ([], ours):
        raise Unavailable(_sentence_for("its tables are not ours", path))


def _columns(swaps: SwapColumns) -> dict[str, object]:
    """The columns of the table by name: exact words and, derived from them, what is drawn."""
    columns: dict[str, object] = {
        "block_number": swaps.block_number,
        "log_index": swaps.log_index,
        "timestamp": swaps.timestamp,
        "tick": swaps.tick,
        "price": swaps.prices(),
        "volume0": swaps.volumes0(),
        "volume1": swaps.volumes1(),
    }
    for name, words in WORD_COLUMNS.items():
        for place, column in enumerate(words):
            columns[column] = getattr(swaps, name)[:, place].copy()
    return columns


def _sentence_for(problem: str, path: Path) -> str:
    first_line = problem.partition("\n")[0]
    if "Could not set lock" in problem:
        return f"{path} is in use by another process; close the other window first."
    if "No space left" in problem or "Could not write" in problem or "File too large" in problem:
        return f"The disk is full or refuses to be written: {path} was not changed."
    if "Permission denied" in problem or "Read-only file system" in problem:
        return f"{path} cannot be opened for writing; the charts have to wait."
    return (
        f"{path} cannot be used ({first_line}); it may be moved away, as all series can be read"
        " again from the chain."
    )


if TYPE_CHECKING:

    def _keeps_the_protocol(store: HistoryStore) -> Histories:
        return store

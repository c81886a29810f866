"""Transactions, what was signed and what became of them: a union that only grows.

Everything hangs on the safeTxHash and nothing on the nonce: two transactions of one nonce are
rivals, and both stay. Arriving twice, in any order, from any number of files changes nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import Sending
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes.confirmation import Confirmation, one_of_each_owner
from treasury_desktop.safes.lifecycle import (
    SENDING_OVER,
    TRANSITIONS,
    Event,
    State,
    next_state,
)
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction, with_copy
from treasury_desktop.store.database import Shelf, left_out, readable
from treasury_desktop.store.transaction_rows import (
    COLUMNS,
    confirmation_of,
    quarantined_of,
    queued_of,
    row_of,
    sending_of,
    subject_of,
)


class TransactionShelf(Shelf):
    """Keeps the Protocol `Transactions` of the desk."""

    def keep_transaction(self, queued: QueuedTransaction) -> None:
        """Adds it; a transaction already known only gains what it did not have.

        Where we drafted it, whether before or after a stranger's copy came in, it is drafted here
        and our own purpose, strategy and bundle stand. A known one keeps its state: only events
        move it. Refuses another transaction that claims the same hash.
        """
        row = row_of(queued)
        with self._database.writing() as connection:
            known = _row(connection, queued.safe_tx_hash)
            if known is None:
                places = ", ".join("?" * len(COLUMNS))
                connection.execute(
                    f"INSERT INTO transactions ({', '.join(COLUMNS)}) VALUES ({places})",  # noqa: S608  constants of ours
                    row,
                )
            elif subject_of(known) != subject_of(row):
                raise Refused(
                    f"Two different transactions claim the hash 0x{queued.safe_tx_hash.hex()};"
                    " the second was not kept."
                )
            else:
                _say_anew(connection, with_copy(queued_of(known), queued))
            for confirmation in queued.confirmations:
                _refuse_foreign(confirmation.safe_tx_hash, queued)
                _add_confirmation(connection, confirmation)
            for signature in queued.quarantined:
                _refuse_foreign(signature.safe_tx_hash, queued)
                _add_quarantined(connection, signature)

    def transaction(self, safe_tx_hash: bytes) -> QueuedTransaction | None:
        """The transaction with its confirmations, or `None`."""
        with self._database.reading() as connection:
            row = _row(connection, safe_tx_hash)
            return None if row is None else _whole(connection, row, [])

    def transactions(self, safe: Address) -> tuple[QueuedTransaction, ...]:
        """All of a Safe that can be read, by nonce and then by arrival, final ones included.

        Damaged rows are left out; `damaged_transactions` says which.
        """
        return self._with_flaws_of(safe)[0]

    def damaged_transactions(self, safe: Address) -> tuple[str, ...]:
        """One sentence for each transaction or signature of a Safe that cannot be read."""
        return self._with_flaws_of(safe)[1]

    def _with_flaws_of(
        self, safe: Address
    ) -> tuple[tuple[QueuedTransaction, ...], tuple[str, ...]]:
        found, flaws = [], list[str]()
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {', '.join(COLUMNS)} FROM transactions WHERE safe = ? ORDER BY rowid",  # noqa: S608  constants of ours
                (safe.raw,),
            ).fetchall()
            for row in rows:
                try:
                    found.append(_whole(connection, row, flaws))
                except Malformed as flaw:
                    flaws.append(left_out(flaw))
        return tuple(sorted(found, key=lambda queued: queued.tx.nonce)), tuple(flaws)

    def keep_confirmation(self, confirmation: Confirmation) -> bool:
        """Adds it durably; False if the same signature was there already."""
        with self._database.writing() as connection:
            if _row(connection, confirmation.safe_tx_hash) is None:
                raise _unknown(confirmation.safe_tx_hash)
            return _add_confirmation(connection, confirmation)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Everything that is kept inside is kept as a whole, durably at the end, or not at all."""
        with self._database.writing():
            yield

    def keep_quarantined(self, signature: QuarantinedSignature) -> None:
        """Keeps a signature that does not count, with the reason; again is harmless."""
        with self._database.writing() as connection:
            _add_quarantined(connection, signature)

    def record_event(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> State:
        """Moves it along the lifecycle, durably; refuses what cannot happen, changing nothing."""
        with self._database.writing() as connection:
            queued = _known(connection, safe_tx_hash)
            state = next_state(queued.state, event)
            _move(connection, safe_tx_hash, event, state, transaction_hash)
            return state

    def record_if_possible(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> bool:
        """Moves it along where it still can; False, and nothing changed, where it cannot any more.

        Looking and moving are one transaction of the database, so two threads that see the same
        receipt record it once. "Never mined" is possible of the last sending only.
        """
        with self._database.writing() as connection:
            queued = _known(connection, safe_tx_hash)
            is_superseded = transaction_hash != queued.transaction_hash
            if (queued.state, event) not in TRANSITIONS or (
                event in SENDING_OVER and is_superseded
            ):
                return False
            state = next_state(queued.state, event)
            _move(connection, safe_tx_hash, event, state, transaction_hash)
            return True

    def record_sending(self, safe_tx_hash: bytes, sending: Sending) -> None:
        """Keeps what is about to be sent and moves it along, both or neither."""
        with self._database.writing() as connection:
            state = next_state(_known(connection, safe_tx_hash).state, Event.BROADCAST)
            _move(connection, safe_tx_hash, Event.BROADCAST, state, sending.transaction_hash)
            connection.execute(
                "INSERT INTO sendings (safe_tx_hash, transaction_hash, raw_transaction)"
                " VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (safe_tx_hash, sending.transaction_hash, sending.raw_transaction),
            )

    def sendings(self, safe_tx_hash: bytes) -> tuple[Sending, ...]:
        """Everything that was ever sent for it, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT safe_tx_hash, transaction_hash, raw_transaction FROM sendings"
                " WHERE safe_tx_hash = ? ORDER BY arrival",
                (safe_tx_hash,),
            ).fetchall()
        return tuple(map(sending_of, rows))

    def events(self, safe_tx_hash: bytes) -> tuple[Event, ...]:
        """What happened to it, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT event FROM events WHERE safe_tx_hash = ? ORDER BY arrival", (safe_tx_hash,)
            ).fetchall()
        return tuple(Event(row[0]) for row in rows)

    def signed_hash_for(self, safe: Address, nonce: int, signer: Address) -> bytes | None:
        """The safeTxHash the signer signed first for that nonce of the Safe, or `None`."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT safe_tx_hash FROM confirmations JOIN transactions USING (safe_tx_hash)"
                " WHERE safe = ? AND nonce = ? AND owner = ? ORDER BY arrival LIMIT 1",
                (safe.raw, str(nonce), signer.raw),
            ).fetchone()
        return None if row is None else bytes(row[0])


def _row(connection: sqlite3.Connection, safe_tx_hash: bytes) -> tuple[object, ...] | None:
    row: tuple[object, ...] | None = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM transactions WHERE safe_tx_hash = ?",  # noqa: S608  constants of ours
        (safe_tx_hash,),
    ).fetchone()
    return row


def _whole(
    connection: sqlite3.Connection, row: tuple[object, ...], flaws: list[str]
) -> QueuedTransaction:
    """The transaction with every signature that can be read; a damaged one counts for nothing."""
    safe_tx_hash = row[0]
    signatures = connection.execute(
        "SELECT safe_tx_hash, owner, signature FROM confirmations"
        " WHERE safe_tx_hash = ? ORDER BY arrival",
        (safe_tx_hash,),
    )
    confirmations = one_of_each_owner(readable(confirmation_of, signatures, flaws))
    set_aside = connection.execute(
        "SELECT safe_tx_hash, claimed_signer, data, reason FROM quarantined"
        " WHERE safe_tx_hash = ? ORDER BY arrival",
        (safe_tx_hash,),
    )
    aside = tuple(readable(quarantined_of, set_aside, flaws))
    return queued_of(row, confirmations, aside)


def _known(connection: sqlite3.Connection, safe_tx_hash: bytes) -> QueuedTransaction:
    row = _row(connection, safe_tx_hash)
    if row is None:
        raise _unknown(safe_tx_hash)
    return queued_of(row)


def _move(
    connection: sqlite3.Connection,
    safe_tx_hash: bytes,
    event: Event,
    state: State,
    transaction_hash: bytes | None,
) -> None:
    connection.execute(
        "UPDATE transactions SET state = ?,"
        " transaction_hash = coalesce(?, transaction_hash) WHERE safe_tx_hash = ?",
        (state.value, transaction_hash, safe_tx_hash),
    )
    connection.execute(
        "INSERT INTO events (safe_tx_hash, event, state, transaction_hash) VALUES (?, ?, ?, ?)",
        (safe_tx_hash, event.value, state.value, transaction_hash),
    )


def _say_anew(connection: sqlite3.Connection, said: QueuedTransaction) -> None:
    connection.execute(
        "UPDATE transactions SET purpose = ?, strategy = ?, bundle = ?, drafted_here = ?,"
        " transaction_hash = ? WHERE safe_tx_hash = ?",
        (
            said.purpose,
            said.strategy,
            said.bundle,
            int(said.drafted_here),
            said.transaction_hash,
            said.safe_tx_hash,
        ),
    )


def _add_confirmation(connection: sqlite3.Connection, confirmation: Confirmation) -> bool:
    cursor = connection.execute(
        "INSERT INTO confirmations (safe_tx_hash, owner, signature) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (confirmation.safe_tx_hash, confirmation.owner.raw, confirmation.signature.encoded),
    )
    return cursor.rowcount == 1


def _add_quarantined(connection: sqlite3.Connection, signature: QuarantinedSignature) -> None:
    claimed = signature.claimed_signer
    connection.execute(
        "INSERT INTO quarantined (safe_tx_hash, claimed_signer, data, reason)"
        " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            signature.safe_tx_hash,
            b"" if claimed is None else claimed.raw,
            signature.data,
            signature.reason,
        ),
    )


def _refuse_foreign(safe_tx_hash: bytes, queued: QueuedTransaction) -> None:
    if safe_tx_hash != queued.safe_tx_hash:
        raise ValueError("a transaction carries signatures over its own hash only")


def _unknown(safe_tx_hash: bytes) -> Refused:
    return Refused(f"No transaction with the hash 0x{safe_tx_hash.hex()} is in the records.")

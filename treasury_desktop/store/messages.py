"""Messages and what was signed for them: a union that only grows.

Everything hangs on the SafeMessage hash. Arriving twice, in any order, from any number of files
changes nothing; what is kept is never overwritten.
"""

import sqlite3
from collections.abc import Sequence

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.messages.kept_message import (
    AsideSignature,
    KeptMessage,
    MessageConfirmation,
)
from treasury_desktop.messages.message import message_bytes, message_of
from treasury_desktop.safes.confirmation import one_of_each_owner
from treasury_desktop.safes.signature import parse_signature
from treasury_desktop.store.database import Shelf, left_out, readable

Row = Sequence[object]
_COLUMNS = "safe_message_hash, chain_id, safe, message, purpose, written_here, created_at"


class MessageShelf(Shelf):
    """Keeps the Protocol `Messages` of the desk."""

    def keep_message(self, kept: KeptMessage) -> None:
        """Adds it with its signatures; one already known only gains what it did not have.

        The first purpose stays; written here stays and becomes so. Refuses another message that
        claims the same hash.
        """
        content = message_bytes(kept.message)
        with self._database.writing() as connection:
            known = _row(connection, kept.safe_message_hash)
            if known is None:
                connection.execute(
                    f"INSERT INTO messages ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  constants of ours
                    (
                        kept.safe_message_hash,
                        str(kept.chain_id),
                        kept.safe.raw,
                        content,
                        kept.purpose,
                        int(kept.written_here),
                        kept.created_at,
                    ),
                )
            elif tuple(known[1:3]) != (str(kept.chain_id), kept.safe.raw):
                raise Refused(
                    f"Two different messages claim the hash 0x{kept.safe_message_hash.hex()}; the "
                    "second was not kept."
                )
            else:
                connection.execute(
                    "UPDATE messages SET purpose = iif(purpose = '', ?, purpose),"
                    " written_here = max(written_here, ?) WHERE safe_message_hash = ?",
                    (kept.purpose, int(kept.written_here), kept.safe_message_hash),
                )
            for confirmation in kept.confirmations:
                _add_confirmation(connection, confirmation)
            for signature in kept.aside:
                _add_aside(connection, signature)

    def message(self, safe_message_hash: bytes) -> KeptMessage | None:
        """The message with its confirmations, one of each owner, or `None`."""
        with self._database.reading() as connection:
            row = _row(connection, safe_message_hash)
            return None if row is None else _whole(connection, row, [])

    def messages(self, safe: Address) -> tuple[KeptMessage, ...]:
        """All of a Safe that can be read, the newest first."""
        return self._messages_and_flaws(safe)[0]

    def damaged_messages(self, safe: Address) -> tuple[str, ...]:
        """One sentence for each message or signature of a Safe that cannot be read."""
        return self._messages_and_flaws(safe)[1]

    def keep_message_confirmation(self, confirmation: MessageConfirmation) -> bool:
        """Adds it durably; False if the same signature was there already."""
        with self._database.writing() as connection:
            if _row(connection, confirmation.safe_message_hash) is None:
                name = confirmation.safe_message_hash.hex()
                raise Refused(f"No message with the hash 0x{name} is in the records.")
            return _add_confirmation(connection, confirmation)

    def keep_message_signature_aside(self, signature: AsideSignature) -> None:
        """Keeps a signature that does not count, with the reason; again is harmless."""
        with self._database.writing() as connection:
            _add_aside(connection, signature)

    def _messages_and_flaws(self, safe: Address) -> tuple[tuple[KeptMessage, ...], tuple[str, ...]]:
        found, flaws = [], list[str]()
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM messages WHERE safe = ? ORDER BY arrival DESC",  # noqa: S608  constants of ours
                (safe.raw,),
            ).fetchall()
            for row in rows:
                try:
                    found.append(_whole(connection, row, flaws))
                except Malformed as flaw:
                    flaws.append(left_out(flaw))
        return tuple(found), tuple(flaws)


def _row(connection: sqlite3.Connection, safe_message_hash: bytes) -> Row | None:
    row: Row | None = connection.execute(
        f"SELECT {_COLUMNS} FROM messages WHERE safe_message_hash = ?",  # noqa: S608  constants of ours
        (safe_message_hash,),
    ).fetchone()
    return row


def _whole(connection: sqlite3.Connection, row: Row, flaws: list[str]) -> KeptMessage:
    """The message with every signature that can be read; a damaged one counts for nothing."""
    signed = connection.execute(
        "SELECT safe_message_hash, owner, signature FROM message_confirmations"
        " WHERE safe_message_hash = ? ORDER BY arrival",
        (row[0],),
    )
    confirmations = one_of_each_owner(readable(_confirmation_of, signed, flaws))
    aside = connection.execute(
        "SELECT safe_message_hash, claimed_signer, data, reason FROM message_signatures_aside"
        " WHERE safe_message_hash = ? ORDER BY arrival",
        (row[0],),
    )
    return _message_of(row, confirmations, tuple(map(_aside_of, aside)))


def _message_of(
    row: Row, confirmations: tuple[MessageConfirmation, ...], aside: tuple[AsideSignature, ...]
) -> KeptMessage:
    key, chain_id, safe, content, purpose, written_here, created_at = row
    assert isinstance(key, bytes)  # the schema is STRICT
    assert isinstance(safe, bytes)
    assert isinstance(content, bytes)
    assert isinstance(created_at, int)
    try:
        return KeptMessage(
            chain_id=int(str(chain_id)),
            safe=Address(safe),
            safe_message_hash=key,
            message=message_of(content),
            purpose=str(purpose),
            written_here=bool(written_here),
            created_at=created_at,
            confirmations=confirmations,
            aside=aside,
        )
    except (ValueError, Refused, Malformed) as flaw:
        raise _damaged("message", key, flaw) from None


def _confirmation_of(row: Row) -> MessageConfirmation:
    """The confirmation of a row; it is verified anew."""
    key, owner, signature = row
    assert isinstance(key, bytes)
    assert isinstance(owner, bytes)
    assert isinstance(signature, bytes)
    try:
        return MessageConfirmation(
            safe_message_hash=key, owner=Address(owner), signature=parse_signature(signature)
        )
    except Refused as flaw:
        raise _damaged("signature of message", key, flaw) from None


def _aside_of(row: Row) -> AsideSignature:
    key, claimed, data, reason = row
    assert isinstance(key, bytes)
    assert isinstance(claimed, bytes)
    assert isinstance(data, bytes)
    return AsideSignature(
        safe_message_hash=key,
        claimed_signer=Address(claimed) if claimed else None,
        data=data,
        reason=str(reason),
    )


def _damaged(what: str, key: bytes, flaw: Exception) -> Malformed:
    return Malformed(f"{what} 0x{key.hex()}", f"its row in the records is damaged ({flaw})")


def _add_confirmation(connection: sqlite3.Connection, confirmation: MessageConfirmation) -> bool:
    cursor = connection.execute(
        "INSERT INTO message_confirmations (safe_message_hash, owner, signature) VALUES (?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (confirmation.safe_message_hash, confirmation.owner.raw, confirmation.signature.encoded),
    )
    return cursor.rowcount == 1


def _add_aside(connection: sqlite3.Connection, signature: AsideSignature) -> None:
    claimed = signature.claimed_signer
    connection.execute(
        "INSERT INTO message_signatures_aside (safe_message_hash, claimed_signer, data, reason)"
        " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            signature.safe_message_hash,
            b"" if claimed is None else claimed.raw,
            signature.data,
            signature.reason,
        ),
    )

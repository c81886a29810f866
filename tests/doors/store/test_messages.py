"""Messages in the store: a union that only grows, on the disk as in memory."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.desk.messages_in_memory import MemoryMessages
from tests.samples import NOW, SAFE, STRANGER, a_confirmation, a_safe, an_owner
from tests.typed_data_samples import a_permit, as_bytes
from treasury_desktop.desk.message_doors import MessageRecords
from treasury_desktop.errors import Refused
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.kept_message import (
    AsideSignature,
    KeptMessage,
    MessageConfirmation,
)
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.store.records import RecordStore, open_records


@pytest.fixture(name="both", params=["store", "memory"])
def both_fixture(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MessageRecords]:
    """Empty records of each kind."""
    if request.param == "memory":
        yield MemoryMessages()
        return
    store = open_records(tmp_path / "workspace")
    yield store
    store.close()


def a_message(message: Message | None = None, **changes: Any) -> KeptMessage:
    """A text of the sample Safe."""
    said = message or TextMessage("Harbour DAO agrees.")
    made = KeptMessage(
        chain_id=31337,
        safe=SAFE,
        safe_message_hash=message_hashes(a_safe(), said).safe_message,
        message=said,
        purpose="",
        written_here=False,
        created_at=NOW,
    )
    return replace(made, **changes)


def confirmation(message: KeptMessage, number: int = 1) -> MessageConfirmation:
    """An owner's signature."""
    signature = a_confirmation(message.safe_message_hash, number).signature
    return MessageConfirmation(
        safe_message_hash=message.safe_message_hash, owner=an_owner(number), signature=signature
    )


def aside(message: KeptMessage, reason: str = "invalid") -> AsideSignature:
    """A signature that does not count."""
    return AsideSignature(
        safe_message_hash=message.safe_message_hash,
        claimed_signer=None,
        data=b"\1\2",
        reason=reason,
    )


@pytest.mark.parametrize(
    "said", [TextMessage("ä\n\u202e"), read_typed_data(as_bytes(a_permit()))], ids=["text", "typed"]
)
def test_a_message_comes_back_as_it_was(both: MessageRecords, said: Message) -> None:
    """With its signatures and those set aside."""
    bare = a_message(said)
    whole = replace(bare, confirmations=(confirmation(bare),), aside=(aside(bare),))
    both.keep_message(whole)
    assert both.message(bare.safe_message_hash) == whole
    assert both.messages(SAFE) == (whole,)
    assert both.messages(STRANGER) == ()
    assert both.message(bytes(32)) is None


def test_a_known_message_only_gains(both: MessageRecords) -> None:
    """The first purpose stays, what we wrote becomes ours, and signatures are a union."""
    bare = a_message()
    both.keep_message(replace(bare, confirmations=(confirmation(bare, 1),)))
    both.keep_message(
        replace(
            bare, purpose="why", written_here=True, created_at=NOW + 5,
            confirmations=(confirmation(bare, 2), confirmation(bare, 1)),
        )
    )  # fmt: skip
    both.keep_message(replace(bare, purpose="another", aside=(aside(bare), aside(bare))))
    known = both.message(bare.safe_message_hash)
    assert known is not None
    assert (known.purpose, known.written_here, known.created_at) == ("why", True, NOW)
    assert known.owners == (an_owner(1), an_owner(2))
    assert known.aside == (aside(bare),)


def test_the_newest_message_comes_first(both: MessageRecords) -> None:
    """As they arrived."""
    first, second = a_message(), a_message(TextMessage("Another one."))
    both.keep_message(first)
    both.keep_message(second)
    assert both.messages(SAFE) == (second, first)


def test_a_signature_is_added_once(both: MessageRecords) -> None:
    """And only to a message that is there."""
    message = a_message()
    with pytest.raises(Refused, match="in the records"):
        both.keep_message_confirmation(confirmation(message))
    both.keep_message(message)
    assert both.keep_message_confirmation(confirmation(message))
    assert not both.keep_message_confirmation(confirmation(message))
    both.keep_message_signature_aside(aside(message, "not an owner"))
    known = both.message(message.safe_message_hash)
    assert known is not None
    assert known.aside == (aside(message, "not an owner"),)


def test_two_messages_do_not_share_a_hash(both: MessageRecords) -> None:
    """The second is refused."""
    both.keep_message(a_message())
    with pytest.raises(Refused, match="Two different messages claim"):
        both.keep_message(a_message(safe=STRANGER))


def test_a_failure_keeps_nothing(both: MessageRecords) -> None:
    """What is kept together is kept whole or not at all."""

    def keep_and_fail() -> None:
        with both.together():
            both.keep_message(a_message())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        keep_and_fail()
    assert both.messages(SAFE) == ()


# ── on the disk alone ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE messages SET message = x'00'",
        "DELETE FROM messages",
        "UPDATE message_confirmations SET signature = zeroblob(65)",
        "DELETE FROM message_confirmations",
        "UPDATE message_signatures_aside SET reason = ''",
        "DELETE FROM message_signatures_aside",
    ],
)
def test_nothing_is_overwritten_or_lost(records: RecordStore, sentence: str) -> None:
    """Not even by mistake of ours."""
    bare = a_message()
    records.keep_message(replace(bare, confirmations=(confirmation(bare),), aside=(aside(bare),)))
    with (
        pytest.raises(sqlite3.IntegrityError, match="never"),
        records._database.writing() as connection,
    ):
        connection.execute(sentence)


def test_messages_survive_a_restart(folder: Path) -> None:
    """Durable when they are kept."""
    bare = a_message()
    records = open_records(folder)
    records.keep_message(replace(bare, confirmations=(confirmation(bare),)))
    records.close()
    again = open_records(folder)
    assert again.messages(SAFE)[0].owners == (an_owner(1),)
    again.close()


def test_damaged_rows_are_left_out_and_told(records: RecordStore) -> None:
    """A message nobody can read, and a signature that verifies no more."""
    good, bad = a_message(), a_message(TextMessage("Another one."))
    records.keep_message(good)
    with records._database.writing() as connection:
        connection.execute(
            "INSERT INTO messages (safe_message_hash, chain_id, safe, message, purpose,"
            " written_here, created_at) VALUES (?, '31337', ?, x'7b7d', '', 0, 1)",
            (bad.safe_message_hash, SAFE.raw),
        )
        connection.execute(
            "INSERT INTO message_confirmations (safe_message_hash, owner, signature)"
            " VALUES (?, ?, zeroblob(65))",
            (good.safe_message_hash, an_owner(1).raw),
        )
    assert records.messages(SAFE) == (good,)
    first, second = records.damaged_messages(SAFE)
    assert "message 0x" in first
    assert "signature of message 0x" in second

"""What the secret-entry window says of a message, from the job's bytes alone."""

import base64

import pytest

from tests.samples import NOW, USDC_AT
from tests.typed_data_samples import a_permit, as_bytes
from tests.windows.secret_entry.questions import SAFE, key_text
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.message import Message, message_bytes
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.safes.comparison import comparison_code
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.windows.secret_entry.message_question import HASH_NAMES
from treasury_desktop.windows.secret_entry.question import question_for


def message_job(message: Message, **changes: object) -> dict[str, object]:
    """A job to sign a message, as the secret-entry process gets it."""
    setting = write_bundle(Bundle(safe=SAFE, tx=SafeTx(to=SAFE.address, nonce=7)))
    job: dict[str, object] = {
        "job": "sign_message",
        "key": key_text(),
        "message": base64.b64encode(message_bytes(message)).decode(),
        "setting": base64.b64encode(setting).decode(),
        "earlier": [],
        "reviewed_hash": "0x" + message_hashes(SAFE, message).safe_message.hex(),
        "acknowledged": [],
    }
    return job | changes


PERMIT = read_typed_data(as_bytes(a_permit(owner=str(SAFE.address), deadline=NOW)))


def test_typed_data_is_said_by_what_it_leads_to() -> None:
    """Who takes what until when, which contract checks it, and the hash it will ask about."""
    question = question_for(message_job(PERMIT))
    hashes = message_hashes(SAFE, PERMIT)
    assert question.summary.startswith("Lets 0x")
    assert "1,000,000,000 base units" in question.summary
    assert "no end of its own" in question.detail
    assert question.safe == SAFE.address
    assert ("Message", "ERC-2612 permit") in question.facts
    assert ("Checked by", str(USDC_AT)) in question.facts
    shown = dict(question.facts)["EIP-712 hash"]
    assert "".join(shown.split()) == "0x" + hashes.message.hex()
    assert question.words == tuple(comparison_code(hashes.safe_message).split())


def test_the_hashes_are_those_of_the_safe_message() -> None:
    """The first two are what a hardware wallet shows."""
    question = question_for(message_job(PERMIT))
    hashes = message_hashes(SAFE, PERMIT)
    assert question.hashes is not None
    assert question.hashes.message == hashes.struct
    assert question.hashes.safe_tx == hashes.safe_message
    assert question.hash_names == HASH_NAMES


def test_a_text_is_shown_itself() -> None:
    """Literally, with what hides made visible, and cut where it is too long for the window."""
    question = question_for(message_job(TextMessage("We agree\nto \u200bthis.")))
    assert question.summary == "“We agree↵to ⟨U+200B⟩this.”"
    assert "EIP-191 hash" in dict(question.facts)
    assert "Checked by" not in dict(question.facts)
    long = question_for(message_job(TextMessage("x" * 700)))
    assert "(700 characters)" in long.summary


def test_named_dangers_are_repeated() -> None:
    """The last place where anybody can stop."""
    question = question_for(message_job(PERMIT, acknowledged=["MESSAGE_NEVER_EXPIRES"]))
    assert question.note == "Dangers acknowledged in the review: message never expires."


def test_other_bytes_than_the_reviewed_are_not_put_to_anybody() -> None:
    """The window derives the hash itself."""
    with pytest.raises(Refused, match="not the one that was reviewed"):
        question_for(message_job(PERMIT, reviewed_hash="0x" + "00" * 32))


def test_a_raw_hash_is_no_question() -> None:
    """There is nothing to show."""
    raw = base64.b64encode(b'{"message":"0x' + b"ab" * 32 + b'"}').decode()
    with pytest.raises(Refused, match="never signed"):
        question_for(message_job(PERMIT) | {"message": raw})
    with pytest.raises(Malformed, match=r"job\.message"):
        question_for(message_job(PERMIT) | {"message": 7})

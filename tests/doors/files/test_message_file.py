"""The file in which cosigners exchange messages: strict, and written in one way only."""

import json
from typing import Any

import pytest

from tests.samples import CHAIN_ID, SAFE, an_owner
from tests.typed_data_samples import a_permit, a_vote, as_bytes
from treasury_desktop.application.incoming_message import message_in_file
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.files.message_file import (
    FORMAT,
    MAX_PURPOSE,
    MAX_SIGNATURES,
    MessageFile,
    read_message_file,
    write_message_file,
)
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data
from treasury_desktop.safes.safe import Safe, SafeVersion

A_SAFE = Safe(chain_id=CHAIN_ID, address=SAFE, version=SafeVersion(1, 4, 1))
PERMIT = read_typed_data(as_bytes(a_permit()))


def a_file(message: Message = PERMIT) -> MessageFile:
    """A message with one signature, and one of nobody."""
    signatures = (ClaimedSignature(an_owner(1), b"\1" * 65), ClaimedSignature(None, b"\2"))
    return MessageFile(safe=A_SAFE, message=message, purpose="As voted.", signatures=signatures)


@pytest.mark.parametrize("message", [PERMIT, TextMessage("ä\n\u202e ok")], ids=["typed", "text"])
def test_a_file_comes_back_as_it_was(message: Message) -> None:
    """And is written in one way only."""
    written = write_message_file(a_file(message))
    assert read_message_file(written) == a_file(message)
    assert write_message_file(read_message_file(written)) == written
    assert json.loads(written)["format"] == FORMAT
    assert written.endswith(b"}\n")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": "treasury-desktop/message@2"}, "format"),
        ({"format": None}, "format"),
        ({"more": 1}, "more"),
        ({"chain_id": "31337"}, "chain_id"),
        ({"chain_id": 0}, "chain_id"),
        ({"chain_id": True}, "chain_id"),
        ({"safe": {"address": str(SAFE)}}, "safe.version"),
        ({"safe": {"address": str(SAFE), "version": "1.4.1", "owners": []}}, "safe.owners"),
        ({"safe": {"address": "0x", "version": "1.4.1"}}, "safe.address"),
        ({"safe": {"address": str(SAFE), "version": "9.9.9"}}, "safe.version"),
        ({"safe_message_hash": "0x" + "00" * 32}, "safe_message_hash"),
        ({"safe_message_hash": "0x00"}, "safe_message_hash"),
        ({"message": 7}, "message"),
        ({"message": {"hash": "0x" + "ab" * 32}}, "hash"),
        ({"purpose": None}, "purpose"),
        ({"purpose": "x" * (MAX_PURPOSE + 1)}, "purpose"),
        ({"signatures": {}}, "signatures"),
        ({"signatures": [{"data": "0x01"}]}, "signatures[0].signer"),
        ({"signatures": [{"signer": None, "data": "0x"}]}, "signatures[0].data"),
        ({"signatures": [{"signer": None, "data": "0x1"}]}, "signatures[0].data"),
        ({"signatures": [{"signer": None, "data": "0x01"}] * (MAX_SIGNATURES + 1)}, "signatures"),
    ],
)
def test_a_file_that_breaks_the_form_is_refused_by_name(change: Any, field: str) -> None:
    """Nothing of it is imported."""
    whole = json.loads(write_message_file(a_file())) | change
    with pytest.raises(Malformed) as refused:
        read_message_file(json.dumps(whole).encode())
    assert refused.value.field == field


def test_a_changed_message_is_not_that_of_the_hash() -> None:
    """The hash is a claim that is derived anew."""
    whole = json.loads(write_message_file(a_file()))
    whole["message"]["message"]["value"] = "1"
    with pytest.raises(Malformed, match="is not the hash of this message"):
        read_message_file(json.dumps(whole).encode())


def test_a_missing_member_is_refused() -> None:
    """Each of them."""
    whole = json.loads(write_message_file(a_file()))
    for name in whole:
        less = {key: value for key, value in whole.items() if key != name}
        with pytest.raises(Malformed):
            read_message_file(json.dumps(less).encode())


# ── told apart ───────────────────────────────────────────────────────────────────────────────────


def test_a_cosigners_file_names_its_safe() -> None:
    """With purpose and signatures."""
    incoming = message_in_file(write_message_file(a_file()))
    assert incoming.safe == A_SAFE
    assert (incoming.purpose, len(incoming.signatures)) == ("As voted.", 2)


def test_typed_data_alone_is_a_message() -> None:
    """For whichever Safe of ours is meant."""
    incoming = message_in_file(b"\n " + as_bytes(a_permit()))
    assert (incoming.message, incoming.safe, incoming.signatures) == (PERMIT, None, ())


def test_the_envelope_of_snapshot_is_opened() -> None:
    """{address, sig, data}, whose types leave the domain and the primary type out."""
    vote = a_vote(str(SAFE))
    expected = read_typed_data(as_bytes(vote))
    del vote["types"]["EIP712Domain"]
    del vote["primaryType"]
    envelope = {"address": str(SAFE), "sig": "0x", "data": vote}
    incoming = message_in_file(json.dumps(envelope).encode())
    assert incoming.message.message == expected.message  # type: ignore[union-attr]  typed data


def test_any_other_text_is_a_text() -> None:
    """Exactly as it stands."""
    assert message_in_file(b"Hello\n").message == TextMessage("Hello\n")


@pytest.mark.parametrize(
    "data",
    [
        b"0x" + b"ab" * 32,
        b"\xff" * 32,
        b"\xff\xfe",
        b"",
        b"{",
        b'{"a":1}',
        b'{"format":"treasury-desktop/bundle@1"}',
        b'{"data":{"hash":"0x"}}',
        b'{"types":{}}',
    ],
)
def test_what_is_no_message_is_refused_in_a_sentence(data: bytes) -> None:
    """Raw hashes, raw bytes, other JSON."""
    with pytest.raises(TreasuryError) as refused:
        message_in_file(data)
    assert refused.value.sentence


def test_a_raw_hash_is_refused_as_such() -> None:
    """With the reason."""
    with pytest.raises(Refused, match="raw hash"):
        message_in_file(b"0x" + b"ab" * 32)

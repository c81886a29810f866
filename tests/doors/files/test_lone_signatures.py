"""Signatures without their transaction: told from everything else, and read strictly."""

import base64
import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.foreign import (
    SAFE,
    a_batch,
    a_bundle_json,
    a_call,
    eternal_safe_link,
    localsafe_link,
    refusal_of,
    service_transaction,
    typed_data,
)
from tests.samples import a_confirmation, an_owner
from treasury_desktop.application.incoming import signatures_in as sent_signatures
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.import_signatures import (
    MOST_SIGNATURES,
    MOST_WITHOUT_HASH,
    IncomingSignatures,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.carried_bytes import write_carried_bytes
from treasury_desktop.files.air_gapped.resource_writing import write_uniform_resource
from treasury_desktop.files.air_gapped.signature_resource import write_signature_resource
from treasury_desktop.files.foreign_programs.link_writing import write_localsafe_signature_link
from treasury_desktop.files.foreign_programs.lone_signatures import signatures_in, write_signatures
from treasury_desktop.safes.signature_blob import contract_signature

HASH = bytes(range(32))
ONE, TWO = a_confirmation(HASH, 1), a_confirmation(HASH, 2)
SIGNED = ONE.signature.encoded
SHOWN = "0x" + SIGNED.hex()
NAMED = "0x" + HASH.hex()
LINK = write_localsafe_signature_link(ONE, Address.parse(SAFE), 1, base="https://x.invalid")


def found(content: Any) -> IncomingSignatures | None:
    """What is found in a text, or in an object as JSON."""
    text = content if isinstance(content, str) else json.dumps(content)
    return signatures_in(text.encode())


def signature_link(content: Any, rest: str = "&chainId=1", path: str = f"/safe/{SAFE}") -> str:
    """A link as localsafe shares one signature."""
    encoded = quote(base64.b64encode(json.dumps(content).encode()).decode(), safe="")
    return f"https://localsafe.eth.limo/#{path}?importSig={encoded}{rest}"


# ── every form ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "is_named", "signers"),
    [
        (SHOWN, False, [None]),
        (SHOWN[2:].upper(), False, [None]),
        (f"  {NAMED}\n{SHOWN}\n", True, [None]),
        (f"{NAMED}: {SHOWN}", True, [None]),
        (NAMED + "," + SHOWN + TWO.signature.encoded.hex(), True, [None, None]),
        ({"safe_tx_hash": NAMED, "signer": str(ONE.owner), "data": SHOWN}, True, [1]),
        ({"safe_tx_hash": NAMED, "signer": None, "data": SHOWN}, True, [None]),
        ({"safe_tx_hash": NAMED, "data": SHOWN}, True, [None]),
        (write_signatures(HASH, (ONE, TWO)), True, [1, 2]),
        ({"signature": {"signer": str(ONE.owner), "data": SHOWN}, "txHash": NAMED}, True, [1]),
        (LINK, True, [1]),
        ({"owner": str(ONE.owner), "signature": SHOWN, "signatureType": "EOA"}, False, [1]),
        ({"signature": SHOWN}, False, [None]),
        ({"count": 1, "results": [{"owner": str(ONE.owner), "signature": SHOWN}]}, False, [1]),
        (write_uniform_resource(write_signature_resource(ONE)), False, [None]),
    ],
)
def test_every_form(content: Any, *, is_named: bool, signers: list[int | None]) -> None:
    """Hash, signers and bytes come out as they were sent."""
    incoming = found(content)
    assert incoming is not None
    assert incoming.safe_tx_hash == (HASH if is_named else UNKNOWN)
    wanted = [None if number is None else an_owner(number) for number in signers]
    assert [one.signer for one in incoming.signatures] == wanted
    assert incoming.signatures[0].data == SIGNED


def test_a_contract_signature_in_a_link() -> None:
    """Only what it carries stands there; it becomes whole."""
    owner = str(an_owner(3))
    content = {"signer": owner, "data": SHOWN, "isContractSignature": True}
    incoming = found(signature_link({"signature": content, "txHash": NAMED}))
    assert incoming is not None
    assert incoming.signatures[0].data == contract_signature(an_owner(3), SIGNED)


def test_a_blob_that_is_more_than_signatures() -> None:
    """Stays as it came: what a contract signature carries lies behind it."""
    blob = contract_signature(an_owner(3), SIGNED)
    incoming = found(f"{NAMED} 0x{blob.hex()}")
    assert incoming is not None
    assert [one.data for one in incoming.signatures] == [blob]


def test_out_of_what_carries_it() -> None:
    """A signature in bytes of a UR is one, too."""
    carried = write_uniform_resource(write_carried_bytes(SHOWN.encode()))
    assert signatures_in(carried.encode()) is None
    incoming = sent_signatures(carried.encode())
    assert incoming is not None
    assert incoming.signatures[0].data == SIGNED


# ── everything else ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "content",
    [
        a_bundle_json(),
        {**a_bundle_json(), "signatures": [{"signer": None, "data": SHOWN}]},
        a_batch(a_call()),
        service_transaction(),
        {**service_transaction(), "signature": SHOWN},
        {"results": [service_transaction()]},
        {"results": []},
        typed_data(),
        {"tx": {"data": {}, "signatures": []}},
        eternal_safe_link(),
        localsafe_link(),
        localsafe_link({}, "importMsgSig"),
        write_uniform_resource(write_carried_bytes(b"{}")),
        "",
        "hello",
        "0x" + "00" * 300_000,
        {},
    ],
)
def test_what_is_left_to_others(content: Any) -> None:
    """A transaction with its signatures is a transaction."""
    assert found(content) is None


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (NAMED, "is missing behind the hash"),
        (SHOWN[:-2], "has 64 bytes"),
        (SHOWN[:-1], "no hex text of even length"),
        (f"{NAMED} {NAMED} {SHOWN}", "has 32 bytes"),
        (f"{NAMED} 0x0x", "no hex text"),
        (f"{SHOWN} " * (MOST_WITHOUT_HASH + 1), "must be 1 to 100 and are 101"),
        (NAMED + " " + "00" * 65 * (MOST_SIGNATURES + 1), "must have 32,768 bytes at most"),
        ({"safe_tx_hash": "0x12", "data": SHOWN}, "safe_tx_hash: must have 32 bytes"),
        ({"safe_tx_hash": NAMED}, "must be there"),
        ({"safe_tx_hash": NAMED, "data": SHOWN, "signatures": []}, "must be there"),
        ({"safe_tx_hash": NAMED, "signatures": []}, "must be 1 to 2,000 and are 0"),
        ({"safe_tx_hash": NAMED, "data": SHOWN, "more": 1}, "more: is no member"),
        (
            {"safe_tx_hash": NAMED, "signatures": [{"data": SHOWN, "v": 1}]},
            r"\[0\].v: is no member",
        ),
        ({"safe_tx_hash": NAMED, "signer": "0x12", "data": SHOWN}, "signer: "),
        ({"txHash": NAMED, "signature": SHOWN}, "signature: must be a JSON object"),
        ({"txHash": "0x", "signature": {}}, "txHash: must have 32 bytes"),
        ({"signature": "text"}, "signature: must be hex"),
        ({"results": [{"signature": None}]}, r"results\[0\].signature: must be a text"),
        (signature_link({"signature": {}}), "importSig.txHash: is missing"),
        (signature_link([]), "importSig: the file holds no JSON object"),
        (signature_link({}, "&importTx=e30"), "could mean two things"),
        (signature_link({}, path="/other"), "link: names no Safe"),
        (signature_link({}, f"&safe=eth:{an_owner(1)}"), "safe: is there twice"),
        ("ur:eth-signature/aeaeaeae", "ur: "),
        ('{"signature":"a","signature":"b"}', "the key is there twice"),
    ],
)
def test_what_cannot_be_read(content: Any, said: str) -> None:
    """Each is refused by what is wrong with it, and nothing of it is taken."""
    with pytest.raises(Malformed, match=said):
        found(content)


def test_impossible_values() -> None:
    """Neither a hash nor a request id of another length exists."""
    claims = IncomingSignatures(signatures=(one_claim(),)).signatures
    with pytest.raises(Malformed, match="safe_tx_hash"):
        IncomingSignatures(safe_tx_hash=b"1", signatures=claims)
    with pytest.raises(Malformed, match="request_id"):
        IncomingSignatures(request_id=b"1", signatures=claims)


def one_claim() -> Any:
    """A claim as it is read."""
    incoming = found(SHOWN)
    assert incoming is not None
    return incoming.signatures[0]


@given(
    content=st.binary(max_size=200)
    | st.from_regex(r"(0x)?[0-9a-f]{0,80}[\s,;:x]?[0-9a-f]{100,140}")
)
def test_no_bytes_crash_the_reader(content: bytes | str) -> None:
    """Whatever is pasted is signatures, left to others, or refused."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    refused = refusal_of(lambda: signatures_in(data))
    assert refused is None or isinstance(refused, Malformed)


@given(place=st.integers(0, 2000), letter=st.characters(max_codepoint=126))
def test_no_change_of_a_link_crashes_the_reader(place: int, letter: str) -> None:
    """The same, for a link of which one character is another."""
    cut = place % len(LINK)
    data = (LINK[:cut] + letter + LINK[cut + 1 :]).encode()
    refused = refusal_of(lambda: signatures_in(data))
    assert refused is None or isinstance(refused, Malformed)

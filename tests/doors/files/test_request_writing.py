"""Requests to sign and their answers, as air-gapped signers and our own readers take them."""

import json
from pathlib import Path

import pytest

from tests.foreign import a_bundle_json, hashes_of, shown
from tests.samples import a_confirmation, an_owner
from tests.signed import by_eth_sign
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.desk.import_signatures import request_id_of
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.files.air_gapped.cbor import Tagged, read_cbor
from treasury_desktop.files.air_gapped.cbor_writing import write_cbor
from treasury_desktop.files.air_gapped.request_writing import (
    LARGEST_CHAIN_ID,
    KeyPath,
    write_signing_request,
)
from treasury_desktop.files.air_gapped.resource_writing import write_uniform_resource
from treasury_desktop.files.air_gapped.signature_resource import (
    read_signature_resource,
    write_signature_resource,
)
from treasury_desktop.files.air_gapped.signing_request import read_signing_request
from treasury_desktop.files.air_gapped.uniform_resource import UniformResource
from treasury_desktop.files.foreign_programs.incoming import Known, bundle_of
from treasury_desktop.files.foreign_programs.link_writing import write_localsafe_link
from treasury_desktop.files.foreign_programs.links import read_link
from treasury_desktop.files.foreign_programs.typed_data_file import write_typed_data
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes

SENT = json.loads((Path(__file__).parent / "signing_requests.json").read_text("utf-8"))
HASH = bytes(range(32))
CONFIRMATION = a_confirmation(HASH, 1)
VERSIONS = ("0.1.0", "1.0.0", "1.1.1", "1.3.0", "1.4.1", "1.5.0")


def a_bundle(version: str = "1.3.0", **changes: object) -> Bundle:
    """A small transaction."""
    return read_bundle(json.dumps({**a_bundle_json(version), **changes}).encode())


def answer(**members: object) -> str:
    """An eth-signature of given members (k1=…)."""
    numbered = {int(name[1:]): value for name, value in members.items()}
    return write_uniform_resource(UniformResource("eth-signature", write_cbor(numbered)))


# ── the request ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_is_read_back(version: str) -> None:
    """The same transaction with the same hash, of every version of a Safe."""
    request = write_signing_request(a_bundle(version), an_owner(1))
    again = shown(write_uniform_resource(request), version=version)
    assert again["hashes"] == hashes_of(version)


def test_members_of_a_request() -> None:
    """As the standard numbers them, in its order; the key path only where it is known."""
    bundle = a_bundle()
    members = read_cbor(write_signing_request(bundle, an_owner(2)).cbor)
    safe_tx_hash = safe_tx_hashes(bundle.safe, bundle.tx).safe_tx
    assert members == {
        1: Tagged(37, request_id_of(safe_tx_hash)),
        2: write_typed_data(bundle),
        3: 2,
        4: 1,
        6: an_owner(2).raw,
        7: "treasury-desktop",
    }
    path = KeyPath(path="m/44'/60'/0'/0/7", fingerprint=0x12345678)
    members = read_cbor(write_signing_request(bundle, an_owner(2), key_path=path).cbor)
    assert isinstance(members, dict)
    assert list(members) == [1, 2, 3, 4, 5, 6, 7]
    steps = [44, True, 60, True, 0, True, 0, False, 7, False]
    assert members[5] == Tagged(304, {1: steps, 2: 0x12345678})
    path = KeyPath(path="m/44'/60'/0'/0/7")
    members = read_cbor(write_signing_request(bundle, an_owner(2), key_path=path).cbor)
    assert isinstance(members, dict)
    assert members[5] == Tagged(304, {1: steps})


def test_the_key_path_of_another_program() -> None:
    """Byte for byte the one in a request that Keystone's library wrote."""
    path = KeyPath(path="m/44h/60h/0H/0/0", fingerprint=0x12345678)
    request = write_signing_request(a_bundle(), an_owner(1), key_path=path)
    theirs = read_cbor(bytes.fromhex(SENT["cbor"]))
    ours = read_cbor(request.cbor)
    assert isinstance(theirs, dict)
    assert isinstance(ours, dict)
    assert ours[5] == theirs[5]
    assert list(ours) == list(theirs)


@pytest.mark.parametrize(
    "path",
    ["", "m", "m/", "44'/60'", "m/44''", "m/-1", "m/2147483648", "m/a", "m" + "/1" * 11, "m/1/"],
)
def test_key_paths_that_are_none(path: str) -> None:
    """Are refused before a device is asked."""
    with pytest.raises(Malformed, match="key path"):
        KeyPath(path=path)


@pytest.mark.parametrize("fingerprint", [0, -1, 2**32])
def test_fingerprints_that_are_none(fingerprint: int) -> None:
    """Zero means to a device that it is not known, which None says."""
    with pytest.raises(Malformed, match="fingerprint"):
        KeyPath(path="m/44'", fingerprint=fingerprint)


def test_requests_that_cannot_be_written() -> None:
    """Without all that is hashed, or for a chain no device can name."""
    incomplete = bundle_of(
        read_link(write_localsafe_link(a_bundle(), base="https://x.invalid")), Known()
    )
    with pytest.raises(Refused, match="leaves out"):
        write_signing_request(incomplete, an_owner(1))
    with pytest.raises(Refused, match="chain id"):
        write_signing_request(a_bundle(chain_id=str(LARGEST_CHAIN_ID + 1)), an_owner(1))


def test_request_ids() -> None:
    """One of each hash, always the same, and a UUID that strict libraries take."""
    assert request_id_of(HASH) == request_id_of(bytes(range(32)))
    assert request_id_of(HASH) != request_id_of(bytes(32))
    assert request_id_of(HASH)[6] >> 4 == 5
    assert request_id_of(HASH)[8] >> 6 == 2


# ── the answer ───────────────────────────────────────────────────────────────────────────────────


def test_an_answer_is_read_back() -> None:
    """The signature, and which request it answers; capital letters mean the same."""
    text = write_uniform_resource(write_signature_resource(CONFIRMATION, origin="cold desk"))
    for spelled in (text, text.upper()):
        incoming = read_signature_resource(spelled)
        assert incoming is not None
        assert incoming.request_id == request_id_of(HASH)
        assert not isinstance(incoming.safe_tx_hash, bytes)
        assert [one.data for one in incoming.signatures] == [CONFIRMATION.signature.encoded]


def test_an_answer_of_another_program() -> None:
    """Keystone's library writes it so."""
    incoming = read_signature_resource(SENT["signature"])
    assert incoming is not None
    assert isinstance(incoming.request_id, bytes)
    assert incoming.request_id.hex() == "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"


@pytest.mark.parametrize("v", [0, 1])
def test_answers_of_wallets(v: int) -> None:
    """A v of 0 or 1 is 27 or 28: an answer is always ECDSA."""
    incoming = read_signature_resource(answer(k2=bytes(31) + b"\x01" * 33 + bytes([v])))
    assert incoming is not None
    assert incoming.signatures[0].data[-1] == v + 27
    assert incoming.request_id is UNKNOWN


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (answer(k1=Tagged(37, bytes(16))), "no signature of 65 bytes"),
        (answer(k2=bytes(64)), "no signature of 65 bytes"),
        (answer(k2=bytes(66)), "no signature of 65 bytes"),
        (answer(k2="0x"), "no signature of 65 bytes"),
        (answer(k2=bytes(65), k3=1), "an origin that is no text"),
        (answer(k2=bytes(65), k4=1), "its members are others"),
        (answer(k1=bytes(16), k2=bytes(65)), "no UUID"),
        (answer(k1=Tagged(38, bytes(16)), k2=bytes(65)), "no UUID"),
        (answer(k1=Tagged(37, bytes(15)), k2=bytes(65)), "no UUID"),
        (write_uniform_resource(UniformResource("eth-signature", write_cbor([]))), "are others"),
    ],
)
def test_answers_that_are_none(text: str, said: str) -> None:
    """Each is refused by what is wrong with it."""
    with pytest.raises(Malformed, match=said):
        read_signature_resource(text)


def test_what_is_no_answer() -> None:
    """Another resource is left to its own reader, and an answer is still no transaction."""
    assert read_signature_resource(SENT["whole"]) is None
    text = write_uniform_resource(write_signature_resource(CONFIRMATION))
    with pytest.raises(Malformed, match="carries a signature and no transaction"):
        read_signing_request(text)


def test_only_a_signature_of_the_hash_answers() -> None:
    """One of the eth_sign form answers another question."""
    owner, signature = by_eth_sign(HASH, 1)
    with pytest.raises(Refused, match="the hash itself"):
        write_signature_resource(Confirmation(safe_tx_hash=HASH, owner=owner, signature=signature))

"""The service's word: fields are read, its hash is recomputed, its decoding only compared."""

from typing import Any

import pytest

from tests.foreign import (
    PAYEE,
    SAFE,
    TRANSACTION,
    codes,
    hashes_of,
    service_transaction,
    shown,
)
from treasury_desktop.bundle import Bundle
from treasury_desktop.errors import Malformed
from treasury_desktop.files.foreign_programs.incoming import Known, bundle_of
from treasury_desktop.files.foreign_programs.service_transaction import (
    read_service_page,
    read_service_transaction,
)

SIGNATURE = "0x" + "11" * 64 + "1b"


def read(**changes: Any) -> Bundle:
    """The bundle made of a service's answer."""
    return bundle_of(read_service_transaction(service_transaction(**changes)), Known())


@pytest.mark.parametrize("version", ["0.1.0", "1.0.0", "1.1.1", "1.3.0", "1.4.1"])
def test_the_hash_tells_chain_and_form(version: str) -> None:
    """A service names neither; what its fields give on one chain is what was hashed."""
    sent = shown(service_transaction(version))
    assert sent["hashes"] == hashes_of(version)
    assert sent["safe"]["chain_id"] == (1 if version >= "1.3.0" else None)
    assert sent["safe"]["version"] is None
    assert codes(sent)["STATE_UNKNOWN"] == "block"


def test_version_1_and_version_2() -> None:
    """Which numbers are text differs; the transaction does not."""
    numbers = {"value": "5", "safeTxGas": 0, "baseGas": 0, "gasPrice": "0", "nonce": 42}
    texts = {"safeTxGas": "0", "baseGas": "0", "gasPrice": "0", "nonce": "42", "operation": 0}
    assert read(**numbers).tx == read(**texts).tx == read().tx


@pytest.mark.parametrize(
    "changes", [{"to": SAFE}, {"value": "6"}, {"nonce": 43}, {"operation": 1}, {"data": "0x00"}]
)
def test_changed_fields(changes: dict[str, Any]) -> None:
    """A hash that the fields give on no chain is wrong; with the version known it still is."""
    sent = shown(service_transaction(**changes))
    assert codes(sent)["SAFE_TX_HASH_MISMATCH"] == "block"
    assert sent["hashes"]["safe_tx"] is None
    named = shown(service_transaction(**changes), safe=f"eth:{SAFE}", version="1.3.0")
    assert codes(named)["SAFE_TX_HASH_MISMATCH"] == "block"
    assert named["hashes"]["safe_tx"] is not None


def test_a_hash_of_another_version_than_asked_for() -> None:
    """A signature for it would be none of this Safe."""
    sent = shown(service_transaction("1.1.1"), safe=f"eth:{SAFE}", version="1.3.0")
    assert codes(sent)["SAFE_TX_HASH_MISMATCH"] == "block"


def test_without_a_hash_nothing_tells_the_chain() -> None:
    """Then there is no hash, and the calls are shown."""
    sent = shown(service_transaction(safeTxHash=None))
    assert sent["hashes"]["safe_tx"] is None
    assert sent["safe"] == {"chain_id": None, "address": SAFE, "version": None}
    assert sent["calls"][0]["to"] == PAYEE


def test_what_was_sent_to_the_service() -> None:
    """A proposal has other names for hash and signature, and may name no Safe."""
    proposal = {
        **TRANSACTION,
        "contractTransactionHash": hashes_of()["safe_tx"],
        "sender": PAYEE,
        "signature": SIGNATURE,
        "origin": '{"note":"Rent"}',
    }
    sent = shown(proposal, safe=SAFE)
    assert sent["hashes"] == hashes_of()
    assert [s["signer"] for s in sent["signatures"]] == [PAYEE]
    assert shown(proposal)["safe"]["address"] is None


def test_lists() -> None:
    """A list of exactly one is read; of none or several none is picked."""
    assert read_service_page({"count": 1, "results": [service_transaction()]}).tx == read().tx
    for results in ([], [service_transaction()] * 2, None):
        with pytest.raises(Malformed, match="results"):
            read_service_page({"results": results})


def test_confirmations() -> None:
    """Each is a claim to be verified; one without a signature proves nothing and is left out."""
    sent = read(
        confirmations=[
            {"owner": PAYEE, "signature": SIGNATURE, "signatureType": "EOA"},
            {"owner": SAFE, "signature": None, "signatureType": "APPROVED_HASH"},
        ]
    )
    assert [str(one.signer) for one in sent.signatures] == [PAYEE]
    assert read(confirmations=[]).signatures == ()


def test_packed_signatures() -> None:
    """Without confirmations the blob is handed on whole; the review tells its signatures apart."""
    contract = bytes(12) + bytes.fromhex(SAFE[2:]) + (130).to_bytes(32, "big") + b"\0"
    blob = bytes.fromhex(SIGNATURE[2:]) + contract + (2).to_bytes(32, "big") + b"\xab\xcd"
    sent = read(confirmations=None, signatures="0x" + blob.hex())
    assert [(one.signer, one.data) for one in sent.signatures] == [(None, blob)]
    assert read(confirmations=None, signatures="0x").signatures == ()


@pytest.mark.parametrize(
    ("origin", "purpose"),
    [
        (None, ""),
        ("", ""),
        ("{}", ""),
        ('{"note":"Rent"}', "Rent"),
        ('{"url":"https://x","name":"Tx Builder"}', "Tx Builder"),
        ("plain words", "plain words"),
        ("[1]", "[1]"),
        ('{"note":5}', ""),
    ],
)
def test_origins(origin: Any, purpose: str) -> None:
    """The note is what the transaction is said to be for."""
    assert read(origin=origin).purpose == purpose


def test_the_services_decoding_is_only_a_claim() -> None:
    """It is kept to be compared, and never shown as the calls."""
    decoded = {
        "method": "transfer",
        "parameters": [{"name": "to", "type": "address", "value": PAYEE}],
    }
    kept = read(dataDecoded=decoded).service_decoded
    assert getattr(kept, "method", None) == "transfer"
    (call,) = shown(service_transaction(dataDecoded=decoded))["calls"]
    assert call["function"] is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": None}, "to"),
        ({"safe": "0x12"}, "safe"),
        ({"value": None}, "value"),
        ({"value": 1.5}, "value"),
        ({"operation": 3}, "operation"),
        ({"safeTxGas": None}, "safeTxGas"),
        ({"data": "0x123"}, "data"),
        ({"safeTxHash": "0x12"}, "safeTxHash"),
        ({"confirmations": [{"signature": SIGNATURE}]}, "confirmations[0].owner"),
        ({"confirmations": [{"owner": PAYEE, "signature": "0x1"}]}, "confirmations[0].signature"),
        ({"confirmations": {}}, "confirmations"),
        ({"signatures": "0x1", "confirmations": None}, "signatures"),
        ({"dataDecoded": "transfer"}, "dataDecoded"),
        ({"contractTransactionHash": "0x" + "12" * 32}, "contractTransactionHash"),
    ],
)
def test_answers_that_cannot_be_read(changes: dict[str, Any], field: str) -> None:
    """Each is refused by its field."""
    with pytest.raises(Malformed) as refused:
        shown(service_transaction(**changes))
    assert refused.value.field == field


@pytest.mark.parametrize(
    "member", ["to", "value", "data", "operation", "safeTxGas", "baseGas", "gasPrice", "gasToken"]
)
def test_a_member_that_is_missing(member: str) -> None:
    """It is still the service's transaction, refused by what it lacks."""
    sent = service_transaction()
    del sent[member]
    with pytest.raises(Malformed) as refused:
        shown(sent)
    assert refused.value.field == member


def test_marked_as_executed() -> None:
    """A service's word that it ran already is passed on, and only where it says so."""
    assert codes(shown(service_transaction(isExecuted=True)))["EXECUTED_BY_SERVICE"] == "note"
    assert "EXECUTED_BY_SERVICE" not in codes(shown(service_transaction()))


def test_the_same_hash_under_both_names() -> None:
    """Is one hash."""
    claimed = service_transaction()["safeTxHash"]
    assert read(contractTransactionHash=claimed).claimed_hash == read().claimed_hash

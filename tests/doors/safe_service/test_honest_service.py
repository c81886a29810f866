"""With a service that keeps to its documentation: propose, confirm, read what waits."""

import json
import tracemalloc
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.doors.safe_service.conftest import KEY_TEXT, Opened, a_meter
from tests.doors.safe_service.loopback_service import LoopbackService, hash_of
from tests.samples import (
    NOW,
    SAFE,
    a_confirmation,
    a_deposit_tx,
    a_queued,
    a_safe,
    a_safe_tx,
    an_address,
    an_owner,
)
from treasury_desktop.desk.exchange_with_service import (
    UNSIGNED,
    UNTRUSTED,
    confirm_at_service,
    propose_to_service,
    read_service_queue,
)
from treasury_desktop.errors import Cancelled, Refused, Unavailable
from treasury_desktop.safe_service.answers import Answer, refusal
from treasury_desktop.safe_service.meter import Budget, MonthlyUse, Quota
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.safe_tx import Operation, SafeTx


def never() -> bool:
    """Nobody cancels."""
    return False


def signed(tx: SafeTx, number: int) -> tuple[Any, bytes]:
    """An owner and their real signature on a transaction of the sample Safe."""
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    return an_owner(number), a_confirmation(safe_tx_hash, number).signature.encoded


EVERY_FIELD = SafeTx(
    to=an_address("somewhere"),
    value=2**200 + 1,
    data=b"\x01\x02\x03",
    operation=Operation.DELEGATECALL,
    safe_tx_gas=2**70,
    base_gas=2**71,
    gas_price=2**72,
    gas_token=an_address("gas token"),
    refund_receiver=an_address("refund receiver"),
    nonce=2**60,
)


@pytest.mark.parametrize("tx", [a_deposit_tx(), EVERY_FIELD, a_safe_tx(12)])
def test_a_proposal_is_read_back_by_the_other_desk(
    served: LoopbackService, opened: Opened, tx: SafeTx
) -> None:
    """One owner proposes, a second confirms, a third desk ends with both and the same hash."""
    first, second, third = MemoryRecords(), MemoryRecords(), MemoryRecords()
    queued = a_queued(tx, signed_by=(1,))
    first.keep_transaction(queued)
    about = (queued.safe_tx_hash, an_owner(1), a_safe(), first)
    propose_to_service(opened(), *about, now=NOW, note="To earn")
    read_service_queue(opened(), a_safe(), second, now=NOW)
    second.keep_confirmation(a_confirmation(queued.safe_tx_hash, 2))
    confirm_at_service(opened(), queued.safe_tx_hash, an_owner(2), a_safe(), second, now=NOW)
    reading = read_service_queue(opened(), a_safe(), third, now=NOW)
    known = third.transaction(queued.safe_tx_hash)
    assert known is not None
    assert (known.tx, known.purpose, known.drafted_here) == (tx, "To earn", False)
    assert {one.owner for one in known.confirmations} == {an_owner(1), an_owner(2)}
    assert known.state is State.CONFIRMED
    assert (reading.new_transactions, reading.new_confirmations, reading.quarantined) == (1, 2, 0)
    assert (reading.refused, reading.apart, reading.remarks) == ((), (), ())
    assert [kind for kind, _, _ in first.notes] == ["proposing to service", "proposed to service"]
    assert [kind for kind, _, _ in second.notes][1:] == [
        "confirming at service",
        "confirmed at service",
    ]


def test_a_proposal_has_exactly_the_documented_members(
    served: LoopbackService, opened: Opened
) -> None:
    """The hash in it is what eth_account makes of it; an origin is there with a note only."""
    queued = a_queued(EVERY_FIELD, signed_by=(2,))
    records = MemoryRecords()
    records.keep_transaction(queued)
    for note in ("", 'a "note"'):
        propose_to_service(
            opened(), queued.safe_tx_hash, an_owner(2), a_safe(), records, now=NOW, note=note
        )
    method, target, headers, body = served.requests[0]
    assert (method, target) == (
        "POST",
        f"/tx-service/demo/api/v2/safes/{SAFE}/multisig-transactions/",
    )
    assert headers["Authorization"] == f"Bearer {KEY_TEXT}"
    assert headers["Content-Type"] == "application/json"
    assert headers["Host"] == f"127.0.0.1:{served.port}"
    assert "Cookie" not in headers
    assert set(body) == {
        *("to", "value", "data", "operation", "gasToken", "safeTxGas", "baseGas", "gasPrice"),
        *("refundReceiver", "nonce", "contractTransactionHash", "sender", "signature"),
    }
    assert body["contractTransactionHash"] == "0x" + hash_of(body, str(SAFE)).hex()
    assert body["sender"] == str(an_owner(2))
    assert body["signature"] == "0x" + queued.confirmations[0].signature.encoded.hex()
    assert json.loads(served.requests[1][3]["origin"]) == {"note": 'a "note"'}


def test_a_confirmation_goes_to_the_first_version(served: LoopbackService, opened: Opened) -> None:
    """Path and body are those of v1, which is still the one."""
    tx = a_deposit_tx()
    safe_tx_hash = served.add(tx, signed(tx, 1))
    confirmation = a_confirmation(bytes.fromhex(safe_tx_hash[2:]), 2)
    opened().confirm(confirmation)
    method, target, _, body = served.requests[0]
    path = f"/tx-service/demo/api/v1/multisig-transactions/{safe_tx_hash}/confirmations/"
    assert (method, target) == ("POST", path)
    assert body == {"signature": "0x" + confirmation.signature.encoded.hex()}
    assert len(served.entries[safe_tx_hash]["confirmations"]) == 2


def test_a_note_that_is_too_long_is_refused_before_it_is_sent(
    served: LoopbackService, opened: Opened
) -> None:
    """The service takes 200 characters of origin, eleven of which are its wrapping."""
    queued = a_queued(signed_by=(1,))
    (confirmation,) = queued.confirmations
    opened().propose(SAFE, queued.tx, confirmation, note="n" * 189)
    assert len(served.requests[0][3]["origin"]) == 200
    with pytest.raises(Refused, match="has 190 characters; the service takes 189 at most"):
        opened().propose(SAFE, queued.tx, confirmation, note="n" * 190)
    assert len(served.requests) == 1


def test_without_a_key_none_is_sent(served: LoopbackService, opened: Opened) -> None:
    """The service's free tier asks for none."""
    opened(key=None).queue(SAFE, 12, trusted=True, is_cancelled=never)
    assert "Authorization" not in served.requests[0][2]


def test_a_long_queue_is_read_page_after_page(served: LoopbackService, opened: Opened) -> None:
    """All of 120 transactions, each once, in three requests, from the Safe's nonce on."""
    for nonce in range(10, 132):
        tx = a_safe_tx(nonce)
        served.add(tx, signed(tx, 1))
    records = MemoryRecords()
    reading = read_service_queue(opened(), a_safe(), records, now=NOW)
    assert (reading.new_transactions, reading.remarks) == (120, ())
    assert [queued.tx.nonce for queued in records.transactions(SAFE)] == list(range(12, 132))
    asked = [parse_qs(urlsplit(target).query) for _, target, _, _ in served.requests]
    assert [one["offset"] for one in asked] == [["0"], ["50"], ["100"]]
    assert {one["nonce__gte"][0] for one in asked} == {"12"}
    assert {one["trusted"][0] for one in asked} == {"true"}


def test_what_the_service_does_not_trust_is_shown_apart(
    served: LoopbackService, opened: Opened
) -> None:
    """It is asked for only on request, and kept nowhere, however well it is signed."""
    trusted, spam = a_safe_tx(12), a_safe_tx(13, value=9)
    served.add(trusted, signed(trusted, 1))
    served.add(spam, signed(spam, 1), signed(spam, 2), trusted=False)
    records = MemoryRecords()
    assert read_service_queue(opened(), a_safe(), records, now=NOW).apart == ()
    assert len(served.requests) == 1
    reading = read_service_queue(opened(), a_safe(), records, now=NOW, with_untrusted=True)
    assert [(one.tx, one.reason) for one in reading.apart] == [(spam, UNTRUSTED)]
    assert [queued.tx for queued in records.transactions(SAFE)] == [trusted]


def test_what_no_owner_signed_is_shown_apart(served: LoopbackService, opened: Opened) -> None:
    """A service cannot invent transactions; one of a delegate is the person's to import."""
    tx = a_safe_tx(12)
    served.add(tx)
    records = MemoryRecords()
    reading = read_service_queue(opened(), a_safe(), records, now=NOW)
    assert [(one.tx, one.reason) for one in reading.apart] == [(tx, UNSIGNED)]
    assert records.kept == {}
    assert records.notes == []


def test_what_the_service_decoded_is_nowhere(served: LoopbackService, opened: Opened) -> None:
    """Neither the records nor what is said of the reading hold a word of it."""
    tx = a_deposit_tx()
    served.add(tx, signed(tx, 1))
    records = MemoryRecords()
    reading = read_service_queue(opened(), a_safe(), records, now=NOW, with_untrusted=True)
    assert reading.new_transactions == 1
    assert "SERVICE_DECODED" not in repr((reading, records))


@pytest.mark.parametrize("origin", ['{"note":"Rent"}', '{"note":"Rent","url":"https://a.example"}'])
def test_a_note_becomes_the_purpose(served: LoopbackService, opened: Opened, origin: str) -> None:
    """It is a stranger's text, as that of any bundle."""
    tx = a_safe_tx(12)
    served.add(tx, signed(tx, 1), origin=origin)
    records = MemoryRecords()
    read_service_queue(opened(), a_safe(), records, now=NOW)
    assert records.transactions(SAFE)[0].purpose == "Rent"


def test_a_reading_is_cancelled_between_pages(served: LoopbackService, opened: Opened) -> None:
    """Nothing of what was read by then is kept."""
    for nonce in range(12, 120):
        tx = a_safe_tx(nonce)
        served.add(tx, signed(tx, 1))
    records = MemoryRecords()
    answers = iter((False, True))
    with pytest.raises(Cancelled):
        read_service_queue(opened(), a_safe(), records, now=NOW, is_cancelled=lambda: next(answers))
    assert len(served.requests) == 1
    assert records.kept == {}


# ── budget ───────────────────────────────────────────────────────────────────────────────────────


def test_a_budget_is_refused_before_it_is_passed(served: LoopbackService, opened: Opened) -> None:
    """The request that would pass it never reaches the service."""
    budget = Budget(requests_per_month=2, requests_per_second=1_000_000)
    meter = a_meter(budget=budget)
    door = opened(meter=meter)
    for _ in range(2):
        door.queue(SAFE, 12, trusted=True, is_cancelled=never)
    with pytest.raises(Refused, match="All 2 requests of 2026-11"):
        door.queue(SAFE, 12, trusted=True, is_cancelled=never)
    assert len(served.requests) == 2
    assert meter.use == MonthlyUse(month="2026-11", requests=2)


def test_what_the_service_says_of_its_limit_is_read(
    served: LoopbackService, opened: Opened
) -> None:
    """Its headers are kept as its word, and a limit that is used up is not knocked at."""
    served.headers = {
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "90",
    }
    meter = a_meter()
    door = opened(meter=meter)
    door.queue(SAFE, 12, trusted=True, is_cancelled=never)
    assert meter.quota == Quota(limit=5, remaining=0, resets_at=NOW + 90)
    with pytest.raises(Refused, match="no request is left"):
        door.queue(SAFE, 12, trusted=True, is_cancelled=never)
    assert len(served.requests) == 1


def test_too_many_requests_are_answered_with_its_sentence(
    served: LoopbackService, opened: Opened
) -> None:
    """The service's own words are quoted."""
    served.status, served.error = 429, {"detail": "Monthly quota exceeded."}
    said = r'takes no more requests for now: "Monthly quota exceeded\."\.$'
    with pytest.raises(Unavailable, match=said):
        opened().queue(SAFE, 12, trusted=True, is_cancelled=never)


def test_a_refused_proposal_is_answered_with_its_sentence(
    served: LoopbackService, opened: Opened
) -> None:
    """422 is the service's refusal, not ours and not the world's."""
    queued = a_queued(signed_by=(1,))
    served.safe = a_safe(owners=(an_owner(5),))
    with pytest.raises(Refused, match=r'refuses it \(HTTP status 422\): "Sender is not an owner"'):
        opened().propose(SAFE, queued.tx, queued.confirmations[0])


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (200, "answered with HTTP status 200"),
        (302, "sends us elsewhere"),
        (401, "does not accept the API key"),
        (403, "does not accept the API key"),
        (404, "does not know what it was asked about"),
        (500, "answered with HTTP status 500"),
        (999, "answered with HTTP status 999"),
    ],
)
def test_every_other_status_of_a_post_is_no_success(
    served: LoopbackService, opened: Opened, status: int, said: str
) -> None:
    """Only 201 is; and the dossier then says no more than that it was tried."""
    queued = a_queued(signed_by=(1,))
    records = MemoryRecords()
    records.keep_transaction(queued)
    served.status, served.error = status, {}
    with pytest.raises(Unavailable, match=said):
        propose_to_service(opened(), queued.safe_tx_hash, an_owner(1), a_safe(), records, now=NOW)
    assert [kind for kind, _, _ in records.notes] == ["proposing to service"]


def test_megabytes_of_unhoped_success_are_not_parsed() -> None:
    """Every empty list of three bytes would take sixty; of an error a few kilobytes are read."""
    body = b"[" + b"[]," * (1 << 19) + b"[]]"
    tracemalloc.start()
    try:
        said = refusal(Answer(200, {}, body, is_cut=False), "safe.example").sentence
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said == "safe.example answered with HTTP status 200."
    assert peak < len(body)

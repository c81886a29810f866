"""Exchange with a service in memory: what is sent, what is refused, and that order is nothing."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.in_memory import MemoryRecords
from tests.nested_safes import COUNCIL, outer_queued, the_council, the_treasury
from tests.samples import (
    NOW,
    SAFE,
    STRANGER,
    a_confirmation,
    a_queued,
    a_safe,
    a_safe_tx,
    an_owner,
)
from tests.signed import by_eth_sign, by_key, twin
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import ClaimedSignature, read_bundle
from treasury_desktop.desk import exchange_with_service
from treasury_desktop.desk.collect_confirmations import collect_confirmations
from treasury_desktop.desk.doors import (
    IsCancelled,
    SafeService,
    ServedQueue,
    ServedTransaction,
    UnreadEntry,
)
from treasury_desktop.desk.exchange_with_service import (
    MOST_SET_ASIDE,
    ListedTransaction,
    ServiceReading,
    confirm_at_service,
    propose_to_service,
    read_service_queue,
)
from treasury_desktop.desk.inside_signatures import whole_signature
from treasury_desktop.errors import Cancelled, Refused, Unavailable
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature, parse_signature
from treasury_desktop.safes.signature_blob import contract_signature, pack_signatures

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
Sent = tuple[Address, SafeTx, Confirmation, str]


@dataclass
class MemoryService:
    """A service that lists what it was given and notes what it is sent; `fails` is raised."""

    listed: tuple[ServedTransaction, ...] = ()
    aside: tuple[ServedTransaction, ...] = ()
    unread: tuple[UnreadEntry, ...] = ()
    remarks: tuple[str, ...] = ()
    fails: Exception | None = None
    asked: list[tuple[Address, int, bool]] = field(default_factory=list)
    proposed: list[Sent] = field(default_factory=list)
    confirmed: list[Confirmation] = field(default_factory=list)

    def queue(
        self, safe: Address, first_nonce: int, *, trusted: bool, is_cancelled: IsCancelled
    ) -> ServedQueue:
        """What was given."""
        self.asked.append((safe, first_nonce, trusted))
        return ServedQueue(self.listed if trusted else self.aside, self.unread, self.remarks)

    def propose(
        self, safe: Address, tx: SafeTx, confirmation: Confirmation, *, note: str = ""
    ) -> None:
        """Notes it."""
        if self.fails is not None:
            raise self.fails
        self.proposed.append((safe, tx, confirmation, note))

    def confirm(self, confirmation: Confirmation) -> None:
        """Notes it."""
        if self.fails is not None:
            raise self.fails
        self.confirmed.append(confirmation)


SERVICE: SafeService = MemoryService()


def a_served(
    tx: SafeTx, *signers: int, place: str = "entry 1", trusted: bool = True
) -> ServedTransaction:
    """An honest entry with the real signatures of those numbers."""
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    return ServedTransaction(
        place=place,
        safe=SAFE,
        tx=tx,
        claimed_hash=safe_tx_hash,
        signatures=tuple(a_claim(safe_tx_hash, number) for number in signers),
        says_trusted=trusted,
        says_executed=False,
        says_threshold=2,
    )


def a_claim(safe_tx_hash: bytes, number: int, *, claimed: int | None = None) -> ClaimedSignature:
    """The real signature of a number, as that of another where one is named."""
    return ClaimedSignature(
        signer=an_owner(claimed or number),
        data=a_confirmation(safe_tx_hash, number).signature.encoded,
    )


# ── read ─────────────────────────────────────────────────────────────────────────────────────────


def test_what_owners_signed_comes_in() -> None:
    """A transaction nobody here knew, with both confirmations, as a stranger's bundle."""
    tx, records = a_safe_tx(12), MemoryRecords()
    service = MemoryService(listed=(a_served(tx, 1, 2),))
    reading = read_service_queue(service, a_safe(), records, now=NOW)
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    assert reading == ServiceReading(
        listed=(ListedTransaction(safe_tx_hash, frozenset({an_owner(1), an_owner(2)})),),
        brought=(safe_tx_hash,),
        new_confirmations=2,
    )
    assert reading.new_transactions == 1
    assert service.asked == [(SAFE, 12, True)]
    (known,) = records.transactions(SAFE)
    assert (known.state, known.drafted_here, known.created_at) == (State.CONFIRMED, False, NOW)
    told = read_bundle(known.bundle)
    assert (told.tx, told.service_decoded, told.signatures) == (tx, UNKNOWN, ())
    assert [kind for kind, _, _ in records.notes] == ["imported"]


def test_reading_again_changes_nothing() -> None:
    """Neither records nor dossier grow, and nothing is new."""
    records = MemoryRecords()
    service = MemoryService(listed=(a_served(a_safe_tx(12), 1, 2),))
    first = read_service_queue(service, a_safe(), records, now=NOW)
    before = (dict(records.kept), list(records.signed), list(records.notes))
    again = read_service_queue(service, a_safe(), records, now=NOW + 9)
    assert again == ServiceReading(listed=first.listed)
    assert (records.kept, records.signed, records.notes) == before


@pytest.mark.parametrize("v_as_written", [0, 27, 31])
def test_a_signature_counts_as_its_wallet_meant_it(v_as_written: int) -> None:
    """A wallet that signs the hash as a message writes any v; an import reads it as meant too."""
    tx, records = a_safe_tx(12), MemoryRecords()
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    owner, signature = by_eth_sign(safe_tx_hash, 1)
    written = replace(signature, v=v_as_written + signature.v - 31)
    claim = ClaimedSignature(signer=owner, data=written.encoded)
    served = replace(a_served(tx), signatures=(claim,))
    reading = read_service_queue(MemoryService(listed=(served,)), a_safe(), records, now=NOW)
    assert (reading.refused, reading.apart, reading.quarantined) == ((), (), 0)
    (known,) = records.transactions(SAFE)
    assert [one.signature for one in known.confirmations] == [signature]


@given(
    spelled=st.lists(
        st.tuples(st.integers(1, 4), st.booleans(), st.booleans(), st.sampled_from((0, 27, 31))),
        max_size=6,
    )
)
def test_a_service_brings_what_an_import_would(
    spelled: list[tuple[int, bool, bool, int]],
) -> None:
    """Of owners and a stranger, as hash or message, with either s and any v: the same counts."""
    queued = a_queued(a_safe_tx(12))
    claims = list[ClaimedSignature]()
    for number, is_message, is_twin, base in spelled:
        made = (by_eth_sign if is_message else by_key)(queued.safe_tx_hash, number)
        owner, signature = twin(made) if is_twin else made
        parity = (signature.v - 27) % 2
        claims.append(ClaimedSignature(owner, replace(signature, v=base + parity).encoded))
    served, imported = MemoryRecords(), MemoryRecords()
    imported.keep_transaction(queued)
    entry = replace(a_served(queued.tx), signatures=tuple(claims))
    read_service_queue(MemoryService(listed=(entry,)), a_safe(), served, now=NOW)
    collect_confirmations(tuple(claims), queued.safe_tx_hash, imported, a_safe())
    assert _signers(served) == _signers(imported)


def test_an_owner_who_signs_without_end_fills_no_disk() -> None:
    """One signature of theirs counts; of all the others a hundred are kept aside."""
    tx, records = a_safe_tx(12), MemoryRecords()
    safe_tx_hash = safe_tx_hashes(a_safe(), tx).safe_tx
    real = a_claim(safe_tx_hash, 1)
    others = tuple(real._replace(data=real.data + bytes([0] * n)) for n in range(1, 150))
    served = replace(a_served(tx), signatures=(real, *others))
    read_service_queue(MemoryService(listed=(served,)), a_safe(), records, now=NOW)
    assert [one.owner for one in records.signed] == [an_owner(1)]
    assert len(records.set_aside) <= MOST_SET_ASIDE


def test_what_could_not_be_read_and_where_there_is_more_is_said() -> None:
    """The door's words arrive with the place."""
    service = MemoryService(unread=(UnreadEntry("entry 4", "to: is missing"),), remarks=("More.",))
    reading = read_service_queue(service, a_safe(), MemoryRecords(), now=NOW)
    assert [(one.place, one.reason) for one in reading.refused] == [("entry 4", "to: is missing")]
    assert reading.remarks == ("More.",)


@pytest.mark.parametrize("unknown", [{"owners": UNKNOWN}, {"nonce": UNKNOWN}])
def test_without_owners_or_nonce_nothing_is_asked(unknown: dict[str, object]) -> None:
    """They come from the chain, and never from the service."""
    service = MemoryService()
    with pytest.raises(Refused, match=r"are not known yet; refresh first\.$"):
        read_service_queue(service, a_safe(**unknown), MemoryRecords(), now=NOW)
    assert service.asked == []


def test_owners_are_those_of_the_chain() -> None:
    """A signature of an owner of yesterday is a stranger's today."""
    records = MemoryRecords()
    service = MemoryService(listed=(a_served(a_safe_tx(12), 1),))
    safe = a_safe(owners=(an_owner(2), an_owner(3)))
    reading = read_service_queue(service, safe, records, now=NOW)
    assert "who is no owner" in reading.refused[0].reason
    assert len(reading.apart) == 1
    assert records.kept == {}


def test_another_safe_is_refused() -> None:
    """True of that Safe or not, it is none of this one's."""
    records = MemoryRecords()
    other = replace(a_served(a_safe_tx(12), 1), safe=STRANGER)
    reading = read_service_queue(MemoryService(listed=(other,)), a_safe(), records, now=NOW)
    assert reading.refused[0].reason.endswith(f"names another Safe, {STRANGER}.")
    assert records.kept == {}


def test_our_own_words_stand() -> None:
    """Of a transaction we drafted a service brings signatures and no purpose."""
    records, queued = MemoryRecords(), a_queued(a_safe_tx(12))
    records.keep_transaction(queued)
    served = replace(a_served(a_safe_tx(12), 1), note="Send it quickly")
    read_service_queue(MemoryService(listed=(served,)), a_safe(), records, now=NOW)
    (known,) = records.transactions(SAFE)
    assert (known.purpose, known.drafted_here) == (queued.purpose, True)
    assert [one.owner for one in known.confirmations] == [an_owner(1)]


def test_a_reading_cancelled_at_its_end_keeps_nothing() -> None:
    """Everything is read before anything is kept."""
    records = MemoryRecords()
    service = MemoryService(listed=(a_served(a_safe_tx(12), 1),))
    with pytest.raises(Cancelled):
        read_service_queue(service, a_safe(), records, now=NOW, is_cancelled=lambda: True)
    assert records == MemoryRecords()


def test_a_reading_is_cancelled_between_transactions_and_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A liar's signatures take a minute to recover; nobody has to wait for them."""
    recovered = list[bytes | None]()

    def noted(claimed: Any, safe: Safe, safe_tx_hash: bytes | None) -> Any:
        recovered.append(safe_tx_hash)
        return checked_signatures(claimed, safe, safe_tx_hash)

    monkeypatch.setattr(exchange_with_service, "checked_signatures", noted)
    records = MemoryRecords()
    service = MemoryService(listed=tuple(a_served(a_safe_tx(nonce), 1) for nonce in (12, 13, 14)))
    with pytest.raises(Cancelled):
        read_service_queue(
            service, a_safe(), records, now=NOW, is_cancelled=lambda: len(recovered) == 2
        )
    assert (len(recovered), records) == (2, MemoryRecords())


# ── order ────────────────────────────────────────────────────────────────────────────────────────


def _entries() -> tuple[ServedTransaction, ...]:
    """Honest ones, forged ones and lies about five transactions, two of them for one nonce."""
    txs = [a_safe_tx(nonce, value=value) for nonce, value in ((12, 1), (12, 2), (13, 3), (14, 4))]
    hash_ = safe_tx_hashes(a_safe(), txs[0]).safe_tx
    return (
        a_served(txs[0], 1),
        a_served(txs[0], 2),
        replace(a_served(txs[0]), signatures=(a_claim(hash_, 2, claimed=3),), note="b"),
        replace(a_served(txs[0]), signatures=(a_claim(hash_, 8),), note="a"),
        a_served(txs[1], 3, 1),
        replace(a_served(txs[1]), signatures=(_twin(a_served(txs[1], 3).signatures[0]),)),
        a_served(txs[2], 2),
        a_served(txs[3]),
        a_served(txs[3], 1, trusted=False),
        replace(a_served(txs[2], 1), claimed_hash=hash_),
        replace(a_served(txs[2], 3), safe=STRANGER),
        a_served(a_safe_tx(11), 1),
    )


def _twin(claim: ClaimedSignature) -> ClaimedSignature:
    """The other signature of the same owner that anybody can make of the first."""
    real = parse_signature(claim.data)
    return claim._replace(data=Signature(real.r, ORDER - real.s, 55 - real.v).encoded)


def _outcome(records: MemoryRecords) -> object:
    """All that is kept, but for the order in which it came."""
    return (
        records.kept,
        {(one.safe_tx_hash, one.owner, one.signature) for one in records.signed},
        set(records.set_aside),
    )


def _said(reading: ServiceReading) -> object:
    """What is said, but for the order."""
    apart = {(one.safe_tx_hash, one.reason) for one in reading.apart}
    refused = {(one.safe_tx_hash, one.reason) for one in reading.refused}
    return apart, refused, set(reading.remarks), reading.new_confirmations, reading.new_transactions


def test_the_order_has_something_to_change() -> None:
    """The entries below bring in, put aside, refuse and show apart."""
    records = MemoryRecords()
    service = MemoryService(listed=_entries())
    reading = read_service_queue(service, a_safe(), records, now=NOW)
    assert (reading.new_transactions, reading.new_confirmations) == (3, 5)
    assert (len(reading.apart), len(reading.refused)) == (1, 5)
    assert len(records.set_aside) == 3


@given(order=st.permutations(range(12)), again=st.lists(st.integers(0, 11), max_size=8))
def test_order_and_repetition_of_entries_change_nothing(order: list[int], again: list[int]) -> None:
    """One reading, its entries in any order and any of them several times: the same records."""
    entries = _entries()
    plain, mixed = MemoryRecords(), MemoryRecords()
    one = MemoryService(listed=entries)
    other = MemoryService(listed=tuple(entries[place] for place in (*order, *again)))
    first = read_service_queue(one, a_safe(), plain, now=NOW)
    second = read_service_queue(other, a_safe(), mixed, now=NOW)
    assert _outcome(plain) == _outcome(mixed)
    assert _said(first) == _said(second)


@given(seed=st.integers(0, 2**32), pieces=st.integers(1, 5))
def test_true_entries_add_up_in_any_order_of_readings(seed: int, pieces: int) -> None:
    """Several readings, each of some pages, some of them twice, end where one reading ends."""
    entries = [entry for entry in _entries() if entry.says_trusted and entry.signatures]
    entries = [
        replace(entry, note="") for entry in entries if entry.tx.nonce != 12 or entry.note == ""
    ]
    whole, parts = MemoryRecords(), MemoryRecords()
    read_service_queue(MemoryService(listed=tuple(entries)), a_safe(), whole, now=NOW)
    dealt = random.Random(seed)  # noqa: S311  an order, not a secret
    for _ in range(pieces):
        some = tuple(dealt.choices(entries, k=3))
        read_service_queue(MemoryService(listed=some), a_safe(), parts, now=NOW)
    dealt.shuffle(entries)
    read_service_queue(MemoryService(listed=tuple(entries)), a_safe(), parts, now=NOW)
    assert _signers(whole) == _signers(parts)
    assert {h: q.state for h, q in whole.kept.items()} == {
        h: q.state for h, q in parts.kept.items()
    }


def _signers(records: MemoryRecords) -> set[tuple[bytes, Address]]:
    return {(one.safe_tx_hash, one.owner) for one in records.signed}


# ── send ─────────────────────────────────────────────────────────────────────────────────────────


def with_signed(**changes: object) -> tuple[MemoryRecords, bytes]:
    """Records with one transaction that owner 1 signed, and its hash."""
    records = MemoryRecords()
    queued = replace(a_queued(a_safe_tx(12), signed_by=(1,)), **changes)
    records.keep_transaction(queued)
    return records, queued.safe_tx_hash


Send = Callable[[MemoryService, bytes, Address, Safe, MemoryRecords], None]


def proposing(
    service: MemoryService, safe_tx_hash: bytes, owner: Address, safe: Safe, records: MemoryRecords
) -> None:
    """Propose with a note."""
    propose_to_service(service, safe_tx_hash, owner, safe, records, now=NOW, note="Rent")


def confirming(
    service: MemoryService, safe_tx_hash: bytes, owner: Address, safe: Safe, records: MemoryRecords
) -> None:
    """Confirm."""
    confirm_at_service(service, safe_tx_hash, owner, safe, records, now=NOW)


def test_what_is_proposed_is_what_is_on_record() -> None:
    """Fields, verified confirmation and note; the dossier says so before and after."""
    records, safe_tx_hash = with_signed()
    service = MemoryService()
    proposing(service, safe_tx_hash, an_owner(1), a_safe(), records)
    assert service.proposed == [(SAFE, a_safe_tx(12), a_confirmation(safe_tx_hash, 1), "Rent")]
    about = {"safe_tx_hash": "0x" + safe_tx_hash.hex(), "sender": str(an_owner(1))}
    assert records.notes == [
        ("proposing to service", about, NOW),
        ("proposed to service", about, NOW),
    ]


def test_what_is_confirmed_is_what_is_on_record() -> None:
    """The one signature of that owner."""
    records, safe_tx_hash = with_signed()
    service = MemoryService()
    confirming(service, safe_tx_hash, an_owner(1), a_safe(), records)
    assert service.confirmed == [a_confirmation(safe_tx_hash, 1)]
    assert [kind for kind, _, _ in records.notes] == [
        "confirming at service",
        "confirmed at service",
    ]


@pytest.mark.parametrize("send", [proposing, confirming])
def test_what_fails_is_not_noted_as_done(send: Send) -> None:
    """Whether it arrived is unknown, and the dossier says that it was tried."""
    records, safe_tx_hash = with_signed()
    service = MemoryService(fails=Unavailable("It does not answer."))
    with pytest.raises(Unavailable, match="does not answer"):
        send(service, safe_tx_hash, an_owner(1), a_safe(), records)
    assert len(records.notes) == 1


@pytest.mark.parametrize("send", [proposing, confirming])
@pytest.mark.parametrize(
    ("owner", "safe", "said"),
    [
        (2, {}, "has not confirmed"),
        (1, {"owners": (an_owner(2), an_owner(3))}, "is not an owner"),
        (1, {"address": STRANGER}, "is no transaction of"),
        (1, {"chain_id": 1}, "is no transaction of"),
        (1, {"nonce": 13}, "is used up"),
        (1, {"nonce": UNKNOWN}, "refresh first"),
        (1, {"owners": UNKNOWN}, "refresh first"),
    ],
)
def test_what_may_not_be_sent(send: Send, owner: int, safe: dict[str, object], said: str) -> None:
    """Nothing is sent and nothing noted."""
    records, safe_tx_hash = with_signed()
    service = MemoryService()
    with pytest.raises(Refused, match=said):
        send(service, safe_tx_hash, an_owner(owner), a_safe(**safe), records)
    assert (service.proposed, service.confirmed, records.notes) == ([], [], [])


@pytest.mark.parametrize("send", [proposing, confirming])
@pytest.mark.parametrize("state", [State.EXECUTED, State.FAILED, State.REPLACED])
def test_what_is_settled_is_not_sent(send: Send, state: State) -> None:
    """The chain has decided about it."""
    records, safe_tx_hash = with_signed(state=state)
    with pytest.raises(Refused, match="is used up"):
        send(MemoryService(), safe_tx_hash, an_owner(1), a_safe(), records)


@pytest.mark.parametrize("send", [proposing, confirming])
def test_fields_that_were_changed_on_record_are_not_sent(send: Send) -> None:
    """The hash is derived once more from what is sent."""
    records, safe_tx_hash = with_signed()
    records.kept[safe_tx_hash] = replace(records.kept[safe_tx_hash], tx=a_safe_tx(12, value=2))
    with pytest.raises(Refused, match="have another hash"):
        send(MemoryService(), safe_tx_hash, an_owner(1), a_safe(), records)


def test_what_is_not_on_record_is_not_sent() -> None:
    """There is no signature of it either."""
    with pytest.raises(Refused, match="is no transaction of"):
        proposing(MemoryService(), bytes(32), an_owner(1), a_safe(), MemoryRecords())


def test_a_signature_inside_a_safe_finds_room_beside_any_junk() -> None:
    """A service that listed junk one day and the true one on another loses nobody's signature."""
    queued = outer_queued()
    records = MemoryRecords()
    records.keep_transaction(queued)

    def kept() -> QueuedTransaction:
        found = records.transaction(queued.safe_tx_hash)
        assert found is not None
        return found

    def read(*data: bytes) -> bytes:
        claims = tuple(ClaimedSignature(signer=COUNCIL, data=each) for each in data)
        listed = replace(
            a_served(queued.tx),
            safe=queued.safe,
            claimed_hash=queued.safe_tx_hash,
            signatures=claims,
        )
        read_service_queue(
            MemoryService((listed,)), the_treasury(), records, now=NOW, safes=(the_council(),)
        )
        return b"".join(aside.data for aside in kept().quarantined)

    read(*(contract_signature(COUNCIL, bytes([each])) for each in range(MOST_SET_ASIDE)))
    message = message_to_sign(the_treasury(), queued.tx, the_council())
    signed = [by_key(message, number) for number in (4, 5)]
    for one in signed:
        assert one[1].encoded in read(contract_signature(COUNCIL, pack_signatures([one])))
    before = len(kept().quarantined)
    read(contract_signature(COUNCIL, pack_signatures(signed)))  # brings nobody new
    assert len(kept().quarantined) == before
    assert whole_signature(kept(), the_treasury(), the_council()) is not None

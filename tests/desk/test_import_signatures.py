"""Signatures that come without their transaction: verified, placed, kept aside or left waiting."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.samples import (
    NOW,
    STRANGER,
    a_confirmation,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
)
from tests.signed import by_eth_sign, by_key, claims, twin
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle, ClaimedSignature, write_bundle
from treasury_desktop.desk.collect_confirmations import (
    CONFIRMED_OTHERWISE,
    NO_OWNERS_YET,
    NO_TRANSACTION_YET,
    collect_waiting,
    still_aside,
)
from treasury_desktop.desk.import_several import import_each
from treasury_desktop.desk.import_signatures import (
    ImportedSignatures,
    IncomingSignatures,
    import_signatures,
    request_id_of,
)
from treasury_desktop.desk.import_transaction import Imported, import_transaction
from treasury_desktop.desk.signature_as_meant import ORDER, as_meant, with_low_s
from treasury_desktop.errors import Cancelled, Malformed, Unavailable
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature

FIRST, RIVAL, LATER = a_safe_tx(12), a_safe_tx(12, value=7), a_safe_tx(13)


def hash_of(tx: SafeTx) -> bytes:
    """Its Safe transaction hash in our Safe."""
    return safe_tx_hashes(a_safe(), tx).safe_tx


def bundle_bytes(tx: SafeTx, *signatures: ClaimedSignature) -> bytes:
    """A bundle somebody sends."""
    return write_bundle(Bundle(safe=a_safe(), tx=tx, signatures=signatures))


def records_with(*txs: SafeTx) -> MemoryRecords:
    """A desk that has these transactions, unsigned."""
    records = MemoryRecords()
    for tx in txs:
        import_transaction(bundle_bytes(tx), records, a_workspace(), a_snapshot(), now=NOW)
    return records


def imported(
    records: MemoryRecords,
    *signatures: ClaimedSignature,
    tx: SafeTx | None = None,
    request_id: bytes | None = None,
    safe: Safe | None = None,
) -> ImportedSignatures:
    """What comes of importing them, with the hash of a transaction named or none."""
    incoming = IncomingSignatures(
        safe_tx_hash=UNKNOWN if tx is None else hash_of(tx),
        request_id=UNKNOWN if request_id is None else request_id,
        signatures=signatures,
    )
    snapshot = a_snapshot() if safe is None else replace(a_snapshot(), safes=(safe,))
    return import_signatures(incoming, records, a_workspace(), snapshot, now=NOW)


def kept(records: MemoryRecords, tx: SafeTx) -> QueuedTransaction:
    """The transaction as it is kept."""
    queued = records.transaction(hash_of(tx))
    assert queued is not None
    return queued


def owners_who_signed(records: MemoryRecords, tx: SafeTx) -> set[int]:
    """The numbers of the keys that confirmed."""
    numbers = {an_owner(number): number for number in range(1, 10)}
    return {numbers[one.owner] for one in kept(records, tx).confirmations}


def reasons(records: MemoryRecords, tx: SafeTx) -> list[str]:
    """Why signatures lie aside."""
    return [one.reason for one in still_aside(kept(records, tx))]


def signed(tx: SafeTx, number: int, *, is_named: bool = True) -> ClaimedSignature:
    """An ordinary signature of the key that is this number."""
    owner, signature = by_key(hash_of(tx), number)
    return ClaimedSignature(signer=owner if is_named else None, data=signature.encoded)


# ── where a signature belongs ────────────────────────────────────────────────────────────────────


def test_a_named_hash() -> None:
    """It confirms that transaction, and its rival stays as it is."""
    records = records_with(FIRST, RIVAL)
    came = imported(records, signed(FIRST, 1), tx=FIRST)
    assert (came.new_confirmations, came.quarantined, came.told) == (1, 0, ())
    assert came.safe_tx_hashes == (hash_of(FIRST),)
    assert owners_who_signed(records, FIRST) == {1}
    assert kept(records, RIVAL).confirmations == ()


@pytest.mark.parametrize("is_named", [True, False])
def test_no_hash_named(*, is_named: bool) -> None:
    """Whoever it recovers to tells the transaction."""
    records = records_with(FIRST, RIVAL, LATER)
    claim, other = signed(RIVAL, 2, is_named=is_named), signed(LATER, 1, is_named=is_named)
    came = imported(records, claim, other)
    assert (came.new_confirmations, came.unplaced) == (2, 0)
    assert set(came.safe_tx_hashes) == {hash_of(RIVAL), hash_of(LATER)}
    assert owners_who_signed(records, RIVAL) == {2}
    assert owners_who_signed(records, LATER) == {1}
    assert kept(records, FIRST).confirmations == kept(records, FIRST).quarantined == ()


def test_no_hash_and_no_transaction_that_fits() -> None:
    """It is said and noted, and changes nothing; with its transaction here it counts."""
    records = records_with(FIRST)
    claim = signed(LATER, 1, is_named=False)
    came = imported(records, claim, signed(FIRST, 9, is_named=False))
    assert (came.new_confirmations, came.quarantined, came.unplaced) == (0, 0, 2)
    assert "fits none of this desk" in came.told[0]
    assert kept(records, FIRST).quarantined == ()
    noted = [payload for kind, payload, _ in records.notes if kind.startswith("signature of no")]
    assert {"signer": "", "data": "0x" + claim.data.hex()} in noted
    import_transaction(bundle_bytes(LATER), records, a_workspace(), a_snapshot(), now=NOW)
    assert imported(records, claim).new_confirmations == 1


def test_an_owner_who_is_claimed_and_is_not() -> None:
    """Without a hash it fits nothing; with one it lies aside as forged."""
    records = records_with(FIRST)
    forged = ClaimedSignature(signer=an_owner(2), data=signed(FIRST, 1).data)
    assert imported(records, forged).unplaced == 1
    came = imported(records, forged, tx=FIRST)
    assert (came.new_confirmations, came.quarantined) == (0, 1)
    assert "One signature on 0x" in came.told[0]
    assert reasons(records, FIRST) == ["invalid"]


def test_a_request_id_says_what_was_asked() -> None:
    """A stranger's answer lies aside at that transaction; an owner's goes where it recovers."""
    records = records_with(FIRST, LATER)
    about = request_id_of(hash_of(FIRST))
    came = imported(records, signed(FIRST, 9, is_named=False), request_id=about)
    assert (came.quarantined, came.unplaced) == (1, 0)
    assert reasons(records, FIRST) == ["not an owner"]
    imported(records, signed(LATER, 1, is_named=False), request_id=about)
    assert owners_who_signed(records, LATER) == {1}
    assert imported(records, signed(LATER, 9), request_id=bytes(16)).unplaced == 1


def test_a_transaction_of_a_safe_that_is_not_ours_any_more() -> None:
    """What a desk keeps of it gets nothing: nobody here knows its owners."""
    records = records_with(FIRST)
    incoming = IncomingSignatures(safe_tx_hash=hash_of(FIRST), signatures=(signed(FIRST, 1),))
    moved = a_workspace(safes=(replace(a_workspace().safes[0], address=an_address("new Safe")),))
    came = import_signatures(incoming, records, moved, a_snapshot(), now=NOW)
    assert came.new_confirmations == 0
    assert [one.reason for one in kept(records, FIRST).quarantined] == [NO_OWNERS_YET]


# ── how wallets write it ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("v", [-27, 0])
def test_a_hash_signed_as_a_message(v: int, *, is_named: bool) -> None:
    """Such wallets answer 27 or 28, or 0 or 1: a Safe reads it as 31 or 32."""
    records = records_with(FIRST)
    _, signature = by_eth_sign(hash_of(FIRST), 1)
    written = replace(signature, v=signature.v - 4 + v)
    came = imported(
        records, ClaimedSignature(None, written.encoded), tx=FIRST if is_named else None
    )
    assert came.new_confirmations == 1
    assert [one.signature for one in kept(records, FIRST).confirmations] == [signature]


def test_a_safe_that_knows_no_eth_sign() -> None:
    """Before 1.1.0 it takes no such signature, so none is made of it."""
    _, signature = by_eth_sign(hash_of(FIRST), 1)
    written = replace(signature, v=signature.v - 4)
    old = a_safe(version=SafeVersion(1, 0, 0))
    assert as_meant(ClaimedSignature(None, written.encoded), hash_of(FIRST), old) is None
    found = as_meant(ClaimedSignature(None, written.encoded), hash_of(FIRST), a_safe())
    assert found is not None
    assert found.signer == an_owner(1)


def test_v_of_0_and_1() -> None:
    """Read as 27 and 28, with a hash and without."""
    for tx in (FIRST, None):
        records = records_with(FIRST)
        _, signature = by_key(hash_of(FIRST), 1)
        written = replace(signature, v=signature.v - 27)
        assert imported(records, ClaimedSignature(None, written.encoded), tx=tx).new_confirmations
        assert [one.signature for one in kept(records, FIRST).confirmations] == [signature]


@pytest.mark.parametrize("data", [b"", bytes(64), bytes(65), bytes(66), b"\xff" * 65])
def test_bytes_that_are_nobodys_signature(data: bytes) -> None:
    """Are no reading of any owner's."""
    assert as_meant(ClaimedSignature(None, data), hash_of(FIRST), a_safe()) is None
    assert as_meant(ClaimedSignature(STRANGER, data), hash_of(FIRST), None) is None


@pytest.mark.parametrize("make", [by_key, by_eth_sign])
def test_the_smaller_s(make: object) -> None:
    """Of a signature and its twin it is the same one, by the same signer."""
    assert callable(make)
    owner, signature = make(hash_of(FIRST), 1)
    _, other = twin((owner, signature))
    assert with_low_s(signature) == with_low_s(other) == signature
    assert other.s == ORDER - signature.s
    assert with_low_s(other).signer_of(hash_of(FIRST)) == owner
    approved = Signature(1, ORDER - 1, 1)
    assert with_low_s(approved) is approved


@pytest.mark.parametrize("is_first", [True, False])
def test_a_twin_decides_nothing(*, is_first: bool) -> None:
    """Whichever came first, the one with the smaller s confirms and the other lies aside."""
    records = records_with(FIRST)
    pair = claims(by_key(hash_of(FIRST), 1), twin(by_key(hash_of(FIRST), 1)))
    for claim in pair if is_first else reversed(pair):
        imported(records, claim, tx=FIRST)
    queued = kept(records, FIRST)
    assert [one.signature.encoded for one in queued.confirmations] == [pair[0].data]
    assert [(one.data, one.reason) for one in queued.quarantined] == [
        (pair[1].data, CONFIRMED_OTHERWISE)
    ]


# ── what waits ───────────────────────────────────────────────────────────────────────────────────


def test_a_signature_before_its_transaction() -> None:
    """It waits under its hash; when the transaction comes it counts, without a second import."""
    records = MemoryRecords()
    came = imported(records, signed(FIRST, 1), signed(FIRST, 9), tx=FIRST)
    assert (came.new_confirmations, came.quarantined) == (0, 2)
    assert "is not here yet" in came.told[0]
    assert {one.reason for one in records.set_aside} == {NO_TRANSACTION_YET}
    import_transaction(
        bundle_bytes(FIRST, signed(FIRST, 2)), records, a_workspace(), a_snapshot(), now=NOW
    )
    assert owners_who_signed(records, FIRST) == {1, 2}
    assert reasons(records, FIRST) == ["not an owner"]
    assert kept(records, FIRST).state is State.CONFIRMED


def test_a_signature_before_the_owners_are_known() -> None:
    """It waits; once the Safe was read it counts, and lies aside no more."""
    records = records_with(FIRST)
    imported(records, signed(FIRST, 1), tx=FIRST, safe=a_safe(owners=UNKNOWN))
    assert reasons(records, FIRST) == [NO_OWNERS_YET]
    assert collect_waiting(records, a_safe(owners=UNKNOWN)) == 0
    assert collect_waiting(records, a_safe()) == 1
    assert collect_waiting(records, a_safe()) == 0
    assert owners_who_signed(records, FIRST) == {1}
    assert reasons(records, FIRST) == []
    assert len(kept(records, FIRST).quarantined) == 1


def test_without_owners_the_claimed_signer_places_it() -> None:
    """Nothing counts, and it waits at the transaction it recovers for."""
    records = records_with(FIRST, LATER)
    came = imported(records, signed(LATER, 1), safe=a_safe(owners=UNKNOWN))
    assert (came.quarantined, came.unplaced) == (1, 0)
    assert reasons(records, LATER) == [NO_OWNERS_YET]


class BusyRecords(MemoryRecords):
    """Another thread keeps the second owner's signature while ours keeps the first one's."""

    def keep_transaction(self, queued: QueuedTransaction) -> None:
        """Keeps both."""
        super().keep_transaction(queued)
        if queued.confirmations:
            self.keep_confirmation(a_confirmation(queued.safe_tx_hash, 2))


def test_two_threads_reach_the_threshold_together() -> None:
    """Neither saw the other's signature when it began; together they are enough."""
    records = BusyRecords()
    import_transaction(
        bundle_bytes(FIRST, signed(FIRST, 1)), records, a_workspace(), a_snapshot(), now=NOW
    )
    assert owners_who_signed(records, FIRST) == {1, 2}
    assert kept(records, FIRST).state is State.CONFIRMED


def test_once_more() -> None:
    """Changes nothing, and is said."""
    records = records_with(FIRST)
    imported(records, signed(FIRST, 1), tx=FIRST)
    before = kept(records, FIRST)
    came = imported(records, signed(FIRST, 1), tx=FIRST)
    assert (came.new_confirmations, came.quarantined) == (0, 0)
    assert "was here already" in came.told[0]
    assert kept(records, FIRST) == before


# ── several at once ──────────────────────────────────────────────────────────────────────────────


def test_one_bad_item_loses_none_of_the_others() -> None:
    """Each has an outcome of its own, in the order given."""
    records = records_with()
    lone = IncomingSignatures(signatures=(signed(LATER, 1, is_named=False),))
    items = [bundle_bytes(FIRST), b"nonsense", lone, bundle_bytes(LATER), "node"]

    def one(item: object) -> Imported | ImportedSignatures:
        if isinstance(item, IncomingSignatures):
            return import_signatures(item, records, a_workspace(), a_snapshot(), now=NOW)
        if not isinstance(item, bytes):
            raise Unavailable("It cannot be read.")
        return import_transaction(item, records, a_workspace(), a_snapshot(), now=NOW)

    outcomes = import_each(items, one)
    assert [outcome.item for outcome in outcomes] == items
    assert [bool(outcome.refusal) for outcome in outcomes] == [False, True, False, False, True]
    assert outcomes[4].refusal == "It cannot be read."
    assert [outcome.imported is None for outcome in outcomes] == [False, True, False, False, True]
    # The signature stood before its transaction, and was tried again after it.
    assert owners_who_signed(records, LATER) == {1}
    assert isinstance(outcomes[2].imported, ImportedSignatures)
    assert outcomes[2].imported.new_confirmations == 1


def test_signatures_alone_are_tried_once() -> None:
    """Without a transaction among them nothing can have changed for those that fit nothing."""
    tried: list[int] = []

    def one(item: int) -> Imported | ImportedSignatures:
        tried.append(item)
        return ImportedSignatures(safe_tx_hashes=(), new_confirmations=0, quarantined=0, unplaced=1)

    import_each([1, 2], one)
    assert tried == [1, 2]


def test_what_ends_all_of_it() -> None:
    """The person who stops it, and a mistake of ours."""
    for failure in (Cancelled(), ZeroDivisionError()):

        def one(item: object, failure: Exception = failure) -> Imported:
            raise failure

        with pytest.raises(type(failure)):
            import_each([1], one)


def test_impossible_numbers_of_signatures() -> None:
    """None at all, and more than anybody verifies."""
    one = a_confirmation(hash_of(FIRST)).signature.encoded
    for number in (0, 101):
        with pytest.raises(Malformed, match=f"are {number}"):
            IncomingSignatures(signatures=(ClaimedSignature(None, one),) * number)

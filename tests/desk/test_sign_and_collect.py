"""Signing what was reviewed, and collecting what others signed."""

import itertools
from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryRecords, MemorySigner, a_key
from tests.samples import (
    BLOCK_TIME,
    NOW,
    STRANGER,
    VAULT_STRATEGY,
    a_confirmation,
    a_deposit_tx,
    a_safe,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_owner,
)
from tests.signed import by_eth_sign, by_key
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle, ClaimedSignature, read_bundle
from treasury_desktop.desk.collect_confirmations import collect_confirmations, keep_confirmation
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import (
    bundle_of,
    bundle_with_our_evidence,
    review_queued,
)
from treasury_desktop.desk.sign_transaction import sign_transaction
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def our_facts(*queue: QueuedTransaction) -> LocalFacts:
    """What the sample desk knows."""
    return local_facts(a_workspace(), a_snapshot(), queue)


def a_bundle(tx: SafeTx | None = None) -> Bundle:
    """The bundle of a deposit with our own evidence."""
    made = a_deposit_tx() if tx is None else tx
    return bundle_with_our_evidence(
        a_safe(), made, our_facts(), purpose="to earn", strategy=VAULT_STRATEGY.name
    )


def kept(tx: SafeTx | None = None) -> tuple[MemoryRecords, QueuedTransaction, Review]:
    """Records with one drafted transaction, and its review."""
    records = MemoryRecords()
    queued = queued_from(a_bundle(tx), now=NOW, drafted_here=True)
    records.keep_transaction(queued)
    return records, queued, review_queued(queued, our_facts(queued))


# ── sign ─────────────────────────────────────────────────────────────────────────────────────────


def test_signing_keeps_the_confirmation_before_it_returns() -> None:
    """The confirmation recovers to the key, is on record, and the dossier says before and after."""
    records, queued, review = kept()
    signer = MemorySigner()
    confirmation = sign_transaction(review, our_facts(), a_key(), signer, records, now=NOW)
    assert confirmation.owner == an_owner(1)
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert known.confirmations == (confirmation,)
    assert known.state is State.COLLECTING
    assert [kind for kind, _, _ in records.notes] == ["signing", "signed"]
    told = read_bundle(signer.asked[0])
    assert told.tx == queued.tx
    assert told.evidence.quotes == our_facts().evidence.quotes


def test_last_confirmation_reaches_the_threshold() -> None:
    """Two of three: the second signature confirms the transaction."""
    records, queued, review = kept()
    for number in (1, 2):
        sign_transaction(review, our_facts(), a_key(number), MemorySigner(), records, now=NOW)
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert known.state is State.CONFIRMED


def refused(review: Review, facts: LocalFacts, key: int = 1, now: int = NOW) -> str:
    """The sentence with which signing is refused; nothing is recorded and nobody is asked."""
    records, signer = MemoryRecords(), MemorySigner()
    with pytest.raises(Refused) as refusal:
        sign_transaction(review, facts, a_key(key), signer, records, now=now)
    assert not signer.asked
    assert not records.notes
    return refusal.value.sentence


def test_transaction_changed_since_its_review() -> None:
    """A review of other bytes than those at hand signs nothing."""
    _, _, review = kept()
    for tx in (a_deposit_tx(150_001), a_safe_tx(12)):
        changed = replace(review, bundle=replace(review.bundle, tx=tx))
        assert "changed since it was reviewed" in refused(changed, our_facts())
    other_safe = replace(review.bundle.safe, address=STRANGER)
    changed = replace(review, bundle=replace(review.bundle, safe=other_safe))
    assert "changed since it was reviewed" in refused(changed, our_facts())


def test_key_of_no_owner() -> None:
    """Only an owner's key signs, by the owners of now and not of the review."""
    _, _, review = kept()
    assert "not an owner" in refused(review, our_facts(), key=4)
    replaced = a_safe(owners=(an_owner(2), an_owner(3), an_owner(4)))
    fresh = local_facts(a_workspace(), a_snapshot(safes=(replaced,)), ())
    assert "not an owner" in refused(review, fresh, key=1)


def test_prices_gone_stale_since_the_review() -> None:
    """The judgement is made again with the present clock."""
    _, _, review = kept()
    assert review.why_not_signable is None
    assert "too old" in refused(review, our_facts(), now=BLOCK_TIME + 3601)


def test_limit_reached_since_the_review() -> None:
    """What has come into the queue since the review counts."""
    _, _, review = kept()
    other = queued_from(a_bundle(a_deposit_tx(900_000, nonce=13)), now=NOW, drafted_here=True)
    assert "limit" in refused(review, our_facts(other))


def test_another_transaction_signed_for_the_nonce() -> None:
    """One owner signs one transaction a nonce; the same one again is harmless."""
    records, queued, review = kept()
    signer = MemorySigner()
    sign_transaction(review, our_facts(), a_key(), signer, records, now=NOW)
    again = sign_transaction(review, our_facts(), a_key(), signer, records, now=NOW)
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert known.confirmations == (again,)
    other = a_bundle(a_deposit_tx(100_000))
    records.keep_transaction(queued_from(other, now=NOW, drafted_here=True))
    asked = len(signer.asked)
    with pytest.raises(Refused, match=queued.safe_tx_hash.hex()):
        sign_transaction(
            examine(other, our_facts()), our_facts(), a_key(), signer, records, now=NOW
        )
    assert len(signer.asked) == asked
    sign_transaction(examine(other, our_facts()), our_facts(), a_key(2), signer, records, now=NOW)


def test_review_by_a_senders_evidence_is_judged_by_ours() -> None:
    """A review made without a workspace enables nothing; signing goes by our own facts anyway."""
    records, _, _ = kept(a_deposit_tx(1_200_000))
    friendly = examine(replace(a_bundle(a_deposit_tx(1_200_000)), terms=UNKNOWN))
    assert friendly.facts.origin.value == "sender"
    with pytest.raises(Refused, match="limit"):
        sign_transaction(friendly, our_facts(), a_key(), MemorySigner(), records, now=NOW)


def test_signature_of_other_bytes_is_not_kept() -> None:
    """A signer process that signs anything else than the reviewed hash confirms nothing."""
    records, queued, review = kept()
    with pytest.raises(Refused, match="does not recover"):
        sign_transaction(
            review, our_facts(), a_key(), MemorySigner(signs_hash=bytes(32)), records, now=NOW
        )
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert not known.confirmations
    assert [kind for kind, _, _ in records.notes] == ["signing"]


# ── collect ──────────────────────────────────────────────────────────────────────────────────────


def claim(safe_tx_hash: bytes, number: int) -> ClaimedSignature:
    """A signature of the key that is this number, as somebody sends it."""
    one = a_confirmation(safe_tx_hash, number)
    return ClaimedSignature(signer=one.owner, data=one.signature.encoded)


def test_stranger_is_quarantined_and_owners_count() -> None:
    """Each signature is verified anew; what does not count is kept with its reason."""
    records, queued, _ = kept()
    good, stranger = claim(queued.safe_tx_hash, 1), claim(queued.safe_tx_hash, 9)
    lying = good._replace(signer=an_owner(2))
    assert collect_confirmations(
        (good, stranger, lying), queued.safe_tx_hash, records, a_safe()
    ) == (1, 2)
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert [c.owner for c in known.confirmations] == [an_owner(1)]
    assert [q.reason for q in known.quarantined] == ["not an owner", "invalid"]
    assert bundle_of(known).signatures == (good, stranger, lying)


def test_duplicates_count_once() -> None:
    """The same signature twice, or once more later, is one confirmation."""
    records, queued, _ = kept()
    one = claim(queued.safe_tx_hash, 1)
    assert collect_confirmations((one, one), queued.safe_tx_hash, records, a_safe()) == (1, 0)
    assert collect_confirmations((one,), queued.safe_tx_hash, records, a_safe()) == (0, 0)
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert known.state is State.COLLECTING


def test_twin_of_a_signature_is_no_second_confirmation() -> None:
    """Anyone can make a signature's twin; it confirms nothing more and is kept aside."""
    records, queued, _ = kept()
    one = a_confirmation(queued.safe_tx_hash, 1).signature
    twin = Signature(one.r, ORDER - one.s, 55 - one.v)
    for claims in ((one, twin), (twin,)):
        claimed = tuple(ClaimedSignature(signer=None, data=s.encoded) for s in claims)
        collect_confirmations(claimed, queued.safe_tx_hash, records, a_safe())
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert len(known.confirmations) == 1
    assert [q.reason for q in known.quarantined] == ["confirmed otherwise already"]
    assert known.state is State.COLLECTING


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_owner_who_signs_here_what_they_signed_otherwise(order: tuple[int, int]) -> None:
    """The plain signature counts and the other one is aside, whichever was made first."""
    records, queued, _ = kept()
    made = [
        Confirmation(safe_tx_hash=queued.safe_tx_hash, owner=owner, signature=signature)
        for owner, signature in (
            by_key(queued.safe_tx_hash, 1),
            by_eth_sign(queued.safe_tx_hash, 1),
        )
    ]
    assert all(keep_confirmation(records, made[place], a_safe()) for place in order)
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert known.confirmations == (made[0],)
    assert [one.data for one in known.quarantined] == [made[1].signature.encoded]


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3, 9))))
def test_order_of_collecting_decides_nothing(order: tuple[int, ...]) -> None:
    """In whichever order signatures come in, the same owners have confirmed in the end."""
    records, queued, _ = kept()
    for number in order:
        collect_confirmations(
            (claim(queued.safe_tx_hash, number),), queued.safe_tx_hash, records, a_safe()
        )
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert {c.owner for c in known.confirmations} == {an_owner(n) for n in (1, 2, 3)}
    assert len(known.quarantined) == 1
    assert known.state is State.CONFIRMED


def test_without_owners_nothing_counts() -> None:
    """While nobody knows the owners every signature waits aside."""
    records, queued, _ = kept()
    one = claim(queued.safe_tx_hash, 1)
    assert collect_confirmations((one,), queued.safe_tx_hash, records, None) == (0, 1)
    unknown = a_safe(owners=UNKNOWN)
    assert collect_confirmations((one,), queued.safe_tx_hash, records, unknown) == (0, 1)
    assert collect_confirmations((one,), queued.safe_tx_hash, records, a_safe()) == (1, 0)


def test_confirmation_of_a_stranger_cannot_be_kept() -> None:
    """Keeping refuses whoever is no owner, whatever was verified before."""
    records, queued, _ = kept()
    with pytest.raises(Refused, match="not an owner"):
        keep_confirmation(records, a_confirmation(queued.safe_tx_hash, 9), a_safe())


def test_late_confirmations_change_no_final_state() -> None:
    """A signature that arrives after the execution is kept and changes nothing."""
    records, queued, _ = kept()
    records.record_event(queued.safe_tx_hash, Event.EXECUTION_SUCCEEDED)
    collect_confirmations((claim(queued.safe_tx_hash, 1),), queued.safe_tx_hash, records, a_safe())
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    assert known.state is State.EXECUTED
    assert len(known.confirmations) == 1


def test_stored_bundle_must_give_the_recorded_hash() -> None:
    """A record whose bundle is gone or of another transaction is damaged, not used."""
    _, queued, _ = kept()
    with pytest.raises(Malformed, match="has no bundle"):
        bundle_of(replace(queued, bundle=b""))
    with pytest.raises(Malformed, match="does not give the recorded hash"):
        bundle_of(replace(queued, safe_tx_hash=bytes(32)))


def test_our_bundle_leaves_itself_out_of_the_queue() -> None:
    """What we send lists the other transactions, never the one it is about."""
    _, queued, _ = kept()
    other = queued_from(a_bundle(a_deposit_tx(1_000, nonce=13)), now=NOW, drafted_here=True)
    bundle = bundle_with_our_evidence(
        a_safe(), queued.tx, our_facts(queued, other), purpose="", strategy=None
    )
    assert [entry.safe_tx_hash for entry in bundle.evidence.queue] == [other.safe_tx_hash]
    assert bundle.claimed_hash == queued.safe_tx_hash

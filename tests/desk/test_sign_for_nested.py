"""Signing as an owner of a Safe that owns the Safe: kept as a piece, and counted inside."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.desk.in_memory import MemoryRecords, a_key
from tests.matters import a_call
from tests.nested_safes import (
    COUNCIL,
    a_heap,
    heaped,
    nested_facts,
    outer_queued,
    the_council,
    the_treasury,
)
from tests.samples import NOW, SAFE, STRANGER, a_deposit_tx, an_owner
from tests.signed import by_key
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import ClaimedSignature, read_bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.ask_the_chain import questions_about
from treasury_desktop.desk.collect_confirmations import collect_confirmations, still_aside
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.inside_signatures import inside_of, whole_signature
from treasury_desktop.desk.review_transaction import bundle_of, review_queued
from treasury_desktop.desk.sign_for_nested import SignedInside, sign_for_nested
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.chain_answer import ChainAnswer
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import pack_signatures


@dataclass
class MemoryNestedSigner:
    """Signs with the keys that are the numbers 1 to 9; `asked` is what it was given."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    signs: bytes | None = None

    def sign_for_nested(
        self, key: KeyLabel, bundle: bytes, reviewed_hash: bytes, inner: Safe, **others: Any
    ) -> Signature:
        """A signature over the message of the bundle itself."""
        self.asked.append({"reviewed": reviewed_hash, "inner": inner, **others})
        read = read_bundle(bundle)
        message = self.signs or message_to_sign(read.safe, read.tx, inner)
        number = next(n for n in range(1, 10) if an_owner(n) == key.address)
        return by_key(message, number)[1]


def signed(
    records: MemoryRecords,
    queued: QueuedTransaction,
    number: int,
    *,
    facts: LocalFacts | None = None,
    signer: MemoryNestedSigner | None = None,
) -> SignedInside:
    """The key of that number signs for the council."""
    if records.transaction(queued.safe_tx_hash) is None:
        records.keep_transaction(queued)
    facts = facts or nested_facts(queued)
    review = review_queued(queued, facts)
    return sign_for_nested(
        review, facts, COUNCIL, a_key(number),
        signer=signer or MemoryNestedSigner(), records=records, now=NOW,
    )  # fmt: skip


def the_one(records: MemoryRecords, queued: QueuedTransaction) -> QueuedTransaction:
    """The transaction as the records have it."""
    known = records.transaction(queued.safe_tx_hash)
    assert known is not None
    return known


def test_signatures_inside_are_collected_until_they_are_enough() -> None:
    """Each is kept before it returns; two of three owners make the council's signature."""
    records, queued = MemoryRecords(), outer_queued()
    first = signed(records, queued, 5)
    assert (first.owner, first.inner, first.signed, first.threshold) == (
        an_owner(5), COUNCIL, 1, 2,
    )  # fmt: skip
    kept = the_one(records, queued)
    assert kept.confirmed_by == frozenset()
    assert whole_signature(kept, the_treasury(), the_council()) is None
    assert signed(records, queued, 4).signed == 2
    kept = the_one(records, queued)
    message = message_to_sign(the_treasury(), queued.tx, the_council())
    both = [by_key(message, number) for number in (4, 5)]
    whole = Signature(COUNCIL.number, 0, 0, pack_signatures(both))
    assert whole_signature(kept, the_treasury(), the_council()) == whole
    asked = questions_about(kept, the_treasury(), {COUNCIL: the_council()})
    assert whole in [one.signature for one in asked]
    assert [kind for kind, _, _ in records.notes] == [
        "signing for a Safe", "signed for a Safe",
    ] * 2  # fmt: skip


def test_a_third_signature_changes_nothing_of_what_is_asked() -> None:
    """As many as are needed are packed, the lowest owners first, in whatever order they came."""
    wholes = set()
    for order in ((4, 5, 6), (6, 5, 4)):
        records, queued = MemoryRecords(), outer_queued()
        for number in order:
            signed(records, queued, number)
        wholes.add(whole_signature(the_one(records, queued), the_treasury(), the_council()))
    assert len(wholes) == 1


def test_what_another_desk_signed_comes_by_bundle() -> None:
    """The piece travels as a signature of the council, and is no confirmation by itself."""
    here, there, queued = MemoryRecords(), MemoryRecords(), outer_queued()
    signed(there, queued, 6)
    sent = bundle_of(the_one(there, queued)).signatures
    assert isinstance(sent, tuple)
    signed(here, queued, 4)
    assert collect_confirmations(sent, queued.safe_tx_hash, here, the_treasury()) == (0, 1)
    assert collect_confirmations(sent, queued.safe_tx_hash, here, the_treasury()) == (0, 1)
    kept = the_one(here, queued)
    assert len(kept.quarantined) == 2
    assert set(inside_of(kept, the_treasury(), the_council())) == {an_owner(4), an_owner(6)}


def test_pieces_of_what_the_chain_accepts_are_not_aside() -> None:
    """They are in it; a piece that is not in it stays aside."""
    records, queued = MemoryRecords(), outer_queued()
    for number in (4, 5):
        signed(records, queued, number)
    kept = the_one(records, queued)
    whole = whole_signature(kept, the_treasury(), the_council())
    assert whole is not None
    answer = ChainAnswer(
        safe_tx_hash=queued.safe_tx_hash, owner=COUNCIL, signature=whole,
        is_accepted=True, block_number=1,
    )  # fmt: skip
    assert still_aside(replace(kept, answered=(answer,))) == ()
    signed(records, queued, 6)
    kept = the_one(records, queued)
    assert len(still_aside(replace(kept, answered=(answer,)))) == 1


def test_the_signer_is_given_the_outer_transaction_and_the_inner_safe() -> None:
    """With the dangers that were shown, and the facts by which it judges again."""
    pay = outer_queued(SafeTx(to=STRANGER, value=1, nonce=12), strategy=None)
    signer = MemoryNestedSigner()
    signed(MemoryRecords(), pay, 4, signer=signer)
    (asked,) = signer.asked
    assert (asked["reviewed"], asked["inner"]) == (pay.safe_tx_hash, the_council())
    assert "RECIPIENT_NOT_IN_ADDRESS_BOOK" in asked["acknowledged"]
    assert asked["workspace"].safes == (the_treasury(), the_council())
    assert asked["signed_before"] is None


def test_one_signature_inside_for_each_nonce() -> None:
    """A rival of the same nonce is refused; its rejection is signed and says beside what."""
    records, first = MemoryRecords(), outer_queued()
    signed(records, first, 4)
    other = outer_queued(a_deposit_tx(100))
    with pytest.raises(Refused, match="already signed another transaction"):
        signed(records, other, 4)
    later = outer_queued(a_deposit_tx(100, nonce=13))
    signed(records, later, 4)
    signed(records, other, 5)
    signer = MemoryNestedSigner()
    signed(records, outer_queued(SafeTx(to=SAFE, nonce=12)), 4, signer=signer)
    assert signer.asked[0]["signed_before"] == first.safe_tx_hash


@pytest.mark.parametrize(
    ("changes", "number", "sentence"),
    [
        ({"council": the_council(address=STRANGER)}, 4, "has not been read yet"),
        ({"treasury": the_treasury(owners=(an_owner(1), an_owner(2)))}, 4, "not an owner of this"),
        ({}, 1, "is not an owner of the Safe"),
        ({"council": the_council(version=SafeVersion(1, 5, 0))}, 4, "draft its approval instead"),
    ],
)
def test_who_cannot_sign_for_it(changes: dict[str, Any], number: int, sentence: str) -> None:
    """Nobody is asked for a passphrase and nothing is kept."""
    records, queued, signer = MemoryRecords(), outer_queued(), MemoryNestedSigner()
    with pytest.raises(Refused, match=sentence):
        signed(records, queued, number, facts=nested_facts(queued, **changes), signer=signer)
    assert (signer.asked, records.set_aside) == ([], [])


def test_what_blocks_is_not_signed_for_a_safe_either() -> None:
    """The outer transaction is reviewed by the present clock and the desk's own facts."""
    with pytest.raises(Refused):
        signed(MemoryRecords(), outer_queued(a_deposit_tx(2_000_000)), 4)


def test_a_signature_of_other_bytes_is_not_kept() -> None:
    """Whatever the signer process answers is verified before it is kept."""
    records = MemoryRecords()
    with pytest.raises(Refused, match="does not recover"):
        signed(records, outer_queued(), 4, signer=MemoryNestedSigner(signs=bytes(32)))
    assert records.set_aside == []


def test_a_governance_change_is_signed_for_a_safe() -> None:
    """The outer transaction is what is reviewed, so its one top-level call may be such a change."""
    grant = a_call(SAFE, "addOwnerWithThreshold(address,uint256)", STRANGER, 2)
    queued = outer_queued(safe_tx_of((grant,), the_treasury(), 12))
    assert signed(MemoryRecords(), queued, 4).signed == 1


def test_nothing_is_read_inside_of_what_is_not_known() -> None:
    """Of unknown thresholds and of Safes that do not answer one another."""
    records, queued = MemoryRecords(), outer_queued()
    for number in (4, 5):
        signed(records, queued, number)
    kept = the_one(records, queued)
    assert whole_signature(kept, the_treasury(), the_council(threshold=UNKNOWN)) is None
    assert inside_of(kept, the_treasury(), the_council(version=SafeVersion(1, 5, 0))) == {}


def test_a_heap_of_a_stranger_hides_no_signature_inside() -> None:
    """What came before it, in one entry and in the council's name, is looked at after it."""
    records = MemoryRecords()
    assert signed(records, heaped(outer_queued(), 2_001), 5).signed == 1


def test_a_heap_does_not_hide_what_a_key_signed_for_a_rival() -> None:
    """However large it is: beside what was signed inside only the rejection is."""
    records, heap = MemoryRecords(), heaped(outer_queued(), 20_001)
    signed(records, heap, 5)
    rival = outer_queued(replace(heap.tx, data=heap.tx.data[:-1] + b"\x07"))
    with pytest.raises(Refused, match="already signed another transaction"):
        signed(records, rival, 5)


def test_a_heap_is_set_aside_once() -> None:
    """One entry is kept once, not once for each signature in it."""
    records, queued = MemoryRecords(), outer_queued()
    records.keep_transaction(queued)
    claim = ClaimedSignature(signer=None, data=a_heap(3))
    assert collect_confirmations((claim,), queued.safe_tx_hash, records, the_treasury()) == (0, 1)

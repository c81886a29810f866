"""One key stands behind one transaction for each nonce of a Safe, by whichever road it signs."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryRecords, a_key
from tests.matters import a_call
from tests.nested_safes import (
    OUTSIDE,
    nested_facts,
    outer_queued,
    signed_inside,
    the_council,
    the_treasury,
)
from tests.samples import NOW, SAFE, a_confirmation, a_deposit_tx, an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, InnerTransaction
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.signed_before import signed_before
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import examine
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx

FIRST, RIVAL = outer_queued(), outer_queued(a_deposit_tx(100))
REJECTION = outer_queued(SafeTx(to=SAFE, nonce=FIRST.tx.nonce))
LATER = outer_queued(a_deposit_tx(100, nonce=13))


def approval_of(queued: QueuedTransaction, *, nonce: int = 7, on: Address = SAFE) -> Bundle:
    """The council approves a transaction, supplied beside it."""
    tx = safe_tx_of([a_call(on, "approveHash(bytes32)", queued.safe_tx_hash)], the_council(), nonce)
    inner = InnerTransaction(claimed_hash=queued.safe_tx_hash, safe=on, tx=queued.tx)
    return Bundle(safe=the_council(), tx=tx, inner_transactions=(inner,))


def signed_by_council(bundle: Bundle, number: int, state: State) -> QueuedTransaction:
    """A transaction of the council which one of its owners has signed."""
    queued = queued_from(bundle, now=NOW, drafted_here=True)
    confirmation = a_confirmation(queued.safe_tx_hash, number)
    return replace(queued, confirmations=(confirmation,), state=state)


def before(
    about: QueuedTransaction | Bundle,
    number: int,
    *kept: QueuedTransaction,
    facts: LocalFacts | None = None,
) -> bytes | None:
    """What the key of that number signed before, by these records."""
    records = MemoryRecords()
    for queued in kept:
        records.keep_transaction(queued)
        for confirmation in queued.confirmations:
            records.keep_confirmation(confirmation)
    bundle = about
    if isinstance(about, QueuedTransaction):
        bundle = Bundle(safe=the_treasury(), tx=about.tx)
    assert isinstance(bundle, Bundle)
    facts = facts or nested_facts()
    return signed_before(examine(bundle, facts), a_key(number), facts, records)


def test_the_same_transaction_is_no_rival() -> None:
    """Nor is one of another nonce, nor what somebody else signed."""
    mine = signed_inside(FIRST, 4)
    assert before(FIRST, 4, mine, signed_inside(LATER, 4)) is None
    assert before(RIVAL, 5, mine) is None
    assert before(approval_of(FIRST), 4, mine) is None


def test_an_approval_after_a_signature_inside() -> None:
    """Who signed inside the council for one transaction does not have it approve the rival."""
    mine = signed_inside(FIRST, 4)
    for kept in ((mine,), (mine, RIVAL)):
        with pytest.raises(Refused, match=r"already signed another transaction .* for nonce 12"):
            before(approval_of(RIVAL), 4, *kept)
    assert before(approval_of(REJECTION), 4, mine) is None
    assert before(approval_of(LATER), 4, mine) is None


def test_a_signature_inside_after_an_approval() -> None:
    """Who signed that the council approves one transaction does not sign inside for the rival."""
    approval = signed_by_council(approval_of(FIRST), 4, State.COLLECTING)
    with pytest.raises(Refused, match=f"0x{FIRST.safe_tx_hash.hex()}"):
        before(RIVAL, 4, FIRST, approval)
    assert before(REJECTION, 4, FIRST, approval) == FIRST.safe_tx_hash
    assert before(RIVAL, 5, FIRST, approval) is None


@pytest.mark.parametrize("state", [State.FAILED, State.REPLACED])
def test_an_approval_that_came_to_nothing_binds_nobody(state: State) -> None:
    """Another transaction took its nonce, or it failed."""
    approval = signed_by_council(approval_of(FIRST), 4, state)
    assert before(RIVAL, 4, FIRST, approval) is None


def test_a_second_approval_at_another_nonce() -> None:
    """Two approvals of rivals are two signatures for one nonce."""
    approval = signed_by_council(approval_of(FIRST), 4, State.EXECUTED)
    with pytest.raises(Refused, match="only the rejection of that nonce"):
        before(approval_of(RIVAL, nonce=8), 4, FIRST, approval)


def test_an_owner_of_both_safes_signs_one_of_them() -> None:
    """A signature as an owner binds inside of another owner too, and the other way round."""
    both = the_council(owners=(an_owner(1), an_owner(5), an_owner(6)))
    facts = nested_facts(council=both)
    direct = replace(FIRST, confirmations=(a_confirmation(FIRST.safe_tx_hash, 1),))
    with pytest.raises(Refused, match="already signed"):
        before(RIVAL, 1, direct, facts=facts)
    with pytest.raises(Refused, match="already signed"):
        before(replace(approval_of(RIVAL), safe=both), 1, direct, facts=facts)
    assert before(FIRST, 1, direct, facts=facts) is None


def test_what_is_approved_elsewhere_is_not_ours_to_compare() -> None:
    """A Safe that was not read, a hash that is not here, a supplied transaction of another hash."""
    mine = signed_inside(FIRST, 4)
    assert before(approval_of(RIVAL, on=OUTSIDE), 4, mine) is None
    alone = replace(approval_of(RIVAL), inner_transactions=())
    assert before(alone, 4, mine) is None
    other = replace(alone, inner_transactions=approval_of(LATER).inner_transactions)
    assert before(other, 4, mine) is None

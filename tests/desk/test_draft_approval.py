"""Drafting the approval by which one Safe of the treasury confirms for another one."""

from dataclasses import replace
from typing import Any

import pytest

from tests.desk.in_memory import MemoryChain, MemoryRecords, MemorySigner, a_key
from tests.matters import a_call
from tests.nested_safes import (
    COUNCIL,
    OUTSIDE,
    both_read,
    nested_facts,
    outer_queued,
    the_council,
    the_treasury,
    two_safes,
)
from tests.samples import (
    BLOCK_TIME,
    NOW,
    SAFE,
    STRANGER,
    VAULT,
    a_confirmation,
    a_deposit_tx,
    a_safe_tx,
    an_agreed_cost,
    an_owner,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, InnerTransaction, read_bundle, write_bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.desk.draft_approval import (
    ApprovalDraft,
    approval_in_queue,
    draft_approval,
    nested_owners,
)
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.export_bundle import export_bundle
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.errors import Refused
from treasury_desktop.review.approved_transactions import MOST_REVIEWED
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.chain_answer import ChainAnswer, approved_by
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx


def drafted(outer: QueuedTransaction, *beside: QueuedTransaction, **snapshot: Any) -> ApprovalDraft:
    """The council's approval of it."""
    queue = (outer, *beside)
    return draft_approval(outer, COUNCIL, two_safes(), both_read(**snapshot), queue)


def approving(*hashes: bytes, safe: Address = SAFE, nonce: int = 7) -> SafeTx:
    """The council approves hashes, several as one batch."""
    calls = tuple(a_call(safe, "approveHash(bytes32)", each) for each in hashes)
    return safe_tx_of(calls, the_council(), nonce)


def imported(tx: SafeTx, facts: LocalFacts, **members: Any) -> Review:
    """The review of a transaction of the council that somebody sent."""
    return examine(Bundle(safe=the_council(), tx=tx, **members), facts)


def found(review: Review, code: str) -> list[Finding]:
    """The findings of a code."""
    return [finding for finding in review.findings if finding.code == code]


# ── the draft ────────────────────────────────────────────────────────────────────────────────────


def test_an_approval_shows_what_it_approves() -> None:
    """A call of the council at its own next nonce; the deposit stands under it, decoded."""
    outer = outer_queued()
    draft = drafted(outer)
    tx, review = draft.bundle.tx, draft.review
    assert (tx.to, tx.value, tx.operation, tx.nonce) == (SAFE, 0, Operation.CALL, 7)
    assert tx.data == bytes.fromhex("d4d9bdcd") + outer.safe_tx_hash
    assert draft.bundle.safe == the_council()
    assert review.why_not_signable is None, review.findings
    assert [finding.code for finding in review.findings] == ["POLICY_ABOVE_ADVICE"]
    names = [call.function.name for call in review.call.walk() if call.function is not None]
    assert names == ["approveHash", "multiSend", "approve", "deposit"]
    assert [judgement.verdict.words for judgement in review.judgements] == ["above advice"]
    assert draft.bundle.purpose == "Approve nonce 12 of Treasury"


def test_what_is_approved_is_no_second_deployment() -> None:
    """Nine per cent of the treasury wait in the queue and are approved: once, not twice."""
    outer = outer_queued(a_deposit_tx(500_000))
    (judgement,) = drafted(outer).review.judgements
    assert judgement.queued_usd == 0
    assert judgement.amount_usd > 499_000
    rival = outer_queued(a_deposit_tx(600_000, nonce=13))
    (beside,) = drafted(outer, rival).review.judgements
    assert beside.queued_usd > 599_000


def test_the_bundle_carries_what_it_approves() -> None:
    """A cosigner's desk that has neither sees the same calls."""
    outer = outer_queued()
    draft = drafted(outer)
    sent = read_bundle(write_bundle(draft.bundle))
    theirs = examine(sent, nested_facts())
    assert theirs.call == draft.review.call
    assert theirs.why_not_signable is None


def test_the_next_free_nonce_of_the_inner_safe() -> None:
    """Its own queue decides; that of the outer Safe does not."""
    first = outer_queued()
    kept = queued_from(drafted(first).bundle, now=NOW, drafted_here=True)
    second = outer_queued(a_safe_tx(13))
    assert drafted(second, first, kept).bundle.tx.nonce == 8
    assert approval_in_queue(first, COUNCIL, (first, kept)) is kept
    assert approval_in_queue(second, COUNCIL, (first, kept)) is None
    assert nested_owners(the_treasury(), two_safes()) == (COUNCIL,)


@pytest.mark.parametrize(
    ("outer", "snapshot", "sentence"),
    [
        ({}, {"council": replace(the_council(), address=OUTSIDE)}, "not both been read"),
        ({}, {"treasury": the_treasury(owners=(an_owner(1), an_owner(2)))}, "no Safe of this"),
        ({"state": State.EXECUTED}, {}, "Nonce 12 is used up"),
        ({}, {"treasury": the_treasury(nonce=13)}, "Nonce 12 is used up"),
        ({"bundle": b""}, {}, "has no bundle"),
    ],
)
def test_no_approval_is_drafted(
    outer: dict[str, Any], snapshot: dict[str, Any], sentence: str
) -> None:
    """Of what cannot run, by who is no owner, or without knowing both Safes."""
    with pytest.raises(Exception, match=sentence):
        drafted(outer_queued(**outer), **snapshot)


def test_an_approval_is_drafted_once() -> None:
    """Neither while one waits nor after the chain has it."""
    outer = outer_queued()
    kept = queued_from(drafted(outer).bundle, now=NOW, drafted_here=True)
    with pytest.raises(Refused, match=r"waits in the queue of .*, at nonce 7"):
        drafted(outer, kept)
    assert drafted(outer, replace(kept, state=State.REPLACED)).bundle.tx.nonce == 8
    answer = ChainAnswer(
        safe_tx_hash=outer.safe_tx_hash,
        owner=COUNCIL,
        signature=approved_by(COUNCIL),
        is_accepted=True,
        block_number=1,
    )
    with pytest.raises(Refused, match="confirmed this transaction already"):
        drafted(replace(outer, answered=(answer,)))


def test_an_approval_is_executed_with_both_safes_known() -> None:
    """The Safe that executes is not the first one; what it approves is judged by its own state."""
    outer = outer_queued()
    kept = queued_from(drafted(outer).bundle, now=NOW, drafted_here=True)
    records, chain = MemoryRecords(), MemoryChain(safe=the_council())
    signed = tuple(a_confirmation(kept.safe_tx_hash, number) for number in (4, 5))
    records.keep_transaction(replace(kept, confirmations=signed))
    execute_transaction(
        kept.safe_tx_hash,
        nested_facts(outer, kept),
        a_key(7, role="executor"),
        an_agreed_cost(),
        signer=MemorySigner(),
        reader=chain,
        broadcaster=chain,
        records=records,
        now=NOW,
    )
    assert len(chain.sent) == 1


# ── a block of what is approved blocks ───────────────────────────────────────────────────────────


HOSTILE = SafeTx(to=STRANGER, data=b"\xa9\x05\x9c\xbb", operation=Operation.DELEGATECALL, nonce=12)


@pytest.mark.parametrize(
    ("tx", "code"),
    [
        (a_deposit_tx(2_000_000), "POLICY_LIMIT_EXCEEDED"),
        (HOSTILE, "NESTED_DELEGATECALL_UNKNOWN_TARGET"),
        (SafeTx(to=STRANGER, data=b"\x01\x02\x03\x04", nonce=12), "UNDECODED_CALL"),
        (
            replace(a_deposit_tx(), gas_price=10**12, base_gas=10**9, refund_receiver=STRANGER),
            "GAS_REFUND_DRAIN",
        ),
        (SafeTx(to=Address(bytes(20)), value=1, nonce=12), "TRANSFER_TO_ZERO"),
    ],
)
def test_a_block_of_the_outer_is_a_block_of_the_approval(tx: SafeTx, code: str) -> None:
    """By its calls, by its own fields and by the policy."""
    review = drafted(outer_queued(tx)).review
    assert code in {finding.code for finding in review.blocks}
    assert review.why_not_signable is not None


def test_a_nonce_that_passed_meanwhile_blocks() -> None:
    """What can never run any more is not approved, whoever drafted it before."""
    outer = outer_queued()
    bundle = drafted(outer).bundle
    review = examine(bundle, nested_facts(outer, treasury=the_treasury(nonce=13)))
    (blocked,) = found(review, "NONCE_TOO_LOW")
    assert (blocked.severity, blocked.path) == (Severity.BLOCK, "0")
    assert f"approves nonce 12 of {SAFE}, of which is to be said" in blocked.sentence


def test_stale_prices_of_the_present_block() -> None:
    """The approval is signed by the present clock, like what it approves."""
    bundle = drafted(outer_queued()).bundle
    review = examine(bundle, nested_facts(), now=BLOCK_TIME + 86_400)
    assert "PRICE_STALE" in {finding.code for finding in review.blocks}


def test_a_danger_of_the_outer_is_named_where_it_stands() -> None:
    """A payment to nobody known is acknowledged by the owners of the inner Safe too."""
    review = drafted(outer_queued(SafeTx(to=STRANGER, value=1, nonce=12))).review
    (danger,) = found(review, "RECIPIENT_NOT_IN_ADDRESS_BOOK")
    assert (danger.severity, danger.path) == (Severity.DANGER, "0.0")
    assert not review.blocks


def test_a_governance_change_is_not_made_through_an_approval() -> None:
    """It has to be the one top-level call of what its owners sign, as in every other nesting."""
    grant = a_call(SAFE, "addOwnerWithThreshold(address,uint256)", STRANGER, 2)
    review = drafted(outer_queued(safe_tx_of((grant,), the_treasury(), 12))).review
    assert {finding.code for finding in review.blocks} == {"GOVERNANCE_CHANGE_HIDDEN_IN_BATCH"}


# ── what is not here ─────────────────────────────────────────────────────────────────────────────


def test_an_approval_of_what_nobody_here_has_blocks() -> None:
    """On a Safe of ours it would confirm a transaction of ours that nobody saw."""
    review = imported(approving(b"\x01" * 32), nested_facts())
    (unknown,) = found(review, "APPROVED_TRANSACTION_UNKNOWN")
    assert (unknown.severity, unknown.path) == (Severity.BLOCK, "0")
    assert "01" * 32 in unknown.sentence
    assert found(review, "OPAQUE_HASH_APPROVAL")
    elsewhere = imported(approving(b"\x01" * 32, safe=OUTSIDE), nested_facts())
    assert not found(elsewhere, "APPROVED_TRANSACTION_UNKNOWN")
    assert found(elsewhere, "OPAQUE_HASH_APPROVAL")[0].severity is Severity.DANGER


def test_an_approval_that_comes_alone_finds_its_transaction_in_the_queue() -> None:
    """Unsigned or not, whatever is here is shown, goes to the signer and to cosigners."""
    outer = replace(outer_queued(), drafted_here=False)
    facts = nested_facts(outer)
    review = imported(approving(outer.safe_tx_hash), facts)
    assert review.why_not_signable is None
    assert [one.tx for one in review.bundle.inner_transactions] == [outer.tx]
    bare = queued_from(
        Bundle(safe=the_council(), tx=approving(outer.safe_tx_hash)), now=NOW, drafted_here=False
    )
    sent = read_bundle(export_bundle(bare, facts))
    assert [one.tx for one in sent.inner_transactions] == [outer.tx]
    unread = imported(approving(outer.safe_tx_hash), replace(facts, waiting=()))
    assert found(unread, "APPROVED_TRANSACTION_UNKNOWN")


def test_a_transaction_shown_under_another_version_is_reviewed_by_ours() -> None:
    """Versions share a hash; the Safe as this desk read it decides which one it is."""
    outer = outer_queued()
    shown = InnerTransaction(safe=SAFE, version=SafeVersion(1, 3, 0), tx=outer.tx)
    review = imported(approving(outer.safe_tx_hash), nested_facts(), inner_transactions=(shown,))
    assert review.why_not_signable is None


def test_an_older_hash_on_our_own_safe_blocks() -> None:
    """A hash by a version that our Safe is not confirms nothing there, and misleads."""
    tx = outer_queued().tx
    old = replace(the_treasury(), version=SafeVersion(1, 1, 1))
    shown = InnerTransaction(safe=SAFE, version=old.version, tx=tx)
    hashed = safe_tx_hashes(old, tx).safe_tx
    review = imported(approving(hashed), nested_facts(), inner_transactions=(shown,))
    assert "STATE_UNKNOWN" in {finding.code for finding in review.blocks}


def test_an_approval_of_an_approval() -> None:
    """Approved through two Safes of ours, the payment is found in the queue and shown."""
    pay = outer_queued(SafeTx(to=VAULT, value=0, nonce=12))
    second = queued_from(drafted(pay).bundle, now=NOW, drafted_here=False)
    nested = a_call(COUNCIL, "approveHash(bytes32)", second.safe_tx_hash)
    tx = safe_tx_of((nested,), the_treasury(), 13)
    review = examine(Bundle(safe=the_treasury(), tx=tx), nested_facts(pay, second))
    assert [call.path for call in review.call.walk()] == ["0", "0.0", "0.0.0"]
    assert not found(review, "APPROVED_TRANSACTION_UNKNOWN")


def test_the_same_hash_twice_is_reviewed_once() -> None:
    """It is said at both calls."""
    outer = outer_queued(a_deposit_tx(2_000_000))
    hashes = (outer.safe_tx_hash, outer.safe_tx_hash)
    review = imported(approving(*hashes), nested_facts(outer, treasury=the_treasury(nonce=13)))
    assert [one.path for one in found(review, "NONCE_TOO_LOW")] == ["0.0", "0.1"]


def test_more_approvals_than_anybody_reads_block() -> None:
    """So that approving very many is no bomb."""
    outers = [outer_queued(a_safe_tx(nonce)) for nonce in range(12, 12 + MOST_REVIEWED + 1)]
    hashes = [one.safe_tx_hash for one in outers]
    review = imported(approving(*hashes), nested_facts(*outers))
    (many,) = [one for one in review.blocks if "more than 16 transactions" in one.sentence]
    assert many.path == f"0.{MOST_REVIEWED}"
    fewer = imported(approving(*hashes[:-1]), nested_facts(*outers))
    assert not fewer.blocks


def test_what_stands_in_the_queue_of_unread_safes_is_not_looked_up() -> None:
    """Without the Safe's version nobody knows its hashes."""
    outer = outer_queued()
    facts = nested_facts(outer, treasury=replace(the_treasury(), address=OUTSIDE))
    assert facts.waiting == ()
    assert nested_facts(replace(outer, state=State.EXECUTED)).waiting == ()

"""Draft a rejection: the one transaction that can take a nonce back without moving anything."""

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.errors import Refused
from treasury_desktop.review.review import examine
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.rejection import rejection
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


def draft_rejection(
    address: Address,
    nonce: int,
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    queue: tuple[QueuedTransaction, ...],
) -> Bundle:
    """The rejection of a nonce of one of our Safes, with our evidence; judged like anything else.

    Refused for a nonce that was used, and while a transaction with it is on its way: whether that
    one runs is open, and would be whatever is signed beside it.
    """
    safe = snapshot.safe_at(address)
    if safe is None or not isinstance(safe.nonce, int):
        raise Refused("The Safe's nonce is not known; refresh first.")
    if nonce < safe.nonce:
        raise Refused(f"The Safe is at nonce {safe.nonce}; nonce {nonce} was used already.")
    at_nonce = [q for q in queue if q.safe == address and q.tx.nonce == nonce]
    if any(q.state is State.SENT for q in at_nonce):
        raise Refused(f"A transaction with nonce {nonce} is on its way; look again at it first.")
    facts = local_facts(workspace, snapshot, queue)
    bundle = bundle_with_our_evidence(
        safe, rejection(safe, nonce), facts, purpose=_purpose(nonce, bool(at_nonce)), strategy=None
    )
    review = examine(bundle, facts)
    if review.blocks:
        raise Refused(f"It cannot go into the queue: {review.blocks[0].sentence}")
    return bundle


def _purpose(nonce: int, has_rivals: bool) -> str:
    if has_rivals:
        return f"Rejection: takes nonce {nonce} from what was proposed for it"
    return f"Rejection: uses nonce {nonce} up, so that what comes behind it can run"

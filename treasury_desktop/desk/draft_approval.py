"""Draft an approval: one Safe of the treasury confirms a transaction of another that it owns.

The approval is a transaction like any other: it goes through the queue, the review and the
signatures of the Safe that approves. Executed, it confirms for the Safe that is approved on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, InnerTransaction
from treasury_desktop.calls.abi_type import parse_function
from treasury_desktop.deployments.encoding import encoded_call
from treasury_desktop.desk.beside import NOTHING_BESIDE, Beside
from treasury_desktop.desk.draft_deployment import next_free_nonce
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_of, bundle_with_our_evidence
from treasury_desktop.errors import Refused
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace

APPROVE_HASH = parse_function("approveHash(bytes32)")

Approvals = Mapping[tuple[Address, Address, bytes], QueuedTransaction]
"""What waits and does nothing but one call, by the Safe that makes it and what it calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalDraft:
    """The approval with the review that a signer of the inner Safe would see."""

    bundle: Bundle
    review: Review


def nested_owners(outer: Safe, workspace: Workspace) -> tuple[Address, ...]:
    """The workspace's own Safes that own another one, in the order of the workspace."""
    return tuple(safe.address for safe in workspace.safes if outer.is_owner(safe.address))


def approval_in_queue(
    outer: QueuedTransaction, inner: Address, queue: tuple[QueuedTransaction, ...]
) -> QueuedTransaction | None:
    """The approval of a transaction that waits in the inner Safe's queue already, or `None`."""
    return waiting_approval(outer, inner, approvals_in(queue))


def approvals_in(queue: tuple[QueuedTransaction, ...]) -> Approvals:
    """Every approval that waits: found at once, however many wait beside it."""
    found: dict[tuple[Address, Address, bytes], QueuedTransaction] = {}
    for one in queue:
        tx = one.tx
        if one.state not in FINAL and tx == SafeTx(to=tx.to, data=tx.data, nonce=tx.nonce):
            found.setdefault((one.safe, tx.to, tx.data), one)
    return found


def waiting_approval(
    outer: QueuedTransaction, inner: Address, approvals: Approvals
) -> QueuedTransaction | None:
    """The inner Safe's approval of a transaction among those that wait, or `None`."""
    wanted = _approval_of(outer)
    return approvals.get((inner, wanted.to, wanted.data))


def draft_approval(
    outer: QueuedTransaction,
    inner: Address,
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    queue: tuple[QueuedTransaction, ...],
    *,
    beside: Beside = NOTHING_BESIDE,
) -> ApprovalDraft:
    """The approval of a queued transaction, reviewed together with what it approves."""
    outer_safe, inner_safe = snapshot.safe_at(outer.safe), snapshot.safe_at(inner)
    if outer_safe is None or inner_safe is None:
        raise Refused("The Safes have not both been read yet; refresh first.")
    if inner not in nested_owners(outer_safe, workspace):
        raise Refused(f"{inner} is no Safe of this workspace that owns {outer.safe}.")
    if outer.state in FINAL or _is_past(outer, outer_safe):
        raise Refused(f"Nonce {outer.tx.nonce} is used up; there is nothing to approve.")
    if inner in outer.confirmed_by:
        raise Refused(f"{inner} has confirmed this transaction already.")
    waiting = approval_in_queue(outer, inner, queue)
    if waiting is not None:
        raise Refused(f"Its approval waits in the queue of {inner}, at nonce {waiting.tx.nonce}.")
    told = bundle_of(outer)  # the stored bundle still gives the recorded hash
    tx = replace(_approval_of(outer), nonce=next_free_nonce(inner_safe, queue))
    facts = local_facts(workspace, snapshot, queue, beside)
    bundle = bundle_with_our_evidence(
        inner_safe,
        tx,
        facts,
        purpose=f"Approve nonce {outer.tx.nonce} of {_name_of(outer.safe, workspace)}",
        strategy=None,
    )
    supplied = InnerTransaction(
        safe=outer.safe,
        version=outer_safe.version,
        tx=outer.tx,
        claimed_hash=outer.safe_tx_hash,
    )
    bundle = replace(
        bundle, inner_transactions=(supplied, *told.inner_transactions), abis=told.abis
    )
    return ApprovalDraft(bundle=bundle, review=examine(bundle, facts))


def _approval_of(outer: QueuedTransaction) -> SafeTx:
    """The call that approves its hash, at nonce 0."""
    return SafeTx(to=outer.safe, data=encoded_call(APPROVE_HASH, outer.safe_tx_hash), nonce=0)


def _name_of(safe: Address, workspace: Workspace) -> str:
    """What the workspace calls a Safe of its own."""
    return next(named.name for named in workspace.safes if named.address == safe)


def _is_past(outer: QueuedTransaction, safe: Safe) -> bool:
    return isinstance(safe.nonce, int) and outer.tx.nonce < safe.nonce

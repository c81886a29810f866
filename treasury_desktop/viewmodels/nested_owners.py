"""Owners that are Safes of this workspace: who signed inside them, and what they can do next."""

from dataclasses import dataclass, replace
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.draft_approval import Approvals, nested_owners, waiting_approval
from treasury_desktop.desk.inside_signatures import inside_of
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.nested_signature import can_confirm
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import SignatureKind
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import party_at

DRAFT_APPROVAL: Final = "Draft its approval"
SHOW_APPROVAL: Final = "Show its approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedOwner:
    """One owner that is a Safe: its standing in words, and what is offered for it here."""

    inner: Address
    name: str
    words: str
    is_signed: bool
    can_sign: bool = False
    can_draft: bool = False
    approval: bytes | None = None

    @property
    def sign_text(self) -> str:
        """The words of the button that leads to signing inside it."""
        return f"Sign as owner of {self.name}"


def nested_owners_of(
    queued: QueuedTransaction,
    safes: tuple[Safe, ...],
    workspace: Workspace,
    keys: tuple[KeyLabel, ...],
    approvals: Approvals,
) -> tuple[NestedOwner, ...]:
    """The Safes of this workspace that own the transaction's Safe, as far as both were read.

    `approvals` are those that wait in the queue.
    """
    by_address = {safe.address: safe for safe in safes}
    outer = by_address.get(queued.safe)
    if outer is None:
        return ()
    return tuple(
        _nested_owner(queued, outer, by_address[address], workspace, (keys, approvals))
        for address in nested_owners(outer, workspace)
        if address in by_address
    )


def without_sign(nested: tuple[NestedOwner, ...], offered: NestedOwner) -> tuple[NestedOwner, ...]:
    """As they are, where signing inside one of them is the step of the card itself."""
    return tuple(replace(one, can_sign=False) if one == offered else one for one in nested)


def _nested_owner(
    queued: QueuedTransaction,
    outer: Safe,
    inner: Safe,
    workspace: Workspace,
    here: tuple[tuple[KeyLabel, ...], Approvals],
) -> NestedOwner:
    keys, approvals = here
    name = party_at(inner.address, workspace).short
    is_over = isinstance(outer.nonce, int) and queued.tx.nonce < outer.nonce
    is_signed = inner.address in queued.confirmed_by
    if is_signed or is_over or queued.state is State.SENT:
        words = _signed_words(queued, inner.address) if is_signed else "has not confirmed"
        return NestedOwner(inner=inner.address, name=name, words=words, is_signed=is_signed)
    inside = inside_of(queued, outer, inner)
    waiting = waiting_approval(queued, inner.address, approvals)
    mine = [key for key in keys if key.is_here and inner.is_owner(key.address)]
    return NestedOwner(
        inner=inner.address,
        name=name,
        words=_open_words(len(inside), inner, waiting),
        is_signed=False,
        can_sign=can_confirm(outer, inner) and any(key.address not in inside for key in mine),
        can_draft=waiting is None,
        approval=None if waiting is None else waiting.safe_tx_hash,
    )


def _signed_words(queued: QueuedTransaction, inner: Address) -> str:
    """By which road the chain accepts it, and when it was asked."""
    answer = next(one for one in queued.accepted if one.owner == inner)
    is_approval = answer.signature.kind is SignatureKind.APPROVED_HASH
    how = "approved it on the chain" if is_approval else "signed, and its contract agrees"
    return f"{how}, by block {answer.block_number:,}"


def _open_words(signed: int, inner: Safe, waiting: QueuedTransaction | None) -> str:
    wanted = inner.threshold if isinstance(inner.threshold, int) else None
    words = f"{signed} of {'?' if wanted is None else wanted} inside"
    if wanted is not None and signed >= wanted:
        words += "; refresh, so that the chain confirms it"
    if waiting is not None:
        words += f"; its approval waits at its nonce {waiting.tx.nonce}"
    return words

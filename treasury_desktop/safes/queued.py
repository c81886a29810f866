"""A transaction not yet executed, with everything the desk has collected about it."""

from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import read_json_object
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.chain_answer import ChainAnswer, accepted_of_each_owner
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.safe_tx import SafeTx

_JUDGED_BY = ("strategy", "policy", "strategies", "exceptions")
"""What a whole bundle says beside its evidence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedTransaction:
    """One Safe transaction in the desk's records, keyed by its safeTxHash.

    `drafted_here` tells our own work from what somebody sent; `bundle` is the canonical review
    bundle it came with or was drafted into. `answered` is what the chain said of its other
    signatures when it was last asked; records keep none of it.
    """

    chain_id: int
    safe: Address
    safe_tx_hash: bytes
    tx: SafeTx
    purpose: str
    strategy: str | None
    drafted_here: bool
    created_at: int
    state: State
    confirmations: tuple[Confirmation, ...] = ()
    quarantined: tuple["QuarantinedSignature", ...] = ()
    bundle: bytes = b""
    transaction_hash: bytes | None = None
    answered: tuple[ChainAnswer, ...] = ()

    @property
    def accepted(self) -> tuple[ChainAnswer, ...]:
        """What the chain accepts of owners who did not sign with a key, one of each."""
        signed = {one.owner for one in self.confirmations}
        return tuple(o for o in accepted_of_each_owner(self.answered) if o.owner not in signed)

    @property
    def confirmed_by(self) -> frozenset[Address]:
        """Whoever confirmed it, by a key or on the chain."""
        by_key = frozenset(one.owner for one in self.confirmations)
        return by_key | {one.owner for one in self.accepted}


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedSignature:
    """A signature that came in and does not count, with the reason; kept, never lost."""

    safe_tx_hash: bytes
    claimed_signer: Address | None
    data: bytes
    reason: str


def with_copy(known: QueuedTransaction, copy: QueuedTransaction) -> QueuedTransaction:
    """What is said of a known transaction once another copy of it came in; it only gains.

    Purpose, strategy and bundle are the words of whoever wrote them. A draft of our own has ours,
    whichever came first, and a stranger's copy fills at most the gap of a missing bundle. Among
    strangers whoever came first stands, but a bare transaction, such as a service lists, keeps no
    whole bundle away.
    """
    first, second = known, copy
    is_of_one_origin = known.drafted_here == copy.drafted_here
    if known.drafted_here != copy.drafted_here:
        first, second = (copy, known) if copy.drafted_here else (known, copy)
    elif not known.drafted_here and _says_more(copy.bundle, known.bundle):
        first, second = copy, known
    return replace(
        known,
        purpose=first.purpose or (second.purpose if is_of_one_origin else ""),
        strategy=first.strategy or (second.strategy if is_of_one_origin else None),
        bundle=first.bundle or second.bundle,
        drafted_here=known.drafted_here or copy.drafted_here,
        transaction_hash=known.transaction_hash or copy.transaction_hash,
    )


def _says_more(second: bytes, first: bytes) -> bool:
    return second != first and _is_bare(first) and not _is_bare(second)


def _is_bare(bundle: bytes) -> bool:
    """Whether a bundle has nothing to judge its transaction by, at most a purpose."""
    if not bundle:
        return True
    try:
        members = read_json_object(bundle)
    except Malformed:  # whatever it says, it says more
        return False
    evidence = members.get("evidence")
    kinds = evidence.values() if isinstance(evidence, dict) else ()
    return not any((*(members.get(name) for name in _JUDGED_BY), *kinds))

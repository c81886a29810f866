"""A transaction not yet executed, with everything the desk has collected about it."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.safe_tx import SafeTx


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedTransaction:
    """One Safe transaction in the desk's records, keyed by its safeTxHash.

    `drafted_here` tells our own work from what somebody sent; `bundle` is the canonical review
    bundle it came with or was drafted into.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedSignature:
    """A signature that came in and does not count, with the reason; kept, never lost."""

    safe_tx_hash: bytes
    claimed_signer: Address | None
    data: bytes
    reason: str

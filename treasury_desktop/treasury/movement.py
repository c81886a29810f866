"""A movement of the treasury, rebuilt from logs."""

from dataclasses import dataclass
from enum import Enum

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount

FAILED_NOTE = "the Safe transaction failed; its nonce is used"
"""The note of an executed Safe transaction whose call failed (ExecutionFailure)."""


class MovementKind(Enum):
    """What a movement is to the treasury."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    DEPLOYMENT = "deployment"
    EXIT = "exit"
    FEES = "fees"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One amount that entered or left a Safe, tied to the transaction that moved it.

    `amount` is `None` for an executed Safe transaction that moved nothing (a rejection, say).
    `safe_tx_hash` is `None` where no Safe transaction caused it (somebody sent us money).
    """

    chain_id: int
    safe: Address
    block_number: int
    timestamp: int
    transaction_hash: bytes
    log_index: int
    kind: MovementKind
    amount: TokenAmount | None
    counterpart: Address | None
    safe_tx_hash: bytes | None
    strategy: str | None = None
    note: str = ""

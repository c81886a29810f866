"""A movement of the treasury, rebuilt from logs."""

from dataclasses import dataclass
from enum import Enum

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount

GAS_REFUND_NOTE = "gas refund"
"""The note of what a Safe paid back to whoever executed its transaction."""

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


_ENTERS = {
    MovementKind.INCOMING: True,
    MovementKind.EXIT: True,
    MovementKind.FEES: True,
    MovementKind.OUTGOING: False,
    MovementKind.DEPLOYMENT: False,
}
"""Whether what a kind names came in; `OTHER` says neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One amount that entered or left a Safe, tied to the transaction that moved it.

    `amount` is `None` for an executed Safe transaction that moved nothing (a rejection, say).
    `safe_tx_hash` is `None` where no Safe transaction caused it (somebody sent us money).
    `is_in` says whether it came in; the kind decides where it says so. `None` is left to what
    moved nothing, and to conversions and transfers kept before their direction was.
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
    is_in: bool | None = None

    def __post_init__(self) -> None:
        meant = None if self.amount is None else _ENTERS.get(self.kind, self.is_in)
        object.__setattr__(self, "is_in", meant)

    @property
    def order(self) -> tuple[int, int, bytes, str, str]:
        """Its place in every account of movements: of two there is always one that comes first."""
        token = "" if self.amount is None else self.amount.token.key
        return (self.block_number, self.log_index, self.safe.raw, token, self.kind.value)

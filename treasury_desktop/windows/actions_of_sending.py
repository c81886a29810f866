"""What pages may ask of the desk about sending an execution, as a Protocol.

Like `actions.py`: every method blocks and runs inside an errand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only, as in actions.py
    from treasury_desktop.desk.doors import KeyLabel, Receipt
    from treasury_desktop.desk.fees import AgreedCost, CostEstimate


class SendingActions(Protocol):
    """Sending a confirmed transaction, and what it costs."""

    def estimate(self, safe_tx_hash: bytes, executor: KeyLabel) -> CostEstimate:
        """What it would cost now; refuses what the Safe would refuse."""
        ...

    def execute(self, safe_tx_hash: bytes, executor: KeyLabel, agreed: AgreedCost) -> Receipt:
        """Send it for no more than was agreed, and wait for what becomes of it."""
        ...

"""What pages may ask of the desk about sending an execution, as a Protocol.

Like `actions.py`: every method blocks and runs inside an errand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only, as in actions.py
    from treasury_desktop.desk.doors import KeyLabel, Receipt
    from treasury_desktop.desk.fees import AgreedCost, CostEstimate
    from treasury_desktop.desk.follow_sendings import WaitingSending


class SendingActions(Protocol):
    """Sending a confirmed transaction, and what it costs."""

    def estimate(self, safe_tx_hash: bytes, executor: KeyLabel) -> CostEstimate:
        """What it would cost now; refuses what the Safe would refuse."""
        ...

    def execute(self, safe_tx_hash: bytes, executor: KeyLabel, agreed: AgreedCost) -> Receipt:
        """Send it for no more than was agreed, and wait for what becomes of it."""
        ...

    def waiting(self, safe_tx_hash: bytes) -> WaitingSending | None:
        """What is on its way for it; `None` where a receipt settled it, which is kept."""
        ...

    def estimate_replacement(self, safe_tx_hash: bytes, *, cancels: bool) -> CostEstimate:
        """What speeding it up or cancelling it would cost now."""
        ...

    def replace_sending(self, safe_tx_hash: bytes, agreed: AgreedCost, *, cancels: bool) -> Receipt:
        """Send the same with higher fees, or nothing in its place, and wait for either."""
        ...

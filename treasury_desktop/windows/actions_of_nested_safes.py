"""What pages may ask of the desk where a Safe of the workspace owns another one, as a Protocol.

Like `actions.py`: every method blocks and runs inside an errand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only, as in actions.py
    from treasury_desktop.assets.address import Address
    from treasury_desktop.desk.doors import KeyLabel
    from treasury_desktop.desk.sign_for_nested import SignedInside
    from treasury_desktop.review.review import Review
    from treasury_desktop.safes.queued import QueuedTransaction


class NestedSafeActions(Protocol):
    """Confirming a transaction for a Safe that is an owner."""

    def draft_approval(self, safe_tx_hash: bytes, inner: Address) -> QueuedTransaction:
        """Put the inner Safe's approval of a queued transaction into its queue."""
        ...

    def sign(self, review: Review, inner: Address, key: KeyLabel) -> SignedInside:
        """Sign what was reviewed as an owner of the inner Safe; blocks while the person types."""
        ...

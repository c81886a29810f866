"""What an open desk does where a Safe of its workspace owns another one."""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.draft_approval import draft_approval
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.sign_for_nested import NestedSigner, SignedInside, sign_for_nested
from treasury_desktop.errors import Refused, TreasuryError, Unavailable
from treasury_desktop.review.review import Review
from treasury_desktop.safes.queued import QueuedTransaction

if TYPE_CHECKING:
    from treasury_desktop.application.open_desk import OpenDesk


class NestedSafes:
    """Keeps the Protocol `windows.actions_of_nested_safes.NestedSafeActions`."""

    def __init__(
        self,
        desk: "OpenDesk",
        signer: Callable[[], AbstractContextManager[NestedSigner]],
        ask_the_chain: Callable[[], None],
    ) -> None:
        self._desk = desk
        self._signer = signer
        self._ask_the_chain = ask_the_chain

    def draft_approval(self, safe_tx_hash: bytes, inner: Address) -> QueuedTransaction:
        """Put the inner Safe's approval into its queue; one that blocks is not kept."""
        desk, queue = self._desk, self._desk.queue()
        snapshot = desk.snapshot()
        outer = next((one for one in queue if one.safe_tx_hash == safe_tx_hash), None)
        if outer is None:
            raise Refused("This transaction is not in the queue.")
        if snapshot is None:
            raise Unavailable("The Safes have not been read yet; refresh first.")
        beside = desk.beside(snapshot)
        draft = draft_approval(outer, inner, desk.workspace, snapshot, queue, beside=beside)
        if draft.review.blocks:
            raise Refused(f"It cannot be approved: {draft.review.blocks[0].sentence}")
        now = desk.now()
        queued = queued_from(draft.bundle, now=now, drafted_here=True)
        desk.records.keep_transaction(queued)
        about = {
            "safe_tx_hash": "0x" + queued.safe_tx_hash.hex(),
            "approves": "0x" + safe_tx_hash.hex(),
        }
        desk.records.note("approval drafted", about, now)
        return queued

    def sign(self, review: Review, inner: Address, key: KeyLabel) -> SignedInside:
        """Sign for the inner Safe; where a node answers, the chain is asked at once."""
        desk = self._desk
        with self._signer() as signer:
            signed = sign_for_nested(
                review,
                desk.local_facts(),
                inner,
                key,
                signer=signer,
                records=desk.records,
                now=desk.now(),
            )
        if signed.threshold is not None and signed.signed >= signed.threshold:
            with contextlib.suppress(TreasuryError):  # the next refresh asks again
                self._ask_the_chain()
        return signed

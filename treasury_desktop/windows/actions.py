"""What pages may ask of the desk, as a Protocol; `application.py` is the desk behind it.

Every method blocks and runs inside an errand (`windows/errands.py`), never on the GUI thread,
except those that say "at once". They raise the three kinds of `treasury_desktop.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only: the frame is painted before any of these rooms is entered
    from pathlib import Path

    from treasury_desktop.assets.address import Address
    from treasury_desktop.desk.doors import IsCancelled, KeyLabel, OnProgress
    from treasury_desktop.desk.draft_deployment import DeploymentRequest, Draft
    from treasury_desktop.desk.import_transaction import Imported
    from treasury_desktop.desk.refresh_treasury import Refreshed
    from treasury_desktop.pools.history import PoolSeries
    from treasury_desktop.pools.pool import PoolState
    from treasury_desktop.review.facts import LocalFacts
    from treasury_desktop.review.review import Review
    from treasury_desktop.safes.confirmation import Confirmation
    from treasury_desktop.safes.queued import QueuedTransaction
    from treasury_desktop.treasury.deny_list import DenyLists
    from treasury_desktop.treasury.movement import Movement
    from treasury_desktop.treasury.strategy import Strategy
    from treasury_desktop.treasury.workspace import Workspace
    from treasury_desktop.viewmodels.movement_exports import ExportForm
    from treasury_desktop.windows.actions_of_exchange import ExchangeActions
    from treasury_desktop.windows.actions_of_keys import KeyActions
    from treasury_desktop.windows.actions_of_messages import MessageActions
    from treasury_desktop.windows.actions_of_nested_safes import NestedSafeActions
    from treasury_desktop.windows.actions_of_sending import SendingActions
    from treasury_desktop.windows.actions_of_service import ServiceActions
    from treasury_desktop.windows.actions_of_unlocking import Unlocking
    from treasury_desktop.windows.actions_of_workspace import WorkspaceActions


KEY_ACTS = frozenset({"sign", "execute", "create key", "change key"})
"""The names of the errands that have the passphrase window opened."""


class Actions(Protocol):
    """The desk, as pages know it."""

    @property
    def workspace(self) -> Workspace:
        """The workspace that is open; at once."""
        ...

    @property
    def workspace_changes(self) -> WorkspaceActions:
        """What may be changed in the workspace's own file; at once."""
        ...

    @property
    def denied(self) -> DenyLists:
        """The workspace's deny-lists as they were read; at once."""
        ...

    @property
    def service(self) -> ServiceActions:
        """The optional Safe Transaction Service; at once."""
        ...

    @property
    def nested(self) -> NestedSafeActions:
        """What is done for Safes that are owners; at once."""
        ...

    @property
    def sending(self) -> SendingActions:
        """Sending executions, and what they cost; at once."""
        ...

    @property
    def unlocking(self) -> Unlocking:
        """The key that is unlocked for a while, if one is; at once."""
        ...

    @property
    def messages(self) -> MessageActions:
        """What can be asked about messages; at once."""
        ...

    def now(self) -> int:
        """Unix seconds; at once."""
        ...

    def local_facts(self) -> LocalFacts:
        """What this desk knows itself, from the session's snapshot and queue; at once."""
        ...

    def refresh(self) -> Refreshed:
        """Read the treasury, keep it, and record movements."""
        ...

    def movements(self) -> tuple[Movement, ...]:
        """Movements as kept, newest first; no network."""
        ...

    def exported_movements(self, form: ExportForm, movements: tuple[Movement, ...]) -> str:
        """Movements as a text for another program; no network."""
        ...

    def pool_series(self, pool: str, bucket_seconds: int) -> PoolSeries:
        """A pool's series as kept (EIP-55 address); no network."""
        ...

    def sync_pools(self, on_progress: OnProgress, is_cancelled: IsCancelled) -> None:
        """Read pool events up to the newest block; what was read is kept on cancel."""
        ...

    def pool_state(self, strategy: Strategy) -> PoolState:
        """A strategy's pool as it is now."""
        ...

    def draft(self, request: DeploymentRequest) -> Draft:
        """A drafted and reviewed deployment; asks the venue, keeps nothing."""
        ...

    def keep_draft(self, draft: Draft) -> QueuedTransaction:
        """Put a draft into the queue."""
        ...

    def draft_rejection(self, safe: Address, nonce: int) -> QueuedTransaction:
        """Put the rejection of a nonce into the queue."""
        ...

    def queue(self) -> tuple[QueuedTransaction, ...]:
        """The queue as kept."""
        ...

    def review(self, safe_tx_hash: bytes) -> Review:
        """The review of a queued transaction by our own facts."""
        ...

    def import_file(self, path: Path) -> Imported:
        """Import a bundle or a cosigner's signatures from a file."""
        ...

    def import_text(self, text: str) -> Imported:
        """Import what was pasted."""
        ...

    def import_bytes(self, data: bytes) -> Imported:
        """Import what a file holds, such as a picture that was pasted."""
        ...

    @property
    def exchange(self) -> ExchangeActions:
        """Handing over and taking in without a server; at once."""
        ...

    @property
    def keys(self) -> KeyActions:
        """The keys of this desk; at once."""
        ...

    def sign(self, review: Review, key: KeyLabel) -> Confirmation:
        """Sign what was reviewed; blocks while the person types in the secret-entry process."""
        ...

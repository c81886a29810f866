"""Refresh: read the treasury at the newest block and keep what was read."""

from dataclasses import dataclass

from treasury_desktop.desk.doors import Records, TreasuryReader
from treasury_desktop.safes.lifecycle import FINAL, Event
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh leaves on the desk."""

    snapshot: TreasurySnapshot
    queue: tuple[QueuedTransaction, ...]


def refresh_treasury(reader: TreasuryReader, records: Records, workspace: Workspace) -> Refreshed:
    """Read, keep, and settle the queued transactions whose nonce has passed."""
    snapshot = reader.read(workspace)
    records.keep_snapshot(snapshot)
    return Refreshed(snapshot=snapshot, queue=queue_of(records, workspace))


def queue_of(records: Records, workspace: Workspace) -> tuple[QueuedTransaction, ...]:
    """Every transaction the desk keeps of every Safe of the workspace, by nonce."""
    return tuple(
        queued for named in workspace.safes for queued in records.transactions(named.address)
    )


def settle_passed_nonces(
    records: Records,
    snapshot: TreasurySnapshot,
    executed: frozenset[bytes],
    failed: frozenset[bytes],
) -> None:
    """Tell apart what was executed, failed or replaced among transactions whose nonce has passed.

    `executed` and `failed` are the safeTxHashes the Safe itself announced on chain; without such
    an announcement a passed nonce was taken by another transaction.
    """
    for safe in snapshot.safes:
        for queued in records.transactions(safe.address):
            if queued.state in FINAL or not isinstance(safe.nonce, int):
                continue
            if queued.safe_tx_hash in executed:
                records.record_event(queued.safe_tx_hash, Event.EXECUTION_SUCCEEDED)
            elif queued.safe_tx_hash in failed:
                records.record_event(queued.safe_tx_hash, Event.EXECUTION_FAILED)
            elif queued.tx.nonce < safe.nonce:
                records.record_event(queued.safe_tx_hash, Event.NONCE_TAKEN)

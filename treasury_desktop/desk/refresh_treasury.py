"""Refresh: read the treasury at the newest block and keep what was read."""

from dataclasses import dataclass

from treasury_desktop.desk.doors import Broadcaster, Records, TreasuryReader
from treasury_desktop.desk.execute_transaction import look_for_receipt, record_receipt
from treasury_desktop.safes.lifecycle import FINAL, Event, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.movement import FAILED_NOTE, Movement
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


def settle_sent(
    broadcaster: Broadcaster, records: Records, workspace: Workspace, *, now: int
) -> None:
    """Look for the receipts of what was sent before: also after this desk was killed meanwhile."""
    for queued in queue_of(records, workspace):
        if queued.state is State.SENT:
            receipt, _ = look_for_receipt(queued, broadcaster, records)
            if receipt is not None:
                record_receipt(queued, receipt, records, now)


def settle_passed_nonces(
    records: Records, snapshot: TreasurySnapshot, movements: tuple[Movement, ...]
) -> None:
    """Tell apart what was executed and what was replaced among transactions whose nonce passed.

    A safeTxHash among the movements was announced by the Safe itself; without that a passed nonce
    was taken by another transaction.
    """
    executed = {m.safe_tx_hash: m for m in movements if m.safe_tx_hash is not None}
    for safe in snapshot.safes:
        for queued in records.transactions(safe.address):
            if queued.state in FINAL or not isinstance(safe.nonce, int):
                continue
            movement = executed.get(queued.safe_tx_hash)
            if movement is not None:
                failed = movement.note == FAILED_NOTE
                event = Event.EXECUTION_FAILED if failed else Event.EXECUTION_SUCCEEDED
                records.record_if_possible(queued.safe_tx_hash, event, movement.transaction_hash)
            elif queued.tx.nonce < safe.nonce:
                records.record_if_possible(queued.safe_tx_hash, Event.NONCE_TAKEN)

"""Refresh: read the treasury at the newest block and keep what was read."""

import contextlib
from dataclasses import dataclass

from treasury_desktop.desk.doors import Broadcaster, Records, TokenFinder, TreasuryReader
from treasury_desktop.desk.find_tokens import find_tokens, with_unlisted
from treasury_desktop.desk.follow_sendings import (
    are_replaced,
    look_for_receipt,
    record_receipt,
)
from treasury_desktop.desk.reorganisation import DEEPEST
from treasury_desktop.errors import TreasuryError
from treasury_desktop.safes.lifecycle import FINAL, Event, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.movement import FAILED_NOTE, Movement
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """What a refresh leaves on the desk.

    `blocks_back` says how far its block lies before the one read last; 0 where it does not.
    """

    snapshot: TreasurySnapshot
    queue: tuple[QueuedTransaction, ...]
    blocks_back: int = 0

    @property
    def is_a_little_behind(self) -> bool:
        """Whether the node has just not seen yet what another one saw."""
        return 0 < self.blocks_back <= DEEPEST

    @property
    def remark(self) -> str:
        """What the person has to know; "" where all is as it should be."""
        if self.blocks_back <= DEEPEST:
            return ""
        return (
            f"The newest block is {self.snapshot.block.number:,} now, {self.blocks_back:,} blocks "
            "before the one read last: figures and movements were read anew, and those of before "
            "are not counted."
        )


def refresh_treasury(
    reader: TreasuryReader,
    records: Records,
    workspace: Workspace,
    finder: TokenFinder | None = None,
) -> Refreshed:
    """Read and keep, also a block before the one read last: what is read now is what counts."""
    snapshot = reader.read(workspace)
    before = records.latest_snapshot(snapshot.chain_id)
    if finder is not None:
        missing = find_tokens(finder, records, workspace, snapshot)
        snapshot = with_unlisted(finder, records, workspace, snapshot, before, remarks=missing)
    back = 0 if before is None else max(before.block.number - snapshot.block.number, 0)
    records.keep_snapshot(snapshot)
    return Refreshed(snapshot=snapshot, queue=queue_of(records, workspace), blocks_back=back)


def queue_of(records: Records, workspace: Workspace) -> tuple[QueuedTransaction, ...]:
    """Every transaction the desk keeps of every Safe of the workspace, by nonce."""
    return tuple(
        queued for named in workspace.safes for queued in records.transactions(named.address)
    )


def settle_sent(
    broadcaster: Broadcaster, records: Records, workspace: Workspace, *, now: int
) -> None:
    """Look for the receipts of what was sent before: also after this desk was killed meanwhile.

    What was taken for over is looked at too: a receipt may have been in a block that is no more.
    Where nodes disagree about one of them it stays unknown, and holds up none of the others.
    """
    for queued in queue_of(records, workspace):
        with contextlib.suppress(TreasuryError):  # the next refresh asks again
            if queued.state is State.SENT:
                _settle(queued, broadcaster, records, now)
            elif queued.state is State.CONFIRMED and records.sendings(queued.safe_tx_hash):
                _open_what_came_back(queued, broadcaster, records, now)


def _settle(
    queued: QueuedTransaction, broadcaster: Broadcaster, records: Records, now: int
) -> None:
    receipt, open_ = look_for_receipt(queued, broadcaster, records)
    if receipt is not None:
        record_receipt(queued, receipt, records, now)
        return
    if are_replaced(open_, broadcaster):
        last = records.sendings(queued.safe_tx_hash)[-1].transaction_hash
        records.record_if_possible(queued.safe_tx_hash, Event.ACCOUNT_NONCE_TAKEN, last)


def _open_what_came_back(
    queued: QueuedTransaction, broadcaster: Broadcaster, records: Records, now: int
) -> None:
    """Sent again, and unknown, where a node has what was cancelled, refused or replaced."""
    receipt, open_ = look_for_receipt(queued, broadcaster, records)
    if receipt is not None:
        record_receipt(queued, receipt, records, now)
        return
    known = [one for one in open_ if broadcaster.is_known(one.transaction_hash)]
    for sending in known[-1:]:
        records.record_if_possible(queued.safe_tx_hash, Event.BROADCAST, sending.transaction_hash)


def settle_passed_nonces(
    records: Records, snapshot: TreasurySnapshot, movements: tuple[Movement, ...]
) -> None:
    """Tell apart what was executed and what was replaced among transactions whose nonce passed.

    A safeTxHash among the movements was announced by the Safe itself; without that a passed nonce
    was taken by another transaction. What was called final on other evidence is corrected.
    """
    executed = {m.safe_tx_hash: m for m in movements if m.safe_tx_hash is not None}
    for safe in snapshot.safes:
        for queued in records.transactions(safe.address):
            if not isinstance(safe.nonce, int) or queued.tx.nonce >= safe.nonce:
                continue
            movement = executed.get(queued.safe_tx_hash)
            if movement is not None:
                failed = movement.note == FAILED_NOTE
                event = Event.EXECUTION_FAILED if failed else Event.EXECUTION_SUCCEEDED
                records.record_if_possible(queued.safe_tx_hash, event, movement.transaction_hash)
            else:
                records.record_if_possible(queued.safe_tx_hash, Event.NONCE_TAKEN)


def settle_contradicted(broadcaster: Broadcaster, records: Records, refreshed: Refreshed) -> None:
    """Open again what was called final although the Safe still waits for its nonce.

    A node lied once, or its block was reorganised away. A receipt that stands is believed before
    a Safe that was read a block too early.
    """
    if refreshed.is_a_little_behind:
        return
    for safe in refreshed.snapshot.safes:
        for queued in records.transactions(safe.address):
            if (
                queued.state in FINAL
                and isinstance(safe.nonce, int)
                and queued.tx.nonce >= safe.nonce
                and not _may_have_run(queued, broadcaster, records)
            ):
                _open_again(queued, safe, records)


def _may_have_run(queued: QueuedTransaction, broadcaster: Broadcaster, records: Records) -> bool:
    """Whether a receipt says so, or nodes do not agree on what it says."""
    try:
        receipt, _ = look_for_receipt(queued, broadcaster, records)
    except TreasuryError:
        return True
    return receipt is not None and receipt.execution_success is not None


def _open_again(queued: QueuedTransaction, safe: Safe, records: Records) -> None:
    """Back to where its confirmations and sendings have brought it."""
    records.record_if_possible(queued.safe_tx_hash, Event.NONCE_OPEN)
    owners = {each.owner for each in queued.confirmations if safe.is_owner(each.owner)}
    if isinstance(safe.threshold, int) and len(owners) >= safe.threshold:
        records.record_if_possible(queued.safe_tx_hash, Event.THRESHOLD_REACHED)
    elif owners:
        records.record_if_possible(queued.safe_tx_hash, Event.CONFIRMATION_ADDED)
    for sending in records.sendings(queued.safe_tx_hash)[-1:]:
        records.record_if_possible(queued.safe_tx_hash, Event.BROADCAST, sending.transaction_hash)

"""Movements: read what happened since last time, keep it, and settle the queue by it."""

from treasury_desktop.desk.doors import MovementReader, Records
from treasury_desktop.desk.reorganisation import first_block_to_read
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


def record_movements(
    reader: MovementReader, records: Records, workspace: Workspace, snapshot: TreasurySnapshot
) -> tuple[Movement, ...]:
    """All movements up to the snapshot's block, newest first.

    The last blocks are read again, and everything where an execution is among them that the Safe
    knows nothing of: what one node said once is not kept for good.
    """
    chain_id, last = workspace.chain.chain_id, snapshot.block.number
    first = first_block_to_read(records.movements_read_up_to(chain_id), last)
    for begin in (first, 0):
        records.keep_movements(
            chain_id, reader.movements(workspace, begin, last), last, first_block=begin
        )
        if begin == 0 or not _is_contradicted(records, snapshot):
            break
    return records.movements(chain_id)


def _is_contradicted(records: Records, snapshot: TreasurySnapshot) -> bool:
    """Whether something was announced as executed whose nonce the Safe still waits for."""
    announced = {each.safe_tx_hash for each in records.movements(snapshot.chain_id)}
    return any(
        isinstance(safe.nonce, int)
        and queued.tx.nonce >= safe.nonce
        and queued.safe_tx_hash in announced
        for safe in snapshot.safes
        for queued in records.transactions(safe.address)
    )

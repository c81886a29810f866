"""Movements: read what happened since last time, keep it, and settle the queue by it."""

from treasury_desktop.desk.doors import MovementReader, Records
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


def record_movements(
    reader: MovementReader, records: Records, workspace: Workspace, snapshot: TreasurySnapshot
) -> tuple[Movement, ...]:
    """All movements up to the snapshot's block, newest first."""
    chain_id = workspace.chain.chain_id
    read_up_to = records.movements_read_up_to(chain_id)
    first = 0 if read_up_to is None else read_up_to + 1
    last = snapshot.block.number
    if first <= last:
        records.keep_movements(chain_id, reader.movements(workspace, first, last), last)
    return records.movements(chain_id)

"""Sync: what happened in the watched pools since last time, in ranges, resumable at any point."""

from treasury_desktop.desk.doors import Histories, IsCancelled, OnProgress, PoolReader
from treasury_desktop.desk.reorganisation import is_another_chain
from treasury_desktop.errors import Cancelled
from treasury_desktop.treasury.workspace import Workspace

BLOCKS_A_ROUND = 2_000


def sync_pools(
    reader: PoolReader,
    histories: Histories,
    workspace: Workspace,
    *,
    on_progress: OnProgress,
    is_cancelled: IsCancelled,
) -> None:
    """Read and keep every pool's swaps up to the newest block; what was kept stays on cancel."""
    newest = reader.newest_block().number
    chain_id = workspace.chain.chain_id
    for pool in workspace.pools:
        read_up_to = histories.swaps_read_up_to(chain_id, pool.address)
        if read_up_to is not None and is_another_chain(read_up_to, newest):
            histories.forget_swaps(chain_id, pool.address)
            read_up_to = None
        start = pool.created_at_block if read_up_to is None else read_up_to + 1
        for first in range(start, newest + 1, BLOCKS_A_ROUND):
            if is_cancelled():
                raise Cancelled("Stopped; what was read is kept.")
            last = min(first + BLOCKS_A_ROUND - 1, newest)
            histories.keep_swaps(chain_id, pool.address, reader.swaps(pool, first, last), last)
            on_progress(last - start + 1, newest - start + 1, pool.name)

"""Reads what happened in a pool: all its Swap events, in bulk."""

from treasury_desktop.chain.contract_call import event_topic
from treasury_desktop.chain.log_reader import LogFilter, LogReader
from treasury_desktop.chain.node import Node
from treasury_desktop.errors import Malformed
from treasury_desktop.pools.history import SWAP_DATA_LENGTH, SwapColumns, decode_swaps
from treasury_desktop.treasury.snapshot import Block
from treasury_desktop.treasury.workspace import WatchedPool

SWAP = event_topic("Swap(address,address,int256,int256,uint160,uint128,int24)")


class PoolReader:
    """Reads Uniswap v3 pools through the endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._logs = LogReader(node)

    def newest_block(self) -> Block:
        """The newest block enough endpoints know."""
        return self._node.newest_header().block

    def swaps(self, pool: WatchedPool, first_block: int, last_block: int) -> SwapColumns:
        """All Swap events of a block range, both ends included, in the order of the chain."""
        wanted = LogFilter(addresses=(pool.address,), topics=(frozenset({SWAP}),))
        logs = self._logs.logs(wanted, first_block, last_block)
        if any(len(log.data) != SWAP_DATA_LENGTH for log in logs):
            raise Malformed(f"logs of {pool.address}", "a Swap log has another length than Swap")
        timestamps = self._logs.timestamps(logs)
        places = [(log.block_number, timestamps[log.block_number], log.log_index) for log in logs]
        return decode_swaps(b"".join(log.data for log in logs), places)

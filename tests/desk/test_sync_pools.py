"""Reading what happened in pools: in rounds, from where the last reading ended."""

from typing import Any

import pytest

from tests.samples import POOL, a_block, a_workspace
from treasury_desktop.desk.sync_pools import BLOCKS_A_ROUND, sync_pools
from treasury_desktop.errors import Cancelled


class MemoryPools:
    """A pool's chain and its history in one; swaps are the range they were read in."""

    def __init__(self, newest: int) -> None:
        self.newest = newest
        self.kept: list[Any] = []
        self.read_up_to: int | None = None

    def newest_block(self) -> Any:
        """The newest block."""
        return a_block(number=self.newest)

    def swaps(self, pool: Any, first_block: int, last_block: int) -> Any:
        """The range that was asked for."""
        return first_block, last_block

    def keep_swaps(self, chain_id: int, pool: Any, swaps: Any, last_block: int) -> None:
        """Keeps it."""
        assert pool == POOL
        self.kept.append(swaps)
        self.read_up_to = last_block

    def forget_swaps(self, chain_id: int, pool: Any) -> None:
        """Keeps nothing any more."""
        assert pool == POOL
        self.kept, self.read_up_to = [], None

    def swaps_read_up_to(self, chain_id: int, pool: Any) -> int | None:
        """The last block kept."""
        return self.read_up_to


def sync(pools: MemoryPools, *, rounds: int = 99) -> list[tuple[int, int, str]]:
    """Sync until done or cancelled after so many rounds; what was told meanwhile."""
    told: list[tuple[int, int, str]] = []
    sync_pools(
        pools,
        pools,
        a_workspace(),
        on_progress=lambda *progress: told.append(progress),
        is_cancelled=lambda: len(told) >= rounds,
    )  # type: ignore[arg-type]  both doors are one small class here
    return told


def test_every_block_is_read_once_and_in_order() -> None:
    """Rounds lie next to each other from the pool's first block to the newest."""
    pools = MemoryPools(newest=5_000)
    told = sync(pools)
    assert pools.kept == [(12, 2_011), (2_012, 4_011), (4_012, 5_000)]
    assert told[-1] == (4_989, 4_989, "WETH/USDC 0.05%")
    assert sync(pools) == []
    pools.newest = 5_001
    sync(pools)
    assert pools.kept[-1] == (5_001, 5_001)
    assert BLOCKS_A_ROUND == 2_000


def test_cancelling_keeps_what_was_read() -> None:
    """Stopped after a round, the next sync goes on behind it."""
    pools = MemoryPools(newest=5_000)
    with pytest.raises(Cancelled):
        sync(pools, rounds=1)
    assert pools.read_up_to == 2_011
    sync(pools)
    assert pools.kept[1] == (2_012, 4_011)


def test_a_far_block_that_was_named_once_leaves_no_hole() -> None:
    """Back on a chain that is far lower, everything is read anew; a little lower is nothing."""
    pools = MemoryPools(newest=5_000_000)
    pools.read_up_to = 5_000_000
    pools.newest = 4_999_900
    sync(pools)
    assert pools.kept == []
    pools.newest = 3_000
    sync(pools)
    assert pools.kept == [(12, 2_011), (2_012, 3_000)]

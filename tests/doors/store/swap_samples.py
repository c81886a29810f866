"""Swaps to keep: one a block, each with numbers that follow from its block."""

from treasury_desktop.assets.address import Address
from treasury_desktop.pools.history import Swap, SwapColumns, swap_columns

CHAIN_ID = 31337
POOL = Address(b"\xb0" * 20)


def a_swap(block: int, log_index: int = 3) -> Swap:
    """A swap whose numbers fill their types, in both signs."""
    sign = -1 if block % 2 else 1
    return Swap(
        block_number=block,
        timestamp=1_700_000_000 + 12 * block,
        log_index=log_index,
        amount0=sign * (2**200 + block),
        amount1=-sign * (10**18 + block),
        sqrt_price_x96=2**96 + 7 * block * 2**80,
        liquidity=2**127 + block,
        tick=sign * (block % 800_000),
    )


def some_swaps(first: int, last: int) -> SwapColumns:
    """The swaps of a range of blocks, both ends included."""
    return swap_columns([a_swap(block) for block in range(first, last + 1)])

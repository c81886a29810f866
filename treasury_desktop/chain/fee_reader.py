"""What gas costs now: the agreed base fee, and tips that the last blocks really paid.

Endpoints are asked about the same window of blocks, the middle of what they say counts, the lower
of two: too low a tip waits, and none of them can make the executor pay its own figure.
"""

from typing import Any

from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import BlockHeader
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.fees import GWEI, HIGHEST_TIP_WEI, FeeMarket
from treasury_desktop.errors import Malformed, TreasuryError

BLOCKS_LOOKED_AT = 20
PERCENTILES = (10, 50, 90)
"""Of the tips in a block: economy, normal, fast."""
DEFAULT_TIP_WEI = GWEI

Tips = tuple[int, int, int]


class FeeReader:
    """Reads fees through all endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def market(self, header: BlockHeader) -> FeeMarket:
        """The fees at a block that enough endpoints know."""
        tips = self._paid_tips(header.block.number)
        recommended = () if tips is not None else (self.recommended_tip(),) * 3
        low, middle, high = sorted(min(tip, HIGHEST_TIP_WEI) for tip in tips or recommended)
        return FeeMarket(
            block=header.block,
            base_fee_wei=header.base_fee_wei or 0,
            tips=(low, middle, high),
            has_history=tips is not None,
        )

    def recommended_tip(self) -> int:
        """The middle of what the endpoints recommend, the lower of two."""
        ask = Ask("eth_maxPriorityFeePerGas", (), answers.quantity, "priority fee")
        outcomes = [outcome for _name, outcome in self._node.ask_each((ask,))]
        tips = sorted(each[0] for each in outcomes if not isinstance(each, TreasuryError))
        tip: int = _middle(tips) if tips else DEFAULT_TIP_WEI
        return min(tip, HIGHEST_TIP_WEI)

    def _paid_tips(self, newest: int) -> Tips | None:
        """The tips of the last blocks; `None` where they were empty or too few endpoints say."""
        window = (hex(BLOCKS_LOOKED_AT), hex(newest), list(PERCENTILES))
        ask = Ask("eth_feeHistory", window, _tips_paid, "fee history")
        outcomes = [outcome for _name, outcome in self._node.ask_each((ask,))]
        said = [each[0] for each in outcomes if not isinstance(each, TreasuryError)]
        found = [tips for tips in said if tips is not None]
        if len(found) < self._node.needed:
            return None
        low, middle, high = (_middle(sorted(each)) for each in zip(*found, strict=True))
        return low, middle, high


def _tips_paid(value: Any, name: str) -> Tips | None:
    """The middle over the blocks of each percentile; blocks in which nobody paid say nothing."""
    rows = value.get("reward") if isinstance(value, dict) else None
    if not isinstance(rows, list) or len(rows) > BLOCKS_LOOKED_AT:
        raise Malformed(name, f"has no rewards of at most {BLOCKS_LOOKED_AT} blocks")
    blocks = [_percentiles(row, f"{name}.reward") for row in rows]
    paying = [block for block in blocks if any(block)]
    if not paying:
        return None
    low, middle, high = (_middle(sorted(each)) for each in zip(*paying, strict=True))
    return low, middle, high


def _percentiles(row: Any, name: str) -> Tips:
    if not isinstance(row, list) or len(row) != len(PERCENTILES):
        raise Malformed(name, "is not one figure for each percentile")
    low, middle, high = (answers.quantity(each, name, 128) for each in row)
    return low, middle, high


def _middle(ascending: list[int]) -> int:
    return ascending[(len(ascending) - 1) // 2]

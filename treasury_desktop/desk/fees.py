"""What an execution may cost: fees for a unit of gas, three speeds, and bounds nobody passes.

All figures are wei and gas, in integers. What the person saw and pressed Execute with is an
`AgreedCost`; nothing that costs more is signed without asking again.
"""

import re
from dataclasses import dataclass
from enum import Enum

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import decimal_text
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.treasury.block import Block

GWEI = 10**9
GWEI_DECIMALS = 9
HIGHEST_TIP_WEI = 100 * GWEI
HIGHEST_FEE_WEI = 10_000 * GWEI
"""No honest fee was ever near these; a node that asks for more would drain the executor."""
BASE_FEES_COVERED = 2
"""The base fee grows by an eighth a block at most: twice covers five full blocks."""
SECONDS_FRESH = 60
"""About five blocks: an older estimate is told to be old."""

_GWEI_TEXT = re.compile(r"(\d{1,12})(?:\.(\d{1,9}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What a unit of gas may cost at most, and what of it the block's builder gets."""

    max_fee_per_gas: int
    max_priority_fee_per_gas: int

    def __post_init__(self) -> None:
        if not 0 <= self.max_priority_fee_per_gas <= self.max_fee_per_gas:
            raise ValueError("a priority fee is part of the whole fee")

    def wei_at(self, base_fee_wei: int) -> int:
        """What a unit of gas costs while the base fee is so high."""
        return min(self.max_fee_per_gas, base_fee_wei + self.max_priority_fee_per_gas)


class Speed(Enum):
    """How soon it should be mined; each has a tip of its own."""

    ECONOMY = "economy"
    NORMAL = "normal"
    FAST = "fast"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeMarket:
    """What gas costs at a block: the base fee, and a tip for each speed, ascending.

    `has_history` is False where the last blocks say nothing of tips; then all three are what the
    nodes recommend.
    """

    block: Block
    base_fee_wei: int
    tips: tuple[int, int, int]
    has_history: bool

    def fees_at(self, speed: Speed) -> Fees:
        """The fees of a speed: its tip, and room for a base fee that grows."""
        tip = self.tips[tuple(Speed).index(speed)]
        return Fees(
            max_fee_per_gas=BASE_FEES_COVERED * self.base_fee_wei + tip,
            max_priority_fee_per_gas=tip,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreedCost:
    """What the person agreed to: so much gas at most, each unit at these fees."""

    gas_limit: int
    fees: Fees

    @property
    def highest_wei(self) -> int:
        """What it costs at most."""
        return self.gas_limit * self.fees.max_fee_per_gas


@dataclass(frozen=True, slots=True, kw_only=True)
class CostEstimate:
    """What sending would cost now; `estimated_at` is Unix seconds by our own clock.

    `gas_expected` is the middle of what the nodes estimate, `gas_limit` has a margin. `least` are
    the fees that a replacement has to offer, `None` where nothing is replaced. `data_fee_wei` is
    what a rollup charges beside gas, `None` where it does not say; no signature bounds it.
    """

    executor: Address
    gas_expected: int
    gas_limit: int
    market: FeeMarket
    executor_wei: int
    estimated_at: int
    least: Fees | None = None
    data_fee_wei: int | None = 0

    def fees_at(self, speed: Speed) -> Fees:
        """The fees of a speed, raised to what a replacement has to offer."""
        fees = self.market.fees_at(speed)
        if self.least is None:
            return fees
        tip = max(fees.max_priority_fee_per_gas, self.least.max_priority_fee_per_gas)
        highest = BASE_FEES_COVERED * self.market.base_fee_wei + tip
        return Fees(
            max_fee_per_gas=max(highest, self.least.max_fee_per_gas),
            max_priority_fee_per_gas=tip,
        )

    def expected_wei(self, fees: Fees) -> int:
        """What it would cost in the next block."""
        return self.gas_expected * fees.wei_at(self.market.base_fee_wei) + (self.data_fee_wei or 0)

    def highest_wei(self, fees: Fees) -> int:
        """What it costs at most, with a data fee as it is now."""
        return self.gas_limit * fees.max_fee_per_gas + (self.data_fee_wei or 0)

    def agreed(self, fees: Fees) -> AgreedCost:
        """The cost to agree to; refuses fees that cannot work or that nobody would pay."""
        require_bounded(fees)
        if fees.max_fee_per_gas < self.market.base_fee_wei:
            raise Refused(
                f"The highest fee of {gwei_text(fees.max_fee_per_gas)} gwei is below the base fee, "
                f"{gwei_text(self.market.base_fee_wei)} gwei now: no block would take it."
            )
        if self.least is not None:
            require_raised(fees, self.least)
        highest = self.highest_wei(fees)
        if self.executor_wei < highest:
            raise Refused(
                f"The executor {self.executor} has {decimal_text(self.executor_wei, 18)} of the "
                f"native coin; this may cost up to {decimal_text(highest, 18)}."
            )
        return AgreedCost(gas_limit=self.gas_limit, fees=fees)

    def is_stale(self, now: int) -> bool:
        """Whether the chain has gone on for a while since."""
        return not 0 <= now - self.estimated_at <= SECONDS_FRESH


def require_bounded(fees: Fees) -> None:
    """Refuses what no honest fee was ever near."""
    if fees.max_fee_per_gas > HIGHEST_FEE_WEI:
        raise Refused(
            f"A highest fee of {gwei_text(fees.max_fee_per_gas)} gwei a unit of gas is more than "
            f"the {gwei_text(HIGHEST_FEE_WEI)} this program signs."
        )
    if fees.max_priority_fee_per_gas > HIGHEST_TIP_WEI:
        raise Refused(
            f"A tip of {gwei_text(fees.max_priority_fee_per_gas)} gwei a unit of gas is more than "
            f"the {gwei_text(HIGHEST_TIP_WEI)} this program signs."
        )


def raised(fees: Fees) -> Fees:
    """The least fees by which nodes take a replacement: an eighth more of both.

    Nodes ask for a tenth; an eighth leaves room for those that round, and for a tip of nothing.
    """
    return Fees(
        max_fee_per_gas=_raised(fees.max_fee_per_gas),
        max_priority_fee_per_gas=_raised(fees.max_priority_fee_per_gas),
    )


def require_raised(fees: Fees, least: Fees) -> None:
    """Refuses a replacement that nodes would refuse."""
    for name, offered, needed in (
        ("highest fee", fees.max_fee_per_gas, least.max_fee_per_gas),
        ("tip", fees.max_priority_fee_per_gas, least.max_priority_fee_per_gas),
    ):
        if offered < needed:
            raise Refused(
                f"A {name} of {gwei_text(offered)} gwei replaces nothing: nodes ask for at least "
                f"{gwei_text(needed)}, an eighth more than before."
            )


def own_fees(max_fee: str, tip: str) -> Fees:
    """The fees a person typed, in gwei; refuses what is not an exact decimal, or a tip above."""
    fee_wei, tip_wei = parse_gwei(max_fee, "highest fee"), parse_gwei(tip, "tip")
    if tip_wei > fee_wei:
        raise Refused(
            f"The tip of {gwei_text(tip_wei)} gwei is larger than the highest fee of "
            f"{gwei_text(fee_wei)}, which it is part of."
        )
    return Fees(max_fee_per_gas=fee_wei, max_priority_fee_per_gas=tip_wei)


def parse_gwei(text: str, field: str) -> int:
    """Wei from gwei as a person types them: digits, and at most nine after the point."""
    match = _GWEI_TEXT.fullmatch(text.strip())
    if match is None:
        raise Malformed(field, "write gwei in digits, with at most nine after a point, as in 1.5")
    return int(match.group(1)) * GWEI + int((match.group(2) or "").ljust(GWEI_DECIMALS, "0"))


def gwei_text(wei: int) -> str:
    """Wei as exact gwei."""
    return decimal_text(wei, GWEI_DECIMALS)


def _raised(wei: int) -> int:
    return max(-(-wei * 9 // 8), wei + 1)

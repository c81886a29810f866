"""Fees a position has earned and not collected.

Fee growth counters wrap around: every subtraction is modulo 2**256, or a position that looks fine
on one day shows an absurd sum on another. Source: PositionValue.sol (v3-periphery),
Tick.getFeeGrowthInside and Position.update (v3-core).
"""

from dataclasses import dataclass

UINT256_END = 1 << 256
UINT128_END = 1 << 128


@dataclass(frozen=True, slots=True)
class FeeGrowth:
    """Fees per unit of liquidity, as Q128.128, of token0 and token1."""

    token0_x128: int
    token1_x128: int

    def __post_init__(self) -> None:
        for growth in (self.token0_x128, self.token1_x128):
            if not 0 <= growth < UINT256_END:
                raise ValueError("fee growth is a uint256")

    def __sub__(self, other: "FeeGrowth") -> "FeeGrowth":
        return FeeGrowth(
            (self.token0_x128 - other.token0_x128) % UINT256_END,
            (self.token1_x128 - other.token1_x128) % UINT256_END,
        )


@dataclass(frozen=True, slots=True)
class TickBound:
    """An initialised tick and the fee growth on its far side."""

    tick: int
    outside: FeeGrowth


def fee_growth_inside(
    global_growth: FeeGrowth, lower: TickBound, upper: TickBound, current_tick: int
) -> FeeGrowth:
    """Fee growth between two ticks: all of it, less what grew below and above."""
    is_above_lower = current_tick >= lower.tick
    is_below_upper = current_tick < upper.tick
    below = lower.outside if is_above_lower else global_growth - lower.outside
    above = upper.outside if is_below_upper else global_growth - upper.outside
    return global_growth - below - above


def uncollected_fees(
    inside: FeeGrowth, inside_last: FeeGrowth, liquidity: int, tokens_owed: tuple[int, int] = (0, 0)
) -> tuple[int, int]:
    """Base units of both tokens that collecting everything would pay now, besides principal.

    `tokens_owed` is what the position already keeps from earlier (after a decrease of liquidity
    it also holds the withdrawn principal).
    """
    growth = inside - inside_last
    return (
        earned(growth.token0_x128, liquidity) + tokens_owed[0],
        earned(growth.token1_x128, liquidity) + tokens_owed[1],
    )


def earned(growth_x128: int, liquidity: int) -> int:
    """What liquidity earned while fees grew by so much, rounded down, as a uint128."""
    return (growth_x128 * liquidity >> 128) % UINT128_END

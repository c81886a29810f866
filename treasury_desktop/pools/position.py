"""A Uniswap v3 position: liquidity in a tick range, owned through the position manager."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.pools.liquidity import amounts_for_liquidity
from treasury_desktop.pools.tick import MAX_TICK, MIN_TICK, sqrt_price_x96_at_tick


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One position as of a block; amounts and fees are base units of token0 and token1."""

    token_id: int
    owner: Address
    pool: Address
    token0: Address
    token1: Address
    tick_lower: int
    tick_upper: int
    liquidity: int
    sqrt_price_x96: int
    current_tick: int
    uncollected_fees0: int
    uncollected_fees1: int

    def __post_init__(self) -> None:
        if not MIN_TICK <= self.tick_lower < self.tick_upper <= MAX_TICK:
            raise ValueError(
                f"upper tick {self.tick_upper} must be above lower tick {self.tick_lower}"
            )
        if not 0 <= self.liquidity < 2**128:
            raise ValueError("liquidity is a uint128")

    @property
    def is_in_range(self) -> bool:
        """Whether the current tick earns fees: lower ≤ tick < upper."""
        return self.tick_lower <= self.current_tick < self.tick_upper

    @property
    def amounts(self) -> tuple[int, int]:
        """What withdrawing all liquidity would return, rounded down as the pool does."""
        return amounts_for_liquidity(
            self.sqrt_price_x96,
            sqrt_price_x96_at_tick(self.tick_lower),
            sqrt_price_x96_at_tick(self.tick_upper),
            self.liquidity,
        )

"""Time-weighted average prices from a pool's own observations.

The mean is geometric: the arithmetic mean of ticks. Source: OracleLibrary.sol (v3-periphery).
"""

from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.errors import Refused
from treasury_desktop.pools.price import price_at_tick
from treasury_desktop.pools.tick import sqrt_price_x96_at_tick

INT56_HALF = 1 << 55
UINT56_END = 1 << 56
UINT32_END = 1 << 32
UINT160_MAX = (1 << 160) - 1
Q128 = 1 << 128
Q192 = 1 << 192


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """The pool's two accumulators at one time: an int56 and a uint160."""

    tick_cumulative: int
    seconds_per_liquidity_cumulative_x128: int

    def __post_init__(self) -> None:
        if not -INT56_HALF <= self.tick_cumulative < INT56_HALF:
            raise ValueError("a tick cumulative is an int56")
        if not 0 <= self.seconds_per_liquidity_cumulative_x128 <= UINT160_MAX:
            raise ValueError("seconds per liquidity are a uint160")


def mean_tick(then: Observation, now: Observation, window_seconds: int) -> int:
    """The arithmetic mean tick of the window, rounded towards −∞; the accumulator may wrap."""
    if window_seconds <= 0:
        raise ValueError("a TWAP looks back over a positive time")
    difference = (now.tick_cumulative - then.tick_cumulative) % UINT56_END
    if difference >= INT56_HALF:
        difference -= UINT56_END
    return difference // window_seconds


def harmonic_mean_liquidity(then: Observation, now: Observation, window_seconds: int) -> int:
    """The liquidity in range over the window, as `OracleLibrary.consult` computes it."""
    grown = (
        now.seconds_per_liquidity_cumulative_x128 - then.seconds_per_liquidity_cumulative_x128
    ) % (UINT160_MAX + 1)
    if grown == 0:
        raise ValueError("seconds per liquidity grow with every second")
    return window_seconds * UINT160_MAX // (grown << 32) % Q128


def twap(
    then: Observation, now: Observation, window_seconds: int, decimals0: int, decimals1: int
) -> Fraction:
    """Whole token1 for one whole token0, averaged over the window."""
    return price_at_tick(mean_tick(then, now, window_seconds), decimals0, decimals1)


def quote_at_tick(tick: int, base_units: int, *, base_is_token0: bool) -> int:
    """Base units of the other token for an amount of the base, as `getQuoteAtTick` rounds it.

    The contract halves its precision where the square of the price would not fit 256 bits.
    """
    sqrt_price = sqrt_price_x96_at_tick(tick)
    if sqrt_price < Q128:
        ratio, scale = sqrt_price * sqrt_price, Q192
    else:
        ratio, scale = sqrt_price * sqrt_price >> 64, Q128
    numerator, denominator = (ratio, scale) if base_is_token0 else (scale, ratio)
    return base_units * numerator // denominator


def oldest_observation_age(oldest_timestamp: int, block_timestamp: int) -> int:
    """Seconds from the oldest kept observation to the block; the pool's clock is a uint32."""
    return (block_timestamp - oldest_timestamp) % UINT32_END


def oldest_observation_index(index: int, cardinality: int, *, is_next_initialised: bool) -> int:
    """Where the oldest observation lies: after the newest, or at 0 while the ring fills."""
    return (index + 1) % cardinality if is_next_initialised else 0


def require_window(oldest_age_seconds: int, window_seconds: int) -> None:
    """Refuses a TWAP over a time of which the pool keeps no observation (it would answer OLD)."""
    if oldest_age_seconds < window_seconds:
        raise Refused(
            f"The pool's oldest observation is {oldest_age_seconds} seconds old; "
            f"a TWAP over {window_seconds} seconds needs an older one."
        )

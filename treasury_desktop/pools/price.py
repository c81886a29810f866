"""Prices between a pool's two tokens as exact fractions; rounding happens where they are shown.

"Price" is what one whole token0 costs in whole token1 (what people read), unless a name says
otherwise. Source: sqrtPriceX96 = √(token1 base units per token0 base unit) · 2⁹⁶.
"""

from fractions import Fraction
from math import isqrt

from treasury_desktop.pools.tick import (
    MAX_SQRT_PRICE_X96,
    MIN_SQRT_PRICE_X96,
    sqrt_price_x96_at_tick,
    tick_at_sqrt_price_x96,
)

Q192 = 1 << 192


def price_at_sqrt_price_x96(sqrt_price_x96: int, decimals0: int, decimals1: int) -> Fraction:
    """Whole token1 for one whole token0, exactly."""
    if sqrt_price_x96 <= 0:
        raise ValueError("a sqrtPriceX96 is positive")
    return Fraction(sqrt_price_x96**2, Q192) * Fraction(10**decimals0, 10**decimals1)


def price_at_tick(tick: int, decimals0: int, decimals1: int) -> Fraction:
    """Whole token1 for one whole token0 at a tick, exactly as the pool rounds that tick."""
    return price_at_sqrt_price_x96(sqrt_price_x96_at_tick(tick), decimals0, decimals1)


def inverse_price(price: Fraction) -> Fraction:
    """The same price the other way round: whole token0 for one whole token1."""
    if price <= 0:
        raise ValueError("only a positive price has an inverse")
    return 1 / price


def tick_at_price(price: Fraction, decimals0: int, decimals1: int) -> int:
    """The greatest tick whose price is not above the given one; clamped to the range of ticks."""
    if price <= 0:
        raise ValueError("a price is positive")
    ratio = price * Fraction(10**decimals1, 10**decimals0)
    sqrt_price_x96 = isqrt(ratio.numerator * Q192 // ratio.denominator)
    within = max(MIN_SQRT_PRICE_X96, min(MAX_SQRT_PRICE_X96 - 1, sqrt_price_x96))
    return tick_at_sqrt_price_x96(within)


def sqrt_price_x96_for_amounts(amount0: int, amount1: int) -> int:
    """The sqrtPriceX96 at which `amount0` base units cost `amount1`, rounded down.

    Source: encodeSqrtRatioX96 of the Uniswap v3 SDK.
    """
    if amount0 <= 0 or amount1 < 0:
        raise ValueError("amounts of a price are positive")
    return isqrt(amount1 * Q192 // amount0)

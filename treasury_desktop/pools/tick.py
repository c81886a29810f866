"""Ticks: the integer price scale of a pool, and its exact square-root prices.

One tick is one basis point: the price of token0 in token1 is 1.0001^tick. Source: TickMath.sol of
Uniswap v3-core, reproduced to the last bit, because a position's amounts depend on it.
"""

from functools import lru_cache

MIN_TICK = -887272
MAX_TICK = 887272
MIN_SQRT_PRICE_X96 = 4295128739
MAX_SQRT_PRICE_X96 = 1461446703485210103287273052203988822378723970342

Q32 = 1 << 32
Q128 = 1 << 128

# The i-th is 2**128 / sqrt(1.0001)**(2**i), to the nearest integer: the factors of TickMath.sol.
_FACTORS_X128 = (
    0xFFFCB933BD6FAD37AA2D162D1A594001,
    0xFFF97272373D413259A46990580E213A,
    0xFFF2E50F5F656932EF12357CF3C7FDCC,
    0xFFE5CACA7E10E4E61C3624EAA0941CD0,
    0xFFCB9843D60F6159C9DB58835C926644,
    0xFF973B41FA98C081472E6896DFB254C0,
    0xFF2EA16466C96A3843EC78B326B52861,
    0xFE5DEE046A99A2A811C461F1969C3053,
    0xFCBE86C7900A88AEDCFFC83B479AA3A4,
    0xF987A7253AC413176F2B074CF7815E54,
    0xF3392B0822B70005940C7A398E4B70F3,
    0xE7159475A2C29B7443B29C7FA6E889D9,
    0xD097F3BDFD2022B8845AD8F792AA5825,
    0xA9F746462D870FDF8A65DC1F90E061E5,
    0x70D869A156D2A1B890BB3DF62BAF32F7,
    0x31BE135F97D08FD981231505542FCFA6,
    0x9AA508B5B7A84E1C677DE54F3E99BC9,
    0x5D6AF8DEDB81196699C329225EE604,
    0x2216E584F5FA1EA926041BEDFE98,
    0x48A170391F7DC42444E8FA2,
)


@lru_cache(maxsize=4096)
def sqrt_price_x96_at_tick(tick: int) -> int:
    """√(1.0001^tick) · 2⁹⁶ as `TickMath.getSqrtRatioAtTick` computes it, rounded up."""
    if not MIN_TICK <= tick <= MAX_TICK:
        raise ValueError(f"tick {tick} lies outside ±{MAX_TICK}")
    ratio_x128 = Q128
    for bit, factor in enumerate(_FACTORS_X128):
        if abs(tick) >> bit & 1:
            ratio_x128 = ratio_x128 * factor >> 128
    if tick > 0:
        ratio_x128 = (2**256 - 1) // ratio_x128
    return -(-ratio_x128 // Q32)


def tick_at_sqrt_price_x96(sqrt_price_x96: int) -> int:
    """The greatest tick whose price is not above the given one, as `getTickAtSqrtRatio`."""
    if not MIN_SQRT_PRICE_X96 <= sqrt_price_x96 < MAX_SQRT_PRICE_X96:
        raise ValueError(f"sqrtPriceX96 {sqrt_price_x96} lies outside the range of ticks")
    low, high = MIN_TICK, MAX_TICK
    while low < high:
        middle = (low + high + 1) // 2
        if sqrt_price_x96_at_tick(middle) <= sqrt_price_x96:
            low = middle
        else:
            high = middle - 1
    return low


def lowest_usable_tick(spacing: int) -> int:
    """The lowest tick at which a pool of this spacing can hold liquidity."""
    return -(-MIN_TICK // spacing) * spacing


def highest_usable_tick(spacing: int) -> int:
    """The highest tick at which a pool of this spacing can hold liquidity."""
    return MAX_TICK // spacing * spacing


def usable_tick_at_or_below(tick: int, spacing: int) -> int:
    """The nearest multiple of the spacing that is not above the tick, within the usable range."""
    return _within_usable(tick // spacing * spacing, spacing)


def usable_tick_at_or_above(tick: int, spacing: int) -> int:
    """The nearest multiple of the spacing that is not below the tick, within the usable range."""
    return _within_usable(-(-tick // spacing) * spacing, spacing)


def _within_usable(tick: int, spacing: int) -> int:
    return max(lowest_usable_tick(spacing), min(highest_usable_tick(spacing), tick))

"""A price range for liquidity: typed as prices, snapped to the ticks a pool can use, and drawn.

Prices are shown the way round in which they are at least one ("3,012.55 USDC per WETH"); the pool
itself knows only token1 per token0 and ticks.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from treasury_desktop.assets.amount import TokenAmount, decimal_text
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.usd import rounded_half_up
from treasury_desktop.deployments.venues.uniswap_v3 import Range
from treasury_desktop.errors import Malformed
from treasury_desktop.pools.liquidity import amounts_to_mint, liquidity_for_amounts
from treasury_desktop.pools.price import inverse_price, price_at_sqrt_price_x96, price_at_tick
from treasury_desktop.pools.price import tick_at_price as tick_at
from treasury_desktop.pools.tick import (
    sqrt_price_x96_at_tick,
    usable_tick_at_or_above,
    usable_tick_at_or_below,
)
from treasury_desktop.viewmodels.figures import name_text

_PRICE: Final = re.compile(r"\d{1,30}(?:\.\d{1,30})?", re.ASCII)
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_PLENTY: Final = 2**160
"""More of the other token than any amount needs, so that the typed one decides."""

_DEFAULT_SPAN: Final = (Fraction(4, 5), Fraction(5, 4))
_EDGE: Final = Fraction(3, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPool:
    """A pool's tokens, spacing and present price."""

    token0: Token
    token1: Token
    tick_spacing: int
    sqrt_price_x96: int

    @property
    def decimals(self) -> tuple[int, int]:
        """Decimals of token0 and token1."""
        return self.token0.decimals or 0, self.token1.decimals or 0

    @property
    def raw_price(self) -> Fraction:
        """Whole token1 for one whole token0."""
        return price_at_sqrt_price_x96(self.sqrt_price_x96, *self.decimals)

    @property
    def is_inverted(self) -> bool:
        """Whether prices are shown as token0 per token1."""
        return self.raw_price < 1

    @property
    def price(self) -> Fraction:
        """The present price, the way round in which it is shown."""
        return self.shown(self.raw_price)

    @property
    def unit(self) -> str:
        """What shown prices count: "USDC per WETH"."""
        names = name_text(self.token1.symbol), name_text(self.token0.symbol)
        of, per = reversed(names) if self.is_inverted else names
        return f"{of} per {per}"

    def shown(self, raw: Fraction) -> Fraction:
        """A price of the pool, the way round in which it is shown."""
        return inverse_price(raw) if self.is_inverted else raw


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeView:
    """The range in words, and where its ends and the present price lie between 0 and 1."""

    current: str
    snapped: str
    words: str
    lower_at: Fraction
    upper_at: Fraction
    current_at: Fraction


def ungrouped(text: str, field: str) -> str:
    """A typed figure without the commas the program itself prints between thousands.

    A comma anywhere else is refused: it means decimals to some and thousands to others.
    """
    cleaned = text.strip()
    if "," in cleaned and _GROUPED.fullmatch(cleaned) is None:
        raise Malformed(field, "commas stand only between thousands, as in 400,000.50")
    return cleaned.replace(",", "")


def default_range(pool: PricedPool) -> tuple[str, str]:
    """What the price fields hold at first: a fifth below and a quarter above the price."""
    low, high = (price_number(pool.price * factor) for factor in _DEFAULT_SPAN)
    return low, high


def chosen_range(pool: PricedPool, lower: str, upper: str) -> Range:
    """The ticks two typed prices mean: snapped outwards, so that both prices are inside."""
    low, high = _price(lower, "lower"), _price(upper, "upper")
    if low >= high:
        raise Malformed("upper", "the upper price must be above the lower one")
    raw = (inverse_price(high), inverse_price(low)) if pool.is_inverted else (low, high)
    ticks = [tick_at(price, *pool.decimals) for price in raw]
    return Range(
        tick_lower=usable_tick_at_or_below(ticks[0], pool.tick_spacing),
        tick_upper=usable_tick_at_or_above(ticks[1] + 1, pool.tick_spacing),
    )


def amounts_in_range(
    pool: PricedPool, span: Range, typed: TokenAmount
) -> tuple[TokenAmount, TokenAmount]:
    """Both amounts the range takes at this price when one of them is typed."""
    bounds = sqrt_price_x96_at_tick(span.tick_lower), sqrt_price_x96_at_tick(span.tick_upper)
    is_first = typed.token == pool.token0
    is_needed = pool.sqrt_price_x96 < bounds[1] if is_first else pool.sqrt_price_x96 > bounds[0]
    if not is_needed:
        other = pool.token1 if is_first else pool.token0
        raise Malformed("amount", f"this range takes only {name_text(other.symbol)} now")
    offered = (typed.base_units, _PLENTY) if is_first else (_PLENTY, typed.base_units)
    liquidity = liquidity_for_amounts(pool.sqrt_price_x96, *bounds, *offered)
    needed = amounts_to_mint(pool.sqrt_price_x96, *bounds, liquidity)
    return (
        TokenAmount(token=pool.token0, base_units=needed[0]),
        TokenAmount(token=pool.token1, base_units=needed[1]),
    )


def range_view(pool: PricedPool, span: Range | None) -> RangeView:
    """The picture of a range, and the words below it; without one only the present price."""
    current = f"now {price_words(pool.price)} {pool.unit}"
    if span is None:
        half = Fraction(1, 2)
        return RangeView(
            current=current,
            snapped="",
            words="",
            lower_at=half,
            upper_at=half,
            current_at=half,
        )
    raw = (price_at_tick(tick, *pool.decimals) for tick in (span.tick_lower, span.tick_upper))
    low, high = sorted(pool.shown(price) for price in raw)
    start, end = min(low, pool.price), max(high, pool.price)
    start, width = start - (end - start) * _EDGE / 2, (end - start) * (1 + _EDGE)
    at = [(price - start) / width for price in (low, high, pool.price)]
    return RangeView(
        current=current,
        snapped=f"{price_words(low)} to {price_words(high)} {pool.unit}",
        words=_words(pool, low, high, span),
        lower_at=at[0],
        upper_at=at[1],
        current_at=at[2],
    )


def _words(pool: PricedPool, low: Fraction, high: Fraction, span: Range) -> str:
    ticks = f"ticks {span.tick_lower:,} to {span.tick_upper:,}".replace("-", "−")
    if pool.price < low:
        return f"{ticks} · the price is below the range: it earns nothing now"
    if pool.price > high:
        return f"{ticks} · the price is above the range: it earns nothing now"
    return f"{ticks} · the price is inside"


def price_words(value: Fraction) -> str:
    """A price for reading, with grouped thousands."""
    places = _places(value)
    whole = rounded_half_up(value * 10**places)
    return f"{whole // 10**places:,}.{whole % 10**places:0{places}d}"


def price_number(value: Fraction) -> str:
    """A price for a field: no grouping, no zeros at the end."""
    places = _places(value)
    return decimal_text(rounded_half_up(value * 10**places), places).replace(",", "")


def _places(value: Fraction) -> int:
    """Decimals that keep about six significant digits, and never fewer than two."""
    places = 2
    while places < 18 and value * 10**places < 10_000:  # noqa: PLR2004  digits, decimals
        places += 1
    return places


def _price(text: str, field: str) -> Fraction:
    cleaned = ungrouped(text, field)
    if _PRICE.fullmatch(cleaned) is None or not Fraction(cleaned):
        raise Malformed(field, "write a price such as 2800")
    return Fraction(cleaned)

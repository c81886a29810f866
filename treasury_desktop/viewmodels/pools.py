"""A pool's price and volume over time, ready to be drawn: series, captions, readouts, ranges.

Series are floats, for drawing only; what is written beside them about positions is exact. NumPy is
imported inside functions because the window starts without it.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from treasury_desktop.assets.token import Token
from treasury_desktop.assets.usd import rounded_half_up
from treasury_desktop.pools.history import PoolSeries
from treasury_desktop.pools.position import Position
from treasury_desktop.pools.price import price_at_sqrt_price_x96
from treasury_desktop.pools.tick import sqrt_price_x96_at_tick
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import WatchedPool, Workspace
from treasury_desktop.viewmodels.csv_text import csv_text
from treasury_desktop.viewmodels.figures import (
    DAY,
    HOUR,
    Remark,
    age_text,
    day_text,
    grouped_number,
    moment_text,
    name_text,
    shortened,
    span_text,
)
from treasury_desktop.viewmodels.page_notes import PageNote

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LONGEST_BRIDGE: Final = 3
"""Buckets without a swap that a line still crosses; a longer silence is drawn as a gap."""
_FEE_PARTS: Final = 10_000
_SIGNIFICANT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time to look at and the length of its candles, in seconds (0: all there is)."""

    label: str
    seconds: int
    bucket_seconds: int


SPANS: Final = (
    Span("1 D", DAY, HOUR),
    Span("1 W", 7 * DAY, 4 * HOUR),
    Span("1 M", 30 * DAY, 12 * HOUR),
    Span("3 M", 91 * DAY, DAY),
    Span("1 Y", 365 * DAY, DAY),
    Span("All", 0, DAY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orientation:
    """Which way round a pool's price is read: `quote` for one `base`."""

    pool: WatchedPool
    base: Token
    quote: Token
    is_inverted: bool

    @property
    def unit(self) -> str:
        """The unit of the price: "USDC per WETH"."""
        return f"{name_text(self.quote.symbol)} per {name_text(self.base.symbol)}"

    @property
    def base_symbol(self) -> str:
        """The symbol of what is priced."""
        return name_text(self.base.symbol)

    @property
    def quote_symbol(self) -> str:
        """The symbol of what it is priced in."""
        return name_text(self.quote.symbol)

    @property
    def decimals(self) -> tuple[int, int]:
        """Decimals of token0 and token1."""
        pair = (self.quote, self.base) if self.is_inverted else (self.base, self.quote)
        return (pair[0].decimals or 0, pair[1].decimals or 0)

    def turned(self) -> "Orientation":
        """The same pool, read the other way round."""
        return Orientation(
            pool=self.pool, base=self.quote, quote=self.base, is_inverted=not self.is_inverted
        )

    def price_at_root(self, sqrt_price_x96: int) -> Fraction:
        """The exact price at a sqrtPriceX96."""
        price = price_at_sqrt_price_x96(sqrt_price_x96, *self.decimals)
        return 1 / price if self.is_inverted else price

    def price_text(self, price: Fraction) -> str:
        """A price with six significant digits, at least two decimals."""
        return plain_price_text(price)


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A position's range: its ends for drawing, and its words."""

    low: float
    high: float
    words: str
    is_in_range: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChartSeries:
    """Candles in one orientation. `time` is each candle's start in Unix seconds.

    `line_time` and `line` are the closes with a NaN where a line has to break; `volume` counts
    whole quote tokens.
    """

    orientation: Orientation
    bucket_seconds: int
    time: "Floats"
    open: "Floats"
    high: "Floats"
    low: "Floats"
    close: "Floats"
    volume: "Floats"
    swaps: "Floats"
    line_time: "Floats"
    line: "Floats"
    gaps: int

    def __len__(self) -> int:
        return len(self.time)

    def nearest(self, at: float) -> int | None:
        """The candle that contains a moment or the last one before it; `None` without candles."""
        if not len(self.time):
            return None
        return max(0, bisect_right(self.time, at) - 1)


def orientation_of(pool: WatchedPool, workspace: Workspace) -> Orientation | None:
    """The way round the pool's name says ("WETH/USDC": USDC per WETH); `None` for unlisted tokens.

    A price needs both tokens' decimals, and nobody vouches for those of an unlisted token.
    """
    token0, token1 = workspace.token_at(pool.token0), workspace.token_at(pool.token1)
    if token0 is None or token1 is None or token0.decimals is None or token1.decimals is None:
        return None
    first = pool.name.partition("/")[0].strip().casefold()
    straight = Orientation(pool=pool, base=token0, quote=token1, is_inverted=False)
    is_other_way = first == token1.symbol.casefold() != token0.symbol.casefold()
    return straight.turned() if is_other_way else straight


def chart_series(series: PoolSeries, orientation: Orientation) -> ChartSeries:
    """A pool's candles for people: whole tokens, in the orientation asked for."""
    import numpy as np  # noqa: PLC0415  see the module's docstring

    decimals0, decimals1 = orientation.decimals
    scale = 10.0 ** (decimals0 - decimals1)
    opened, high, low, close = (
        column * scale for column in (series.open, series.high, series.low, series.close)
    )
    if orientation.is_inverted:
        opened, high, low, close = 1 / opened, 1 / low, 1 / high, 1 / close
    volume = series.volume0 if orientation.is_inverted else series.volume1
    quote_decimals = decimals0 if orientation.is_inverted else decimals1
    time = series.bucket_start.astype(np.float64)
    breaks = np.flatnonzero(np.diff(time) > (LONGEST_BRIDGE + 1) * series.bucket_seconds) + 1
    return ChartSeries(
        orientation=orientation,
        bucket_seconds=series.bucket_seconds,
        time=time,
        open=opened,
        high=high,
        low=low,
        close=close,
        volume=volume / 10.0**quote_decimals,
        swaps=series.swaps.astype(np.float64),
        line_time=np.insert(time, breaks, time[breaks] if len(breaks) else []),
        line=np.insert(close, breaks, np.nan),
        gaps=len(breaks),
    )


def bands(snapshot: TreasurySnapshot | None, orientation: Orientation) -> tuple[Band, ...]:
    """The ranges of our positions in the pool."""
    if snapshot is None:
        return ()
    here = (p for p in snapshot.positions if p.pool == orientation.pool.address)
    return tuple(_band(position, orientation) for position in here)


def range_text(position: Position, orientation: Orientation) -> str:
    """A position's range in prices: "2,100.07–3,898.63 USDC per WETH"."""
    low, high = range_of(position, orientation)
    return f"{plain_price_text(low)}–{plain_price_text(high)} {orientation.unit}"


def range_of(position: Position, orientation: Orientation) -> tuple[Fraction, Fraction]:
    """The exact prices at a position's ticks, the lower first."""
    ends = sorted(
        orientation.price_at_root(sqrt_price_x96_at_tick(tick))
        for tick in (position.tick_lower, position.tick_upper)
    )
    return ends[0], ends[1]


def caption(series: PoolSeries, chart: ChartSeries, now: int) -> str:
    """Unit, source, blocks and age of a chart, in one line."""
    pool = chart.orientation.pool
    fee = Fraction(pool.fee, _FEE_PARTS)
    orientation, candles = chart.orientation, _candle_word(series.bucket_seconds)
    parts = [
        f"{orientation.unit}, {candles} candles, UTC",
        f"Swap events of Uniswap v3 pool {shortened(str(pool.address))}, fee {float(fee):g}%",
    ]
    if series.first_block is not None and series.last_block is not None:
        first, last = grouped_number(series.first_block), grouped_number(series.last_block)
        parts.append(f"blocks {first}–{last}")
        ended = int(series.bucket_start[-1]) + series.bucket_seconds
        age = max(0, now - ended)
        parts.append(f"newest candle {'is open' if not age else age_text(age)}")
    if chart.gaps:
        silence = span_text((LONGEST_BRIDGE + 1) * series.bucket_seconds)
        parts.append(f"{chart.gaps} {'gap' if chart.gaps == 1 else 'gaps'} over {silence}")
    return " · ".join(parts)


def readout(chart: ChartSeries, index: int) -> str:
    """The figures of one candle: when, open, high, low, close, volume, swaps."""
    start = int(chart.time[index])
    when = moment_text(start) if chart.bucket_seconds < DAY else day_text(start)
    prices = (chart.open, chart.high, chart.low, chart.close)
    opened, high, low, close = (plain_price_text(Fraction(float(p[index]))) for p in prices)
    volume = f"{rounded_half_up(Fraction(float(chart.volume[index]))):,}"
    return (
        f"{when}   open {opened}   high {high}   low {low}   close {close}   "
        f"volume {volume} {chart.orientation.quote_symbol}   {int(chart.swaps[index]):,} swaps"
    )


def change_remark(chart: ChartSeries, first: int, span: Span) -> Remark:
    """How the price changed since the candle `first`; a change is neither good nor bad news."""
    last = Fraction(float(chart.close[-1]))
    began = Fraction(float(chart.open[first]))
    change = (last - began) / began
    tenths = rounded_half_up(abs(change) * 1000)
    sign = "−" if change < 0 and tenths else "+"
    since = "since the beginning" if not span.seconds else f"in {span.label}"
    return Remark(f"{sign}{tenths // 10:,}.{tenths % 10}% {since}")


def silence_note(series: PoolSeries, now: int) -> PageNote | None:
    """A sentence when the newest swap kept here is older than two candles and a day."""
    if not len(series):
        return None
    silence = now - int(series.bucket_start[-1]) - series.bucket_seconds
    if silence < max(DAY, 2 * series.bucket_seconds):
        return None
    words = (
        f"The newest swap kept here is {span_text(silence)} old. "
        "Read new swaps to see whether there were more."
    )
    return PageNote(words=words, action="Read new swaps")


def last_price_text(chart: ChartSeries) -> str:
    """The last close with its unit."""
    return f"{plain_price_text(Fraction(float(chart.close[-1])))} {chart.orientation.unit}"


def first_shown(chart: ChartSeries, span: Span) -> int:
    """The index of the first candle within the span, counted back from the last one."""
    if not span.seconds or not len(chart):
        return 0
    return bisect_right(chart.time, float(chart.time[-1]) - span.seconds)


def pool_csv(chart: ChartSeries) -> str:
    """The candles with all digits, for a spreadsheet."""
    unit, quote = chart.orientation.unit, chart.orientation.quote_symbol
    titles = ("start UTC", "Unix seconds", *(f"{name} {unit}" for name in
              ("open", "high", "low", "close")), f"volume {quote}", "swaps")  # fmt: skip
    return csv_text(titles, _csv_rows(chart))


def sync_words(pool: str) -> str:
    """What is going on while a pool's swaps are read, block by block."""
    return f"Reading the swaps of {name_text(pool)}, in blocks"


def plain_price_text(price: Fraction) -> str:
    """A price with grouped thousands and six significant digits, at least two decimals."""
    if price <= 0:
        return "0.00"
    places = 2
    while places < 18 and price * 10**places < _SIGNIFICANT:  # noqa: PLR2004  1 base unit of ether
        places += 1
    units = rounded_half_up(price * 10**places)
    whole, rest = divmod(units, 10**places)
    return f"{whole:,}.{rest:0{places}d}"


def _band(position: Position, orientation: Orientation) -> Band:
    low, high = range_of(position, orientation)
    where = "in range" if position.is_in_range else "out of range"
    words = f"Position {position.token_id}: {range_text(position, orientation)}, {where}"
    return Band(low=float(low), high=float(high), words=words, is_in_range=position.is_in_range)


def _candle_word(bucket_seconds: int) -> str:
    words = {HOUR: "hourly", DAY: "daily"}
    return words.get(bucket_seconds) or span_text(bucket_seconds)


def _csv_rows(chart: ChartSeries) -> Iterable[tuple[str, ...]]:
    for index in range(len(chart)):
        start = int(chart.time[index])
        columns = (chart.open, chart.high, chart.low, chart.close, chart.volume)
        figures = (repr(float(column[index])) for column in columns)
        yield (moment_text(start), str(start), *figures, str(int(chart.swaps[index])))

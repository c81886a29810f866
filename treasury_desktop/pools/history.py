"""What happened in a pool: every swap exactly, and candles to draw.

Numbers of 128 to 256 bits fit no NumPy type, so exact columns are rows of 64-bit words, most
significant first, as they stand in the log; floats are derived from them for drawing only.
NumPy is imported inside functions because `desk.doors` names these classes and the window starts
without the 79 ms its import takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from treasury_desktop.errors import Malformed
from treasury_desktop.pools.tick import (
    MAX_SQRT_PRICE_X96,
    MAX_TICK,
    MIN_SQRT_PRICE_X96,
    MIN_TICK,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Floats = NDArray[np.float64]

SWAP_DATA_LENGTH = 160
"""amount0, amount1 (int256), sqrtPriceX96 (uint160), liquidity (uint128), tick (int24): 5 words."""

AMOUNT_WORDS, SQRT_PRICE_WORDS, LIQUIDITY_WORDS = 4, 3, 2
WORD_BITS = 64
INT256_HALF = 1 << 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """One Swap event. Amounts are base units, positive when the pool received them."""

    block_number: int
    timestamp: int
    log_index: int
    amount0: int
    amount1: int
    sqrt_price_x96: int
    liquidity: int
    tick: int

    def __post_init__(self) -> None:
        for amount in (self.amount0, self.amount1):
            if not -INT256_HALF <= amount < INT256_HALF:
                raise ValueError("an amount of a swap is an int256")
        if not MIN_SQRT_PRICE_X96 <= self.sqrt_price_x96 < MAX_SQRT_PRICE_X96:
            raise ValueError("a sqrtPriceX96 lies within the range of ticks")
        if not 0 <= self.liquidity < 2**128 or not MIN_TICK <= self.tick <= MAX_TICK:
            raise ValueError("liquidity is a uint128 and a tick lies within the range of ticks")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SwapColumns:
    """Many swaps as columns of equal length, in the order of the chain.

    `amount0_words`, `amount1_words`: (n, 4), two's complement; `sqrt_price_words`: (n, 3);
    `liquidity_words`: (n, 2); all uint64, most significant word first. The rest are (n,) int64.
    """

    block_number: "Integers"
    timestamp: "Integers"
    log_index: "Integers"
    tick: "Integers"
    amount0_words: "Words"
    amount1_words: "Words"
    sqrt_price_words: "Words"
    liquidity_words: "Words"

    def __post_init__(self) -> None:
        rows = len(self.block_number)
        for column in (self.timestamp, self.log_index, self.tick):
            if column.shape != (rows,):
                raise ValueError("columns have one length")
        for words, width in (
            (self.amount0_words, AMOUNT_WORDS),
            (self.amount1_words, AMOUNT_WORDS),
            (self.sqrt_price_words, SQRT_PRICE_WORDS),
            (self.liquidity_words, LIQUIDITY_WORDS),
        ):
            if words.shape != (rows, width):
                raise ValueError(f"a wide column has the shape ({rows}, {width})")

    def __len__(self) -> int:
        return len(self.block_number)

    def swap(self, row: int) -> Swap:
        """The swap of one row, exactly."""
        return Swap(
            block_number=int(self.block_number[row]),
            timestamp=int(self.timestamp[row]),
            log_index=int(self.log_index[row]),
            amount0=_signed(_joined(self.amount0_words[row])),
            amount1=_signed(_joined(self.amount1_words[row])),
            sqrt_price_x96=_joined(self.sqrt_price_words[row]),
            liquidity=_joined(self.liquidity_words[row]),
            tick=int(self.tick[row]),
        )

    def prices(self) -> "Floats":
        """token1 base units per token0 base unit after each swap; floats, for drawing."""
        root: Floats = _floats(self.sqrt_price_words) / 2.0**96
        return root * root

    def volumes0(self) -> "Floats":
        """Base units of token0 that changed hands in each swap; floats, for drawing."""
        return _magnitudes(self.amount0_words)

    def volumes1(self) -> "Floats":
        """Base units of token1 that changed hands in each swap; floats, for drawing."""
        return _magnitudes(self.amount1_words)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PoolSeries:
    """Candles of a pool, oldest first, as floats for drawing; buckets without a swap are absent.

    Prices are token1 base units per token0 base unit: multiply by 10^(decimals0 − decimals1) for
    people. `bucket_start` is Unix seconds. The blocks are those of the first and last swap.
    """

    bucket_seconds: int
    bucket_start: "Integers"
    open: "Floats"
    high: "Floats"
    low: "Floats"
    close: "Floats"
    volume0: "Floats"
    volume1: "Floats"
    swaps: "Integers"
    first_block: int | None
    last_block: int | None

    def __post_init__(self) -> None:
        if self.bucket_seconds <= 0:
            raise ValueError("a bucket lasts at least a second")
        rows = len(self.bucket_start)
        columns = (self.open, self.high, self.low, self.close, self.volume0, self.volume1)
        if any(len(column) != rows for column in (*columns, self.swaps)):
            raise ValueError("columns have one length")

    def __len__(self) -> int:
        return len(self.bucket_start)


def swap_columns(swaps: Sequence[Swap]) -> SwapColumns:
    """Swaps as columns; the inverse of `SwapColumns.swap`."""
    encoded = b"".join(
        b"".join(
            number.to_bytes(32, "big", signed=number < 0)
            for number in (s.amount0, s.amount1, s.sqrt_price_x96, s.liquidity, s.tick)
        )
        for s in swaps
    )
    places = [(s.block_number, s.timestamp, s.log_index) for s in swaps]
    return decode_swaps(encoded, places)


def decode_swaps(encoded: bytes, places: Sequence[tuple[int, int, int]]) -> SwapColumns:
    """The swaps in the joined data of Swap logs, with (block, timestamp, log index) of each.

    Refuses the whole lot when a number does not fit its type: then this is no Uniswap v3 pool.
    """
    import numpy as np  # noqa: PLC0415  see the module's docstring

    rows = len(places)
    if len(encoded) != rows * SWAP_DATA_LENGTH:
        raise Malformed("logs", f"the data of a Swap log has {SWAP_DATA_LENGTH} bytes")
    words = np.frombuffer(encoded, dtype=">u8").astype(np.uint64).reshape(rows, 20)
    where = np.array(places, dtype=np.int64).reshape(rows, 3)
    tick = words[:, 19].view(np.int64)
    columns = SwapColumns(
        block_number=where[:, 0],
        timestamp=where[:, 1],
        log_index=where[:, 2],
        tick=tick,
        amount0_words=words[:, 0:4],
        amount1_words=words[:, 4:8],
        sqrt_price_words=words[:, 9:12],
        liquidity_words=words[:, 14:16],
    )
    sign = np.where(tick < 0, np.uint64(2**64 - 1), np.uint64(0))
    fits = (
        not words[:, 8].any()
        and _are_prices(words[:, 9:12])
        and not words[:, 12:14].any()
        and bool((words[:, 16:19] == sign[:, None]).all())
        and bool(((tick >= MIN_TICK) & (tick <= MAX_TICK)).all())
    )
    if not fits:
        raise Malformed("logs", "a Swap log carries a number that does not fit its type")
    return columns


def joined(parts: Iterable[SwapColumns]) -> SwapColumns:
    """Several lots of swaps as one, in the order of the chain, each event once."""
    import numpy as np  # noqa: PLC0415  see the module's docstring

    lots = list(parts)
    if not lots:
        return swap_columns(())
    block = np.concatenate([lot.block_number for lot in lots])
    index = np.concatenate([lot.log_index for lot in lots])
    order = np.lexsort((index, block))
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (np.diff(block[order]) != 0) | (np.diff(index[order]) != 0)
    kept = order[is_new]
    return SwapColumns(
        block_number=block[kept],
        timestamp=np.concatenate([lot.timestamp for lot in lots])[kept],
        log_index=index[kept],
        tick=np.concatenate([lot.tick for lot in lots])[kept],
        amount0_words=np.concatenate([lot.amount0_words for lot in lots])[kept],
        amount1_words=np.concatenate([lot.amount1_words for lot in lots])[kept],
        sqrt_price_words=np.concatenate([lot.sqrt_price_words for lot in lots])[kept],
        liquidity_words=np.concatenate([lot.liquidity_words for lot in lots])[kept],
    )


def pool_series(swaps: SwapColumns, *, bucket_seconds: int) -> PoolSeries:
    """Candles of swaps that stand in the order of the chain.

    A candle opens where the one before closed, for that was the price when its time began; the
    first opens at the price after its first swap.
    """
    import numpy as np  # noqa: PLC0415  see the module's docstring

    if not len(swaps):
        return _empty_series(bucket_seconds)
    bucket = swaps.timestamp // bucket_seconds
    if (np.diff(bucket) < 0).any():
        raise ValueError("swaps stand in the order of the chain")
    starts = np.concatenate(([0], np.flatnonzero(np.diff(bucket)) + 1))
    prices = swaps.prices()
    close = prices[np.concatenate((starts[1:], [len(swaps)])) - 1]
    opened = np.concatenate((prices[:1], close[:-1]))
    return PoolSeries(
        bucket_seconds=bucket_seconds,
        bucket_start=bucket[starts] * bucket_seconds,
        open=opened,
        high=np.maximum(np.maximum.reduceat(prices, starts), opened),
        low=np.minimum(np.minimum.reduceat(prices, starts), opened),
        close=close,
        volume0=np.add.reduceat(swaps.volumes0(), starts),
        volume1=np.add.reduceat(swaps.volumes1(), starts),
        swaps=np.diff(np.concatenate((starts, [len(swaps)]))).astype(np.int64),
        first_block=int(swaps.block_number[0]),
        last_block=int(swaps.block_number[-1]),
    )


def _empty_series(bucket_seconds: int) -> PoolSeries:
    import numpy as np  # noqa: PLC0415  see the module's docstring

    none, no_count = np.empty(0, dtype=np.float64), np.empty(0, dtype=np.int64)
    return PoolSeries(
        bucket_seconds=bucket_seconds,
        bucket_start=no_count,
        open=none,
        high=none,
        low=none,
        close=none,
        volume0=none,
        volume1=none,
        swaps=no_count,
        first_block=None,
        last_block=None,
    )


def _are_prices(words: "Words") -> bool:
    """Whether all lie within the range of ticks; only those near its ends need exact numbers."""
    is_near_end = (words[:, 0] >= MAX_SQRT_PRICE_X96 >> 128) | (words[:, 0:2] == 0).all(axis=1)
    near_ends = (_joined(row) for row in words[is_near_end])
    return all(MIN_SQRT_PRICE_X96 <= price < MAX_SQRT_PRICE_X96 for price in near_ends)


def _joined(words: "Words") -> int:
    number = 0
    for word in words:
        number = number << WORD_BITS | int(word)
    return number


def _signed(number: int) -> int:
    return number - (1 << 256) if number >= INT256_HALF else number


def _floats(words: "Words") -> "Floats":
    import numpy as np  # noqa: PLC0415  see the module's docstring

    total = np.zeros(len(words), dtype=np.float64)
    for column in range(words.shape[1]):
        total = total * 2.0**WORD_BITS + words[:, column]
    return total


def _magnitudes(words: "Words") -> "Floats":
    """Absolute values; negated before they become floats, for −1 is all ones in every word."""
    import numpy as np  # noqa: PLC0415  see the module's docstring

    is_negative = words[:, 0] >> np.uint64(WORD_BITS - 1) == 1
    positive = words.copy()
    positive[is_negative] = ~positive[is_negative]
    totals: Floats = _floats(positive) + is_negative
    return totals

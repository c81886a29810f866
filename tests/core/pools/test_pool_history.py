"""Swaps keep every bit, and candles say what they were made of."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Malformed
from treasury_desktop.pools.history import (
    SWAP_DATA_LENGTH,
    PoolSeries,
    Swap,
    SwapColumns,
    decode_swaps,
    joined,
    pool_series,
    swap_columns,
)
from treasury_desktop.pools.tick import (
    MAX_SQRT_PRICE_X96,
    MAX_TICK,
    MIN_SQRT_PRICE_X96,
    MIN_TICK,
)

INT256 = st.integers(-(2**255), 2**255 - 1) | st.integers(-(10**24), 10**24)
SWAPS = st.builds(
    Swap,
    block_number=st.integers(0, 10**9),
    timestamp=st.integers(0, 2**40),
    log_index=st.integers(0, 10**4),
    amount0=INT256,
    amount1=INT256,
    sqrt_price_x96=st.integers(MIN_SQRT_PRICE_X96, MAX_SQRT_PRICE_X96 - 1),
    liquidity=st.integers(0, 2**128 - 1),
    tick=st.integers(MIN_TICK, MAX_TICK),
)


def _swap(time: int, price: int = 1, *, amount: int = 10, block: int | None = None) -> Swap:
    return Swap(
        block_number=time if block is None else block,
        timestamp=time,
        log_index=0,
        amount0=amount,
        amount1=-amount,
        sqrt_price_x96=price * 2**96,
        liquidity=1,
        tick=0,
    )


@given(st.lists(SWAPS, max_size=8))
def test_columns_keep_every_bit(swaps: list[Swap]) -> None:
    """Swaps become columns and come back exactly."""
    columns = swap_columns(swaps)
    assert [columns.swap(row) for row in range(len(columns))] == swaps


@given(st.lists(SWAPS, min_size=1, max_size=8))
def test_floats_are_close_to_the_exact_numbers(swaps: list[Swap]) -> None:
    """Prices and volumes for drawing differ by rounding only, also for negative amounts."""
    columns = swap_columns(swaps)
    for swap, price, volume0, volume1 in zip(
        swaps, columns.prices(), columns.volumes0(), columns.volumes1(), strict=True
    ):
        exact = Fraction(swap.sqrt_price_x96**2, 2**192)
        assert float(price) == pytest.approx(float(exact), rel=1e-12)
        assert float(volume0) == pytest.approx(abs(swap.amount0), rel=1e-12)
        assert float(volume1) == pytest.approx(abs(swap.amount1), rel=1e-12)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        (2, 2**160),
        (2, MAX_SQRT_PRICE_X96),
        (2, MIN_SQRT_PRICE_X96 - 1),
        (2, 0),
        (3, 2**128),
        (3, 2**255),
        (4, MAX_TICK + 1),
        (4, 2**256 - MAX_TICK - 1),
        (4, 2**255),
        (4, 2**24),
    ],
)
def test_numbers_that_do_not_fit_are_refused(word: int, number: int) -> None:
    """One number outside its type makes the whole answer malformed."""
    words = [0, 0, 2**96, 1, 0]
    words[word] = number
    encoded = b"".join(each.to_bytes(32, "big") for each in words)
    with pytest.raises(Malformed, match="does not fit"):
        decode_swaps(encoded, [(1, 1, 1)])


def test_data_of_another_length_is_refused() -> None:
    """A Swap log has 160 bytes of data."""
    with pytest.raises(Malformed, match="160 bytes"):
        decode_swaps(bytes(SWAP_DATA_LENGTH - 1), [(1, 1, 1)])


@given(st.binary(min_size=160, max_size=160))
def test_any_bytes_are_decoded_or_refused(encoded: bytes) -> None:
    """Whatever a node sends is a swap or malformed, never another failure."""
    try:
        columns = decode_swaps(encoded, [(1, 2, 3)])
    except Malformed:
        return
    assert columns.swap(0).block_number == 1


def test_lots_are_joined_in_order_without_doubles() -> None:
    """Overlapping lots give each swap once, in the order of the chain."""
    first, second, third = _swap(10), _swap(20), _swap(30)
    both = joined([swap_columns([second, third]), swap_columns([first, second])])
    assert [both.swap(row) for row in range(3)] == [first, second, third]
    assert len(both) == 3
    assert len(joined([])) == 0


def test_candles_open_where_the_last_closed() -> None:
    """Buckets carry open, high, low, close, volume and count; the empty one is absent."""
    prices = ((5, 2), (50, 4), (70, 3), (190, 5))
    series = pool_series(swap_columns([_swap(t, p) for t, p in prices]), bucket_seconds=60)
    assert series.bucket_start.tolist() == [0, 60, 180]
    assert series.open.tolist() == [4.0, 16.0, 9.0]
    assert series.high.tolist() == [16.0, 16.0, 25.0]
    assert series.low.tolist() == [4.0, 9.0, 9.0]
    assert series.close.tolist() == [16.0, 9.0, 25.0]
    assert series.volume0.tolist() == [20.0, 10.0, 10.0]
    assert series.volume1.tolist() == [20.0, 10.0, 10.0]
    assert series.swaps.tolist() == [2, 1, 1]
    assert (series.first_block, series.last_block) == (5, 190)
    assert len(series) == 3


def test_no_swaps_make_no_candles() -> None:
    """A pool without swaps has an empty series without first or last block."""
    series = pool_series(swap_columns([]), bucket_seconds=60)
    assert len(series) == 0
    assert series.first_block is None


def test_candles_need_the_order_of_the_chain() -> None:
    """Swaps out of order are a programming error, not a candle."""
    with pytest.raises(ValueError, match="order"):
        pool_series(swap_columns([_swap(100), _swap(1)]), bucket_seconds=60)


def test_impossible_columns_cannot_exist() -> None:
    """Columns of different lengths or widths, and swaps beyond their types, cannot be made."""
    good = swap_columns([_swap(1)])
    parts = {name: getattr(good, name) for name in SwapColumns.__dataclass_fields__}
    for name in ("tick", "amount0_words"):
        with pytest.raises(ValueError, match="column"):
            SwapColumns(**parts | {name: parts[name][:0]})
    series = pool_series(good, bucket_seconds=60)
    candles = {name: getattr(series, name) for name in PoolSeries.__dataclass_fields__}
    for wrong in ({"close": candles["close"][:0]}, {"bucket_seconds": 0}):
        with pytest.raises(ValueError, match=r"\w"):
            PoolSeries(**candles | wrong)
    facts = {name: getattr(_swap(1), name) for name in Swap.__dataclass_fields__}
    for wrong in ({"amount0": 2**255}, {"sqrt_price_x96": 0}, {"tick": MAX_TICK + 1}):
        with pytest.raises(ValueError, match=r"\w"):
            Swap(**facts | wrong)


def test_naming_histories_does_not_import_numpy() -> None:
    """The window starts without NumPy: the desk's Protocols only name these classes."""
    asked = "import sys, treasury_desktop.desk.doors; print('numpy' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False"

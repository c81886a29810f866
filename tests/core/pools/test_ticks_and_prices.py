"""Ticks and prices agree with exact arithmetic and with each other."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.pools import tick as ticks
from treasury_desktop.pools.price import (
    inverse_price,
    price_at_sqrt_price_x96,
    price_at_tick,
    sqrt_price_x96_for_amounts,
    tick_at_price,
)
from treasury_desktop.pools.tick import (
    MAX_SQRT_PRICE_X96,
    MAX_TICK,
    MIN_SQRT_PRICE_X96,
    MIN_TICK,
    highest_usable_tick,
    lowest_usable_tick,
    sqrt_price_x96_at_tick,
    tick_at_sqrt_price_x96,
    usable_tick_at_or_above,
    usable_tick_at_or_below,
)

ANY_TICK = st.integers(MIN_TICK, MAX_TICK)
SPACING = st.sampled_from((1, 10, 60, 200))


def test_factors_are_the_nearest_integers() -> None:
    """Each factor is 2**128 / sqrt(1.0001)**(2**i) to the nearest integer."""
    with localcontext() as context:
        context.prec = 120
        for bit, factor in enumerate(ticks._FACTORS_X128):
            exact = Decimal(2) ** 128 / (Decimal("1.0001") ** (2**bit)).sqrt()
            assert abs(exact - factor) < Decimal("0.5")


def test_ends_of_the_tick_range() -> None:
    """The extreme ticks have the published extreme prices (TickMath.sol)."""
    assert sqrt_price_x96_at_tick(MIN_TICK) == MIN_SQRT_PRICE_X96
    assert sqrt_price_x96_at_tick(MAX_TICK) == MAX_SQRT_PRICE_X96
    assert sqrt_price_x96_at_tick(0) == 2**96
    assert tick_at_sqrt_price_x96(MAX_SQRT_PRICE_X96 - 1) == MAX_TICK - 1


@pytest.mark.parametrize("tick", [MIN_TICK - 1, MAX_TICK + 1])
def test_no_tick_beyond_the_ends(tick: int) -> None:
    """A tick beyond the ends has no price."""
    with pytest.raises(ValueError, match="outside"):
        sqrt_price_x96_at_tick(tick)


@pytest.mark.parametrize("price", [0, MIN_SQRT_PRICE_X96 - 1, MAX_SQRT_PRICE_X96])
def test_no_price_beyond_the_ends(price: int) -> None:
    """A price beyond the ends has no tick."""
    with pytest.raises(ValueError, match="outside"):
        tick_at_sqrt_price_x96(price)


@given(ANY_TICK)
def test_sqrt_price_is_close_to_the_exact_power(tick: int) -> None:
    """The contract's price differs from the true power by less than one part in 10**9."""
    with localcontext() as context:
        context.prec = 60
        exact = (Decimal("1.0001") ** tick).sqrt() * 2**96
        assert abs(sqrt_price_x96_at_tick(tick) - exact) <= exact / 10**9 + 1


@given(st.integers(MIN_TICK, MAX_TICK - 1))
def test_price_grows_with_the_tick(tick: int) -> None:
    """A higher tick is a strictly higher price."""
    assert sqrt_price_x96_at_tick(tick) < sqrt_price_x96_at_tick(tick + 1)


@given(st.integers(MIN_TICK, MAX_TICK - 1))
def test_tick_of_the_price_of_a_tick(tick: int) -> None:
    """A tick's price leads back to the tick, and the price just below to the one before."""
    price = sqrt_price_x96_at_tick(tick)
    assert tick_at_sqrt_price_x96(price) == tick
    if tick > MIN_TICK:
        assert tick_at_sqrt_price_x96(price - 1) == tick - 1


@given(ANY_TICK, SPACING)
def test_usable_ticks_enclose_the_tick(tick: int, spacing: int) -> None:
    """Rounded ticks are multiples of the spacing within the range, at most one spacing away."""
    below, above = usable_tick_at_or_below(tick, spacing), usable_tick_at_or_above(tick, spacing)
    assert below % spacing == above % spacing == 0
    assert lowest_usable_tick(spacing) <= below <= above <= highest_usable_tick(spacing)
    assert above - below in (0, spacing)
    if lowest_usable_tick(spacing) <= tick <= highest_usable_tick(spacing):
        assert below <= tick <= above


def test_usable_ends() -> None:
    """The usable ends of the usual spacings are the well-known ones."""
    assert (lowest_usable_tick(60), highest_usable_tick(60)) == (-887220, 887220)
    assert (lowest_usable_tick(200), highest_usable_tick(200)) == (-887200, 887200)


def test_price_of_ether_in_dollars() -> None:
    """Decimals of both tokens enter the price: 2000 USDC (6) for one WETH (18)."""
    sqrt_price = sqrt_price_x96_for_amounts(10**18, 2000 * 10**6)
    price = price_at_sqrt_price_x96(sqrt_price, 18, 6)
    assert abs(price - 2000) < Fraction(1, 10**9)
    assert inverse_price(price) * price == 1


@given(st.integers(MIN_TICK, MAX_TICK - 1), st.integers(0, 18), st.integers(0, 18))
def test_tick_of_the_price_a_person_reads(tick: int, decimals0: int, decimals1: int) -> None:
    """The tick below a tick's own price is that tick, for all decimals."""
    assert tick_at_price(price_at_tick(tick, decimals0, decimals1), decimals0, decimals1) == tick


def test_prices_beyond_the_range_are_clamped() -> None:
    """A price nobody can trade at gives the nearest tick there is."""
    assert tick_at_price(Fraction(1, 10**60), 18, 18) == MIN_TICK
    assert tick_at_price(Fraction(10**60), 18, 18) == MAX_TICK - 1


def test_prices_are_positive() -> None:
    """Zero is no price, in either direction."""
    for refused in (
        lambda: price_at_sqrt_price_x96(0, 18, 18),
        lambda: inverse_price(Fraction(0)),
        lambda: tick_at_price(Fraction(0), 18, 18),
        lambda: sqrt_price_x96_for_amounts(0, 1),
    ):
        with pytest.raises(ValueError, match="positive"):
            refused()

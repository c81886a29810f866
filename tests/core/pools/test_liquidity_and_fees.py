"""Amounts, liquidity and fees are rounded as the contracts round."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.address import Address
from treasury_desktop.pools.fees import FeeGrowth, TickBound, fee_growth_inside, uncollected_fees
from treasury_desktop.pools.liquidity import (
    amounts_for_liquidity,
    amounts_to_mint,
    liquidity_for_amounts,
)
from treasury_desktop.pools.pool import Pool, PoolState
from treasury_desktop.pools.position import Position
from treasury_desktop.pools.tick import MAX_TICK, MIN_TICK, sqrt_price_x96_at_tick

SQRT_PRICE = st.integers(MIN_TICK, MAX_TICK).map(sqrt_price_x96_at_tick)
LIQUIDITY = st.integers(0, 2**128 - 1)
UINT256 = st.integers(0, 2**256 - 1)


def test_known_amounts() -> None:
    """10**18 liquidity over ticks ±600 at tick 120 is the amounts known from elsewhere."""
    bounds = sqrt_price_x96_at_tick(-600), sqrt_price_x96_at_tick(600)
    amounts = amounts_for_liquidity(sqrt_price_x96_at_tick(120), *bounds, 10**18)
    assert amounts == (23571273118627507, 35570745147955334)


@given(SQRT_PRICE, SQRT_PRICE, SQRT_PRICE, LIQUIDITY)
def test_withdrawing_never_returns_more_than_minting_cost(
    price: int, bound: int, other: int, liquidity: int
) -> None:
    """Minting rounds up and withdrawing down: at most two base units of token0, one of token1."""
    out0, out1 = amounts_for_liquidity(price, bound, other, liquidity)
    in0, in1 = amounts_to_mint(price, bound, other, liquidity)
    assert 0 <= in0 - out0 <= 2
    assert 0 <= in1 - out1 <= 1


@given(SQRT_PRICE, SQRT_PRICE, SQRT_PRICE, LIQUIDITY)
def test_order_of_bounds_does_not_matter(price: int, bound: int, other: int, amount: int) -> None:
    """The bounds of a range may come in either order."""
    forward = amounts_for_liquidity(price, bound, other, amount)
    assert forward == amounts_for_liquidity(price, other, bound, amount)


@given(SQRT_PRICE, SQRT_PRICE, SQRT_PRICE, st.integers(0, 2**100), st.integers(0, 2**100))
def test_liquidity_never_costs_more_than_offered(
    price: int, bound: int, other: int, amount0: int, amount1: int
) -> None:
    """What an amount of both tokens can mint needs no more of either."""
    if bound == other:
        return
    liquidity = liquidity_for_amounts(price, bound, other, amount0, amount1)
    used0, used1 = amounts_for_liquidity(price, bound, other, liquidity)
    assert used0 <= amount0
    assert used1 <= amount1


def test_one_sided_outside_the_range() -> None:
    """Below its range a position is all token0, above it all token1."""
    low, high = sqrt_price_x96_at_tick(-60), sqrt_price_x96_at_tick(60)
    assert amounts_for_liquidity(sqrt_price_x96_at_tick(-61), low, high, 10**9)[1] == 0
    assert amounts_for_liquidity(sqrt_price_x96_at_tick(61), low, high, 10**9)[0] == 0
    assert liquidity_for_amounts(sqrt_price_x96_at_tick(-61), low, high, 0, 10**9) == 0
    assert liquidity_for_amounts(sqrt_price_x96_at_tick(61), low, high, 10**9, 0) == 0


def test_ranges_have_two_positive_bounds() -> None:
    """A range without width mints nothing that can be computed, and prices are positive."""
    with pytest.raises(ValueError, match="two different"):
        liquidity_for_amounts(1, 1, 1, 1, 1)
    with pytest.raises(ValueError, match="positive"):
        amounts_for_liquidity(1, 0, 1, 1)


@given(UINT256, UINT256, UINT256, st.integers(-100, 100))
def test_fee_growth_inside_ignores_where_the_counters_started(
    everywhere: int, lower: int, upper: int, current: int
) -> None:
    """Shifting all counters by one number shifts the inside by that number, modulo 2**256, or 0.

    Below and above are relative to the current tick; a wrap of the counters changes nothing.
    """

    def inside(start: int) -> FeeGrowth:
        return fee_growth_inside(
            FeeGrowth(everywhere, (everywhere + start) % 2**256),
            TickBound(-50, FeeGrowth(lower, (lower + start) % 2**256)),
            TickBound(50, FeeGrowth(upper, (upper + start) % 2**256)),
            current,
        )

    shift = 2**255 + 12345
    moved = inside(shift)
    difference = (moved.token1_x128 - moved.token0_x128) % 2**256
    assert difference == (-shift % 2**256 if -50 <= current < 50 else 0)


def test_fees_survive_a_wrap_of_the_counter() -> None:
    """A counter that wrapped between two reads still gives the small true fee."""
    inside, last = FeeGrowth(5 << 128, 0), FeeGrowth(2**256 - (5 << 128), 0)
    assert uncollected_fees(inside, last, 7, (3, 4)) == (73, 4)


def test_fee_growth_is_a_uint256() -> None:
    """A counter outside 256 bits cannot exist."""
    with pytest.raises(ValueError, match="uint256"):
        FeeGrowth(2**256, 0)


def test_impossible_pools_cannot_exist() -> None:
    """Pools have ordered tokens, fees below one, prices and ticks in range."""
    low, high = Address(bytes(19) + b"\x01"), Address(bytes(19) + b"\x02")
    with pytest.raises(ValueError, match="sorts"):
        Pool(address=low, token0=high, token1=low, fee=500, tick_spacing=10)
    with pytest.raises(ValueError, match="fee"):
        Pool(address=low, token0=low, token1=high, fee=10**6, tick_spacing=10)
    assert Pool(address=low, token0=low, token1=high, fee=500, tick_spacing=10).fee == 500
    good = {
        "sqrt_price_x96": 2**96,
        "tick": 0,
        "liquidity": 1,
        "fee_growth_global0_x128": 0,
        "fee_growth_global1_x128": 0,
        "observation_index": 0,
        "observation_cardinality": 1,
    }
    assert PoolState(**good).tick == 0
    for wrong in ({"sqrt_price_x96": 1}, {"tick": MAX_TICK + 1}, {"liquidity": 2**128}):
        with pytest.raises(ValueError, match=r"\w"):
            PoolState(**good | wrong)


def test_a_position_knows_its_range_and_amounts() -> None:
    """A position earns from its lower tick up to, not including, its upper tick."""
    here = Address(bytes(20))
    facts = {
        "token_id": 1,
        "owner": here,
        "pool": here,
        "token0": here,
        "token1": here,
        "tick_lower": -600,
        "tick_upper": 600,
        "liquidity": 10**18,
        "sqrt_price_x96": sqrt_price_x96_at_tick(120),
        "uncollected_fees0": 0,
        "uncollected_fees1": 0,
    }
    assert Position(**facts, current_tick=-600).is_in_range
    assert not Position(**facts, current_tick=600).is_in_range
    assert Position(**facts, current_tick=120).amounts == (23571273118627507, 35570745147955334)
    with pytest.raises(ValueError, match="above"):
        Position(**facts | {"tick_upper": -600}, current_tick=0)
    with pytest.raises(ValueError, match="uint128"):
        Position(**facts | {"liquidity": 2**128}, current_tick=0)

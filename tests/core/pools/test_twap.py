"""Time-weighted prices are computed as the periphery's oracle library computes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Refused
from treasury_desktop.pools.price import price_at_tick
from treasury_desktop.pools.tick import MAX_TICK, MIN_TICK
from treasury_desktop.pools.twap import (
    Observation,
    harmonic_mean_liquidity,
    mean_tick,
    oldest_observation_age,
    oldest_observation_index,
    quote_at_tick,
    require_window,
    twap,
)


def _seen(tick_cumulative: int, seconds_per_liquidity: int = 0) -> Observation:
    return Observation(
        tick_cumulative=tick_cumulative,
        seconds_per_liquidity_cumulative_x128=seconds_per_liquidity,
    )


def test_mean_tick_rounds_towards_minus_infinity() -> None:
    """−7 over 2 seconds is −4, as OracleLibrary rounds, not −3."""
    assert mean_tick(_seen(0), _seen(-7), 2) == -4
    assert mean_tick(_seen(0), _seen(7), 2) == 3


def test_accumulator_may_wrap() -> None:
    """An int56 accumulator that wrapped still gives the small difference."""
    assert mean_tick(_seen(2**55 - 10), _seen(-(2**55) + 10), 20) == 1


@given(st.integers(MIN_TICK, MAX_TICK), st.integers(1, 10**6), st.integers(-(2**54), 2**54))
def test_constant_tick_is_its_own_mean(tick: int, window: int, start: int) -> None:
    """A price that did not move is its own average."""
    assert mean_tick(_seen(start), _seen(start + tick * window), window) == tick


def test_harmonic_mean_of_constant_liquidity() -> None:
    """Constant liquidity is its own harmonic mean, up to the accumulator's rounding."""
    liquidity, window = 10**18, 1800
    grown = (window << 128) // liquidity
    wrapped = _seen(0, 2**160 - 1), _seen(0, grown - 1)
    for then, now in ((_seen(0), _seen(0, grown)), wrapped):
        assert abs(harmonic_mean_liquidity(then, now, window) - liquidity) <= liquidity // 10**9


def test_quotes_at_small_and_large_ticks() -> None:
    """A quote is the price to the last base unit, in both directions, near both ends."""
    assert quote_at_tick(0, 10**18, base_is_token0=True) == 10**18
    for tick in (-500_000, -1, 1, 500_000):
        price = price_at_tick(tick, 0, 0)
        for base_is_token0, exact in ((True, price), (False, 1 / price)):
            quote = quote_at_tick(tick, 10**30, base_is_token0=base_is_token0)
            assert abs(quote - exact * 10**30) <= 1 + exact * 10**30 / 2**64


def test_twap_of_an_ether_pool() -> None:
    """The average price is that of the mean tick, in whole tokens."""
    assert twap(_seen(0), _seen(-199_000 * 1800), 1800, 18, 6) == price_at_tick(-199_000, 18, 6)


def test_oldest_observation() -> None:
    """The oldest observation follows the newest in the ring, or is the first while it fills."""
    assert oldest_observation_index(4, 5, is_next_initialised=True) == 0
    assert oldest_observation_index(2, 5, is_next_initialised=True) == 3
    assert oldest_observation_index(2, 5, is_next_initialised=False) == 0
    assert oldest_observation_age(2**32 - 10, 2**32 + 20) == 30


def test_window_longer_than_the_observations_is_refused() -> None:
    """Without an observation as old as the window there is no TWAP."""
    require_window(1800, 1800)
    with pytest.raises(Refused, match="1799 seconds old"):
        require_window(1799, 1800)


def test_impossible_observations_cannot_exist() -> None:
    """Accumulators have 56 and 160 bits, windows are positive and liquidity is finite."""
    with pytest.raises(ValueError, match="int56"):
        _seen(2**55)
    with pytest.raises(ValueError, match="uint160"):
        _seen(0, 2**160)
    with pytest.raises(ValueError, match="positive"):
        mean_tick(_seen(0), _seen(0), 0)
    with pytest.raises(ValueError, match="every second"):
        harmonic_mean_liquidity(_seen(0), _seen(0), 1)

"""What Curve's exchanges, Balancer's swaps and payouts of a router have to give at least."""

import pytest

from tests.matters import (
    DAI,
    ROUTER,
    SAFE,
    USDC,
    WETH,
    a_call,
    a_price,
    an_evidence,
    local,
    prices,
    tokens,
    units,
)
from tests.samples import STRANGER
from tests.venue_calls import (
    BALANCER,
    BALANCER_BATCH,
    CALLER,
    FUNDS,
    LEAST,
    PAID,
    ROUTE,
    ROUTE_OUT,
    SOON,
    SWEEP,
    THE_ROUTER,
    UNWRAP,
    VENUE,
    VENUE_FACTS,
    a_route,
    command,
    found,
    multicall,
    path_of,
    plan,
    reviewed,
    swapped_on,
    v3_swap,
)
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.known_pools import NATIVE_COIN
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.venue_exchanges import exchange_of
from treasury_desktop.review.venue_steps import Run, Step, Values
from treasury_desktop.treasury.evidence import DescribedContract, DescribedToken

CODE = "NO_SLIPPAGE_PROTECTION"
POOL, STETH_POOL = (
    Address.parse(text)
    for text in (
        "0xbEbc44782C7dB0a1A60Cb6fe97d0b483032FF1C7",
        "0xDC24316b9AE028F1497c275EB9192a3Ea0f67022",
    )
)
REAL_DAI, REAL_USDC, STETH = (
    Address.parse(text)
    for text in (
        "0x6B175474E89094C44Da98b954EedeAC495271d0F",
        "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
        "0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84",
    )
)
FACTS = local(
    an_evidence(
        tokens=(
            *tokens(),
            *(
                DescribedToken(address=at, symbol="COIN", name="", decimals=places, listed=True)
                for at, places in ((REAL_DAI, 18), (REAL_USDC, 6), (STETH, 18))
            ),
        ),
        quotes=(*prices(), a_price(REAL_DAI), a_price(REAL_USDC), a_price(STETH, 2490)),
        contracts=tuple(
            DescribedContract(address=at, name="Pool", trusted=True)
            for at in (POOL, STETH_POOL, VENUE)
        ),
    ),
    strategies=(),
)
EXCHANGE = "exchange(int128,int128,uint256,uint256)"


def codes(*calls: Call) -> dict[str, str]:
    """Findings by our own facts, with real coins listed."""
    return found(*calls, facts=FACTS)


@pytest.mark.parametrize("least", [0, 1, 2, units(440_000, DAI)])
def test_exchanges_far_below_the_quotes(least: int) -> None:
    """A pool's coins are priced where the pool is known."""
    assert codes(a_call(POOL, EXCHANGE, 1, 0, PAID, least))[CODE] == "danger"


def test_exchanges_near_the_quotes() -> None:
    """Half a per cent below is what a price may move."""
    assert CODE not in codes(a_call(POOL, EXCHANGE, 1, 0, PAID, units(487_000, DAI)))
    stake = a_call(STETH_POOL, EXCHANGE, 0, 1, 10**18, 99 * 10**16, value=10**18)
    assert CODE not in codes(stake)
    cheap = a_call(STETH_POOL, EXCHANGE, 0, 1, 10**18, 80 * 10**16, value=10**18)
    assert codes(cheap)[CODE] == "danger"
    unknown = a_call(VENUE, EXCHANGE, 1, 0, PAID, 5)
    assert CODE not in codes(unknown)


def test_coins_of_a_pool_nobody_listed() -> None:
    """What a number of a known pool means is told where no list has it."""
    unlisted = a_call(POOL, EXCHANGE, 1, 2, PAID, PAID)
    assert "UNKNOWN_TOKEN_IN_PATH" not in codes(unlisted)  # packaged as a known token
    crypto = Address.parse("0x8301AE4fc9c624d1D396cbDAa1ed877821D7C511")
    volatile = a_call(crypto, "exchange(uint256,uint256,uint256,uint256)", 0, 1, PAID, PAID)
    assert codes(volatile)["UNKNOWN_TOKEN_IN_PATH"] == "danger"
    listed = a_call(STETH_POOL, EXCHANGE, 1, 0, PAID, PAID)
    assert "UNKNOWN_TOKEN_IN_PATH" not in codes(listed)


@pytest.mark.parametrize(("i", "j"), [(0, 3), (-1, 0), (3, 0)])
def test_numbers_that_mean_no_coin(i: int, j: int) -> None:
    """They crash nothing and name nothing."""
    assert "UNKNOWN_TOKEN_IN_PATH" not in codes(a_call(POOL, EXCHANGE, i, j, PAID, PAID))


def test_routes() -> None:
    """A route names its tokens: the last one is what its minimum counts."""
    route = (REAL_USDC, POOL, REAL_DAI)
    assert CODE not in codes(a_route(VENUE, route, PAID, units(487_000, DAI)))
    for least in (0, 5, units(400_000, DAI)):
        assert codes(a_route(VENUE, route, PAID, least))[CODE] == "danger"
    ether = (NATIVE_COIN, STETH_POOL, STETH)
    assert codes(a_route(VENUE, ether, 10**18, 5 * 10**17))[CODE] == "danger"
    junk = a_route(VENUE, (REAL_USDC, POOL, STRANGER), PAID, PAID)
    assert codes(junk)["UNKNOWN_TOKEN_IN_PATH"] == "danger"
    nowhere = a_route(VENUE, (), PAID, PAID)
    assert CODE not in codes(nowhere)


def single(kind: int, amount: int, limit: int) -> Call:
    """USDC for WETH through a vault of pools."""
    swap = (bytes(32), kind, USDC, WETH, amount, b"")
    return a_call(VENUE, BALANCER, swap, FUNDS, limit, SOON)


def batch(kind: int, *limits: int, assets: tuple[Address, ...] = (USDC, WETH, DAI)) -> Call:
    """A batch of swaps with its limits."""
    steps = ((bytes(32), 0, 1, 1, b""),)
    values = (kind, steps, assets[: len(limits)], FUNDS, limits, SOON)
    return a_call(VENUE, BALANCER_BATCH, *values)


@pytest.mark.parametrize(
    "call",
    [
        single(0, PAID, LEAST * 8 // 10),
        single(0, PAID, 2),
        single(1, 2, PAID),
        single(1, LEAST * 8 // 10, PAID),
        batch(0, PAID, -2),
        batch(0, PAID, -LEAST * 8 // 10),
        batch(1, PAID, 0),
        batch(1, PAID, -2),
        batch(0, PAID, -LEAST, units(490_000, DAI)),
        batch(0, 10**18, -5, assets=(ZERO_ADDRESS, USDC)),
    ],
)
def test_limits_far_from_the_quotes(call: Call) -> None:
    """A limit of two base units protects no more than none."""
    assert found(call, facts=VENUE_FACTS)[CODE] == "danger"


@pytest.mark.parametrize(
    "call",
    [
        single(0, PAID, LEAST),
        single(1, LEAST, PAID),
        batch(0, PAID, -LEAST),
        batch(1, PAID, -LEAST),
        batch(0, PAID, -LEAST // 2, -units(245_000, DAI)),
        batch(0, 10**18, -units(2_490), assets=(ZERO_ADDRESS, USDC)),
        batch(0, PAID, -2, assets=(USDC, STRANGER)),
    ],
)
def test_limits_near_the_quotes(call: Call) -> None:
    """Given and got are added up; what has no price is not measured."""
    assert CODE not in found(call, facts=VENUE_FACTS)


def test_words_of_a_swap_that_is_another() -> None:
    """The same names with other things under them name no amounts."""
    values: Values = {"asset_in": [1], "asset_out": [2], "limit": [3], "amount": [4]}
    call = reviewed(single(0, PAID, LEAST), facts=VENUE_FACTS).call
    assert exchange_of(Step(call, "swap", values, Run(), 0), 1) is None


# ── payouts ──────────────────────────────────────────────────────────────────────────────────────


def kept(*path: Address, paid: int = PAID, least: int = 0, to: Address = ZERO_ADDRESS) -> Call:
    """A swap that leaves its minimum to the payout."""
    return a_call(ROUTER, ROUTE, (path_of(*(path or (USDC, WETH))), to, SOON, paid, least))


def unwrapped(least: int) -> Call:
    """What the router has of wrapped ether, to the Safe."""
    return a_call(ROUTER, UNWRAP, least, SAFE)


@pytest.mark.parametrize(
    "calls",
    [
        (kept(), unwrapped(0)),
        (kept(), unwrapped(1)),
        (kept(), unwrapped(2)),
        (kept(), unwrapped(LEAST * 8 // 10)),
        (kept(), a_call(ROUTER, SWEEP, WETH, 2, SAFE)),
        (kept(), kept(USDC, DAI, WETH), unwrapped(LEAST)),
        (
            a_call(ROUTER, ROUTE_OUT, (path_of(WETH, USDC), ROUTER, SOON, 5, PAID)),
            unwrapped(2),
        ),
    ],
)
def test_payouts_without_a_minimum(calls: tuple[Call, ...]) -> None:
    """A payout's minimum has to be worth what all the swaps that feed it give."""
    assert found(multicall(ROUTER, *calls))[CODE] == "danger"


@pytest.mark.parametrize(
    "calls",
    [
        (kept(), unwrapped(LEAST)),
        (kept(least=LEAST), unwrapped(0)),
        (kept(), kept(USDC, DAI, WETH), unwrapped(2 * LEAST)),
        (kept(), unwrapped(LEAST), kept(), unwrapped(LEAST)),
        (kept(to=SAFE, least=LEAST), kept(), unwrapped(LEAST)),
        (kept(), a_call(ROUTER, SWEEP, WETH, LEAST, SAFE)),
    ],
)
def test_payouts_with_a_minimum(calls: tuple[Call, ...]) -> None:
    """One minimum is enough, be it the swap's or the payout's."""
    assert CODE not in found(multicall(ROUTER, *calls))


def test_payouts_of_a_universal_router() -> None:
    """Its commands are measured alike; what is swapped on has the last swap's minimum."""
    swap = v3_swap(THE_ROUTER, least=0)
    for least, is_bad in ((LEAST, False), (2, True)):
        payout = command("address,uint256", CALLER, least)
        assert (CODE in found(plan(b"\x00\x0c", swap, payout))) is is_bad
    on = swapped_on(2**255, CALLER, WETH, DAI, least=units(487_000, DAI))
    assert CODE not in found(plan(b"\x00\x00", swap, on))

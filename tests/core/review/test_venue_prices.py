"""At what price and into what money changes, and until when that may happen."""

from fractions import Fraction
from math import isqrt

import pytest

from tests.matters import (
    BLOCK,
    DAI,
    JUNK,
    MANAGER,
    ROUTER,
    SAFE,
    USDC,
    VAULT,
    WETH,
    a_call,
    an_evidence,
    local,
    units,
)
from tests.samples import STRANGER
from tests.venue_calls import (
    BALANCER,
    BALANCER_BATCH,
    CREATE,
    CURVE,
    DECREASE,
    EXIT,
    FUNDS,
    JOIN,
    LEAST,
    PAID,
    ROUTE,
    SOON,
    SWAP,
    SWAP_OUT,
    V2_ADD,
    V2_SWAP,
    V2_SWAP_OUT,
    VENUE,
    VENUE_FACTS,
    a_mint,
    a_swap,
    command,
    found,
    multicall,
    path_of,
)
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.deployments.calls import Call
from treasury_desktop.pools.tick import MAX_SQRT_PRICE_X96, MIN_SQRT_PRICE_X96


def test_swaps_without_a_minimum() -> None:
    """A minimum of nothing, or of far less than the quotes say, protects nothing."""
    least = units(490_000, WETH, 2500)
    for worthless in (0, 1, least // 2, least * 89 // 100):
        assert found(a_swap(least=worthless))["NO_SLIPPAGE_PROTECTION"] == "danger"
    for honest in (least, least * 995 // 1000, least * 91 // 100):
        assert "NO_SLIPPAGE_PROTECTION" not in found(a_swap(least=honest))


@pytest.mark.parametrize("most", [2**95, 2**256 - 1, units(490_000) * 12 // 10])
def test_swaps_without_a_maximum(most: int) -> None:
    """A maximum beyond what anybody means lets the whole allowance be taken."""
    got = units(490_000, WETH, 2500)
    swap = a_call(ROUTER, SWAP_OUT, (USDC, WETH, 500, SAFE, SOON, got, most, 0))
    assert found(swap)["NO_SLIPPAGE_PROTECTION"] == "danger"
    fair = a_call(ROUTER, SWAP_OUT, (USDC, WETH, 500, SAFE, SOON, got, units(495_000), 0))
    assert "NO_SLIPPAGE_PROTECTION" not in found(fair)


def test_minimum_of_a_token_without_a_price() -> None:
    """Where no quote says what a token is worth only a minimum of nothing is told."""
    facts = local(an_evidence(quotes=()))
    assert "NO_SLIPPAGE_PROTECTION" not in found(a_swap(least=2), facts=facts)
    assert "NO_SLIPPAGE_PROTECTION" in found(a_swap(least=0), facts=facts)


@pytest.mark.parametrize(
    ("changes", "is_dangerous"),
    [
        ({}, False),
        ({"least0": 0, "least1": 0}, True),
        ({"least0": 1, "least1": 1}, True),
        ({"least0": units(900), "least1": 0}, True),
        ({"least0": 0}, False),
        ({"desired1": 0, "least1": 0}, False),
        ({"desired0": 0, "least0": 0, "desired1": 0, "least1": 0}, False),
    ],
)
def test_mints_without_minimum_amounts(changes: dict[str, int], is_dangerous: bool) -> None:
    """Liquidity at any price is liquidity at the attacker's price."""
    assert ("NO_SLIPPAGE_PROTECTION" in found(a_mint(**changes))) is is_dangerous


@pytest.mark.parametrize(
    ("members", "is_dangerous"),
    [((7, 5, 0, 0, SOON), True), ((7, 5, 1, 1, SOON), True), ((7, 5, 0, 90, SOON), False),
     ((7, 0, 0, 0, SOON), False)],
)  # fmt: skip
def test_removals_without_minimum_amounts(members: tuple[int, ...], is_dangerous: bool) -> None:
    """Liquidity taken out at any price; bringing the fees up to date takes none out."""
    codes = found(a_call(MANAGER, DECREASE, members))
    assert ("NO_SLIPPAGE_PROTECTION" in codes) is is_dangerous


def balancer(kind: int, limit: int) -> Call:
    """A single swap through Balancer's vault."""
    swap = (bytes(32), kind, USDC, WETH, PAID if kind == 0 else LEAST, b"")
    return a_call(VENUE, BALANCER, swap, FUNDS, limit, SOON)


def joined(least: int, kind: int = 1, most: int = 5) -> Call:
    """A join of a Balancer pool that gives exact tokens, or asks for exact shares."""
    data = command("uint256,uint256[],uint256", kind, (5, 5), least)
    return a_call(VENUE, JOIN, bytes(32), SAFE, SAFE, ((USDC, WETH), (most, most), data, False))


UNPROTECTED = {
    "v2 swap": a_call(VENUE, V2_SWAP, PAID, 0, (USDC, WETH), SAFE, SOON),
    "v2 swap far below": a_call(VENUE, V2_SWAP, PAID, LEAST // 2, (USDC, WETH), SAFE, SOON),
    "v2 exact out": a_call(VENUE, V2_SWAP_OUT, LEAST, 2**200, (USDC, WETH), SAFE, SOON),
    "v2 liquidity": a_call(VENUE, V2_ADD[0], USDC, WETH, 500, 500, 0, 0, SAFE, SOON),
    "v2 liquidity in ether": a_call(VENUE, V2_ADD[1], USDC, 500, 0, 0, SAFE, SOON, value=5),
    "curve": a_call(VENUE, CURVE, 0, 1, PAID, 0),
    "balancer": balancer(0, 0),
    "balancer exact out": balancer(1, 2**255),
    "balancer batch": a_call(
        VENUE, BALANCER_BATCH, 0, ((bytes(32), 0, 1, 5, b""),), (USDC, WETH), FUNDS, (5, 0), SOON
    ),
    "balancer join": joined(0),
    "balancer join for shares": joined(5, kind=2, most=2**255),
    "balancer exit": a_call(VENUE, EXIT, bytes(32), SAFE, SAFE, ((USDC, WETH), (0, 0), b"", False)),
    "talos redemption": a_call(
        VENUE, "redeem(uint256,uint256,uint256,address,address)", 500, 0, 0, SAFE, SAFE
    ),
}
PROTECTED = {
    "v2 swap": a_call(VENUE, V2_SWAP, PAID, LEAST, (USDC, WETH), SAFE, SOON),
    "v2 exact out": a_call(VENUE, V2_SWAP_OUT, LEAST, PAID, (USDC, WETH), SAFE, SOON),
    "v2 liquidity": a_call(VENUE, V2_ADD[0], USDC, WETH, 500, 500, 490, 0, SAFE, SOON),
    "v2 liquidity in ether": a_call(VENUE, V2_ADD[1], USDC, 500, 490, 4, SAFE, SOON, value=5),
    "curve": a_call(VENUE, CURVE, 0, 1, PAID, PAID - 5),
    "balancer": balancer(0, LEAST),
    "balancer exact out": balancer(1, PAID),
    "balancer batch": a_call(
        VENUE, BALANCER_BATCH, 0, ((bytes(32), 0, 1, PAID, b""),), (USDC, WETH), FUNDS,
        (PAID, -LEAST), SOON,
    ),
    "balancer join": joined(5, most=2**255),
    "balancer join for shares": joined(5, kind=2),
    "balancer exit": a_call(VENUE, EXIT, bytes(32), SAFE, SAFE, ((USDC, WETH), (0, 5), b"", False)),
    "vault redemption": a_call(VENUE, "redeem(uint256,address,address)", 500, SAFE, SAFE),
}  # fmt: skip


@pytest.mark.parametrize("name", UNPROTECTED)
def test_other_venues_without_protection(name: str) -> None:
    """The words for a minimum differ, an absent one is the same everywhere."""
    codes = found(UNPROTECTED[name], facts=VENUE_FACTS)
    assert codes["NO_SLIPPAGE_PROTECTION"] == "danger"


@pytest.mark.parametrize("name", PROTECTED)
def test_other_venues_with_protection(name: str) -> None:
    """A minimum is a minimum, whatever it is called."""
    codes = found(PROTECTED[name], facts=VENUE_FACTS)
    assert not {"NO_SLIPPAGE_PROTECTION", "RECEIVER_NOT_SAFE", "DEADLINE_UNBOUNDED"} & set(codes)


TOKENS_IN_PATHS = {
    "v3": lambda token: a_call(ROUTER, SWAP, (USDC, token, 500, SAFE, SOON, 5, 5, 0)),
    "v3 between": lambda token: a_call(
        ROUTER, ROUTE, (path_of(USDC, token, WETH), SAFE, SOON, 5, 5)
    ),
    "v2": lambda token: a_call(ROUTER, V2_SWAP, 5, 5, (USDC, token), SAFE, SOON),
    "liquidity": lambda token: a_mint(token1=token),
    "new pool": lambda token: a_call(MANAGER, CREATE, USDC, token, 500, 2**96),
    "balancer": lambda token: a_call(
        ROUTER, BALANCER, (bytes(32), 0, USDC, token, 5, b""), FUNDS, 5, SOON
    ),
}


@pytest.mark.parametrize("name", TOKENS_IN_PATHS)
def test_tokens_nobody_listed(name: str) -> None:
    """An unlisted token at either end or between is told, described or not; a listed one is not."""
    for token in (STRANGER, JUNK):
        assert found(TOKENS_IN_PATHS[name](token))["UNKNOWN_TOKEN_IN_PATH"] == "danger"
    for token in (DAI, WETH, VAULT):
        assert "UNKNOWN_TOKEN_IN_PATH" not in found(TOKENS_IN_PATHS[name](token))


def test_path_that_is_none() -> None:
    """A path that cannot be split into tokens hides where the money goes."""
    for path in (b"", USDC.raw, path_of(USDC, WETH) + b"\x00"):
        call = a_call(ROUTER, ROUTE, (path, SAFE, SOON, 5, 5))
        assert found(call)["UNKNOWN_TOKEN_IN_PATH"] == "danger"


def root_of(price: Fraction) -> int:
    """The sqrtPriceX96 of a price in base units."""
    return isqrt(price.numerator * 2**192 // price.denominator)


HONEST_PRICE = Fraction(10**18, 2500 * 10**6)
"""Base units of WETH for one of USDC."""


@pytest.mark.parametrize(
    ("root", "is_extreme"),
    [
        (root_of(HONEST_PRICE), False),
        (root_of(HONEST_PRICE * 105 / 100), False),
        (root_of(HONEST_PRICE * 95 / 100), False),
        (root_of(HONEST_PRICE * 2), True),
        (root_of(HONEST_PRICE / 2), True),
        (MIN_SQRT_PRICE_X96, True),
        (MAX_SQRT_PRICE_X96 - 1, True),
        (0, True),
    ],
)
def test_pools_opened_at_an_extreme_price(root: int, is_extreme: bool) -> None:
    """A new pool's price is what the first deposit is sold at."""
    codes = found(a_call(MANAGER, CREATE, USDC, WETH, 500, root))
    assert ("POOL_INITIALISED_AT_EXTREME_PRICE" in codes) is is_extreme
    assert not is_extreme or codes["POOL_INITIALISED_AT_EXTREME_PRICE"] == "danger"


def test_pool_initialised_by_itself() -> None:
    """A pool whose tokens the calldata does not name is measured by what no price can be."""
    for root, is_extreme in ((2**96, False), (root_of(HONEST_PRICE), False), (4295128740, True)):
        codes = found(a_call(ROUTER, "initialize(uint160)", root))
        assert ("POOL_INITIALISED_AT_EXTREME_PRICE" in codes) is is_extreme


# ── deadlines ─────────────────────────────────────────────────────────────────────────────────────


DAY = 86_400


@pytest.mark.parametrize(
    ("deadline", "is_far"),
    [(SOON, False), (BLOCK.timestamp + 30 * DAY, False), (BLOCK.timestamp + 61 * DAY, True),
     (BLOCK.timestamp * 1000, True), (2**48 - 1, True), (2**256 - 1, True), (0, False)],
)  # fmt: skip
def test_deadlines_that_are_none(deadline: int, is_far: bool) -> None:
    """What may run in years runs when it hurts most."""
    for call in (
        a_mint(deadline=deadline),
        a_call(MANAGER, DECREASE, (7, 5, 5, 5, deadline)),
        a_call(ROUTER, V2_SWAP, 5, 5, (USDC, WETH), SAFE, deadline),
        a_call(ROUTER, "multicall(uint256,bytes[])", deadline, ()),
    ):
        assert found(call).get("DEADLINE_UNBOUNDED") == ("warn" if is_far else None)


def test_deadlines_where_nobody_says_what_time_it_is() -> None:
    """Without a block a deadline beyond this century is none."""
    facts = local(an_evidence(block=UNKNOWN))
    assert "DEADLINE_UNBOUNDED" not in found(a_mint(), facts=facts)
    assert "DEADLINE_UNBOUNDED" in found(a_mint(deadline=5_000_000_000), facts=facts)


def test_swaps_without_any_deadline() -> None:
    """SwapRouter02 leaves the deadline to the multicall around its swaps."""
    swap = a_call(
        ROUTER, "exactInput((bytes,address,uint256,uint256))",
        (path_of(USDC, WETH), SAFE, PAID, LEAST),
    )  # fmt: skip
    assert found(swap)["DEADLINE_UNBOUNDED"] == "warn"
    assert found(multicall(ROUTER, swap))["DEADLINE_UNBOUNDED"] == "warn"
    ends = a_call(ROUTER, "multicall(uint256,bytes[])", SOON, (swap.data,))
    assert "DEADLINE_UNBOUNDED" not in found(ends)

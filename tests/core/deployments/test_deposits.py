"""What is put into other protocols, by allowances of now or of long ago.

All move 40% of the treasury or more: an amount that is named is refused, one in a token that is
not named cannot be judged, and neither looks like the 4% that were just allowed.
"""

import pytest

from tests.matters import (
    DAI,
    SAFE,
    USDC,
    WETH,
    a_call,
    an_evidence,
    approve,
    judged,
    outsider,
    units,
    words,
)
from tests.samples import STRANGER, an_address
from tests.venue_calls import NO, SOON, YES
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.known_pools import known_pool
from treasury_desktop.deployments.calls import Call
from treasury_desktop.treasury.evidence import DescribedContract, Evidence
from treasury_desktop.treasury.strategy import Strategy

PLACE = an_address("a place of another protocol")
CURVE = Address.parse("0xbEbc44782C7dB0a1A60Cb6fe97d0b483032FF1C7")
PAID = units(4_000_000)
WEI = units(4_000_000, DAI)
JOIN = "joinPool(bytes32,address,address,(address[],uint256[],bytes,bool))"
MOVE = "manageUserBalance((uint8,address,uint256,address,address)[])"
ADD = "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)"
ADD_ETHER = "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)"
REFUSED, NOT_JUDGED = "refused", "cannot be judged"


def joining(*pairs: tuple[Address, int]) -> Call:
    """Into a Balancer pool."""
    assets, most = zip(*pairs, strict=True)
    return a_call(PLACE, JOIN, bytes(32), SAFE, SAFE, (assets, most, b"", False))


NAMED = {
    "Balancer join": joining((USDC, PAID), (DAI, 0)),
    "into Balancer's books": a_call(PLACE, MOVE, ((0, USDC, PAID, SAFE, SAFE),)),
    "out by Balancer": a_call(PLACE, MOVE, ((3, USDC, PAID, SAFE, STRANGER),)),
    "v2 liquidity": a_call(PLACE, ADD, USDC, DAI, PAID, 5, 0, 0, SAFE, SOON),
    "v2 liquidity, second": a_call(PLACE, ADD, DAI, USDC, 5, PAID, 0, 0, SAFE, SOON),
    "v2 liquidity with ether": a_call(PLACE, ADD_ETHER, USDC, PAID, 0, 0, SAFE, SOON, value=5),
    "liquidation": a_call(
        PLACE, "liquidationCall(address,address,address,uint256,bool)",
        WETH, USDC, STRANGER, PAID, NO),
}  # fmt: skip
UNNAMED = {
    "Talos": a_call(PLACE, "deposit(uint256,uint256,address)", PAID, 0, SAFE),
    "Talos, second": a_call(PLACE, "init(uint256,uint256,address)", 0, PAID, SAFE),
    "unknown Curve pool": a_call(PLACE, "add_liquidity(uint256[2],uint256)", (PAID, 0), 1),
    "Curve, any number": a_call(PLACE, "add_liquidity(uint256[],uint256)", (0, PAID), 1),
    "gauge": a_call(PLACE, "deposit(uint256)", PAID),
    "gauge with rewards": a_call(PLACE, "deposit(uint256,address,bool)", PAID, SAFE, YES),
    "lock": a_call(PLACE, "create_lock(uint256,uint256)", PAID, SOON),
    "more into a lock": a_call(PLACE, "increase_amount(uint256)", PAID),
    "lock for somebody": a_call(PLACE, "deposit_for(address,uint256)", SAFE, PAID),
    "wrapper": a_call(PLACE, "depositFor(address,uint256)", SAFE, PAID),
    "request": a_call(PLACE, "requestDeposit(uint256,address,address)", PAID, SAFE, SAFE),
}


def into(place: Address, venue: str = "custom") -> tuple[Strategy, ...]:
    """One strategy at a contract."""
    return (Strategy(name="S", group="S", venue=venue, contracts=(place,)),)


def trusting(*contracts: Address) -> Evidence:
    """Our evidence with more contracts on the allow-list."""
    more = tuple(DescribedContract(address=c, name="Trusted", trusted=True) for c in contracts)
    return an_evidence(contracts=(*an_evidence().contracts, *more))


@pytest.mark.parametrize("name", NAMED)
def test_named_amounts_count_whatever_was_allowed(name: str) -> None:
    """By an old allowance, and beside a new one that is too small for them."""
    call = NAMED[name]
    for calls in ((call,), (approve(400_000, PLACE), call)):
        assert words(calls, strategies=into(PLACE)) == {"S": REFUSED}
    assert words(call, trusting(PLACE)) == {outsider(PLACE): REFUSED}


@pytest.mark.parametrize("name", UNNAMED)
def test_amounts_of_unnamed_tokens_are_not_taken_for_a_small_allowance(name: str) -> None:
    """More than was allowed in the same batch goes in by an allowance nobody here knows."""
    call = UNNAMED[name]
    for calls in ((call,), (approve(400_000, PLACE), call)):
        assert words(calls, strategies=into(PLACE)) == {"S": NOT_JUDGED}


@pytest.mark.parametrize("name", [*NAMED, *UNNAMED])
def test_exact_allowances_are_counted_once(name: str) -> None:
    """Allow as much as goes in: 40%, and not 80%."""
    call = (NAMED | UNNAMED)[name]
    judgement = judged((approve(4_000_000, PLACE), call), strategies=into(PLACE))["S"]
    # What is put in besides, five units here and there, is no money.
    assert 4_000_000 <= (judgement.amount_usd or 0) < 4_000_001
    assert judgement.verdict.words == REFUSED


def test_small_deposits_stay_within() -> None:
    """Four per cent with an exact allowance is within the advice, token named or not."""
    little = units(400_000)
    join = joining((USDC, little), (DAI, 0))
    gauge = a_call(PLACE, "deposit(uint256)", little)
    for call in (join, gauge):
        assert words((approve(400_000, PLACE), call), strategies=into(PLACE)) == {"S": "within"}


def test_coins_of_a_known_curve_pool_have_names() -> None:
    """The pool's own table says which coin stands at which place."""
    pool = known_pool(1, CURVE)
    assert pool is not None
    listed = tuple(
        token._replace(address=coin)
        for token, coin in zip(an_evidence().tokens, pool.coins, strict=False)
    )
    assert [str(token.address) for token in listed] == [str(coin) for coin in pool.coins]
    call = a_call(CURVE, "add_liquidity(uint256[3],uint256)", (0, PAID, 0), 1)
    assert words(call, strategies=into(CURVE)) == {"S": NOT_JUDGED}  # no price of the real coin


def test_moves_inside_balancers_books_take_nothing() -> None:
    """Taking out of them and handing on inside is no outflow of the Safe."""
    for kind in (1, 2):
        call = a_call(PLACE, MOVE, ((kind, USDC, PAID, SAFE, SAFE),))
        assert words(call, strategies=into(PLACE)) == {}


def test_native_assets_are_told_by_the_value() -> None:
    """Balancer writes the native coin as the zero address; it is counted once."""
    ether = 1_600 * 10**18
    call = joining((ZERO_ADDRESS, ether), (USDC, 0))
    assert words(call, strategies=into(PLACE)) == {}
    sent = Call(to=call.to, value=ether, data=call.data, purpose="")
    assert words(sent, strategies=into(PLACE)) == {"S": REFUSED}


def test_pulling_into_a_router_is_paying_it() -> None:
    """SwapRouter02 keeps what it pulls; by its own allowance, which is then used."""
    pull = a_call(PLACE, "pull(address,uint256)", USDC, PAID)
    assert words(pull, trusting(PLACE)) == {outsider(PLACE): REFUSED}
    little = a_call(PLACE, "pull(address,uint256)", USDC, units(400_000))
    both = (approve(400_000, PLACE), little)
    assert words(both, trusting(PLACE)) == {outsider(PLACE): "not a deployment"}


def test_revoking_an_nfts_approval_moves_nothing() -> None:
    """The zero address may take nothing, whichever number the token has."""
    revoke = a_call(PLACE, "approve(address,uint256)", ZERO_ADDRESS, 77)
    assert words(revoke, trusting(PLACE)) == {}

"""When nothing leaves by Curve or by a router that keeps what it swaps, and when it does.

All move 40% of the treasury: what is judged at all is refused, and a conversion is not judged.
"""

from dataclasses import replace

import pytest

from tests.matters import (
    DAI,
    JUNK,
    ROUTER,
    SAFE,
    UNISWAP,
    USDC,
    WETH,
    a_call,
    an_evidence,
    approve,
    outsider,
    prices,
    tokens,
    units,
    words,
)
from tests.samples import STRANGER, an_address
from tests.venue_calls import (
    ALL,
    BALANCER,
    CALLER,
    LEAST,
    NO,
    ROUTE,
    SOON,
    SWEEP,
    SWEEP_TO_CALLER,
    THE_ROUTER,
    UNWRAP,
    UNWRAP_TO_CALLER,
    YES,
    a_route,
    command,
    multicall,
    path_of,
    plan,
    swapped_on,
)
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.known_pools import NATIVE_COIN, known_pool
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.venues.uniswap_swaps import PERMIT2 as REAL_PERMIT2
from treasury_desktop.treasury.evidence import DescribedContract, DescribedToken, Evidence
from treasury_desktop.treasury.strategy import Strategy

FORTY_PERCENT = 4_000_000
PAID = units(FORTY_PERCENT)
ETHER = 1_600 * 10**18

# ── what a router keeps ──────────────────────────────────────────────────────────────────────────

SINGLE = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"
ALLOW = approve(FORTY_PERCENT, ROUTER)
REFUSED = {UNISWAP: "refused"}


def older(to: Address, *path: Address) -> Call:
    """A swap of SwapRouter."""
    return a_call(ROUTER, ROUTE, (path_of(*(path or (USDC, WETH))), to, SOON, PAID, LEAST))


def newer(to: Address) -> Call:
    """A swap of SwapRouter02."""
    return a_call(ROUTER, SINGLE, (USDC, WETH, 500, to, PAID, LEAST, 0))


UNWRAPPED = a_call(ROUTER, UNWRAP, LEAST, SAFE)
SWEPT = a_call(ROUTER, SWEEP, WETH, LEAST, SAFE)
CALLERS_UNWRAPPED = a_call(ROUTER, UNWRAP_TO_CALLER, LEAST)
CALLERS_SWEPT = a_call(ROUTER, SWEEP_TO_CALLER, WETH, LEAST)
OTHERS = a_call(ROUTER, ROUTE, (path_of(USDC, DAI), SAFE, SOON, 5, 5))
PAID_OUT = {
    "unwrapped": (older(ZERO_ADDRESS), UNWRAPPED),
    "swept": (older(ZERO_ADDRESS), SWEPT),
    "kept by its address": (older(ROUTER), UNWRAPPED),
    "newer, unwrapped": (newer(THE_ROUTER), UNWRAPPED),
    "newer, to the caller": (newer(THE_ROUTER), CALLERS_UNWRAPPED),
    "newer, swept": (newer(ROUTER), CALLERS_SWEPT),
    "ether back first": (older(ZERO_ADDRESS), a_call(ROUTER, "refundETH()"), UNWRAPPED),
    "another token first": (older(ZERO_ADDRESS), a_call(ROUTER, SWEEP, DAI, 0, SAFE), UNWRAPPED),
    "other ether first": (older(ZERO_ADDRESS, USDC, DAI), UNWRAPPED,
                          a_call(ROUTER, SWEEP, DAI, 5, SAFE)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAID_OUT)
def test_what_a_multicall_pays_out(name: str) -> None:
    """What the router keeps and then pays to the Safe never left."""
    assert words((ALLOW, multicall(ROUTER, *PAID_OUT[name]))) == {}


def test_two_swaps_and_one_payout() -> None:
    """Halves by two ways, paid out together."""
    half = a_call(ROUTER, ROUTE, (path_of(USDC, WETH), ZERO_ADDRESS, SOON, PAID // 2, LEAST))
    other = a_call(ROUTER, ROUTE, (path_of(USDC, DAI, WETH), ROUTER, SOON, PAID // 2, LEAST))
    assert words((ALLOW, multicall(ROUTER, half, other, UNWRAPPED))) == {}


KEPT = {
    "nothing after it": (older(ZERO_ADDRESS),),
    "paid out before": (UNWRAPPED, older(ZERO_ADDRESS)),
    "unwrapped for a stranger": (older(ZERO_ADDRESS), a_call(ROUTER, UNWRAP, LEAST, STRANGER)),
    "swept for a stranger": (older(ZERO_ADDRESS), a_call(ROUTER, SWEEP, WETH, 0, STRANGER)),
    "unwrapped for the router": (older(ZERO_ADDRESS), a_call(ROUTER, UNWRAP, LEAST, ROUTER)),
    "swept for number one": (newer(THE_ROUTER), a_call(ROUTER, SWEEP, WETH, LEAST, CALLER)),
    "a stranger first": (
        older(ZERO_ADDRESS), a_call(ROUTER, SWEEP, WETH, 0, STRANGER), UNWRAPPED),
    "a stranger's fee first": (
        older(ZERO_ADDRESS),
        a_call(ROUTER, "sweepTokenWithFee(address,uint256,address,uint256,address)",
               WETH, 0, SAFE, 100, STRANGER),
        UNWRAPPED),
    "another token": (older(ZERO_ADDRESS), a_call(ROUTER, SWEEP, DAI, 0, SAFE)),
    "what is no wrapped ether": (older(ZERO_ADDRESS, USDC, DAI), UNWRAPPED),
    "an unlisted token": (older(ZERO_ADDRESS, USDC, JUNK), a_call(ROUTER, SWEEP, JUNK, 5, SAFE)),
    "by way of an unlisted token": (older(ZERO_ADDRESS, USDC, JUNK, WETH), UNWRAPPED),
    "an unlisted token's code first": (
        older(ZERO_ADDRESS), a_call(ROUTER, SWEEP, JUNK, 0, SAFE), SWEPT),
    "an unlisted token's swap first": (
        older(ZERO_ADDRESS),
        a_call(ROUTER, ROUTE, (path_of(USDC, JUNK), SAFE, SOON, 5, 5)), UNWRAPPED),
    "swapped on for a stranger": (
        newer(THE_ROUTER),
        a_call(ROUTER, SINGLE, (WETH, DAI, 500, STRANGER, 0, 0, 0)), UNWRAPPED),
    "zero is nobody to SwapRouter02": (newer(ZERO_ADDRESS), UNWRAPPED),
    "two is nobody to SwapRouter": (older(THE_ROUTER), UNWRAPPED),
    "bytes nobody reads first": (
        older(ZERO_ADDRESS), Call(to=ROUTER, data=b"\xde\xad\xbe\xef", purpose=""), UNWRAPPED),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_what_stays_in_the_router(name: str) -> None:
    """What anybody may take afterwards, or could have taken before, has left."""
    found = words((ALLOW, multicall(ROUTER, *KEPT[name])))
    assert found[UNISWAP] in ("refused", "cannot be judged")


def test_payouts_outside_the_multicall() -> None:
    """Between two calls of a batch anybody's code may run."""
    assert words((ALLOW, older(ZERO_ADDRESS), UNWRAPPED)) == REFUSED
    apart = (ALLOW, multicall(ROUTER, older(ZERO_ADDRESS)), multicall(ROUTER, UNWRAPPED))
    assert words(apart) == REFUSED


def test_payout_after_more_steps_than_anybody_writes() -> None:
    """Far behind the swap nobody looks for it."""
    near = multicall(ROUTER, older(ZERO_ADDRESS), *(OTHERS,) * 15, UNWRAPPED)
    far = multicall(ROUTER, older(ZERO_ADDRESS), *(OTHERS,) * 16, UNWRAPPED)
    more = approve(FORTY_PERCENT + 1, ROUTER)
    assert words((more, near)) == {UNISWAP: "within"}
    assert words((more, far)) == REFUSED


def test_multicall_of_a_strangers_router() -> None:
    """A contract that only speaks like a router keeps what it likes."""
    batch = multicall(STRANGER, older(ZERO_ADDRESS), UNWRAPPED)
    assert words((approve(FORTY_PERCENT, STRANGER), batch)) == {outsider(): "refused"}


TRUSTED = an_address("a router of no strategy")


def swap_on(router: Address, to: Address = SAFE, *path: Address) -> Call:
    """A swap of SwapRouter on another router."""
    return a_call(router, ROUTE, (path_of(*(path or (USDC, WETH))), to, SOON, PAID, LEAST))


def test_multicall_of_a_router_that_is_only_allow_listed() -> None:
    """Its swap uses up what was allowed, alone or in a multicall."""
    allow, swap = approve(FORTY_PERCENT, TRUSTED), swap_on(TRUSTED)
    by_ours = trusting(TRUSTED)
    assert words((allow, swap), by_ours) == {}
    assert words((allow, multicall(TRUSTED, swap)), by_ours) == {}
    assert words((allow, multicall(TRUSTED, swap), approve(0, TRUSTED)), by_ours) == {}
    for hostile in (
        (allow, multicall(TRUSTED, swap_on(TRUSTED, STRANGER))),
        (allow, multicall(TRUSTED, swap_on(TRUSTED, SAFE, USDC, JUNK))),
        (approve(2 * FORTY_PERCENT, TRUSTED), multicall(TRUSTED, swap)),
    ):
        assert words(hostile, by_ours) == {outsider(TRUSTED): "refused"}
    assert words((allow, multicall(TRUSTED, swap))) == {outsider(TRUSTED): "refused"}


def test_swap_of_ether_that_is_sent_along() -> None:
    """SwapRouter wraps just what is sent; what is more stays with it."""
    by_ours = trusting(TRUSTED)

    def sent(value: int, *path: Address, to: Address = SAFE) -> Call:
        swap = (path_of(*path), to, SOON, ETHER, units(3_900_000))
        return a_call(TRUSTED, ROUTE, swap, value=value)

    assert words(sent(ETHER, WETH, USDC), by_ours) == {}
    for hostile in (
        sent(ETHER + 10**21, WETH, USDC),
        sent(ETHER, WETH, USDC, to=STRANGER),
        sent(ETHER, WETH, JUNK),
        sent(ETHER, DAI, USDC),
    ):
        assert words(hostile, by_ours) == {outsider(TRUSTED): "refused"}


def test_ether_sent_to_wrapped_ether() -> None:
    """It comes back as wrapped ether; to any other token it is gone."""
    assert words(Call(to=WETH, value=ETHER, data=b"", purpose="")) == {}
    gone = Call(to=DAI, value=ETHER, data=b"", purpose="")
    assert words(gone) == {outsider(DAI): "refused"}
    unlisted = tuple(t._replace(listed=False) for t in tokens())
    wrapped = Call(to=WETH, value=ETHER, data=b"", purpose="")
    assert words(wrapped, an_evidence(tokens=unlisted)) == {outsider(WETH): "refused"}


PERMIT2 = an_address("permit2")


def test_what_a_universal_router_pays_out() -> None:
    """Its commands are read like the calls they stand for."""
    allow = a_call(PERMIT2, "approve(address,address,uint160,uint48)", USDC, ROUTER, PAID, SOON)
    evidence = trusting(PERMIT2)
    kept = command(
        "address,uint256,uint256,bytes,bool", THE_ROUTER, PAID, LEAST, path_of(USDC, WETH), YES
    )
    unwrap = command("address,uint256", CALLER, LEAST)
    sweep = command("address,address,uint256", WETH, SAFE, LEAST)
    for calm in (plan(b"\x00\x0c", kept, unwrap), plan(b"\x00\x04", kept, sweep)):
        assert words((allow, calm), evidence) == {}
    to_stranger = command("address,address,uint256", WETH, STRANGER, 0)
    portion = command("address,address,uint256", WETH, STRANGER, 9_999)
    for hostile in (
        plan(b"\x00", kept),
        plan(b"\x00\x8c", kept, unwrap),
        plan(b"\x00\x84", kept, sweep),
        plan(b"\x00\x0c", kept, command("address,uint256", STRANGER, LEAST)),
        plan(b"\x00\x0c", kept, command("address,uint256", THE_ROUTER, LEAST)),
        plan(b"\x00\x04\x0c", kept, to_stranger, unwrap),
        plan(b"\x00\x06\x0c", kept, portion, unwrap),
        plan(b"\x00\x00\x0c", kept, swapped_on(ALL, STRANGER, WETH, DAI), unwrap),
    ):
        assert words((allow, hostile), evidence)[UNISWAP] in ("refused", "cannot be judged")


FED = "address,uint256,uint256,bytes,bool"


def fed(to: Address, amount: int, *hops: Address) -> bytes:
    """A swap out of what the router has."""
    return command(FED, to, amount, LEAST, path_of(*hops), NO)


def wrapping(to: Address = THE_ROUTER, amount: int = ETHER) -> bytes:
    """The router's own wrapping of the ether that was sent along."""
    return command("address,uint256", to, amount)


def sending(call: Call, value: int = ETHER) -> Call:
    """The same call with ether."""
    return replace(call, value=value)


def test_ether_that_a_universal_router_swaps() -> None:
    """It is wrapped and swapped at once, whole or in parts, and the Safe gets what that gives."""
    half = ETHER // 2
    most = command(FED, SAFE, PAID, ETHER, path_of(USDC, WETH), NO)
    for calm in (
        plan(b"\x0b\x00", wrapping(), fed(SAFE, ETHER, WETH, USDC)),
        plan(b"\x0b\x00", wrapping(amount=ALL), fed(CALLER, ALL, WETH, USDC)),
        plan(
            b"\x0b\x00\x00",
            wrapping(),
            fed(SAFE, half, WETH, USDC),
            fed(SAFE, ETHER - half, WETH, DAI, USDC),
        ),
        plan(
            b"\x0b\x00\x04",
            wrapping(),
            fed(THE_ROUTER, ETHER, WETH, USDC),
            command("address,address,uint256", USDC, SAFE, LEAST),
        ),
        plan(b"\x0b\x01\x0c", wrapping(), most, command("address,uint256", CALLER, 0)),
        plan(b"\x0b", wrapping(CALLER)),
    ):
        assert words(sending(calm)) == {}


def test_ether_that_a_universal_router_keeps_or_gives_away() -> None:
    """What is left in the router, or goes to somebody else, is paid."""
    swap = fed(SAFE, ETHER, WETH, USDC)
    most = command(FED, SAFE, PAID, ETHER, path_of(USDC, WETH), NO)
    to_stranger = command("address,address,uint256", WETH, STRANGER, 0)
    for hostile in (
        plan(b"\x0b", wrapping()),
        plan(b"\x0b", wrapping(STRANGER)),
        plan(b"\x8b\x00", wrapping(), swap),
        plan(b"\x0b\x80", wrapping(), swap),
        plan(b"\x0b\x00", wrapping(amount=ETHER - 1), swap),
        plan(b"\x0b\x00", wrapping(), fed(STRANGER, ETHER, WETH, USDC)),
        plan(b"\x0b\x00", wrapping(), fed(SAFE, ETHER - 1, WETH, USDC)),
        plan(b"\x0b\x00", wrapping(), fed(SAFE, ETHER, WETH, JUNK)),
        plan(b"\x0b\x00", wrapping(), fed(SAFE, ETHER, USDC, DAI)),
        plan(b"\x0b\x00", wrapping(), fed(THE_ROUTER, ETHER, WETH, USDC)),
        plan(b"\x0b\x01", wrapping(), most),
        plan(b"\x0b\x01\x0c", wrapping(), most, command("address,uint256", STRANGER, 0)),
        plan(b"\x0b\x04\x00", wrapping(), to_stranger, swap),
    ):
        assert words(sending(hostile))[UNISWAP] == "refused"
    inside = command("bytes,bytes[]", b"\x0b", (wrapping(CALLER),))
    assert words(sending(plan(b"\xa1", inside)))[UNISWAP] == "refused"


def test_allowances_to_permit2_that_a_swap_uses_up() -> None:
    """A token allowed to Permit2, and there to the router, is allowed to nobody after the swap."""
    evidence = trusting(PERMIT2, REAL_PERMIT2)
    allow = a_call(USDC, "approve(address,uint256)", REAL_PERMIT2, PAID)
    there = a_call(
        REAL_PERMIT2, "approve(address,address,uint160,uint48)", USDC, ROUTER, PAID, SOON
    )
    swap = plan(b"\x00", command(FED, SAFE, PAID, LEAST, path_of(USDC, WETH), YES))
    assert words((allow, there, swap), evidence) == {}
    more = a_call(USDC, "approve(address,uint256)", REAL_PERMIT2, 2 * PAID)
    assert words((more, there, swap), evidence) == {outsider(REAL_PERMIT2): "refused"}
    elsewhere = a_call(USDC, "approve(address,uint256)", PERMIT2, PAID)
    assert words((elsewhere, there, swap), evidence) == {outsider(PERMIT2): "refused"}


# ── Curve ────────────────────────────────────────────────────────────────────────────────────────

POOL, STETH_POOL, CRYPTO, AAVE_POOL = (
    Address.parse(text)
    for text in (
        "0xbEbc44782C7dB0a1A60Cb6fe97d0b483032FF1C7",
        "0xDC24316b9AE028F1497c275EB9192a3Ea0f67022",
        "0xD51a44d3FaE010294C616388b506AcdA1bfAAE46",
        "0xDeBF20617708857ebe4F679508E7b7863a8A8EeE",
    )
)
POOLS = {at: pool for at in (POOL, STETH_POOL, CRYPTO, AAVE_POOL) if (pool := known_pool(1, at))}
REAL_DAI, REAL_USDC, REAL_USDT = POOLS[POOL].coins
STETH = POOLS[STETH_POOL].coins[1]
REAL_WETH = POOLS[CRYPTO].coins[2]
COINS = {REAL_DAI: 18, REAL_USDC: 6, REAL_USDT: 6, STETH: 18, REAL_WETH: 18}
CURVE_ROUTER = an_address("curve router")
I128, U256 = "int128,int128,uint256,uint256", "uint256,uint256,uint256,uint256"


def trusting(*contracts: Address, listed: tuple[Address, ...] = tuple(COINS)) -> Evidence:
    """Our evidence with more contracts on the allow-list, and real coins listed."""
    more = tuple(DescribedContract(address=c, name="Trusted", trusted=True) for c in contracts)
    coins = tuple(
        DescribedToken(address=c, symbol="COIN", name="", decimals=COINS[c], listed=c in listed)
        for c in COINS
    )
    quotes = tuple(
        replace(prices(usdc=2500 if COINS[c] == 18 and c != REAL_DAI else 1)[0], token_key=str(c))
        for c in COINS
    )
    return an_evidence(
        contracts=(*an_evidence().contracts, *more),
        tokens=(*tokens(), *coins),
        quotes=(*prices(), *quotes),
    )


def allowing(token: Address, spender: Address, amount: int) -> Call:
    """An exact approval of a real coin."""
    return a_call(token, "approve(address,uint256)", spender, amount)


IN_POOLS = {
    "pays its caller": (POOL, REAL_USDC, a_call(POOL, f"exchange({I128})", 1, 0, PAID, 5)),
    "pays the Safe": (
        POOL, REAL_USDC, a_call(POOL, f"exchange({I128},address)", 1, 2, PAID, 5, SAFE)),
    "coins of a crypto pool": (
        CRYPTO, REAL_USDT, a_call(CRYPTO, f"exchange({U256},bool)", 0, 2, PAID, 5, NO)),
    "ether out": (
        CRYPTO, REAL_USDT,
        a_call(CRYPTO, f"exchange({U256},bool,address)", 0, 2, PAID, 5, YES, SAFE)),
    "newer crypto pools": (CRYPTO, REAL_USDT, a_call(CRYPTO, f"exchange({U256})", 0, 2, PAID, 5)),
    "newer, to the Safe": (
        CRYPTO, REAL_USDT, a_call(CRYPTO, f"exchange({U256},address)", 0, 2, PAID, 5, SAFE)),
    "underlying": (
        AAVE_POOL, REAL_USDC, a_call(AAVE_POOL, f"exchange_underlying({I128})", 1, 0, PAID, 5)),
    "underlying, to the Safe": (
        AAVE_POOL, REAL_USDC,
        a_call(AAVE_POOL, f"exchange_underlying({I128},address)", 1, 0, PAID, 5, SAFE)),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_POOLS)
def test_exchanges_in_a_known_pool(name: str) -> None:
    """An allow-listed pool whose coins are listed gives back what it takes."""
    pool, token, call = IN_POOLS[name]
    allow = allowing(token, pool, PAID)
    assert words((allow, call), trusting(pool)) == {}
    assert words((allow, call), trusting()) == {outsider(pool): "refused"}
    others = tuple(coin for coin in COINS if coin != token)
    assert words((allow, call), trusting(pool, listed=others))[outsider(pool)] != "within"


def test_exchanges_that_pay_others() -> None:
    """A stranger, the pool itself and nobody are no Safe."""
    allow = allowing(REAL_USDC, POOL, PAID)
    for to in (STRANGER, POOL, ZERO_ADDRESS):
        call = a_call(POOL, f"exchange({I128},address)", 1, 0, PAID, 5, to)
        assert words((allow, call), trusting(POOL)) == {outsider(POOL): "refused"}


@pytest.mark.parametrize(("given", "got"), [(1, 3), (3, 1), (1, -1), (-1, 1), (1, 1)])
def test_coins_that_a_pool_does_not_have(given: int, got: int) -> None:
    """Numbers beyond a pool's coins, and a coin for itself, say nothing."""
    call = a_call(POOL, f"exchange({I128})", given, got, PAID, 5)
    batch = (allowing(REAL_USDC, POOL, PAID), call)
    assert words(batch, trusting(POOL)) == {outsider(POOL): "refused"}


def test_pool_nobody_knows() -> None:
    """Trusted or not: a pool whose coins nobody names may give anything back."""
    pool = an_address("a pool of strangers")
    call = a_call(pool, f"exchange({I128})", 0, 1, PAID, 5)
    for evidence in (trusting(), trusting(pool)):
        assert words((approve(FORTY_PERCENT, pool), call), evidence) == {outsider(pool): "refused"}


def test_worthless_coin_of_a_known_pool() -> None:
    """An allow-listed pool says nothing for each of its coins."""
    call = a_call(POOL, f"exchange({I128})", 1, 2, PAID, 5)
    evidence = trusting(POOL, listed=(REAL_USDC, REAL_DAI))
    assert words((allowing(REAL_USDC, POOL, PAID), call), evidence) == {outsider(POOL): "refused"}


def test_pool_of_a_strategy_at_another_venue() -> None:
    """What goes to a strategy's contract is deployed, whatever function it is called by."""
    vault = (Strategy(name="V", group="V", venue="erc4626", contracts=(POOL,), asset=REAL_USDC),)
    call = a_call(POOL, f"exchange({I128})", 1, 0, PAID, 5)
    batch = (allowing(REAL_USDC, POOL, PAID), call)
    assert words(batch, trusting(POOL), strategies=vault) == {"V": "refused"}


def test_pools_are_known_on_their_own_chain() -> None:
    """The same address elsewhere is another contract."""
    arbitrum = Address.parse("0x7f90122BF0700F9E7e1F688fe926940E8839F353")
    assert known_pool(42161, arbitrum) is not None
    assert known_pool(1, arbitrum) is None
    assert known_pool(None, POOL) is None


def test_ether_in_a_known_pool() -> None:
    """Value is converted where it is what the exchange names, and gone where it is not."""
    exact = a_call(STETH_POOL, f"exchange({I128})", 0, 1, ETHER, 5, value=ETHER)
    assert words(exact, trusting(STETH_POOL)) == {}
    assert words(exact, trusting()) == {outsider(STETH_POOL): "refused"}
    too_much = a_call(STETH_POOL, f"exchange({I128})", 0, 1, 5, 5, value=ETHER)
    assert words(too_much, trusting(STETH_POOL)) == {outsider(STETH_POOL): "refused"}
    beside = a_call(POOL, f"exchange({I128})", 1, 0, 5, 5, value=ETHER)
    assert words(beside, trusting(POOL)) == {outsider(POOL): "refused"}
    wrapped = a_call(CRYPTO, f"exchange({U256},bool)", 2, 0, ETHER, 5, YES, value=ETHER)
    assert words(wrapped, trusting(CRYPTO)) == {}
    unused = a_call(CRYPTO, f"exchange({U256},bool)", 2, 0, ETHER, 5, NO, value=ETHER)
    assert words(unused, trusting(CRYPTO)) == {outsider(CRYPTO): "refused"}


def test_exchange_of_what_a_pool_was_sent() -> None:
    """What is sent to a pool has left, whoever is paid for it."""
    sent = a_call(REAL_USDC, "transfer(address,uint256)", POOL, PAID)
    call = a_call(POOL, f"exchange_received({I128},address)", 1, 0, PAID, 5, SAFE)
    assert words((sent, call), trusting(POOL)) == {outsider(POOL): "refused"}


def routed(*route: Address, to: Address | None = SAFE, zap: Address | None = None) -> Call:
    """An exchange along a route."""
    return a_route(CURVE_ROUTER, route, PAID, 5, zap=zap, to=to)


def test_exchanges_along_a_route() -> None:
    """Every token of it listed, every pool known or trusted, and the Safe paid."""
    allow = allowing(REAL_USDC, CURVE_ROUTER, PAID)
    evidence = trusting(CURVE_ROUTER)
    route = (REAL_USDC, POOL, REAL_USDT, CRYPTO, REAL_WETH)
    assert words((allow, routed(*route)), evidence) == {}
    assert words((allow, routed(*route, to=None)), evidence) == {}
    assert words((allow, routed(*route, to=None, zap=ZERO_ADDRESS)), evidence) == {}
    unwrapped = (*route, REAL_WETH, NATIVE_COIN)
    assert words((allow, routed(*unwrapped)), evidence) == {}
    whole = (*route, CRYPTO, REAL_USDT, POOL, REAL_DAI, POOL, REAL_USDC)
    assert words((allow, routed(*whole)), evidence) == {}
    pool = an_address("a trusted pool")
    by_it = routed(REAL_USDC, pool, REAL_USDT)
    assert words((allow, by_it), trusting(CURVE_ROUTER, pool)) == {}


@pytest.mark.parametrize(
    "hostile",
    [
        routed(REAL_USDC, POOL, REAL_USDT, to=STRANGER),
        routed(REAL_USDC, POOL, REAL_USDT, to=CURVE_ROUTER),
        routed(REAL_USDC, POOL, REAL_USDT, to=ZERO_ADDRESS),
        routed(REAL_USDC, STRANGER, REAL_USDT),
        routed(REAL_USDC, POOL, REAL_USDT, STRANGER, REAL_WETH),
        routed(REAL_USDC, POOL, JUNK),
        routed(REAL_USDC, POOL, JUNK, POOL, REAL_USDT),
        routed(REAL_USDC, POOL, REAL_USDT, zap=STRANGER),
        routed(REAL_USDC, POOL, JUNK, ZERO_ADDRESS, REAL_USDT),
        routed(REAL_USDC, POOL, REAL_USDT, ZERO_ADDRESS, ZERO_ADDRESS, POOL, REAL_USDC),
        routed(REAL_USDC, POOL),
        routed(REAL_USDC),
        routed(),
    ],
)
def test_hostile_routes(hostile: Call) -> None:
    """Another receiver, a stranger's pool or zap, an unlisted token, and words behind the end."""
    allow = allowing(REAL_USDC, CURVE_ROUTER, PAID)
    found = words((allow, hostile), trusting(CURVE_ROUTER))
    assert found == {outsider(CURVE_ROUTER): "refused"}


def test_routes_of_ether() -> None:
    """The native coin stands in a route under its marker, and is there as far as it is sent."""
    call = a_route(CURVE_ROUTER, (NATIVE_COIN, STETH_POOL, STETH), ETHER, 5, to=SAFE)
    with_value = replace(call, value=ETHER)
    assert words(with_value, trusting(CURVE_ROUTER)) == {}
    assert words(with_value, trusting()) == {outsider(CURVE_ROUTER): "refused"}
    assert words(replace(call, value=2 * ETHER), trusting(CURVE_ROUTER)) != {}


# ── Balancer ─────────────────────────────────────────────────────────────────────────────────────

VAULT_OF_POOLS = an_address("a vault of pools")


@pytest.mark.parametrize(
    "funds",
    [
        (SAFE, YES, SAFE, NO),
        (SAFE, NO, SAFE, YES),
        (STRANGER, NO, SAFE, NO),
        (SAFE, NO, STRANGER, NO),
        (SAFE, NO, VAULT_OF_POOLS, NO),
        (SAFE, NO, ZERO_ADDRESS, NO),
    ],
)
def test_whose_balances_a_vault_of_pools_uses(funds: tuple[object, ...]) -> None:
    """What ends in the vault's own books, or with somebody else, has left."""
    swap = (bytes(32), 0, USDC, WETH, PAID, b"")
    call = a_call(VAULT_OF_POOLS, BALANCER, swap, funds, 5, SOON)
    batch = (approve(FORTY_PERCENT, VAULT_OF_POOLS), call)
    assert words(batch, trusting(VAULT_OF_POOLS)) == {outsider(VAULT_OF_POOLS): "refused"}

"""Calls at venues, honest unless a test says otherwise, and their review by our own facts."""

from typing import Any

from tests.matters import (
    BLOCK,
    MANAGER,
    ROUTER,
    SAFE,
    USDC,
    WETH,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    local,
    units,
)
from tests.samples import an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import DescribedContract
from treasury_desktop.treasury.strategy import Strategy

MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
INCREASE = "increaseLiquidity((uint256,uint256,uint256,uint256,uint256,uint256))"
DECREASE = "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"
COLLECT = "collect((uint256,address,uint128,uint128))"
SWAP = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
SWAP_OUT = "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
ROUTE = "exactInput((bytes,address,uint256,uint256,uint256))"
ROUTE_OUT = "exactOutput((bytes,address,uint256,uint256,uint256))"
UNWRAP, SWEEP = "unwrapWETH9(uint256,address)", "sweepToken(address,uint256,address)"
UNWRAP_TO_CALLER, SWEEP_TO_CALLER = "unwrapWETH9(uint256)", "sweepToken(address,uint256)"
MULTICALL = "multicall(bytes[])"
YES, NO = True, False
"""As arguments of calls."""
SOON = BLOCK.timestamp + 3600
AAVE = an_address("aave pool")
AAVE_FACTS = local(
    an_evidence(contracts=(DescribedContract(address=AAVE, name="Aave v3 Pool", trusted=True),)),
    strategies=(Strategy(name="Aave", group="Aave", venue="aave_v3", contracts=(AAVE,)),),
)


def reviewed(*calls: Call | SafeTx, facts: LocalFacts | None = None, **claims: Any) -> Review:
    """The review by our own facts."""
    first = calls[0]
    tx = first if isinstance(first, SafeTx) else a_tx(*(c for c in calls if isinstance(c, Call)))
    bundle = Bundle(safe=a_treasury_safe(), tx=tx, **claims)
    return examine(bundle, local() if facts is None else facts)


def found(*calls: Call | SafeTx, facts: LocalFacts | None = None, **claims: Any) -> dict[str, str]:
    """Findings by code with their severity."""
    review = reviewed(*calls, facts=facts, **claims)
    return {f.code: f.severity.word for f in review.findings}


def path_of(*tokens: Address) -> bytes:
    """A Uniswap v3 path through pools of 0.05%."""
    return b"\x00\x01\xf4".join(token.raw for token in tokens)


def a_swap(to: Address = SAFE, *, dollars: int = 490_000, least: int | None = None) -> Call:
    """USDC for WETH at the quotes less half a per cent."""
    least = units(dollars, WETH, 2500) * 995 // 1000 if least is None else least
    return a_call(ROUTER, SWAP, (USDC, WETH, 500, to, SOON, units(dollars), least, 0))


def swaps_to(to: Address) -> dict[str, Call]:
    """Every swap of the router with one recipient, each within half a per cent of the quotes."""
    dollars = 490_000
    paid, got = units(dollars), units(dollars, WETH, 2500)
    least, most = got * 995 // 1000, paid * 1005 // 1000
    return {
        "exactInputSingle": a_swap(to, dollars=dollars),
        "exactInput": a_call(ROUTER, ROUTE, (path_of(USDC, WETH), to, SOON, paid, least)),
        "exactOutputSingle": a_call(ROUTER, SWAP_OUT, (USDC, WETH, 500, to, SOON, got, most, 0)),
        "exactOutput": a_call(ROUTER, ROUTE_OUT, (path_of(WETH, USDC), to, SOON, got, most)),
    }


def a_mint(**changes: Any) -> Call:
    """A position of USDC and WETH for the Safe with minimum amounts and a deadline."""
    members = {
        "token0": USDC, "token1": WETH, "fee": 500, "lower": -10, "upper": 10,
        "desired0": units(10_000), "desired1": units(10_000, WETH, 2500),
        "least0": units(9_900), "least1": units(9_900, WETH, 2500),
        "recipient": SAFE, "deadline": SOON, **changes,
    }  # fmt: skip
    return a_call(MANAGER, MINT, tuple(members.values()))


def multicall(to: Address, *calls: Call) -> Call:
    """Several calls of one contract in one."""
    return a_call(to, MULTICALL, tuple(call.data for call in calls))


VENUE = an_address("a trusted venue")
VENUE_FACTS = local(
    an_evidence(contracts=(DescribedContract(address=VENUE, name="Venue", trusted=True),)),
    strategies=(),
)


EXECUTE = "execute(bytes,bytes[],uint256)"
CALLER, THE_ROUTER = (Address(number.to_bytes(20, "big")) for number in (1, 2))
PAID, LEAST = units(490_000), units(487_000, WETH, 2500)
ALL = 2**255
"""The universal router's number for all it has."""


def command(types: str, *values: Any) -> bytes:
    """A command's input, encoded as a function's arguments."""
    return a_call(ROUTER, f"f({types})", *values).data[4:]


def v3_swap(to: Address, *, least: int = LEAST, path: bytes = b"") -> bytes:
    """The input of V3_SWAP_EXACT_IN, paid by the caller."""
    path = path or path_of(USDC, WETH)
    return command("address,uint256,uint256,bytes,bool", to, PAID, least, path, YES)


def swapped_on(amount: int, to: Address, *tokens: Address, least: int = LEAST) -> bytes:
    """The input of V3_SWAP_EXACT_IN, paid out of the router's own balance."""
    path = path_of(*tokens)
    return command("address,uint256,uint256,bytes,bool", to, amount, least, path, NO)


def plan(commands: bytes, *inputs: bytes, deadline: int = SOON) -> Call:
    """A universal router's plan."""
    return a_call(ROUTER, EXECUTE, commands, inputs, deadline)


V2_SWAP = "swapExactTokensForTokens(uint256,uint256,address[],address,uint256)"
V2_SWAP_OUT = "swapTokensForExactTokens(uint256,uint256,address[],address,uint256)"
V2_ADD = (
    "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)",
    "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)",
)
CURVE = "exchange(int128,int128,uint256,uint256)"
CURVE_ROUTE = "exchange(address[11],uint256[5][5],uint256,uint256{})"
BALANCER_FUNDS = "(address,bool,address,bool)"
BALANCER = f"swap((bytes32,uint8,address,address,uint256,bytes),{BALANCER_FUNDS},uint256,uint256)"
BALANCER_BATCH = (
    "batchSwap(uint8,(bytes32,uint256,uint256,uint256,bytes)[],address[],"
    "(address,bool,address,bool),int256[],uint256)"
)
JOIN = "joinPool(bytes32,address,address,(address[],uint256[],bytes,bool))"
EXIT = "exitPool(bytes32,address,address,(address[],uint256[],bytes,bool))"
FUNDS = (SAFE, False, SAFE, False)
CREATE = "createAndInitializePoolIfNecessary(address,address,uint24,uint160)"


def a_route(
    router: Address,
    route: tuple[Address, ...],
    amount: int,
    least: int,
    *,
    zap: Address | None = None,
    to: Address | None = None,
) -> Call:
    """An exchange along a route of Curve's, in the shortest form that can say it."""
    whole = (*route, *(ZERO_ADDRESS,) * (11 - len(route)))
    values: tuple[object, ...] = (whole, ((0,) * 5,) * 5, amount, least)
    if zap is None and to is None:
        return a_call(router, CURVE_ROUTE.format(""), *values)
    zaps = (zap or ZERO_ADDRESS, *(ZERO_ADDRESS,) * 4)
    if to is None:
        return a_call(router, CURVE_ROUTE.format(",address[5]"), *values, zaps)
    return a_call(router, CURVE_ROUTE.format(",address[5],address"), *values, zaps, to)

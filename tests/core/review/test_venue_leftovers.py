"""Money that a transaction leaves in a router, where anybody may take it."""

import pytest

from tests.matters import MANAGER, ROUTER, SAFE, USDC, WETH, a_call, units
from tests.venue_calls import (
    ALL,
    CALLER,
    LEAST,
    NO,
    SOON,
    THE_ROUTER,
    a_mint,
    command,
    multicall,
    path_of,
    plan,
    reviewed,
)
from treasury_desktop.assets.address import ZERO_ADDRESS
from treasury_desktop.deployments.calls import Call

ETHER = 10**17
LEAST_USD = units(240)
PULL, WRAP = "pull(address,uint256)", "wrapETH(uint256)"
SINGLE_02 = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"
SINGLE = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"
OUT = "exactOutputSingle((address,address,uint24,address,uint256,uint256,uint256,uint160))"


def sent(call: Call, wei: int = ETHER) -> Call:
    """The same call with ether."""
    return Call(to=call.to, value=wei, data=call.data, purpose=call.purpose)


def left_at(*calls: Call) -> list[str]:
    """Where something is left behind."""
    review = reviewed(*calls)
    return [
        finding.path
        for finding in review.findings
        if finding.code == "RECEIVER_NOT_SAFE" and "anybody may take it" in finding.sentence
    ]


def a_swap_of_ether(amount: int = ETHER) -> Call:
    """Ether's wrapped form for USDC, to the Safe."""
    return a_call(ROUTER, SINGLE, (WETH, USDC, 500, SAFE, SOON, amount, LEAST_USD, 0))


def fed_swap(amount: int) -> bytes:
    """Out of what a universal router has, for the Safe."""
    types = "address,uint256,uint256,bytes,bool"
    return command(types, SAFE, amount, LEAST_USD, path_of(WETH, USDC), NO)


SWEEP = a_call(ROUTER, "sweepToken(address,uint256,address)", USDC, LEAST, SAFE)
UNWRAP = a_call(ROUTER, "unwrapWETH9(uint256,address)", 1, SAFE)
REFUND = a_call(ROUTER, "refundETH()")
WRAPPED = command("address,uint256", THE_ROUTER, ETHER)
SWEEP_ETHER = command("address,address,uint256", ZERO_ADDRESS, CALLER, 0)

LEFT = {
    "pulled": (a_call(ROUTER, PULL, USDC, units(1_000)), "0"),
    "pulled in a multicall": (multicall(ROUTER, a_call(ROUTER, PULL, USDC, units(1_000))), "0.0"),
    "pulled, another token swept": (
        multicall(ROUTER, a_call(ROUTER, PULL, WETH, ETHER), SWEEP), "0.0"),
    "swept before it was pulled": (
        multicall(ROUTER, SWEEP, a_call(ROUTER, PULL, USDC, units(1_000))), "0.1"),
    "wrapped": (sent(multicall(ROUTER, a_call(ROUTER, WRAP, ETHER))), "0.0"),
    "more ether than the swap takes": (sent(a_swap_of_ether(ETHER - 1)), "0"),
    "ether beside a swap of tokens": (
        sent(a_call(ROUTER, SINGLE, (USDC, WETH, 500, SAFE, SOON, units(100), 10**15, 0))), "0"),
    "more ether in a multicall": (sent(multicall(ROUTER, a_swap_of_ether(ETHER - 1))), "0"),
    "an empty multicall": (sent(multicall(ROUTER)), "0"),
    "an empty plan": (sent(plan(b"")), "0"),
    "a plan that wraps a part": (
        sent(plan(b"\x0b", command("address,uint256", CALLER, ETHER - 1))), "0"),
    "a position with more ether": (
        sent(a_mint(token0=USDC, token1=WETH, desired1=ETHER - 1, least1=1)), "0"),
}  # fmt: skip
CALM = {
    "pulled and swept": multicall(ROUTER, a_call(ROUTER, PULL, USDC, units(1_000)), SWEEP),
    "wrapped and unwrapped": sent(multicall(ROUTER, a_call(ROUTER, WRAP, ETHER), UNWRAP)),
    "just what the swap takes": sent(a_swap_of_ether()),
    "with the rest back": sent(multicall(ROUTER, a_swap_of_ether(ETHER - 1), REFUND)),
    "an exact output with the rest back": sent(
        multicall(
            ROUTER,
            a_call(ROUTER, OUT, (WETH, USDC, 500, SAFE, SOON, LEAST_USD, ETHER, 0)),
            REFUND,
        )
    ),
    "a plan that wraps and swaps all": sent(plan(b"\x0b\x00", WRAPPED, fed_swap(ETHER))),
    "a plan that wraps whatever there is": sent(
        plan(b"\x0b\x00", command("address,uint256", THE_ROUTER, ALL), fed_swap(ALL))
    ),
    "a plan with the rest back": sent(
        plan(b"\x0b\x04", command("address,uint256", CALLER, ETHER - 1), SWEEP_ETHER)
    ),
    "a position with its ether": sent(a_mint(token0=USDC, token1=WETH, desired1=ETHER, least1=1)),
    "no ether at all": a_swap_of_ether(),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_nothing_pays_out_is_told_where_it_is_left(name: str) -> None:
    """Once, at the call that leaves it."""
    call, place = LEFT[name]
    assert left_at(call) == [place]


@pytest.mark.parametrize("name", CALM)
def test_what_is_used_up_or_comes_back_is_calm(name: str) -> None:
    """A later step of the same call pays it out, or a swap takes all of it."""
    assert left_at(CALM[name]) == []


def test_another_contracts_refund_pays_nothing_back() -> None:
    """What lies in one router is not what another gives back."""
    refund = a_call(MANAGER, "refundETH()")
    assert left_at(sent(a_swap_of_ether(ETHER - 1)), refund) == ["0.0"]


def test_swap_by_a_newer_router_without_deadline() -> None:
    """SwapRouter02's structs are one member shorter and keep ether the same way."""
    call = a_call(ROUTER, SINGLE_02, (WETH, USDC, 500, SAFE, ETHER - 1, LEAST_USD, 0))
    assert left_at(sent(multicall(ROUTER, call))) == ["0"]

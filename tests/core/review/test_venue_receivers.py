"""Whoever gets what a venue gives back: the Safe, or it is told."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.matters import (
    DAI,
    JUNK,
    MANAGER,
    OWN_SAFE,
    ROUTER,
    SAFE,
    UNISWAP,
    USDC,
    VAULT,
    WETH,
    a_call,
    an_evidence,
    approve,
    local,
    nested_execution,
    pay,
    units,
)
from tests.samples import PAYROLL, STRANGER
from tests.venue_calls import (
    AAVE,
    AAVE_FACTS,
    ALL,
    CALLER,
    COLLECT,
    INCREASE,
    LEAST,
    ROUTE,
    ROUTE_OUT,
    SOON,
    SWAP,
    SWEEP,
    THE_ROUTER,
    UNWRAP,
    VENUE,
    VENUE_FACTS,
    a_swap,
    command,
    found,
    multicall,
    path_of,
    plan,
    reviewed,
    swapped_on,
    swaps_to,
    v3_swap,
)
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.abi_type import AbiType, Function, parse_function
from treasury_desktop.deployments.calls import Call
from treasury_desktop.resources import read_resource
from treasury_desktop.treasury.evidence import OwnPosition


@pytest.mark.parametrize("name", swaps_to(SAFE))
def test_swaps_for_somebody_else(name: str) -> None:
    """All four swaps of the router block where somebody else is paid, and are calm for the Safe."""
    assert found(swaps_to(STRANGER)[name])["RECEIVER_NOT_SAFE"] == "block"
    review = reviewed(approve(490_000, ROUTER), swaps_to(SAFE)[name])
    assert review.verdict in ("ok", "warn")


def test_swaps_into_a_token_nobody_listed() -> None:
    """A token somebody made up is no conversion: the money counts as gone, and the path is told."""
    everything = units(10_000_000)
    for swap in (
        a_call(ROUTER, SWAP, (USDC, STRANGER, 500, SAFE, 2**255, everything, 0, 0)),
        a_call(ROUTER, ROUTE, (path_of(USDC, STRANGER, WETH), SAFE, SOON, everything, 1)),
        a_call(ROUTER, ROUTE_OUT, (path_of(JUNK, USDC), SAFE, SOON, 1, everything)),
    ):
        review = reviewed(approve(10_000_000, ROUTER), swap)
        codes = {f.code: f.severity.word for f in review.findings}
        assert codes["UNKNOWN_TOKEN_IN_PATH"] == "danger"
        assert codes["POLICY_LIMIT_EXCEEDED"] == "block"
        assert [j.group for j in review.judgements] == [UNISWAP]


def test_position_of_somebody_else() -> None:
    """Liquidity added to a position by its number goes to whoever owns it."""
    more = a_call(MANAGER, INCREASE, (999, units(1_000), 0, units(990), 0, SOON))
    batch = (approve(1_000, MANAGER), more)
    assert found(*batch)["RECEIVER_NOT_SAFE"] == "danger"
    ours = OwnPosition(manager=MANAGER, token_id=999, token0=USDC, token1=WETH)
    known = local(an_evidence(positions=(ours,)))
    assert reviewed(*batch, facts=known).verdict == "ok"
    for other in (ours._replace(token_id=998), ours._replace(manager=ROUTER)):
        facts = local(an_evidence(positions=(other,)))
        assert found(*batch, facts=facts)["RECEIVER_NOT_SAFE"] == "danger"


LENDING = {
    "supply(address,uint256,address,uint16)": lambda to: (USDC, 5, to, 0),
    "repay(address,uint256,uint256,address)": lambda to: (USDC, 5, 2, to),
    "borrow(address,uint256,uint256,uint16,address)": lambda to: (USDC, 5, 2, 0, to),
    "withdraw(address,uint256,address)": lambda to: (USDC, 5, to),
}


@pytest.mark.parametrize("signature", LENDING)
def test_lending_for_somebody_else(signature: str) -> None:
    """Whoever is named gets the deposit, the repayment, the debt or the withdrawal."""
    hostile = a_call(AAVE, signature, *LENDING[signature](STRANGER))
    assert found(hostile, facts=AAVE_FACTS)["RECEIVER_NOT_SAFE"] == "block"
    for to in (SAFE, OWN_SAFE):
        benign = a_call(AAVE, signature, *LENDING[signature](to))
        assert "RECEIVER_NOT_SAFE" not in found(benign, facts=AAVE_FACTS)


@pytest.mark.parametrize("name", ["redeem", "withdraw"])
def test_shares_of_somebody_else_redeemed_for_the_safe(name: str) -> None:
    """The owner is whose shares are used; the receiver is who gets what they are worth."""
    signature = f"{name}(uint256,address,address)"
    assert reviewed(a_call(VAULT, signature, 5, SAFE, PAYROLL)).verdict == "ok"
    hostile = a_call(VAULT, signature, 5, STRANGER, SAFE)
    assert found(hostile)["RECEIVER_NOT_SAFE"] == "block"


VENUE_ABIS = (
    "aave_v3", "aave_v3_periphery", "balancer_v2", "compound_v3", "curve", "curve_gauge", "erc20",
    "erc4626", "lido", "talos", "uniswap_swap_router_02", "uniswap_v2", "uniswap_v3",
    "uniswap_v3_core",
)  # fmt: skip
WHO_GETS = frozenset({
    "receiver", "_receiver", "recipient", "_recipient", "onBehalfOf", "to", "dst", "feeRecipient",
})  # fmt: skip
WHO_GETS_SOMETIMES = {
    "_owner": ("requestWithdrawals",),
    "controller": ("requestDeposit", "requestRedeem"),
    "account": ("depositFor", "withdrawTo"),
    "_addr": ("deposit",),
}
"""Parameters that say who gets something in functions whose names begin like these."""


def who_gets(function: Function) -> tuple[str, ...]:
    """The parameters of a function that say who gets what it gives."""

    def names(kind: AbiType, name: str) -> Iterator[str]:
        for inner, member in zip(kind.names, kind.members, strict=False):
            yield from names(member, inner)
        if kind.kind == "array":
            yield from names(kind.members[0], name)
        starts = WHO_GETS_SOMETIMES.get(name, ())
        is_one = name in WHO_GETS or (starts and function.name.startswith(starts))
        if kind.kind == "address" and is_one:
            yield name

    return tuple(dict.fromkeys(names(function.parameters, "")))


def packaged_functions() -> dict[str, tuple[str, Function]]:
    """Every packaged function of a venue that says who gets something, once for each who."""
    found = {}
    for abi in VENUE_ABIS:
        for text in json.loads(read_resource(f"abi/{abi}.json"))["functions"]:
            function = parse_function(text)
            for name in who_gets(function):
                found[f"{abi}: {function.signature} {name}"] = (name, function)
    return found


def arguments(kind: AbiType, name: str, who: dict[str, Address]) -> Any:
    """Harmless arguments: the Safe for every address but those that are named."""
    if kind.kind == "tuple":
        pairs = zip(kind.names, kind.members, strict=True)
        return tuple(arguments(member, inner, who) for inner, member in pairs)
    if kind.kind == "array":
        return (arguments(kind.members[0], name, who),) * (2 if kind.size is None else kind.size)
    plain = {"bool": True, "bytes": b"", "string": "", "fixed_bytes": bytes(kind.size or 0)}
    return who.get(name, SAFE) if kind.kind == "address" else plain.get(kind.kind, 50)


@pytest.mark.parametrize("which", packaged_functions())
def test_every_packaged_function_that_says_who_gets_something(which: str) -> None:
    """Somebody else is named in every one of them; with the Safe in all places nothing is."""
    name, function = packaged_functions()[which]
    whose = {"RECEIVER_NOT_SAFE", "RECIPIENT_NOT_IN_ADDRESS_BOOK"}
    for who, is_hostile in ((STRANGER, True), (SAFE, False)):
        values = arguments(function.parameters, "", {name: who, "from": SAFE})
        call = a_call(VENUE, function.signature, *values)
        assert bool(whose & set(found(call, facts=VENUE_FACTS))) is is_hostile


def test_nobody_as_recipient() -> None:
    """Zero is the router itself in Uniswap, where anybody may then take it; elsewhere nobody."""
    for call in (
        a_call(MANAGER, COLLECT, (7, ZERO_ADDRESS, 1, 1)),
        a_call(MANAGER, UNWRAP, 0, ZERO_ADDRESS),
        a_call(MANAGER, SWEEP, USDC, 0, ZERO_ADDRESS),
        *swaps_to(ZERO_ADDRESS).values(),
        multicall(ROUTER, a_swap(ZERO_ADDRESS), a_call(ROUTER, SWEEP, DAI, 0, SAFE)),
        multicall(ROUTER, a_swap(ZERO_ADDRESS), a_call(ROUTER, UNWRAP, 0, STRANGER)),
        multicall(ROUTER, a_swap(ZERO_ADDRESS), a_call(ROUTER, UNWRAP, 0, ZERO_ADDRESS)),
        multicall(ROUTER, a_call(ROUTER, UNWRAP, 0, SAFE), a_swap(ZERO_ADDRESS)),
        multicall(
            MANAGER,
            a_call(MANAGER, COLLECT, (7, ZERO_ADDRESS, 1, 1)),
            a_call(MANAGER, UNWRAP, 0, SAFE),
        ),
    ):
        assert found(call)["RECEIVER_NOT_SAFE"] == "block"
    for benign in (
        multicall(ROUTER, a_swap(ZERO_ADDRESS), a_call(ROUTER, UNWRAP, 1, SAFE)),
        multicall(ROUTER, a_swap(ZERO_ADDRESS), a_call(ROUTER, SWEEP, WETH, 1, SAFE)),
        multicall(ROUTER, a_swap(ROUTER), a_call(ROUTER, SWEEP, WETH, 1, SAFE)),
        multicall(
            MANAGER,
            a_call(MANAGER, COLLECT, (7, ZERO_ADDRESS, 1, 1)),
            a_call(MANAGER, UNWRAP, 0, SAFE),
            a_call(MANAGER, SWEEP, USDC, 0, SAFE),
        ),
    ):
        assert "RECEIVER_NOT_SAFE" not in found(benign)


def test_addresses_that_mean_the_caller_or_the_router() -> None:
    """SwapRouter02 means its caller by 1 and itself by 2; the older router means neither."""
    single = "exactInputSingle((address,address,uint24,address,uint256,uint256,uint160))"
    paid, least = units(490_000), units(487_000, WETH, 2500)

    def newer(to: Address) -> Call:
        return a_call(ROUTER, single, (USDC, WETH, 500, to, paid, least, 0))

    caller, router = (Address(number.to_bytes(20, "big")) for number in (1, 2))
    sweep = a_call(ROUTER, SWEEP, WETH, 1, SAFE)
    assert "RECEIVER_NOT_SAFE" not in found(newer(caller))
    assert "RECEIVER_NOT_SAFE" not in found(multicall(ROUTER, newer(router), sweep))
    for hostile in (
        newer(router),
        newer(ZERO_ADDRESS),
        multicall(ROUTER, sweep, newer(router)),
        a_swap(caller),
        a_swap(router),
    ):
        assert found(hostile)["RECEIVER_NOT_SAFE"] == "block"
    batch = (approve(490_000, ROUTER), newer(caller))
    assert reviewed(*batch).verdict == "warn"
    assert not reviewed(*batch).judgements


def test_collected_tokens_of_a_known_position() -> None:
    """What is collected into the manager is paid out whole, or anybody takes the rest."""
    ours = OwnPosition(manager=MANAGER, token_id=7, token0=USDC, token1=WETH)
    facts = local(an_evidence(positions=(ours,)))
    collect = a_call(MANAGER, COLLECT, (7, ZERO_ADDRESS, 1, 1))
    unwrap, usdc, dai = (
        a_call(MANAGER, UNWRAP, 0, SAFE),
        a_call(MANAGER, SWEEP, USDC, 0, SAFE),
        a_call(MANAGER, SWEEP, DAI, 0, SAFE),
    )
    calm = multicall(MANAGER, collect, unwrap, usdc)
    assert "RECEIVER_NOT_SAFE" not in found(calm, facts=facts)
    assert "RECEIVER_NOT_SAFE" not in found(collect, unwrap, usdc, facts=facts)
    for hostile in (
        (multicall(MANAGER, collect, unwrap, dai),),
        (multicall(MANAGER, unwrap, usdc, collect),),
        (collect, pay(1), unwrap, usdc),
    ):
        assert found(*hostile, facts=facts)["RECEIVER_NOT_SAFE"] == "block"


def test_fees_of_a_router() -> None:
    """A fee of at most one per cent is a payment; a larger one is the money itself."""
    swept = "sweepTokenWithFee(address,uint256,address,uint256,address)"

    def sweep(bps: int, to: Address) -> dict[str, str]:
        return found(a_call(ROUTER, swept, USDC, 1, SAFE, bps, to))

    assert sweep(25, STRANGER)["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    assert "RECEIVER_NOT_SAFE" not in sweep(25, STRANGER)
    assert sweep(101, STRANGER)["RECEIVER_NOT_SAFE"] == "block"
    for calm in (sweep(0, STRANGER), sweep(25, PAYROLL)):
        assert not {"RECEIVER_NOT_SAFE", "RECIPIENT_NOT_IN_ADDRESS_BOOK"} & set(calm)


def test_contracts_that_keep_what_they_give() -> None:
    """A vault that gives its shares to itself gives them to nobody."""
    for call in (
        a_call(VAULT, "deposit(uint256,address)", 5, VAULT),
        a_call(VAULT, "redeem(uint256,address,address)", 5, VAULT, SAFE),
        a_call(MANAGER, UNWRAP, 0, MANAGER),
    ):
        assert found(call)["RECEIVER_NOT_SAFE"] == "block"


def test_requests_by_nobody_are_the_callers() -> None:
    """Lido's queue takes the zero address for whoever asks."""
    request = "requestWithdrawals(uint256[],address)"
    calm = found(a_call(VENUE, request, (5,), ZERO_ADDRESS), facts=VENUE_FACTS)
    assert "RECEIVER_NOT_SAFE" not in calm
    hostile = found(a_call(VENUE, request, (5,), STRANGER), facts=VENUE_FACTS)
    assert hostile["RECEIVER_NOT_SAFE"] == "block"


def test_one_safe_acts_for_itself() -> None:
    """What another Safe that we own gives to itself is no receiver of ours."""
    inner = a_call(VAULT, "deposit(uint256,address)", 5, STRANGER)
    assert "RECEIVER_NOT_SAFE" not in found(nested_execution(STRANGER, VAULT, inner.data))


# ── a universal router ────────────────────────────────────────────────────────────────────────────


def test_commands_of_a_universal_router() -> None:
    """A command is looked at like the function it stands for."""
    payout = command("address,address,uint256", WETH, CALLER, LEAST)
    unwrapped = command("address,uint256", CALLER, LEAST)
    for calm in (
        plan(b"\x00", v3_swap(CALLER)),
        plan(b"\x00\x04", v3_swap(THE_ROUTER, least=0), payout),
        plan(b"\x80\x0c", v3_swap(THE_ROUTER), unwrapped),
        plan(b"\x00\x00", v3_swap(THE_ROUTER), swapped_on(ALL, CALLER, WETH, DAI)),
    ):
        dangers = {code for code, severity in found(calm).items() if severity != "note"}
        assert not dangers & {"RECEIVER_NOT_SAFE", "NO_SLIPPAGE_PROTECTION", "DEADLINE_UNBOUNDED"}
    for hostile, code in (
        (plan(b"\x00", v3_swap(STRANGER)), "RECEIVER_NOT_SAFE"),
        (plan(b"\x00", v3_swap(THE_ROUTER)), "RECEIVER_NOT_SAFE"),
        (plan(b"\x00\x04", v3_swap(CALLER), command("address,address,uint256", WETH, STRANGER, 0)),
         "RECEIVER_NOT_SAFE"),
        (plan(b"\x05", command("address,address,uint256", WETH, STRANGER, 5)), "RECEIVER_NOT_SAFE"),
        (plan(b"\x06", command("address,address,uint256", WETH, STRANGER, 5_000)),
         "RECEIVER_NOT_SAFE"),
        (plan(b"\x00", v3_swap(CALLER, least=0)), "NO_SLIPPAGE_PROTECTION"),
        (plan(b"\x00", v3_swap(CALLER, path=path_of(USDC, STRANGER, WETH))),
         "UNKNOWN_TOKEN_IN_PATH"),
        (plan(b"\x00", v3_swap(CALLER), deadline=2**255), "DEADLINE_UNBOUNDED"),
        (a_call(ROUTER, "execute(bytes,bytes[])", b"\x00", (v3_swap(CALLER),)),
         "DEADLINE_UNBOUNDED"),
        (plan(b"\x3f", b""), "UNDECODED_CALL"),
    ):  # fmt: skip
        assert code in found(hostile)


def test_what_a_universal_router_keeps() -> None:
    """What is put into the router and not taken out whole belongs to whoever asks next."""
    wrap = command("address,uint256", THE_ROUTER, 500)
    pull = command("address,address,uint160", USDC, THE_ROUTER, 500)
    sweep_weth, sweep_usdc, sweep_ether = (
        command("address,address,uint256", token, CALLER, 1) for token in (WETH, USDC, ZERO_ADDRESS)
    )
    unwrap_here, unwrap_out = (command("address,uint256", to, 1) for to in (THE_ROUTER, CALLER))
    all_weth, some_weth, less_weth = (
        swapped_on(amount, CALLER, WETH, DAI, least=5) for amount in (ALL, 500, 499)
    )
    for calm in (
        plan(b"\x0b\x00", wrap, all_weth),
        plan(b"\x0b\x00", wrap, some_weth),
        plan(b"\x0b\x04", wrap, sweep_weth),
        plan(b"\x0b\x0c", wrap, unwrap_out),
        plan(b"\x02\x04", pull, sweep_usdc),
        plan(b"\x00\x0c\x04", v3_swap(THE_ROUTER), unwrap_here, sweep_ether),
    ):
        assert "RECEIVER_NOT_SAFE" not in found(calm)
    for hostile in (
        plan(b"\x0b\x00", wrap, less_weth),
        plan(b"\x0b\x04", wrap, sweep_usdc),
        plan(b"\x0b\x04", wrap, sweep_ether),
        plan(b"\x0b\x0b\x00", wrap, wrap, some_weth),
        plan(b"\x02", pull),
        plan(b"\x04\x02", sweep_usdc, pull),
        plan(b"\x00\x00", v3_swap(THE_ROUTER), some_weth),
        plan(b"\x00\x04", v3_swap(THE_ROUTER), sweep_ether),
        plan(b"\x00\x0c", v3_swap(THE_ROUTER), unwrap_here),
        plan(b"\x00\x84", v3_swap(THE_ROUTER), sweep_weth),
        plan(b"\x00\x05", v3_swap(THE_ROUTER), command("address,address,uint256", WETH, CALLER, 5)),
    ):
        assert found(hostile)["RECEIVER_NOT_SAFE"] == "block"

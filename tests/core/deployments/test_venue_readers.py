"""What venues' readers make of calls that are not built here: conversions, and money that leaves.

All move 40% of the treasury: what is judged at all is refused, and a conversion is not judged.
"""

from dataclasses import replace

import pytest

from tests.matters import (
    MANAGER,
    PERMIT2,
    ROUTER,
    SAFE,
    UNISWAP,
    USDC,
    WETH,
    a_call,
    an_evidence,
    approve,
    judged,
    outsider,
    tokens,
    units,
    words,
)
from tests.samples import PAYROLL, STRANGER, an_address
from tests.venue_calls import (
    AAVE,
    BALANCER,
    BALANCER_BATCH,
    CALLER,
    SOON,
    THE_ROUTER,
    V2_SWAP,
    V2_SWAP_OUT,
    command,
    path_of,
    plan,
)
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.deployments.venues.lido import QUEUE, STETH, WSTETH
from treasury_desktop.treasury.evidence import DescribedContract, DescribedToken, Evidence
from treasury_desktop.treasury.strategy import Strategy

FORTY_PERCENT = 4_000_000
PAID = units(FORTY_PERCENT)
ETHER = 1_600 * 10**18
VAULT_OF_POOLS = an_address("a vault of pools")
COMET = an_address("a comet")


def trusting(*contracts: Address) -> Evidence:
    """Our evidence with more contracts on the allow-list."""
    more = tuple(DescribedContract(address=c, name="Trusted", trusted=True) for c in contracts)
    return an_evidence(contracts=(*an_evidence().contracts, *more))


SWAPS = {
    "v2": lambda to, token: a_call(ROUTER, V2_SWAP, PAID, 5, (USDC, token), to, SOON),
    "v2 between": lambda to, token: a_call(ROUTER, V2_SWAP, PAID, 5, (USDC, token, WETH), to, SOON),
    "v2 for ether": lambda to, token: a_call(
        ROUTER, "swapExactTokensForETH(uint256,uint256,address[],address,uint256)",
        PAID, 5, (USDC, token), to, SOON,
    ),
    "v3": lambda to, token: a_call(
        ROUTER, "exactInput((bytes,address,uint256,uint256,uint256))",
        (path_of(USDC, token), to, SOON, PAID, 5),
    ),
    "SwapRouter02": lambda to, token: a_call(
        ROUTER, "exactInput((bytes,address,uint256,uint256))", (path_of(USDC, token), to, PAID, 5)
    ),
    "SwapRouter02, v2": lambda to, token: a_call(
        ROUTER, "swapExactTokensForTokens(uint256,uint256,address[],address)",
        PAID, 5, (USDC, token), to,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SWAPS)
def test_swaps_that_come_back(name: str) -> None:
    """A swap of listed tokens on our router to the Safe is no deployment; any other is."""
    allow, swap = approve(FORTY_PERCENT, ROUTER), SWAPS[name]
    assert words((allow, swap(SAFE, WETH))) == {}
    assert words((allow, swap(STRANGER, WETH))) == {UNISWAP: "refused"}
    assert words((allow, swap(SAFE, STRANGER))) == {UNISWAP: "refused"}
    elsewhere = replace(swap(SAFE, WETH), to=STRANGER)
    assert words((approve(FORTY_PERCENT, STRANGER), elsewhere)) == {outsider(): "refused"}


@pytest.mark.parametrize("name", [name for name in SWAPS if name.startswith("SwapRouter02")])
def test_the_callers_number(name: str) -> None:
    """SwapRouter02 pays its caller where the recipient is 1, and keeps what is meant for 2."""
    allow, swap = approve(FORTY_PERCENT, ROUTER), SWAPS[name]
    assert words((allow, swap(CALLER, WETH))) == {}
    assert words((allow, swap(THE_ROUTER, WETH))) == {UNISWAP: "refused"}


def test_older_routers_pay_nobody_by_number() -> None:
    """To a router whose swaps have a deadline, 1 is an address like any other."""
    for name in ("v2", "v3"):
        batch = (approve(FORTY_PERCENT, ROUTER), SWAPS[name](CALLER, WETH))
        assert words(batch) == {UNISWAP: "refused"}


def test_swaps_of_ether() -> None:
    """Ether sent with a swap is converted where it comes back, and gone where it does not."""
    signature = "swapExactETHForTokens(uint256,address[],address,uint256)"

    def swap(to: Address) -> Call:
        return a_call(ROUTER, signature, 5, (WETH, USDC), to, SOON, value=ETHER)

    assert words(swap(SAFE)) == {}
    assert words(swap(STRANGER)) == {UNISWAP: "refused"}


def test_swaps_that_may_take_less() -> None:
    """What an exact output does not use of its allowance stays open."""
    out = a_call(ROUTER, V2_SWAP_OUT, 5, PAID, (USDC, WETH), SAFE, SOON)
    assert words((approve(FORTY_PERCENT, ROUTER), out)) == {UNISWAP: "refused"}


def test_swaps_by_a_universal_router() -> None:
    """An allowance inside Permit2 that a swap to the Safe uses up is no deployment."""
    allow = a_call(PERMIT2, "approve(address,address,uint160,uint48)", USDC, ROUTER, PAID, SOON)

    def swap(to: Address, *tokens_: Address, payer: bool = True) -> Call:
        types = "address,uint256,uint256,bytes,bool"
        return plan(b"\x00", command(types, to, PAID, 5, path_of(*tokens_), payer))

    evidence = trusting(PERMIT2)
    assert words((allow, swap(CALLER, USDC, WETH)), evidence) == {}
    assert words((allow, swap(SAFE, USDC, WETH)), evidence) == {}
    assert words((allow, swap(STRANGER, USDC, WETH)), evidence) == {UNISWAP: "refused"}
    assert words((allow, swap(CALLER, USDC, STRANGER)), evidence) == {UNISWAP: "refused"}
    fed = swap(CALLER, USDC, WETH, payer=False)
    assert words((allow, fed), evidence) == {UNISWAP: "refused"}
    assert words(fed, evidence) == {}


def test_exact_outputs_of_a_universal_router() -> None:
    """A packed path is read from the token that is paid, which stands at its end."""
    types = "address,uint256,uint256,{},bool"
    allow = a_call(PERMIT2, "approve(address,address,uint160,uint48)", USDC, ROUTER, PAID, SOON)
    for number, kind, path in (
        (b"\x01", "bytes", path_of(WETH, USDC)),
        (b"\x09", "address[]", (USDC, WETH)),
    ):
        values = (STRANGER, 5, PAID, path, True)
        taken = judged((allow, plan(number, command(types.format(kind), *values))))
        assert taken[UNISWAP].amount_usd == FORTY_PERCENT


# ── Balancer ─────────────────────────────────────────────────────────────────────────────────────


def balancer(to: Address = SAFE, token: Address = WETH, sender: Address = SAFE) -> Call:
    """A single swap of 40%."""
    swap = (bytes(32), 0, USDC, token, PAID, b"")
    return a_call(VAULT_OF_POOLS, BALANCER, swap, (sender, False, to, False), 5, SOON)


def balancer_batch(to: Address = SAFE, token: Address = WETH) -> Call:
    """A batch of swaps that takes 40% at most."""
    steps = ((bytes(32), 0, 1, PAID, b""),)
    funds = (SAFE, False, to, False)
    values = (0, steps, (USDC, token), funds, (PAID, -5), SOON)
    return a_call(VAULT_OF_POOLS, BALANCER_BATCH, *values)


def test_swaps_through_a_vault_of_pools() -> None:
    """Balancer's swaps are conversions under the same conditions as Uniswap's."""
    allow, evidence = approve(FORTY_PERCENT, VAULT_OF_POOLS), trusting(VAULT_OF_POOLS)
    gone = {outsider(VAULT_OF_POOLS): "refused"}
    assert words((allow, balancer()), evidence) == {}
    assert words((allow, balancer(STRANGER)), evidence) == gone
    assert words((allow, balancer(token=STRANGER)), evidence) == gone
    assert words((allow, balancer(sender=PAYROLL)), evidence) == gone
    assert words((allow, balancer())) == gone
    assert words((allow, balancer_batch(STRANGER)), evidence) == gone
    assert words((allow, balancer_batch(token=STRANGER)), evidence) == gone


def test_swaps_of_ether_through_a_vault_of_pools() -> None:
    """The zero address stands for ether there."""
    swap = (bytes(32), 0, ZERO_ADDRESS, USDC, ETHER, b"")

    def paid(to: Address) -> Call:
        funds = (SAFE, False, to, False)
        return a_call(VAULT_OF_POOLS, BALANCER, swap, funds, 5, SOON, value=ETHER)

    assert words(paid(SAFE), trusting(VAULT_OF_POOLS)) == {}
    assert words(paid(STRANGER), trusting(VAULT_OF_POOLS)) == {outsider(VAULT_OF_POOLS): "refused"}


# ── lending ──────────────────────────────────────────────────────────────────────────────────────

LENDING = (Strategy(name="Aave", group="Aave", venue="aave_v3", contracts=(AAVE,)),)
SIGNED = (SOON, 27, bytes(32), bytes(32))


@pytest.mark.parametrize(
    ("signature", "values"),
    [
        ("supply(address,uint256,address,uint16)", (SAFE, 0)),
        ("deposit(address,uint256,address,uint16)", (SAFE, 0)),
        (
            "supplyWithPermit(address,uint256,address,uint16,uint256,uint8,bytes32,bytes32)",
            (SAFE, 0, *SIGNED),
        ),
        ("repay(address,uint256,uint256,address)", (2, SAFE)),
        (
            "repayWithPermit(address,uint256,uint256,address,uint256,uint8,bytes32,bytes32)",
            (2, SAFE, *SIGNED),
        ),
    ],
)
def test_what_goes_into_a_lending_pool(signature: str, values: tuple[object, ...]) -> None:
    """Every way in counts once, beside its approval and without one."""
    call = a_call(AAVE, signature, USDC, PAID, *values)
    for batch in ((call,), (approve(FORTY_PERCENT, AAVE), call)):
        assert judged(batch, strategies=LENDING)["Aave"].amount_usd == FORTY_PERCENT


def test_repaying_all_there_is() -> None:
    """The largest number means the whole debt: at most what was allowed for it."""
    repay = a_call(AAVE, "repay(address,uint256,uint256,address)", USDC, 2**256 - 1, 2, SAFE)
    found = judged((approve(400_000, AAVE), repay), strategies=LENDING)
    assert found["Aave"].amount_usd == 400_000


@pytest.mark.parametrize(
    ("signature", "values"),
    [
        ("setUserEMode(uint8)", (1,)),
        ("swapBorrowRateMode(address,uint256)", (USDC, 2)),
        ("withdraw(address,uint256,address)", (USDC, PAID, SAFE)),
    ],
)
def test_what_takes_nothing_of_a_lending_pool(signature: str, values: tuple[object, ...]) -> None:
    """Modes, rates and withdrawals to the Safe are no deployment."""
    assert words(a_call(AAVE, signature, *values), strategies=LENDING) == {}


@pytest.mark.parametrize(
    ("signature", "values", "to"),
    [
        ("supply(address,uint256)", (USDC, PAID), COMET),
        ("supplyTo(address,address,uint256)", (SAFE, USDC, PAID), COMET),
        ("supplyFrom(address,address,address,uint256)", (SAFE, SAFE, USDC, PAID), COMET),
        ("withdraw(address,uint256)", (USDC, PAID), None),
        ("withdrawTo(address,address,uint256)", (SAFE, USDC, PAID), None),
        ("withdrawTo(address,address,uint256)", (STRANGER, USDC, PAID), STRANGER),
        ("withdrawFrom(address,address,address,uint256)", (SAFE, STRANGER, USDC, PAID), STRANGER),
        ("transferAsset(address,address,uint256)", (STRANGER, USDC, PAID), STRANGER),
        ("transferAssetFrom(address,address,address,uint256)", (SAFE, STRANGER, USDC, PAID),
         STRANGER),
    ],
)  # fmt: skip
def test_compound(signature: str, values: tuple[object, ...], to: Address | None) -> None:
    """What is supplied, paid out or handed over there is judged by who has it afterwards."""
    found = words(a_call(COMET, signature, *values), trusting(COMET))
    assert found == ({} if to is None else {outsider(to): "refused"})


# ── Lido ─────────────────────────────────────────────────────────────────────────────────────────


def with_lido() -> Evidence:
    """Our evidence with Lido's tokens listed and its contracts trusted."""
    made = trusting(STETH, WSTETH, QUEUE)
    listed = tuple(
        DescribedToken(address=address, symbol=symbol, name=symbol, decimals=18, listed=True)
        for address, symbol in ((STETH, "stETH"), (WSTETH, "wstETH"))
    )
    return replace(made, tokens=(*tokens(), *listed))


def test_wrapping_staked_ether() -> None:
    """Wrapping, unwrapping and asking for a withdrawal move nothing to anybody."""
    allow = a_call(STETH, "approve(address,uint256)", WSTETH, ETHER)
    assert words((allow, a_call(WSTETH, "wrap(uint256)", ETHER)), with_lido()) == {}
    assert words(a_call(WSTETH, "unwrap(uint256)", ETHER), with_lido()) == {}
    allow = a_call(STETH, "approve(address,uint256)", QUEUE, ETHER)
    request = "requestWithdrawals(uint256[],address)"
    for owner in (SAFE, ZERO_ADDRESS):
        batch = (allow, a_call(QUEUE, request, (ETHER // 2, ETHER // 2), owner))
        assert words(batch, with_lido()) == {}
    assert words(a_call(QUEUE, "claimWithdrawal(uint256)", 5), with_lido()) == {}


def test_staked_ether_that_leaves() -> None:
    """A request for somebody else, a wrapper nobody knows, and shares that are transferred."""
    allow = a_call(STETH, "approve(address,uint256)", QUEUE, ETHER)
    request = a_call(QUEUE, "requestWithdrawals(uint256[],address)", (ETHER,), STRANGER)
    assert outsider(QUEUE) in words((allow, request), with_lido())
    allow = a_call(STETH, "approve(address,uint256)", STRANGER, ETHER)
    wrap = a_call(STRANGER, "wrap(uint256)", ETHER)
    assert outsider(STRANGER) in words((allow, wrap), with_lido())
    shares = a_call(STETH, "transferShares(address,uint256)", STRANGER, ETHER)
    assert outsider(STRANGER) in words(shares, with_lido())


# ── positions ────────────────────────────────────────────────────────────────────────────────────


def test_positions_are_read_at_any_manager() -> None:
    """A mint into a pool of unlisted tokens counts for the group of its manager."""
    mint = (
        "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
    )
    values = (USDC, STRANGER, 500, -10, 10, PAID, 0, 0, 0, SAFE, SOON)
    batch = (approve(FORTY_PERCENT, MANAGER), a_call(MANAGER, mint, values))
    assert words(batch) == {UNISWAP: "refused"}

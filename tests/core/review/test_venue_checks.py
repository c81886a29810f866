"""Vaults, strategies, credit and votes: hostile transactions by code, honest ones beside them."""

from dataclasses import replace
from typing import Any

import pytest

from tests.matters import (
    GROUP,
    MANAGER,
    OTHER_VAULT,
    OWN_SAFE,
    ROUTER,
    SAFE,
    STRATEGIES,
    TWIN_VAULT,
    USDC,
    VAULT,
    WETH,
    a_call,
    a_treasury_safe,
    a_tx,
    an_evidence,
    approve,
    entering,
    ether,
    local,
    pay,
    units,
)
from tests.samples import PAYROLL, STRANGER
from tests.venue_calls import (
    AAVE,
    AAVE_FACTS,
    COLLECT,
    DECREASE,
    SOON,
    VENUE,
    VENUE_FACTS,
    a_mint,
    a_swap,
    found,
    reviewed,
)
from treasury_desktop.assets.address import ZERO_ADDRESS
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.review import examine


@pytest.mark.parametrize("origin", ["sender", "workspace"])
def test_deposits_that_give_no_shares(origin: str) -> None:
    """A preview of nothing blocks, also where only the sender states it."""
    tx, safe = a_tx(*entering(400_000)), a_treasury_safe()
    for shares, is_empty in ((0, True), (1, True), (2, False), (10**18, False), (UNKNOWN, False)):
        bundle = Bundle(safe=safe, tx=tx, preview_shares=shares, evidence=an_evidence())
        review = examine(bundle, local() if origin == "workspace" else None)
        blocked = {f.code: f.path for f in review.blocks if f.code == "ZERO_SHARES_EXPECTED"}
        assert blocked == ({"ZERO_SHARES_EXPECTED": "0.1"} if is_empty else {})


def test_preview_beside_something_else() -> None:
    """A preview says nothing about withdrawals, wrapping or deposits of nothing."""
    for call in (
        a_call(VAULT, "redeem(uint256,address,address)", 5, SAFE, SAFE),
        a_call(VAULT, "deposit(uint256,address)", 0, SAFE),
        pay(1),
    ):
        assert "ZERO_SHARES_EXPECTED" not in found(call, preview_shares=0)


def claimed(*calls: Call, strategy: str = "Vault A", **changes: Any) -> dict[str, str]:
    """The findings of a transaction that says it deploys into a strategy."""
    return found(*calls, strategy=strategy, **changes)


def test_strategies_that_are_a_pretext() -> None:
    """What says it deploys into a strategy and pays somebody else blocks."""
    for calls in (
        (pay(1, STRANGER),),
        (*entering(400_000), pay(1, STRANGER)),
        (pay(1, PAYROLL),),
        (a_call(VAULT, "deposit(uint256,address)", units(5), STRANGER),),
        (*entering(400_000), a_call(VAULT, "redeem(uint256,address,address)", 5, STRANGER, SAFE)),
        entering(1, OTHER_VAULT),
        (ether(1, STRANGER),),
        (*entering(400_000), approve(1, STRANGER)),
    ):
        assert claimed(*calls)["STRATEGY_RECIPIENT_NOT_ALLOWED"] == "block"


@pytest.mark.parametrize("name", ["Unheard of", "vault a", "Vault A "])
def test_strategies_that_do_not_exist(name: str) -> None:
    """Nothing goes into a strategy that nobody has, whoever gets it instead."""
    for calls in (
        (pay(1, STRANGER),),
        (pay(1, PAYROLL),),
        entering(400_000),
        (approve(400_000),),
    ):
        assert claimed(*calls, strategy=name)["STRATEGY_RECIPIENT_NOT_ALLOWED"] == "block"
    leaving = a_call(VAULT, "redeem(uint256,address,address)", 5, SAFE, SAFE)
    assert "STRATEGY_RECIPIENT_NOT_ALLOWED" not in claimed(leaving, strategy=name)


def test_strategies_that_nobody_lists() -> None:
    """Where a sender does not say which strategies there are, none can be called unknown."""
    bundle = Bundle(safe=a_treasury_safe(), tx=a_tx(pay(1)), strategy="Any", evidence=an_evidence())
    listed = replace(bundle, strategies=STRATEGIES)
    for one, is_blocked in ((bundle, False), (listed, True)):
        codes = {finding.code for finding in examine(one).findings}
        assert ("STRATEGY_RECIPIENT_NOT_ALLOWED" in codes) is is_blocked


def test_strategy_that_gets_what_it_gives() -> None:
    """Shares for the strategy's own contract go nowhere else, and not to the Safe either."""
    codes = claimed(*entering(5)[:1], a_call(VAULT, "deposit(uint256,address)", units(5), VAULT))
    assert codes["RECEIVER_NOT_SAFE"] == "block"
    assert "STRATEGY_RECIPIENT_NOT_ALLOWED" not in codes


def test_strategies_that_are_meant() -> None:
    """Entering, leaving, a twin of the group, our own Safes, and a payee paid beside it."""
    for calls in (
        entering(400_000),
        entering(400_000, TWIN_VAULT),
        (a_call(VAULT, "redeem(uint256,address,address)", 5, SAFE, SAFE),),
        (*entering(400_000), pay(1, PAYROLL)),
        (*entering(400_000), pay(1, OWN_SAFE)),
        (approve(400_000),),
    ):
        assert "STRATEGY_RECIPIENT_NOT_ALLOWED" not in claimed(*calls)
    assert "STRATEGY_RECIPIENT_NOT_ALLOWED" not in claimed(*entering(400_000), strategy=GROUP)
    assert "STRATEGY_RECIPIENT_NOT_ALLOWED" not in found(pay(1, STRANGER))
    assert "STRATEGY_RECIPIENT_NOT_ALLOWED" not in claimed(
        approve(10_000, MANAGER), approve(10_000, MANAGER, WETH), a_mint(), strategy="Pool"
    )


# ── lending ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("signature", "give", "back"),
    [
        ("approveDelegation(address,uint256)", (STRANGER, 5), (STRANGER, 0)),
        ("allow(address,bool)", (STRANGER, True), (STRANGER, False)),
        ("approveDelegation(address,uint256)", (VENUE, 2**255), (SAFE, 2**255)),
    ],
)
def test_credit_given_away(signature: str, give: tuple[Any, ...], back: tuple[Any, ...]) -> None:
    """Credit for anybody blocks; taking it back, or credit for ourselves, is calm."""
    hostile = found(a_call(VENUE, signature, *give), facts=VENUE_FACTS)
    assert hostile["CREDIT_DELEGATION"] == "block"
    assert reviewed(a_call(VENUE, signature, *back), facts=VENUE_FACTS).verdict == "ok"


def test_collateral_and_debts() -> None:
    """Changed collateral is told, a debt is dangerous, and paying it back is calm."""
    for signature, values in (
        ("setUserUseReserveAsCollateral(address,bool)", (USDC, False)),
        ("setUserUseReserveAsCollateral(address,bool)", (USDC, True)),
        ("setUserEMode(uint8)", (1,)),
    ):
        review = reviewed(a_call(AAVE, signature, *values), facts=AAVE_FACTS)
        assert [f.code for f in review.findings] == ["COLLATERAL_CHANGED"]
        assert review.verdict == "warn"
    borrow = "borrow(address,uint256,uint256,uint16,address)"
    loan = found(a_call(AAVE, borrow, USDC, units(5), 2, 0, SAFE), facts=AAVE_FACTS)
    assert loan["DEBT_INCREASED"] == "danger"
    assert loan.keys() == {"DEBT_INCREASED"}
    repay = a_call(AAVE, "repay(address,uint256,uint256,address)", USDC, units(5), 2, SAFE)
    assert "DEBT_INCREASED" not in found(approve(5, AAVE), repay, facts=AAVE_FACTS)


def test_lending_to_the_safe_is_calm() -> None:
    """An exact approval with a supply, and a withdrawal to the Safe."""
    supply = a_call(AAVE, "supply(address,uint256,address,uint16)", USDC, units(400_000), SAFE, 0)
    leave = a_call(AAVE, "withdraw(address,uint256,address)", USDC, 2**256 - 1, SAFE)
    assert reviewed(approve(400_000, AAVE), supply, facts=AAVE_FACTS).verdict == "ok"
    assert reviewed(leave, facts=AAVE_FACTS).verdict == "ok"


# ── votes ─────────────────────────────────────────────────────────────────────────────────────────


def test_votes_for_somebody() -> None:
    """Delegated votes decide over everything the DAO owns."""
    hostile = found(a_call(USDC, "delegate(address)", STRANGER))
    assert hostile["ROLE_GRANTED"] == hostile["RECIPIENT_NOT_IN_ADDRESS_BOOK"] == "danger"
    for to in (SAFE, OWN_SAFE, PAYROLL, ZERO_ADDRESS):
        assert reviewed(a_call(USDC, "delegate(address)", to)).verdict == "ok"


# ── calm ──────────────────────────────────────────────────────────────────────────────────────────


CALM: dict[str, tuple[Call, ...]] = {
    "deposit": entering(400_000),
    "redemption": (a_call(VAULT, "redeem(uint256,address,address)", 5, SAFE, SAFE),),
    "mint": (approve(10_000, MANAGER), a_call(WETH, "approve(address,uint256)", MANAGER,
             units(10_000, WETH, 2500)), a_mint()),
    "collection": (a_call(MANAGER, COLLECT, (7, SAFE, 2**128 - 1, 2**128 - 1)),),
    "exit": (
        a_call(MANAGER, DECREASE, (7, 5, 9, 9, SOON)),
        a_call(MANAGER, COLLECT, (7, SAFE, 2**128 - 1, 2**128 - 1)),
        a_call(MANAGER, "burn(uint256)", 7),
    ),
    "swap": (approve(490_000, ROUTER), a_swap()),
    "revocation": (approve(0, STRANGER),),
    "wrapping": (a_call(WETH, "deposit()", value=5), a_call(WETH, "withdraw(uint256)", 5)),
    "payroll": tuple(pay(100) for _ in range(50)),
}  # fmt: skip


@pytest.mark.parametrize("name", CALM)
def test_honest_work_stays_calm(name: str) -> None:
    """Crying wolf is a defect: not even a warning here."""
    review = reviewed(*CALM[name])
    assert [f for f in review.findings if f.severity.word != "note"] == []

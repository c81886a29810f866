"""Payments to whoever executes, wherever in a transaction a Safe is executed."""

from typing import Any

import pytest

from tests.matters import (
    OWN_SAFE,
    SAFE,
    USDC,
    a_call,
    a_treasury_safe,
    a_tx,
    local,
    pay,
)
from tests.samples import PAYROLL, STRANGER
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.refund_checks import ALLOWANCE_TRANSFER, EXECUTION
from treasury_desktop.review.review import examine
from treasury_desktop.treasury.evidence import NATIVE, BalanceChange, Evidence

MODULE = official_address(1, "AllowanceModule", (0, 1, 0))
SMALL = {"price": 10**9, "gas": 10**5, "receiver": PAYROLL}


def execution(
    safe: Address = OWN_SAFE,
    inside: Call | None = None,
    *,
    gas: int = 0,
    base_gas: int = 0,
    price: int = 0,
    token: Address = ZERO_ADDRESS,
    receiver: Address = ZERO_ADDRESS,
) -> Call:
    """An execution on a Safe that pays payroll, or does something else, with its refund."""
    call = pay(1) if inside is None else inside
    return a_call(
        safe, EXECUTION, call.to, 0, call.data, 0, gas, base_gas, price, token, receiver, b""
    )


def refunds_in(*calls: Call) -> list[Finding]:
    """What is found of refunds."""
    review = examine(Bundle(safe=a_treasury_safe(), tx=a_tx(*calls)), local())
    return [f for f in review.findings if f.code in ("GAS_REFUND_DRAIN", "REFUND_RECEIVER_SET")]


@pytest.mark.parametrize(
    "refund",
    [
        {"price": 1, "gas": 1, "receiver": STRANGER},
        {"price": 1, "gas": 1},
        {"price": 10**18, "gas": 1, "base_gas": 10**6, "receiver": PAYROLL},
        {"price": 1, "receiver": PAYROLL},
        {"price": 10**6, "gas": 1, "base_gas": 10**7, "token": USDC, "receiver": PAYROLL},
    ],
)
@pytest.mark.parametrize("safe", [SAFE, OWN_SAFE, STRANGER])
def test_refund_of_an_execution_inside_blocks(safe: Address, refund: dict[str, Any]) -> None:
    """A Safe that is executed refunds as much as the transaction itself would."""
    (one,) = refunds_in(execution(safe, **refund))
    assert (one.code, one.severity.word, one.path) == ("GAS_REFUND_DRAIN", "block", "0")


def test_refund_inside_names_its_call_and_who_pays() -> None:
    """Deep in a batch the finding stands at the execution, and says whose money it is."""
    drain = execution(receiver=STRANGER, price=10**6, base_gas=10**7, token=USDC)
    (one,) = refunds_in(pay(1), execution(inside=drain))
    assert one.path == "0.1.0"
    assert all(str(named) in one.sentence for named in (USDC, OWN_SAFE, STRANGER))


def test_small_refund_inside_to_a_payee_is_a_warning() -> None:
    """A relayer we know may get the gas back that it paid."""
    (one,) = refunds_in(execution(**SMALL))
    assert (one.code, one.severity.word) == ("REFUND_RECEIVER_SET", "warn")


def test_receiver_of_a_refund_inside_that_is_off_is_a_warning() -> None:
    """Nothing is refunded at a price of zero, whoever is named."""
    (one,) = refunds_in(pay(1), execution(receiver=STRANGER))
    assert (one.code, one.severity.word, one.path) == ("REFUND_RECEIVER_SET", "warn", "0.1")


def test_execution_without_a_refund_is_calm() -> None:
    """Most executions refund nothing."""
    assert refunds_in(pay(1), execution(), execution(SAFE)) == []


def test_many_refunds_inside_are_found_each() -> None:
    """Every one stands at its own call."""
    found = refunds_in(*(execution(price=1, gas=1, receiver=STRANGER) for _ in range(300)))
    assert len({one.path for one in found}) == len(found) == 300


def allowance_transfer(payment: int, token: Address = USDC) -> Call:
    """A transfer by the Allowance module that pays whoever executes it."""
    assert MODULE is not None
    values = (SAFE, USDC, PAYROLL, 1, token, payment, OWN_SAFE, b"")
    return a_call(MODULE, ALLOWANCE_TRANSFER, *values)


@pytest.mark.parametrize("token", [USDC, ZERO_ADDRESS])
def test_payment_of_the_allowance_module_blocks(token: Address) -> None:
    """It goes to whoever sends the Ethereum transaction, beside the transfer that is shown."""
    (one,) = refunds_in(pay(1), allowance_transfer(10**12, token))
    assert (one.code, one.severity.word, one.path) == ("GAS_REFUND_DRAIN", "block", "0.1")
    assert "1,000,000,000,000" in one.sentence


def test_allowance_transfer_without_a_payment_is_calm() -> None:
    """The module's transfer alone is judged by whom it pays."""
    assert refunds_in(allowance_transfer(0)) == []


@pytest.mark.parametrize(("safe", "is_calm"), [(OWN_SAFE, True), (STRANGER, False)])
def test_whose_refund_excuses_a_loss_in_a_simulation(safe: Address, is_calm: bool) -> None:
    """Only a Safe of ours can have refunded what left the treasury."""
    refunding = execution(safe, pay(1, OWN_SAFE), price=1, gas=1, receiver=PAYROLL)
    evidence = Evidence(balance_changes=(BalanceChange(account=SAFE, token=NATIVE, delta=-1),))
    bundle = Bundle(safe=a_treasury_safe(), tx=a_tx(refunding, pay(1)), evidence=evidence)
    codes = {finding.code for finding in examine(bundle, local()).findings}
    assert ("SIMULATION_DIFFERS" not in codes) is is_calm

"""Whoever stands on a deny-list is paid, approved and called by no transaction."""

from dataclasses import replace
from datetime import date

import pytest

from tests.core.review.test_exceptions import an_exception, reviewed, severities
from tests.matters import (
    SAFE,
    STRANGER,
    USDC,
    a_call,
    a_tx,
    an_evidence,
    approve,
    entering,
    local,
    pay,
)
from tests.samples import PAYROLL
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.treasury.evidence import BalanceChange, Evidence

LIST = DenyList(name="OFAC", published=date(2026, 11, 1), addresses=frozenset({STRANGER}))


def denying(*addresses: Address, unread: tuple[str, ...] = ()) -> LocalFacts:
    """Our own facts, with a list of these."""
    read = (replace(LIST, addresses=frozenset(addresses)),)
    return local(an_evidence(denied=DenyLists(read=read, unread=unread)))


def found(tx: SafeTx, facts: LocalFacts) -> list[str]:
    """What is said of the denied in a review."""
    review = reviewed(tx=tx, facts=facts)
    said = [f for f in review.findings if f.code == "ADDRESS_DENIED"]
    assert all(finding.severity.word == "block" for finding in said)
    return [finding.sentence for finding in said]


@pytest.mark.parametrize(
    "tx",
    [
        a_tx(pay(1, STRANGER)),
        a_tx(approve(1, STRANGER)),
        a_tx(pay(1), a_call(STRANGER, "anything()")),
        a_tx(a_call(USDC, "transferFrom(address,address,uint256)", STRANGER, SAFE, 1)),
        replace(a_tx(pay(1)), refund_receiver=STRANGER),
        replace(a_tx(pay(1)), gas_token=STRANGER),
        SafeTx(to=STRANGER, value=1, nonce=42),
    ],
)
def test_every_mention_blocks(tx: SafeTx) -> None:
    """As payee, spender, target, source, receiver of a refund, token of the gas."""
    (sentence,) = found(tx, denying(STRANGER))
    assert sentence == (f"names {STRANGER}, which stands on the deny-list OFAC of 2026-11-01.")


def test_known_payee_on_a_list_blocks_too() -> None:
    """The address book is no excuse."""
    assert found(a_tx(pay(1)), denying(PAYROLL))
    assert not found(a_tx(pay(1)), denying(STRANGER))


def test_money_that_a_simulation_saw_arrive_blocks() -> None:
    """However the calldata hides it."""
    change = BalanceChange(account=STRANGER, token=str(USDC), delta=1)
    review = reviewed(
        tx=a_tx(pay(1)), facts=denying(STRANGER), evidence=Evidence(balance_changes=(change,))
    )
    assert severities(review)["ADDRESS_DENIED"] == "block"


def test_zero_address_is_nobody() -> None:
    """It stands in every transaction that refunds nothing."""
    assert not found(a_tx(pay(1)), denying(ZERO_ADDRESS))


def test_unread_list_blocks_everything() -> None:
    """Nobody knows whom it would have named."""
    review = reviewed(tx=a_tx(pay(1)), facts=denying(unread=("The list is not known.",)))
    assert severities(review)["DENY_LIST_UNREAD"] == "block"


def test_no_exception_lifts_it() -> None:
    """It is no rule of the policy."""
    tx = a_tx(*entering(1_200_000), pay(1, STRANGER))
    said = severities(reviewed(an_exception(tx), tx=tx, facts=denying(STRANGER)))
    assert said["POLICY_LIMIT_EXCEEDED"] == "danger"
    assert said["ADDRESS_DENIED"] == "block"

"""What counts as a rejection: a transaction that can do nothing but use its nonce up."""

from dataclasses import replace

import pytest

from tests.samples import SAFE, STRANGER, a_safe
from treasury_desktop.safes.rejection import is_rejection, rejection
from treasury_desktop.safes.safe_tx import Operation, SafeTx

REJECTION = SafeTx(to=SAFE, nonce=12)


def test_a_safe_that_calls_itself_with_nothing_rejects() -> None:
    """Safe → Safe, value 0, no data, a call; the nonce does not matter."""
    assert is_rejection(a_safe(), REJECTION)
    assert is_rejection(a_safe(), replace(REJECTION, nonce=77))


def test_the_rejection_that_is_drafted_is_one() -> None:
    """Of the nonce it was drafted for."""
    assert rejection(a_safe(), 12) == REJECTION


@pytest.mark.parametrize(
    "change",
    [
        {"to": STRANGER},
        {"value": 1},
        {"data": b"\x00"},
        {"operation": Operation.DELEGATECALL},
        {"operation": Operation.CREATE},
        {"gas_price": 1},
    ],
)
def test_whatever_else_it_does_makes_it_none(change: dict[str, object]) -> None:
    """A receiver, a value, data, another operation or a gas refund: no rejection."""
    assert not is_rejection(a_safe(), replace(REJECTION, **change))

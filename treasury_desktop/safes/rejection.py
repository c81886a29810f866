"""The rejection: a Safe transaction that does nothing but use its nonce up."""

from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx


def rejection(safe: Safe, nonce: int) -> SafeTx:
    """The transaction that takes a nonce away from whatever else wants it."""
    return SafeTx(to=safe.address, nonce=nonce)


def is_rejection(safe: Safe, tx: SafeTx) -> bool:
    """Whether all it can do is use the nonce up: Safe → Safe, no value, no data, a call.

    With a gas price it would also pay whoever executes it, so such a one is none.
    """
    return (
        tx.to == safe.address
        and tx.value == 0
        and not tx.data
        and tx.operation == Operation.CALL
        and tx.gas_price == 0
    )

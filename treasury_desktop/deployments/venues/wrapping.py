"""Wrapping by sending: the wrapped native coin gives its own for whatever comes without data.

Source: the fallback of WETH9, which is `deposit()`.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import NATIVE, Conversion, Taking, TakingReader
from treasury_desktop.safes.safe_tx import Operation


def reader(wrapped: frozenset[Address]) -> TakingReader:
    """Reads plain payments to the tokens that stand for the native coin of the chain."""

    def read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        is_payment = call.value and not call.data and call.operation == Operation.CALL
        if not is_payment or call.to not in wrapped:
            return None
        return (Conversion(path=call.path, token=NATIVE, base_units=call.value),)

    return read

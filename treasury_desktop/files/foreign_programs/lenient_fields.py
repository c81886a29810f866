"""Members of other programs' JSON, read as widely as those programs differ and no wider.

Numbers come as numbers, decimal text or hex; what is not set comes as null, "" or not at all.
Nothing is guessed: a text that could mean two things is refused by name.
"""

import re

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.bundle.fields import Fields, hex_bytes
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe_tx import UINT256_END, Operation, SafeTx

_NUMBER = re.compile(r"\d{1,100}|0x[0-9a-fA-F]{1,64}", re.ASCII)


def quantity(value: object, path: str) -> int:
    """A uint256 as a number, decimal text or hex text."""
    if isinstance(value, int) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str) and _NUMBER.fullmatch(value):
        number = int(value, 16) if value.startswith("0x") else int(value)
    else:
        raise Malformed(path, "must be a whole number")
    if not 0 <= number < UINT256_END:
        raise Malformed(path, "is outside uint256")
    return number


def is_unset(value: object) -> bool:
    """Whether a member says nothing: absent, null or an empty text."""
    return value is None or value == ""


def quantity_or_zero(value: object, path: str) -> int:
    """A quantity that other programs leave out where it is zero."""
    return 0 if is_unset(value) else quantity(value, path)


def address_or_zero(value: object, path: str) -> Address:
    """An address that other programs leave out where it is the zero address."""
    return ZERO_ADDRESS if is_unset(value) else Address.parse(value, path)


def bytes_or_none(value: object, path: str) -> bytes:
    """Bytes that other programs leave out where there are none."""
    return b"" if is_unset(value) else hex_bytes(value, path)


def operation(value: object, path: str) -> Operation:
    """0, 1 or 2, as a number or text."""
    number = quantity(value, path)
    if number not in tuple(Operation):
        raise Malformed(path, "must be 0, 1 or 2")
    return Operation(number)


def safe_tx(
    fields: Fields, *, overhead: str = "baseGas", nonce: int, may_be_unset: bool = True
) -> SafeTx:
    """The members of a SafeTx; all must be there, those that are null in services may be null.

    Not where they are what gets hashed: another program hashes no null.
    """
    read_bytes = bytes_or_none if may_be_unset else hex_bytes
    read_address = address_or_zero if may_be_unset else Address.parse
    return SafeTx(
        to=fields.required("to", Address.parse),
        value=fields.required("value", quantity),
        data=fields.required("data", read_bytes),
        operation=fields.required("operation", operation),
        safe_tx_gas=fields.required("safeTxGas", quantity),
        base_gas=fields.required(overhead, quantity),
        gas_price=fields.required("gasPrice", quantity),
        gas_token=fields.required("gasToken", read_address),
        refund_receiver=fields.required("refundReceiver", read_address),
        nonce=nonce,
    )

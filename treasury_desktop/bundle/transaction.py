"""A Safe transaction as JSON, under the names of its EIP-712 struct."""

from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle.fields import (
    LARGEST_PLAIN_INTEGER,
    Fields,
    address,
    hex_bytes,
    unsigned,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe_tx import Operation, SafeTx

TRANSACTION_MEMBERS = (
    "to",
    "value",
    "data",
    "operation",
    "safeTxGas",
    "baseGas",
    "gasPrice",
    "gasToken",
    "refundReceiver",
    "nonce",
)

uint256 = unsigned(256)


def read_transaction(value: object, path: str) -> SafeTx:
    """A SafeTx from the JSON names of its EIP-712 struct; all ten members are needed."""
    fields = Fields(value, path)
    fields.refuse_unknown(TRANSACTION_MEMBERS)
    operation = fields.required("operation", unsigned(8))
    if operation not in tuple(Operation):
        raise Malformed(fields.path("operation"), "must be 0, 1 or 2")
    return SafeTx(
        to=fields.required("to", address),
        value=fields.required("value", uint256),
        data=fields.required("data", hex_bytes),
        operation=Operation(operation),
        safe_tx_gas=fields.required("safeTxGas", uint256),
        base_gas=fields.required("baseGas", uint256),
        gas_price=fields.required("gasPrice", uint256),
        gas_token=fields.required("gasToken", address),
        refund_receiver=fields.required("refundReceiver", address),
        nonce=fields.required("nonce", uint256),
    )


def transaction_or_unknown(value: object, path: str) -> SafeTx | Unknown:
    """A transaction; an empty object says that nobody knows its bytes."""
    return UNKNOWN if value == {} else read_transaction(value, path)


def transaction_json(tx: SafeTx) -> dict[str, JsonSource]:
    """A SafeTx under the names of its EIP-712 struct."""
    return {
        "to": str(tx.to),
        "value": str(tx.value),
        "data": "0x" + tx.data.hex(),
        "operation": int(tx.operation),
        "safeTxGas": str(tx.safe_tx_gas),
        "baseGas": str(tx.base_gas),
        "gasPrice": str(tx.gas_price),
        "gasToken": str(tx.gas_token),
        "refundReceiver": str(tx.refund_receiver),
        "nonce": integer_json(tx.nonce),
    }


def integer_json(number: int) -> JsonSource:
    """A plain integer where every JSON reader agrees on it, else decimal text."""
    return number if abs(number) <= LARGEST_PLAIN_INTEGER else str(number)

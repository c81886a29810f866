"""EIP-712 as the standard describes it, from type descriptions: the second derivation.

Written without any constant of `hashes.py`: type hashes come from the type strings, fields are
encoded by what their type says. `message` is the JSON form other wallets sign
(eth_signTypedData_v4).
"""

from functools import cache

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx

Field = tuple[str, str]
"""A struct member: its Solidity type and its name."""

WORD_BITS = 256


def domain_fields(version: SafeVersion) -> tuple[Field, ...]:
    """The members of EIP712Domain for a Safe of this version."""
    contract = ("address", "verifyingContract")
    return (("uint256", "chainId"), contract) if version >= SafeVersion(1, 3, 0) else (contract,)


def safe_tx_fields(version: SafeVersion) -> tuple[Field, ...]:
    """The members of SafeTx, in order, for a Safe of this version."""
    overhead = "baseGas" if version >= SafeVersion(1, 0, 0) else "dataGas"
    return (
        ("address", "to"),
        ("uint256", "value"),
        ("bytes", "data"),
        ("uint8", "operation"),
        ("uint256", "safeTxGas"),
        ("uint256", overhead),
        ("uint256", "gasPrice"),
        ("address", "gasToken"),
        ("address", "refundReceiver"),
        ("uint256", "nonce"),
    )


def domain_hash(safe: Safe) -> bytes:
    """hashStruct(EIP712Domain) for the Safe."""
    values = {"chainId": safe.chain_id, "verifyingContract": safe.address.number}
    return hash_struct("EIP712Domain", domain_fields(safe.version), values)


def message_hash(version: SafeVersion, tx: SafeTx) -> bytes:
    """hashStruct(SafeTx) for a transaction of a Safe of this version."""
    values: dict[str, int | bytes] = {
        "to": tx.to.number,
        "value": tx.value,
        "data": tx.data,
        "operation": int(tx.operation),
        "safeTxGas": tx.safe_tx_gas,
        "baseGas": tx.base_gas,
        "dataGas": tx.base_gas,
        "gasPrice": tx.gas_price,
        "gasToken": tx.gas_token.number,
        "refundReceiver": tx.refund_receiver.number,
        "nonce": tx.nonce,
    }
    return hash_struct("SafeTx", safe_tx_fields(version), values)


def digest_to_sign(domain: bytes, message: bytes) -> bytes:
    """The digest that owners sign: keccak256(0x1901 ‖ domain ‖ message)."""
    return keccak(bytes((0x19, 0x01)) + domain + message)


def hash_struct(
    name: str, fields: tuple[Field, ...], values: dict[str, int] | dict[str, int | bytes]
) -> bytes:
    """EIP-712 hashStruct: keccak256(typeHash ‖ encodeData), for flat structs."""
    encoded = bytearray(_type_hash(name, fields))
    for kind, field in fields:
        encoded += _encode(kind, values[field])
    return keccak(bytes(encoded))


@cache
def _type_hash(name: str, fields: tuple[Field, ...]) -> bytes:
    members = ",".join(f"{kind} {field}" for kind, field in fields)
    return keccak(f"{name}({members})".encode())


def _encode(kind: str, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        if kind != "bytes":
            raise ValueError(f"{kind} is a number")
        return keccak(value)
    bits = 160 if kind == "address" else int(kind.removeprefix("uint"))
    if value >> bits:
        raise ValueError(f"{value} does not fit {kind}")
    return value.to_bytes(WORD_BITS // 8, "big")

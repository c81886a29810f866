"""What a node answers, parsed at the border: lengths and ranges first, then core values.

A node may be wrong or hostile, so nothing of its JSON goes further than this file unparsed.
Source: the Ethereum JSON-RPC specification (quantities and unformatted data).
"""

import time
from dataclasses import dataclass, field
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.snapshot import Block

MAX_QUANTITY_DIGITS = 64
MAX_DATA_BYTES = 1 << 20
MAX_TOPICS = 4
MAX_SHOWN = 160
HASH_LENGTH = 32
_HASH_DIGITS = 2 + 2 * HASH_LENGTH
SECONDS_AHEAD = 86_400
"""How far a block's time may lie ahead of our clock; honest ones are seconds ahead at most."""
# Error(string), the way Solidity reverts with a reason.
ERROR_SELECTOR = bytes.fromhex("08c379a0")


@dataclass(frozen=True, slots=True)
class Reverted:
    """A call that reverted: an answer of the chain, not a failure of the node.

    Nodes word the reason differently, so two reverts are equal when their data is.
    """

    data: bytes
    reason: str = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """One event log; the time some nodes write beside it is nobody's word but theirs."""

    address: Address
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockHeader:
    """A block and its EIP-1559 base fee in wei (`None` before London)."""

    block: Block
    base_fee_wei: int | None
    gas_limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SentTransaction:
    """An Ethereum transaction as its sender made it."""

    hash: bytes
    sender: Address
    to: Address | None
    value: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedReceipt:
    """A receipt with the logs that matter to it."""

    transaction_hash: bytes
    status: int
    block_hash: bytes
    block_number: int
    gas_used: int
    logs: tuple[Log, ...]


def quantity(value: Any, name: str, bits: int = 256) -> int:
    """A non-negative integer in hex, of at most so many bits."""
    digits = value[2:] if isinstance(value, str) and value[:2] == "0x" else ""
    if not 0 < len(digits) <= MAX_QUANTITY_DIGITS or not (digits.isalnum() and digits.isascii()):
        raise Malformed(name, "is not a hex quantity")  # Python would pass over "_"
    try:
        number = int(digits, 16)
    except ValueError:
        raise Malformed(name, "is not a hex quantity") from None
    if number >> bits:
        raise Malformed(name, f"does not fit {bits} bits")
    return number


def hex_data(value: Any, name: str, most: int = MAX_DATA_BYTES) -> bytes:
    """Bytes in hex, at most so many."""
    digits = value[2:] if isinstance(value, str) and value[:2] == "0x" else "?"
    if len(digits) > 2 * most:
        raise Malformed(name, f"is longer than {most:,} bytes")
    data = _unhexed(digits) if digits else b""
    if data is None:
        raise Malformed(name, "is not hex data")
    return data


def _unhexed(digits: str) -> bytes | None:
    """The bytes that hex digits name; spaces between them, which Python passes over, are none."""
    try:
        data = bytes.fromhex(digits)
    except ValueError:
        return None
    return data if 2 * len(data) == len(digits) else None


def hash_bytes(value: Any, name: str) -> bytes:
    """A 32-byte hash."""
    if isinstance(value, str) and len(value) == _HASH_DIGITS and value[:2] == "0x":
        data = _unhexed(value[2:])
        if data is not None:
            return data
    data = hex_data(value, name, HASH_LENGTH)
    if len(data) != HASH_LENGTH:
        raise Malformed(name, "is not a 32-byte hash")
    return data


def storage_word(value: Any, name: str) -> bytes:
    """A storage slot; some nodes leave its leading zeros out."""
    return quantity(value, name).to_bytes(HASH_LENGTH, "big")


def address(value: Any, name: str) -> Address:
    """An address in hex of any case: nodes do not checksum."""
    data = hex_data(value, name, 20)
    if len(data) != 20:  # noqa: PLR2004  an address
        raise Malformed(name, "is not a 20-byte address")
    return Address(data)


def member(value: Any, key: str, name: str) -> Any:
    """A member of a JSON object that has to be there."""
    if not isinstance(value, dict) or key not in value:
        raise Malformed(name, f'has no "{key}"')
    return value[key]


def header(value: Any, name: str) -> BlockHeader:
    """A block's number, hash, time and base fee; a block from the future is none."""
    base_fee = value.get("baseFeePerGas") if isinstance(value, dict) else None
    return BlockHeader(
        block=Block(
            number=quantity(member(value, "number", name), f"{name}.number", 63),
            hash=hash_bytes(member(value, "hash", name), f"{name}.hash"),
            timestamp=_past_time(member(value, "timestamp", name), f"{name}.timestamp"),
        ),
        base_fee_wei=None if base_fee is None else quantity(base_fee, f"{name}.baseFeePerGas", 128),
        gas_limit=quantity(member(value, "gasLimit", name), f"{name}.gasLimit", 64),
    )


def log(value: Any, name: str) -> Log:
    """One event log that is part of the chain."""
    topics = member(value, "topics", name)
    if not isinstance(topics, list) or len(topics) > MAX_TOPICS:
        raise Malformed(name, "has no list of at most four topics")
    if value.get("removed"):
        raise Malformed(name, "was removed from the chain")
    return Log(
        address=address(member(value, "address", name), f"{name}.address"),
        topics=tuple([hash_bytes(topic, f"{name}.topics") for topic in topics]),
        data=hex_data(member(value, "data", name), f"{name}.data"),
        block_number=quantity(member(value, "blockNumber", name), f"{name}.blockNumber", 63),
        block_hash=hash_bytes(member(value, "blockHash", name), f"{name}.blockHash"),
        transaction_hash=hash_bytes(
            member(value, "transactionHash", name), f"{name}.transactionHash"
        ),
        log_index=quantity(member(value, "logIndex", name), f"{name}.logIndex", 31),
    )


def logs(value: Any, name: str) -> tuple[Log, ...]:
    """A list of event logs."""
    if not isinstance(value, list):
        raise Malformed(name, "is not a list of logs")
    return tuple(log(each, f"{name}[{index}]") for index, each in enumerate(value))


def sent_transaction(value: Any, name: str) -> SentTransaction | None:
    """A transaction, or `None` where the node knows none of that hash."""
    if value is None:
        return None
    to = member(value, "to", name)
    return SentTransaction(
        hash=hash_bytes(member(value, "hash", name), f"{name}.hash"),
        sender=address(member(value, "from", name), f"{name}.from"),
        to=None if to is None else address(to, f"{name}.to"),
        value=quantity(member(value, "value", name), f"{name}.value"),
        data=hex_data(member(value, "input", name), f"{name}.input"),
    )


def receipt(value: Any, name: str) -> MinedReceipt | None:
    """A receipt, or `None` while the transaction is in no block."""
    if value is None or member(value, "blockHash", name) is None:
        return None
    found = MinedReceipt(
        transaction_hash=hash_bytes(
            member(value, "transactionHash", name), f"{name}.transactionHash"
        ),
        status=quantity(member(value, "status", name), f"{name}.status", 1),
        block_hash=hash_bytes(member(value, "blockHash", name), f"{name}.blockHash"),
        block_number=quantity(member(value, "blockNumber", name), f"{name}.blockNumber", 63),
        gas_used=quantity(member(value, "gasUsed", name), f"{name}.gasUsed", 64),
        logs=logs(member(value, "logs", name), f"{name}.logs"),
    )
    where = found.transaction_hash, found.block_hash
    if any((each.transaction_hash, each.block_hash) != where for each in found.logs):
        raise Malformed(name, "has a log of another transaction or block")
    return found


def revert_reason(data: bytes, message: str) -> str:
    """Why a call reverted, as text fit to be shown: the contract's own reason where it gave one."""
    if data[:4] == ERROR_SELECTOR and len(data) >= 68:  # noqa: PLR2004  selector and two words
        length = int.from_bytes(data[36:68], "big")
        return plain(
            data[68:][: min(length, MAX_SHOWN)].decode("utf-8", "replace"), limit=MAX_SHOWN
        )
    if data:
        return f"data 0x{data[:36].hex()}"
    return plain(message, limit=MAX_SHOWN)


def shown(value: object) -> str:
    """An answer in a sentence about disagreement: bytes in hex, cut to a readable length."""
    text = f"0x{value.hex()}" if isinstance(value, bytes) else str(value)
    return plain(text, limit=MAX_SHOWN)


def _past_time(value: Any, name: str) -> int:
    """A time in Unix seconds: figures of tomorrow would never grow old."""
    seconds = quantity(value, name, 63)
    if seconds > time.time() + SECONDS_AHEAD:
        raise Malformed(name, f"{seconds} lies more than a day ahead of this computer's clock")
    return seconds

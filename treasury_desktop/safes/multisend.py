"""MultiSend: many calls in one Safe transaction, tightly packed.

Each call is operation (1 byte) ‖ to (20) ‖ value (32) ‖ length of data (32) ‖ data, one after
another, passed as the single `bytes` argument of `multiSend`. Source: MultiSend.sol,
MultiSendCallOnly.sol.
"""

from struct import Struct
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed

HEADER_LENGTH = 1 + 20 + 32 + 32
MULTISEND_SELECTOR = bytes.fromhex("8d80ff0a")
_HEADER = Struct(">B20s32s32s")


# A named tuple, because a batch may hold twenty thousand of them.
class PackedCall(NamedTuple):
    """One entry of a MultiSend batch; `operation` is the raw byte, which may be nonsense."""

    operation: int
    to: Address
    value: int
    data: bytes


def pack_calls(calls: tuple[PackedCall, ...]) -> bytes:
    """The packed bytes of a batch, as MultiSend reads them."""
    return b"".join(
        bytes((call.operation,))
        + call.to.raw
        + call.value.to_bytes(32, "big")
        + len(call.data).to_bytes(32, "big")
        + call.data
        for call in calls
    )


def unpack_calls(packed: bytes, field: str = "transactions") -> tuple[PackedCall, ...]:
    """The calls in packed bytes; refuses a header or data that runs over the end."""
    calls: list[PackedCall] = []
    # A batch calls the same few contracts again and again.
    addresses: dict[bytes, Address] = {}
    position, end = 0, len(packed)
    number, make = int.from_bytes, tuple.__new__
    while position < end:
        if end - position < HEADER_LENGTH:
            raise Malformed(field, f"call {len(calls)} of the batch is cut off in its header")
        operation, raw, value, size = _HEADER.unpack_from(packed, position)
        body = position + HEADER_LENGTH
        length = number(size, "big")
        if length > end - body:
            raise Malformed(field, f"call {len(calls)} of the batch claims more data than follows")
        position = body + length
        to = addresses.get(raw) or addresses.setdefault(raw, Address(raw))
        entry = (operation, to, number(value, "big"), packed[body:position])
        calls.append(make(PackedCall, entry))
    return tuple(calls)


def multisend_calldata(calls: tuple[PackedCall, ...]) -> bytes:
    """Calldata of `multiSend(bytes)` for a batch, canonically ABI-encoded."""
    packed = pack_calls(calls)
    padding = bytes(-len(packed) % 32)
    offset, length = (32).to_bytes(32, "big"), len(packed).to_bytes(32, "big")
    return MULTISEND_SELECTOR + offset + length + packed + padding

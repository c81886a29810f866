"""MultiSend: many calls in one Safe transaction, tightly packed.

Each call is operation (1 byte) ‖ to (20) ‖ value (32) ‖ length of data (32) ‖ data, one after
another, passed as the single `bytes` argument of `multiSend`. Source: MultiSend.sol,
MultiSendCallOnly.sol.
"""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed

HEADER_LENGTH = 1 + 20 + 32 + 32
MULTISEND_SELECTOR = bytes.fromhex("8d80ff0a")


@dataclass(frozen=True, slots=True)
class PackedCall:
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
    position, end = 0, len(packed)
    while position < end:
        if end - position < HEADER_LENGTH:
            raise Malformed(field, f"call {len(calls)} of the batch is cut off in its header")
        body = position + HEADER_LENGTH
        length = int.from_bytes(packed[position + 53 : body], "big")
        if length > end - body:
            raise Malformed(field, f"call {len(calls)} of the batch claims more data than follows")
        calls.append(
            PackedCall(
                packed[position],
                Address(packed[position + 1 : position + 21]),
                int.from_bytes(packed[position + 21 : position + 53], "big"),
                packed[body : body + length],
            )
        )
        position = body + length
    return tuple(calls)


def multisend_calldata(calls: tuple[PackedCall, ...]) -> bytes:
    """Calldata of `multiSend(bytes)` for a batch, canonically ABI-encoded."""
    packed = pack_calls(calls)
    padding = bytes(-len(packed) % 32)
    offset, length = (32).to_bytes(32, "big"), len(packed).to_bytes(32, "big")
    return MULTISEND_SELECTOR + offset + length + packed + padding

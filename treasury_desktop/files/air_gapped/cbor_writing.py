"""CBOR as `cbor.py` reads it: the one shortest spelling of each value, members in given order."""

from collections.abc import Mapping, Sequence

from treasury_desktop.files.air_gapped.cbor import Tagged

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG = range(7)
_SHORT = 24
_SIMPLE = {False: b"\xf4", True: b"\xf5", None: b"\xf6"}
_ARGUMENT_END = 1 << 64


def write_cbor(value: object) -> bytes:
    """The bytes of a value of text, bytes, integers within ±2⁶⁴, true, false, null and tags.

    Maps keep their order, as signers write and show it. Anything else is our own mistake.
    """
    if value is None or isinstance(value, bool):
        return _SIMPLE[value]
    if isinstance(value, int):
        return _head(_UNSIGNED, value) if value >= 0 else _head(_NEGATIVE, -1 - value)
    if isinstance(value, bytes | str):
        content = value.encode() if isinstance(value, str) else value
        return _head(_TEXT if isinstance(value, str) else _BYTES, len(content)) + content
    if isinstance(value, Tagged):
        return _head(_TAG, value.tag) + write_cbor(value.value)
    if isinstance(value, Mapping):
        members = (write_cbor(key) + write_cbor(member) for key, member in value.items())
        return _head(_MAP, len(value)) + b"".join(members)
    if isinstance(value, Sequence):
        return _head(_LIST, len(value)) + b"".join(map(write_cbor, value))
    raise ValueError(f"a signer's CBOR knows no {type(value).__name__}")


def _head(kind: int, argument: int) -> bytes:
    """The kind with its argument, in the fewest bytes."""
    if argument >= _ARGUMENT_END:
        raise ValueError("an integer does not fit into 64 bits")
    if argument < _SHORT:
        return bytes((kind << 5 | argument,))
    size = next(size for size in (1, 2, 4, 8) if argument < 1 << 8 * size)
    return bytes((kind << 5 | _SHORT - 1 + size.bit_length(),)) + argument.to_bytes(size, "big")

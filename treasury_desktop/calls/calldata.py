"""Reading calldata, and telling whether it is written the one canonical way.

The EVM accepts odd offsets, gaps, overlaps and dirty padding; readers of the field then disagree
about what a call says. So we read as the EVM would, write the values back canonically and compare:
only equal bytes are a whole reading. The builders of calldata (deployments/, eth_abi) share no
code with this. Source: Solidity contract ABI specification.
"""

from functools import lru_cache
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import WORD, AbiType
from treasury_desktop.errors import Malformed

SPARE_WORDS = 4
"""Words read may exceed the words present only where offsets repeat: a bomb, or nonsense."""
_ADDRESS_PADDING = bytes(12)
_WHOLE_WORD = 256
"""Bits of an integer that no padding surrounds."""


class DecodedArguments(NamedTuple):
    """The values of a call's arguments and how their bytes differ from the canonical ones.

    Values are ints (bools as 0 and 1), bytes (strings too), addresses, and tuples of these.
    `trailing` is what follows a complete canonical encoding; `is_canonical` is False where the
    bytes before that differ (gaps, overlaps, dirty padding, odd offsets).
    """

    values: tuple[object, ...]
    is_canonical: bool
    trailing: bytes


def decode_arguments(parameters: AbiType, data: bytes) -> DecodedArguments:
    """The arguments encoded in data (without selector); Malformed where the EVM would revert."""
    if parameters.is_words:
        return _decode_words(parameters, data)
    values = _Reader(data).read_tuple(parameters, 0)
    canonical = encode_arguments(parameters, values)
    if data[: len(canonical)] == canonical:
        return DecodedArguments(values, is_canonical=True, trailing=data[len(canonical) :])
    return DecodedArguments(values, is_canonical=False, trailing=b"")


def _decode_words(parameters: AbiType, data: bytes) -> DecodedArguments:
    """The quick way for arguments that are one word each, as those of most batches are."""
    end = WORD * len(parameters.members)
    if end > len(data):
        raise Malformed("data", "the arguments run over the end of the calldata")
    values: list[object] = []
    is_canonical, number = True, int.from_bytes
    start = 0
    for kind in parameters.members:
        word = data[start : start + WORD]
        start += WORD
        if kind.kind == "address":
            values.append(_address(word[12:]))
            if not word.startswith(_ADDRESS_PADDING):
                is_canonical = False
        elif kind.bits == _WHOLE_WORD and kind.kind == "uint":
            values.append(number(word, "big"))
        else:
            value = _word_value(kind, word)
            values.append(value)
            if word != _encode_static(kind, value):
                is_canonical = False
    trailing = data[end:] if is_canonical else b""
    return tuple.__new__(DecodedArguments, (tuple(values), is_canonical, trailing))


_address = lru_cache(maxsize=4096)(Address)
"""Batches pay the same addresses again and again."""


def encode_arguments(parameters: AbiType, values: tuple[object, ...]) -> bytes:
    """The canonical encoding of values that were read: the proof that nothing was overlooked."""
    head_size = sum(member.head_size for member in parameters.members)
    head, tail = bytearray(), bytearray()
    for member, value in zip(parameters.members, values, strict=True):
        if member.is_dynamic:
            head += (head_size + len(tail)).to_bytes(WORD, "big")
            tail += _encode_dynamic(member, value)
        else:
            head += _encode_static(member, value)
    return bytes(head + tail)


def _encode_static(kind: AbiType, value: object) -> bytes:
    if isinstance(value, Address):
        return _ADDRESS_PADDING + value.raw
    if isinstance(value, int):
        return (value % 2**256).to_bytes(WORD, "big")
    if isinstance(value, bytes):
        return value.ljust(WORD, b"\0")
    assert isinstance(value, tuple)
    return encode_arguments(_as_tuple(kind, len(value)), value)


def _encode_dynamic(kind: AbiType, value: object) -> bytes:
    if isinstance(value, bytes):
        return len(value).to_bytes(WORD, "big") + value + bytes(-len(value) % WORD)
    assert isinstance(value, tuple)
    encoded = encode_arguments(_as_tuple(kind, len(value)), value)
    has_length = kind.kind == "array" and kind.size is None
    return len(value).to_bytes(WORD, "big") + encoded if has_length else encoded


def _as_tuple(kind: AbiType, length: int) -> AbiType:
    """An array seen as the tuple it is encoded like."""
    return kind if kind.kind == "tuple" else AbiType("tuple", members=kind.members * length)


def _word_value(kind: AbiType, word: bytes) -> object:
    """What the EVM takes from one word; bytes that do not belong to the type are cut off."""
    if kind.kind == "address":
        return Address(word[12:])
    if kind.kind == "fixed_bytes":
        return word[: kind.size]
    number = int.from_bytes(word, "big")
    if kind.kind == "bool":
        return int(number != 0)
    number %= 1 << kind.bits
    is_negative = kind.kind == "int" and number >> (kind.bits - 1)
    return number - (1 << kind.bits) if is_negative else number


class _Reader:
    """Reads values at offsets, as the EVM does, within the bytes that are there."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._words_left = len(data) // WORD + SPARE_WORDS
        # Two arguments that share their bytes are nonsense, and a bomb when they are batches.
        self._content_left = len(data)

    def read_tuple(self, kind: AbiType, start: int) -> tuple[object, ...]:
        """All members of a tuple whose heads begin at `start`; offsets count from there."""
        values: list[object] = []
        position = start
        for member in kind.members:
            values.append(self._read_member(member, start, position))
            position += member.head_size
        return tuple(values)

    def _read_member(self, kind: AbiType, start: int, position: int) -> object:
        if kind.is_dynamic:
            return self._read_dynamic(kind, start + self._number(position))
        return self._read_static(kind, position)

    def _read_dynamic(self, kind: AbiType, position: int) -> object:
        if kind.kind in ("bytes", "string"):
            return self._content(position + WORD, self._number(position))
        if kind.kind == "tuple":
            return self.read_tuple(kind, position)
        if kind.size is not None:
            return self.read_tuple(self._array(kind, kind.size, position), position)
        length = self._number(position)
        return self.read_tuple(self._array(kind, length, position), position + WORD)

    def _array(self, kind: AbiType, length: int, position: int) -> AbiType:
        item_size = max(kind.members[0].head_size, 1)
        if length * item_size > len(self._data) - position:
            raise Malformed("data", f"an array claims {length} items, more than the bytes hold")
        return _as_tuple(kind, length)

    def _read_static(self, kind: AbiType, position: int) -> object:
        if kind.kind not in ("tuple", "array"):
            return _word_value(kind, self._word(position))
        if not kind.head_size:
            self._spend_word()  # what takes no room could be there without end
        members = kind if kind.kind == "tuple" else self._array(kind, kind.size or 0, position)
        return self.read_tuple(members, position)

    def _content(self, position: int, length: int) -> bytes:
        """The bytes of a `bytes` or `string`; all of them together are no more than there are."""
        self._content_left -= length
        if self._content_left < 0:
            raise Malformed("data", "the arguments claim more bytes than there are")
        return self._slice(position, length)

    def _number(self, position: int) -> int:
        return int.from_bytes(self._word(position), "big")

    def _word(self, position: int) -> bytes:
        self._spend_word()
        return self._slice(position, WORD)

    def _spend_word(self) -> None:
        self._words_left -= 1
        if self._words_left < 0:
            raise Malformed("data", "offsets repeat so often that the arguments cannot be meant")

    def _slice(self, position: int, length: int) -> bytes:
        if position < 0 or length > len(self._data) or position + length > len(self._data):
            raise Malformed("data", "the arguments run over the end of the calldata")
        return self._data[position : position + length]

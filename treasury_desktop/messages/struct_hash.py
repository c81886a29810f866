"""EIP-712 hashes of typed data from the values that were read: the first of two derivations.

`struct_hash_again.py` is the second. They share nothing but keccak. Source: EIP-712, "Definition of
encodeData" and "hashStruct".
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.messages.typed_data import DOMAIN_TYPE, TypedData, encoded_type
from treasury_desktop.messages.typed_values import StructTypes, StructValue, Value
from treasury_desktop.messages.value_type import ValueType

WORD = 32


def typed_data_hash(data: TypedData) -> bytes:
    """keccak256(0x1901 ‖ domainSeparator ‖ hashStruct(message))."""
    hasher = _Hasher(data.types)
    assert data.domain.type_name == DOMAIN_TYPE
    return keccak(b"\x19\x01" + hasher.struct(data.domain) + hasher.struct(data.message))


class _Hasher:
    """Remembers type hashes, because an array may hold thousands of one struct."""

    def __init__(self, types: StructTypes) -> None:
        self._types = types
        self._type_hashes: dict[str, bytes] = {}

    def struct(self, value: StructValue) -> bytes:
        """EIP-712 hashStruct."""
        words = (
            self._word(member.type, each)
            for member, each in zip(value.members, value.values, strict=True)
        )
        return keccak(self._type_hash(value.type_name) + b"".join(words))

    def _type_hash(self, name: str) -> bytes:
        if name not in self._type_hashes:
            self._type_hashes[name] = keccak(encoded_type(name, self._types).encode())
        return self._type_hashes[name]

    def _word(self, kind: ValueType, value: Value) -> bytes:
        """The 32 bytes that a value becomes inside of encodeData."""
        if kind.is_array:
            assert isinstance(value, tuple)
            return keccak(b"".join(self._word(kind.element, each) for each in value))
        if isinstance(value, StructValue):
            return self.struct(value)
        if isinstance(value, Address):
            return value.raw.rjust(WORD, b"\0")
        if isinstance(value, str):
            return keccak(value.encode())
        if isinstance(value, bytes):
            return keccak(value) if kind.base == "bytes" else value.ljust(WORD, b"\0")
        assert isinstance(value, int)
        return (value % (1 << 8 * WORD)).to_bytes(WORD, "big")

"""The values of typed data, each read by its Solidity type and by nothing else.

Numbers may be JSON integers, decimal text or, unsigned, hex text: wallets write all three and mean
the same. What a wallet would cut, fill up or reinterpret is refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Malformed
from treasury_desktop.messages.value_type import ValueType

MAX_VALUES = 10_000
MAX_DEPTH = 24

_DECIMAL = re.compile(r"0|-?[1-9][0-9]{0,77}", re.ASCII)
_HEX_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,64}", re.ASCII)
_HEX_BYTES = re.compile(r"0x(?:[0-9a-fA-F]{2})*", re.ASCII)


class Member(NamedTuple):
    """A member of a struct type."""

    name: str
    type: ValueType


@dataclass(frozen=True, slots=True)
class StructValue:
    """A struct: the name of its type, and its values in the order of the type's members."""

    type_name: str
    members: tuple[Member, ...]
    values: tuple["Value", ...]

    def __getitem__(self, name: str) -> "Value":
        """The value of a member; KeyError where the type has none of that name."""
        for member, value in zip(self.members, self.values, strict=True):
            if member.name == name:
                return value
        raise KeyError(name)

    def has(self, name: str) -> bool:
        """Whether the type has a member of that name."""
        return any(member.name == name for member in self.members)


Value = bool | int | bytes | str | Address | tuple["Value", ...] | StructValue
StructTypes = Mapping[str, tuple[Member, ...]]


def addresses_in(struct: StructValue) -> Iterator[Address]:
    """Every address in a struct, those inside arrays and other structs too."""
    pending: list[Value] = [struct]
    while pending:
        value = pending.pop()
        if isinstance(value, Address):
            yield value
        elif isinstance(value, StructValue):
            pending.extend(reversed(value.values))
        elif isinstance(value, tuple):
            pending.extend(reversed(value))


class ValueReader:
    """Reads values of described types, and stops where there are too many of them."""

    def __init__(self, types: StructTypes) -> None:
        self._types = types
        self._left = MAX_VALUES

    def struct(self, name: str, value: object, path: str, depth: int = 0) -> StructValue:
        """The struct an object describes: every member of its type, and no other."""
        if not isinstance(value, dict):
            raise Malformed(path, f"is an object with the members of {name}")
        members = self._types[name]
        names = {member.name for member in members}
        for key in value:
            if key not in names:
                raise Malformed(path, f"has a member {key[:64]!r} that {name} does not have")
        for member in members:
            if member.name not in value:
                raise Malformed(f"{path}.{member.name}", f"is missing; {name} has it")
        read = tuple(
            self.value(member.type, value[member.name], f"{path}.{member.name}", depth + 1)
            for member in members
        )
        return StructValue(name, members, read)

    def value(self, kind: ValueType, value: object, path: str, depth: int) -> Value:
        """A value of a type; Malformed names where it stands."""
        self._left -= 1
        if self._left < 0:
            raise Malformed(path, f"typed data has at most {MAX_VALUES:,} values")
        if depth > MAX_DEPTH:
            raise Malformed(path, f"is nested deeper than {MAX_DEPTH} levels")
        if kind.is_array:
            return self._array(kind, value, path, depth)
        if not kind.is_elementary:
            return self.struct(kind.base, value, path, depth)
        return _elementary(kind, value, path)

    def _array(self, kind: ValueType, value: object, path: str, depth: int) -> Value:
        if not isinstance(value, list):
            raise Malformed(path, f"is a list, for its type is {kind}")
        length = kind.lengths[-1]
        if length is not None and len(value) != length:
            raise Malformed(path, f"has {len(value)} elements; {kind} has {length}")
        return tuple(
            self.value(kind.element, one, f"{path}[{index}]", depth + 1)
            for index, one in enumerate(value)
        )


def _elementary(kind: ValueType, value: object, path: str) -> Value:
    if kind.base == "address":
        return Address.parse(value, path)
    if kind.base == "bool":
        if not isinstance(value, bool):
            raise Malformed(path, "is true or false")
        return value
    if kind.base == "string":
        if not isinstance(value, str):
            raise Malformed(path, "is a text")
        return value
    if kind.base.startswith("bytes"):
        return _bytes(kind, value, path)
    return _integer(kind, value, path)


def _bytes(kind: ValueType, value: object, path: str) -> bytes:
    if not isinstance(value, str) or not _HEX_BYTES.fullmatch(value):
        raise Malformed(path, "is 0x and an even number of hex digits")
    content = bytes.fromhex(value[2:])
    if kind.base != "bytes" and len(content) != kind.size:
        raise Malformed(path, f"has {len(content)} bytes; {kind} has {kind.size}")
    return content


def _integer(kind: ValueType, value: object, path: str) -> int:
    number = _number(value, is_signed=kind.is_signed)
    if number is None:
        raise Malformed(path, f"is a whole number of the type {kind}, as a number or as text")
    low = -(1 << kind.bits - 1) if kind.is_signed else 0
    high = (1 << kind.bits - (1 if kind.is_signed else 0)) - 1
    if not low <= number <= high:
        raise Malformed(path, f"does not fit the type {kind}")
    return number


def _number(value: object, *, is_signed: bool) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    if _DECIMAL.fullmatch(value):
        return int(value)
    return int(value, 16) if not is_signed and _HEX_NUMBER.fullmatch(value) else None

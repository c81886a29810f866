"""Solidity types and function signatures, read from the text people write.

`transfer(address to,uint256 amount)` → a name, a selector and named parameters. Only the types
the ABI specification lists exist; `uint` and other aliases are not types on the wire.
"""

from dataclasses import dataclass
from functools import cached_property

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Malformed

MAX_TYPE_DEPTH = 16
WORD = 32
_WHOLE_BITS = 256
_LONGEST_LENGTH = 9
"""Digits of a fixed array's length: more items than any calldata could hold."""


@dataclass(frozen=True)
class AbiType:
    """One ABI type. `kind` is address, bool, uint, int, fixed_bytes, bytes, string, array or tuple.

    `bits` is the width of integers, `size` the bytes of bytesN or the length of a fixed array
    (`None` for a dynamic one), `members` the item type of an array or the types of a tuple.
    """

    kind: str
    bits: int = 0
    size: int | None = None
    members: tuple["AbiType", ...] = ()
    names: tuple[str, ...] = ()

    @cached_property
    def is_dynamic(self) -> bool:
        """Whether it is encoded behind an offset."""
        if self.kind == "array" and self.size is None:
            return True
        return self.kind in ("bytes", "string") or any(m.is_dynamic for m in self.members)

    @cached_property
    def holds_text(self) -> bool:
        """Whether it is a string or has one anywhere in it."""
        return self.kind == "string" or any(member.holds_text for member in self.members)

    @cached_property
    def is_words(self) -> bool:
        """Whether it is a tuple of which every member is one word."""
        compound = ("array", "tuple", "bytes", "string")
        return self.kind == "tuple" and all(m.kind not in compound for m in self.members)

    @cached_property
    def head_size(self) -> int:
        """Bytes it occupies where it is declared: 32 for dynamic types."""
        if self.is_dynamic:
            return WORD
        if self.kind == "array":
            return self.members[0].head_size * (self.size or 0)
        return sum(m.head_size for m in self.members) if self.kind == "tuple" else WORD

    def __str__(self) -> str:
        match self.kind:
            case "uint" | "int":
                return f"{self.kind}{self.bits}"
            case "fixed_bytes":
                return f"bytes{self.size}"
            case "array":
                return f"{self.members[0]}[{'' if self.size is None else self.size}]"
            case "tuple":
                return "(" + ",".join(str(member) for member in self.members) + ")"
            case _:
                return self.kind


@dataclass(frozen=True)
class Function:
    """A function by name and named parameters."""

    name: str
    parameters: AbiType

    @cached_property
    def signature(self) -> str:
        """The canonical text whose hash starts with the selector: transfer(address,uint256)."""
        return f"{self.name}{self.parameters}"

    @cached_property
    def selector(self) -> bytes:
        """The first four bytes of calldata that calls it."""
        return keccak(self.signature.encode())[:4]


def parse_function(text: str, field: str = "abi") -> Function:
    """A function from `name(type name,…)`; parameter names may be missing."""
    name, opening, rest = text.partition("(")
    if not opening or not rest.endswith(")") or not _is_identifier(name):
        raise Malformed(field, f"{text[:80]!r} is no function signature")
    return Function(name, _parse_tuple(rest[:-1], field, depth=0))


def parse_type(text: str, field: str = "abi", *, depth: int = 0) -> AbiType:
    """The type a text names; refuses everything the ABI specification does not list."""
    if depth > MAX_TYPE_DEPTH:
        raise Malformed(field, "types are nested too deeply")
    found: AbiType | None = None
    if text in ("address", "bool", "bytes", "string"):
        found = AbiType(text)
    elif text.endswith("]"):
        item, opening, length = text[:-1].rpartition("[")
        size = _number(length, _LONGEST_LENGTH)
        if opening and (not length or size is not None):
            found = AbiType("array", size=size, members=(parse_type(item, field, depth=depth + 1),))
    elif text.startswith("(") and text.endswith(")"):
        found = _parse_tuple(text[1:-1], field, depth=depth + 1)
    else:
        found = _sized_type(text)
    if found is None:
        raise Malformed(field, f"{text[:80]!r} is no ABI type")
    return found


def _sized_type(text: str) -> AbiType | None:
    """uint8 … uint256, int8 … int256 or bytes1 … bytes32."""
    kind = text.rstrip("0123456789")
    size = _number(text[len(kind) :], 3)
    if size is None:
        return None
    if kind in ("uint", "int") and size % 8 == 0 and 8 <= size <= _WHOLE_BITS:  # noqa: PLR2004
        return AbiType(kind, bits=size)
    if kind == "bytes" and 1 <= size <= WORD:
        return AbiType("fixed_bytes", size=size)
    return None


def _number(digits: str, most_digits: int) -> int | None:
    """A number without sign and leading zeros, or `None`."""
    if not digits or len(digits) > most_digits or not (digits.isascii() and digits.isdigit()):
        return None
    return None if digits[0] == "0" and digits != "0" else int(digits)


def _parse_tuple(inner: str, field: str, *, depth: int) -> AbiType:
    members: list[AbiType] = []
    names: list[str] = []
    for part in _split_members(inner):
        kind, name = _split_name(part.strip())
        members.append(parse_type(kind, field, depth=depth + 1))
        names.append(name)
    return AbiType("tuple", members=tuple(members), names=tuple(names))


def _split_members(inner: str) -> list[str]:
    """The comma-separated members, not looking into nested parentheses."""
    if "(" not in inner:
        return inner.split(",") if inner.strip() else []
    parts: list[str] = []
    depth, start = 0, 0
    for position, character in enumerate(inner):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append(inner[start:position])
            start = position + 1
    return [*parts, inner[start:]]


def _split_name(part: str) -> tuple[str, str]:
    """A member's type and its name, which may be missing."""
    kind, space, name = part.rpartition(" ")
    if space and _is_identifier(name):
        return kind.strip(), name
    return part, ""


def _is_identifier(text: str) -> bool:
    """A name as Solidity writes it: Python's, in ASCII, and with dollars."""
    return text.isascii() and text.replace("$", "_").isidentifier()

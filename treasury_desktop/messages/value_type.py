"""The types of EIP-712 members, read from their names: `uint256`, `Person`, `bytes32[2][]`.

A name that two readers could understand differently (`uint` without its size, blanks, leading
zeros) is refused: the name itself is hashed.
"""

import re
from typing import NamedTuple

from treasury_desktop.errors import Malformed

MAX_NAME = 64
MAX_DIMENSIONS = 4
MAX_ARRAY_LENGTH = 10_000
WHOLE_BITS = 256

_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_WITH_ARRAYS = re.compile(r"([A-Za-z_$][A-Za-z0-9_$]*)((?:\[[0-9]*\])*)", re.ASCII)
_ARRAY = re.compile(r"\[([0-9]*)\]", re.ASCII)
_SIZED = re.compile(r"(u?int|bytes)([1-9][0-9]{0,2})", re.ASCII)
_RESERVED = re.compile(r"(?:u?int|bytes)[0-9]*|address|bool|string|u?fixed(?:[0-9]+x[0-9]+)?")
_UNSIZED = frozenset(("address", "bool", "string", "bytes"))


class ValueType(NamedTuple):
    """A type by the name of its innermost element and its array lengths, the outermost last.

    A length of `None` is that of an array of any length.
    """

    base: str
    lengths: tuple[int | None, ...] = ()

    @property
    def is_array(self) -> bool:
        """Whether values of it are lists."""
        return bool(self.lengths)

    @property
    def is_elementary(self) -> bool:
        """Whether its innermost element is no struct."""
        return is_elementary(self.base)

    @property
    def element(self) -> "ValueType":
        """What an array of this type is a list of."""
        return ValueType(self.base, self.lengths[:-1])

    @property
    def bits(self) -> int:
        """The size of an integer type."""
        return int(self.base.removeprefix("u").removeprefix("int"))

    @property
    def is_signed(self) -> bool:
        """Whether an integer type has negative values."""
        return self.base.startswith("int")

    @property
    def size(self) -> int:
        """The length of a bytesN type."""
        return int(self.base.removeprefix("bytes"))

    def __str__(self) -> str:
        return self.base + "".join(f"[{'' if n is None else n}]" for n in self.lengths)


def parse_value_type(text: str, field: str) -> ValueType:
    """The type a name stands for; whether a struct of that name is described is not asked here."""
    match = _WITH_ARRAYS.fullmatch(text) if len(text) <= 2 * MAX_NAME else None
    if match is None or len(match.group(1)) > MAX_NAME:
        raise Malformed(field, 'a type is a name such as "uint256", "Person" or "bytes32[2][]"')
    base = match.group(1)
    if _RESERVED.fullmatch(base) and not is_elementary(base):
        raise Malformed(field, f"{base} is no Solidity type with its size, such as uint256")
    lengths = tuple(_length(found, field) for found in _ARRAY.findall(match.group(2)))
    if len(lengths) > MAX_DIMENSIONS:
        raise Malformed(field, f"arrays have at most {MAX_DIMENSIONS} dimensions")
    return ValueType(base, lengths)


def is_elementary(name: str) -> bool:
    """Whether a name is that of a Solidity value type that EIP-712 encodes."""
    if name in _UNSIZED:
        return True
    match = _SIZED.fullmatch(name)
    if match is None:
        return False
    size = int(match.group(2))
    return size <= WHOLE_BITS // 8 if match.group(1) == "bytes" else size in _INTEGER_SIZES


def checked_name(text: str, field: str) -> str:
    """The name of a struct or of a member."""
    if len(text) > MAX_NAME or not _NAME.fullmatch(text):
        raise Malformed(field, f"a name has letters, digits and _, at most {MAX_NAME} of them")
    return text


def is_reserved(name: str) -> bool:
    """Whether Solidity itself uses a name, so that no struct may have it."""
    return _RESERVED.fullmatch(name) is not None


_INTEGER_SIZES = range(8, WHOLE_BITS + 1, 8)


def _length(digits: str, field: str) -> int | None:
    if not digits:
        return None
    if digits.startswith("0") or len(digits) > len(str(MAX_ARRAY_LENGTH)):
        raise Malformed(field, "an array's length is a number above 0 without leading zeros")
    length = int(digits)
    if length > MAX_ARRAY_LENGTH:
        raise Malformed(field, f"an array has at most {MAX_ARRAY_LENGTH:,} elements")
    return length

"""One table of a file, read field by field until nothing is left over.

Whoever reads a file of ours says which fields it has; what is missing, of another type or not
expected is refused by its full path, so that a typing mistake never becomes a silent default.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.errors import Malformed

_DECIMAL_INTEGER = re.compile(r"0|-?[1-9]\d{0,77}", re.ASCII)
_FRACTION = re.compile(r"(-?\d{1,400})(?:/([1-9]\d{0,399}))?", re.ASCII)
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_HEX = re.compile(r"0x(?:[0-9a-f]{2})*", re.ASCII)

T = TypeVar("T")


class Fields:
    """The fields of one table, each to be taken once; `done` refuses what was not taken."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise Malformed(path, "has to be a table of fields")
        self._left: dict[str, object] = dict(value)
        self.path = path

    def path_of(self, name: str) -> str:
        """The full path of a field, as a sentence names it."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field is there and not taken yet."""
        return name in self._left

    def is_null(self, name: str) -> bool:
        """Whether the field is there as null."""
        return name in self._left and self._left[name] is None

    def take(self, name: str) -> object:
        """The bare value of a field that has to be there."""
        if name not in self._left:
            raise Malformed(self.path_of(name), "is missing")
        return self._left.pop(name)

    def text(self, name: str) -> str:
        """A text."""
        value = self.take(name)
        if not isinstance(value, str):
            raise Malformed(self.path_of(name), "has to be a text")
        return value

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self.take(name)
        if not isinstance(value, bool):
            raise Malformed(self.path_of(name), "has to be true or false")
        return value

    def integer(self, name: str, *, low: int = -(2**53), high: int = 2**53) -> int:
        """A whole number written as a number; `low` and `high` are both allowed themselves."""
        value = self.take(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Malformed(self.path_of(name), "has to be a whole number")
        if not low <= value <= high:
            raise Malformed(self.path_of(name), f"has to lie between {low} and {high}")
        return value

    def decimal(self, name: str) -> int:
        """A whole number written as text, without leading zeros, of at most 78 digits."""
        text = self.text(name)
        if not _DECIMAL_INTEGER.fullmatch(text):
            raise Malformed(self.path_of(name), "has to be a whole number written as text")
        return int(text)

    def fraction(self, name: str) -> Fraction:
        """An exact fraction such as "5/2"."""
        match = _FRACTION.fullmatch(self.text(name))
        if match is None:
            raise Malformed(self.path_of(name), 'has to be an exact fraction such as "5/2"')
        return Fraction(int(match.group(1)), int(match.group(2) or "1"))

    def hex_bytes(self, name: str, *, length: int | None = None) -> bytes:
        """Bytes as lower-case hex after 0x."""
        text = self.text(name)
        if not _HEX.fullmatch(text) or (length is not None and len(text) != 2 + 2 * length):
            expected = "" if length is None else f" of {length} bytes"
            raise Malformed(self.path_of(name), f"has to be 0x and lower-case hex{expected}")
        return bytes.fromhex(text[2:])

    def address(self, name: str) -> Address:
        """An address; a broken EIP-55 checksum is refused."""
        return Address.parse(self.take(name), self.path_of(name))

    def optional(self, name: str, read: Callable[[str], T], default: T) -> T:
        """What `read` makes of the field, or the default where the field is absent."""
        return read(name) if self.has(name) else default

    def nullable(self, name: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of the field, or `None` where it says null."""
        if self.is_null(name):
            del self._left[name]
            return None
        return read(name)

    def each(self, name: str, read: Callable[["Fields"], T]) -> tuple[T, ...]:
        """A list of tables, each read to its end by `read`."""
        return tuple(
            read_table(value, f"{self.path_of(name)}[{index}]", read)
            for index, value in enumerate(self._list(name))
        )

    def addresses(self, name: str) -> tuple[Address, ...]:
        """A list of addresses."""
        return tuple(
            Address.parse(value, f"{self.path_of(name)}[{index}]")
            for index, value in enumerate(self._list(name))
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts."""
        values = self._list(name)
        texts = tuple(value for value in values if isinstance(value, str))
        if len(texts) != len(values):
            raise Malformed(self.path_of(name), "has to be a list of texts")
        return texts

    def done(self) -> None:
        """Refuses the first field nobody expected; a stranger may have chosen its name."""
        for name in self._left:
            raise Malformed(self.path_of(_shown(name)), "is not a field known here")

    def _list(self, name: str) -> list[object]:
        value = self.take(name)
        if not isinstance(value, list):
            raise Malformed(self.path_of(name), "has to be a list")
        return value


def _shown(name: str) -> str:
    """A plain name as it is; any other quoted, cut, with what hides or steers made visible."""
    return name if _PLAIN_NAME.fullmatch(name) else f'"{plain(name, limit=NAME_LIMIT)}"'


def read_table(value: object, path: str, read: Callable[[Fields], T]) -> T:
    """What `read` makes of a table: all of it, or a refusal.

    Core values refuse the impossible with ValueError; here that is a flaw of the file.
    """
    fields = Fields(value, path)
    try:
        made = read(fields)
    except ValueError as impossible:
        raise Malformed(path, str(impossible)) from None
    fields.done()
    return made

"""Reading JSON members strictly: every refusal names the field it is about."""

import json
import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.errors import Malformed

T = TypeVar("T")
_DIGITS = re.compile(r"0|[1-9]\d{0,77}", re.ASCII)
_SIGNED_DIGITS = re.compile(r"0|-?[1-9]\d{0,77}", re.ASCII)
_HEX = re.compile(r"0x([0-9a-fA-F]*)", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,77})(?:\.\d{1,78})?", re.ASCII)
_PLAIN_KEY = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
MAX_SHOWN_KEY = 64
LARGEST_PLAIN_INTEGER = 2**53
HASH_LENGTH = 32


class Fields:
    """The members of one JSON object, read by name, each with the path that names it."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, dict):
            raise Malformed(path, "must be a JSON object")
        self._members: dict[str, object] = value
        self._path = path

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Refuse members nobody defined: new fields come with a new format version."""
        extra = sorted(set(self._members) - set(known))
        if extra:
            raise Malformed(self.path(_shown_key(extra[0])), "is no member of this format")

    def path(self, name: str) -> str:
        """The full path of a member."""
        return f"{self._path}.{name}" if self._path else name

    def has(self, name: str) -> bool:
        """Whether the member is there, be it null."""
        return name in self._members

    def raw(self, name: str) -> object:
        """The member as JSON gave it, `None` where it is absent."""
        return self._members.get(name)

    def inner(self, name: str) -> "Fields":
        """The object under a name; an empty one where it is absent or null."""
        value = self._members.get(name)
        return Fields({} if value is None else value, self.path(name))

    def required(self, name: str, read: Callable[[object, str], T]) -> T:
        """The member, which must be there."""
        if name not in self._members:
            raise Malformed(self.path(name), "is missing")
        return read(self._members[name], self.path(name))

    def known(self, name: str, read: Callable[[object, str], T]) -> T | Unknown:
        """The member, or UNKNOWN where it is absent."""
        return self.required(name, read) if name in self._members else UNKNOWN

    def said(self, name: str, read: Callable[[object, str], T | Unknown]) -> T | Unknown:
        """The member, or UNKNOWN where it is absent or null."""
        return UNKNOWN if self._members.get(name) is None else self.required(name, read)

    def known_or_none(self, name: str, read: Callable[[object, str], T]) -> T | Unknown | None:
        """The member, `None` where it is null, UNKNOWN where it is absent."""
        if name in self._members and self._members[name] is None:
            return None
        return self.known(name, read)

    def otherwise(self, name: str, read: Callable[[object, str], T], default: T) -> T:
        """The member, or a default where it is absent or null."""
        return default if self._members.get(name) is None else self.required(name, read)


def _shown_key(key: str) -> str:
    """A key nobody defined, in a form that cannot mislead the eye."""
    cut = key if len(key) <= MAX_SHOWN_KEY else key[:MAX_SHOWN_KEY] + "…"
    return cut if _PLAIN_KEY.fullmatch(key) else json.dumps(cut)


def items(value: object, path: str, read: Callable[[object, str], T]) -> tuple[T, ...]:
    """A list whose items are all read the same way; null is an empty one."""
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Malformed(path, "must be a list")
    return tuple(read(item, f"{path}[{place}]") for place, item in enumerate(value))


def each(read: Callable[[object, str], T]) -> Callable[[object, str], tuple[T, ...]]:
    """A reader of lists from a reader of items."""
    return lambda value, path: items(value, path, read)


def telling(read: Callable[[object, str], T | None]) -> Callable[[object, str], tuple[T, ...]]:
    """A reader of lists that passes over entries which say nothing about anything."""
    return lambda value, path: tuple(
        entry for entry in items(value, path, read) if entry is not None
    )


def text(value: object, path: str) -> str:
    """Any text; shown only after `untrusted_text.plain`."""
    if not isinstance(value, str):
        raise Malformed(path, "must be a text")
    return value


def flag(value: object, path: str) -> bool:
    """A JSON true or false, and nothing that looks like them."""
    if not isinstance(value, bool):
        raise Malformed(path, "must be true or false")
    return value


def address(value: object, path: str) -> Address:
    """An address with a right EIP-55 checksum, or none."""
    return Address.parse(value, path)


def unsigned(bits: int) -> Callable[[object, str], int]:
    """A reader of quantities of a Solidity width: decimal text or a plain integer."""

    def read(value: object, path: str) -> int:
        number = _integer(value, path, _DIGITS)
        if not 0 <= number < 1 << bits:
            raise Malformed(path, f"is outside uint{bits}")
        return number

    return read


def signed(value: object, path: str) -> int:
    """A signed quantity within int256."""
    number = _integer(value, path, _SIGNED_DIGITS)
    if not -(1 << 255) <= number < 1 << 255:
        raise Malformed(path, "is outside int256")
    return number


def _integer(value: object, path: str, pattern: re.Pattern[str]) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST_PLAIN_INTEGER:
            raise Malformed(path, "is above 2^53 and has to be written as decimal text")
        return value
    if isinstance(value, str) and pattern.fullmatch(value):
        return int(value)
    raise Malformed(path, "must be a whole number, as decimal text or a plain integer")


def hex_bytes(value: object, path: str) -> bytes:
    """Bytes as 0x and hex of even length."""
    match = _HEX.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise Malformed(path, "must be hex bytes starting with 0x")
    if len(match.group(1)) % 2:
        raise Malformed(path, "has an odd number of hex digits")
    return bytes.fromhex(match.group(1))


def hash32(value: object, path: str) -> bytes:
    """Exactly 32 bytes."""
    raw = hex_bytes(value, path)
    if len(raw) != HASH_LENGTH:
        raise Malformed(path, f"must have 32 bytes, not {len(raw)}")
    return raw


def storage_word(value: object, path: str) -> int:
    """A storage slot or word: hex of any length up to 32 bytes, or decimal text."""
    match = _HEX.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return unsigned(256)(value, path)
    if len(match.group(1)) > HASH_LENGTH * 2:
        raise Malformed(path, "is longer than a storage word")
    return int(match.group(1) or "0", 16)


def dollars(value: object, path: str) -> Fraction:
    """A dollar figure as decimal text or a plain integer; may be negative."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Fraction(_integer(value, path, _SIGNED_DIGITS))
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return Fraction(value)
    raise Malformed(path, 'must be decimal text such as "2500.00"')

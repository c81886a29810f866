"""CBOR as air-gapped signers write it (RFC 8949), read so that a value has one spelling only.

Definite lengths, shortest integers, no floats, no repeated keys, nothing after the value; what a
signer's QR code needs and not more. Lengths are checked against the bytes that are there.
"""

from dataclasses import dataclass

from treasury_desktop.errors import Malformed

MAX_DEPTH = 16
FIELD = "cbor"
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _LIST, _MAP, _TAG, _SIMPLE = range(8)
_SHORT = 24
"""Below it the argument is in the first byte; from it to 27 it is in the 1, 2, 4 or 8 next."""

_SIMPLE_VALUES = {20: False, 21: True, 22: None}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value with a number that says what kind of thing it is."""

    tag: int
    value: object


def read_cbor(content: bytes) -> object:
    """The one value in the bytes: integers, bytes, text, lists, maps and tagged ones of these."""
    reader = _Reader(content)
    value = reader.value(MAX_DEPTH)
    if reader.position != len(content):
        raise Malformed(FIELD, "has bytes after its value")
    return value


class _Reader:
    """Reads forward through the bytes."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.position = 0

    def value(self, depth_left: int) -> object:
        if not depth_left:
            raise Malformed(FIELD, f"is nested deeper than {MAX_DEPTH} levels")
        kind, argument = self._head()
        if kind in (_UNSIGNED, _NEGATIVE):
            return argument if kind == _UNSIGNED else -1 - argument
        if kind in (_BYTES, _TEXT):
            return self._take(argument) if kind == _BYTES else self._text(argument)
        if kind == _LIST:
            return [self.value(depth_left - 1) for _ in range(self._bounded(argument))]
        if kind == _MAP:
            return self._map(self._bounded(argument), depth_left - 1)
        is_tag = kind == _TAG
        return Tagged(argument, self.value(depth_left - 1)) if is_tag else _simple(argument)

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        kind, low = first >> 5, first & 31
        if low < _SHORT:
            return kind, low
        if kind == _SIMPLE or low > _SHORT + 3:
            raise Malformed(FIELD, "holds a kind of value that no signing request has")
        size = 1 << low - _SHORT
        argument = int.from_bytes(self._take(size), "big")
        smallest = _SHORT if size == 1 else 1 << 4 * size
        if argument < smallest:
            raise Malformed(FIELD, "writes a number longer than needed")
        return kind, argument

    def _take(self, size: int) -> bytes:
        taken = self._content[self.position : self.position + size]
        if len(taken) != size:
            raise Malformed(FIELD, "is cut off")
        self.position += size
        return taken

    def _bounded(self, number: int) -> int:
        """How many members follow; each has at least one byte."""
        if number > len(self._content) - self.position:
            raise Malformed(FIELD, "is cut off")
        return number

    def _text(self, size: int) -> str:
        try:
            return self._take(size).decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed(FIELD, "holds text that is not UTF-8") from None

    def _map(self, number: int, depth_left: int) -> dict[int | str, object]:
        members: dict[int | str, object] = {}
        for _ in range(number):
            key = self.value(depth_left)
            if isinstance(key, bool) or not isinstance(key, int | str):
                raise Malformed(FIELD, "has a key that is neither number nor text")
            if key in members:
                raise Malformed(FIELD, "has the same key twice")
            members[key] = self.value(depth_left)
        return members


def _simple(argument: int) -> bool | None:
    if argument not in _SIMPLE_VALUES:
        raise Malformed(FIELD, "holds a kind of value that no signing request has")
    return _SIMPLE_VALUES[argument]

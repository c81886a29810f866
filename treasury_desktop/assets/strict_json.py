"""JSON from outside, read so that no two programs can see different things in the same bytes.

Everything a stranger sends passes here: bundles, batch files, service answers. The standard
library's C scanner does the work; what it is lenient about (duplicate keys, floats, NaN, huge
integers, lone surrogates, depth) is refused with the path of the offending value.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple, cast

from treasury_desktop.errors import Malformed

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]
JsonSource = None | bool | int | str | Sequence["JsonSource"] | Mapping[str, "JsonSource"]

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
MAX_INTEGER = 2**53
"""Beyond this JavaScript readers see another number than we do, so larger figures are text."""

_MAX_INTEGER_DIGITS = len(f"-{MAX_INTEGER}")
_BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")
_PLAIN_KEY = re.compile(r"[A-Za-z_]\w{0,63}", re.ASCII)
_MAX_SHOWN_KEY = 64
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class _Flaw(NamedTuple):
    """Stands in the parsed tree where the file breaks a rule; `key` names a doubled key."""

    problem: str
    key: str | None = None


def read_json(
    data: bytes, *, max_bytes: int = MAX_BYTES, fractions_as_text: bool = False
) -> JsonValue:
    """The value the bytes write down; raises Malformed with the JSON path of what is wrong.

    Refuses more than `max_bytes` (8 MiB), a BOM, invalid UTF-8, depth above 64, duplicate keys,
    floats, NaN, integers beyond ±2⁵³, lone surrogates and everything RFC 8259 refuses. With
    `fractions_as_text` floats are the text they are written as, which no figure of ours is.
    """
    text = _text_of(data, max_bytes)
    _refuse_depth(data)
    flaws: list[_Flaw] = []
    value = _scan(text, flaws, fractions_as_text=fractions_as_text)
    if flaws or _SURROGATE_ESCAPE.search(data):
        found = _first_flaw(value)
        if found is not None:
            raise Malformed(_path_text(found[0]), found[1])
    return cast("JsonValue", value)  # no flaw stands in it


def read_json_object(data: bytes, *, max_bytes: int = MAX_BYTES) -> dict[str, JsonValue]:
    """As `read_json`, for files whose outermost value has to be an object."""
    value = read_json(data, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise Malformed("", "the file holds no JSON object")
    return value


def canonical_json(value: JsonSource) -> bytes:
    """The one way to write a value down (RFC 8785), without a final newline.

    Our values are text, integers within ±2⁵³, booleans, null, lists and objects; anything else,
    a depth above 64 or a lone surrogate is our own mistake and raises ValueError.
    """
    return json_in_order(_ordered(value, MAX_DEPTH))


def json_in_order(value: JsonSource) -> bytes:
    """As `canonical_json`, for values of ours that were made in canonical order: takes their word.

    A batch's report has a million members; looking at each again takes as long as writing it.
    """
    return _ENCODER.encode(value).encode()


def _text_of(data: bytes, max_bytes: int) -> str:
    if len(data) > max_bytes:
        raise Malformed("", f"the file has {len(data):,} bytes; at most {max_bytes:,} are read")
    if data.startswith(_BYTE_ORDER_MARKS):
        raise Malformed("", "the file begins with a byte order mark; plain UTF-8 has none")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("", f"byte {error.start:,} is not valid UTF-8") from None


def _refuse_depth(data: bytes) -> None:
    """Counts brackets outside of strings before anything recursive sees them."""
    unescaped = data.replace(rb"\\", b"").replace(rb"\"", b"")
    outside_strings = b"".join(unescaped.split(b'"')[::2])
    brackets = outside_strings.translate(None, _NO_BRACKETS)
    steps = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
    if max(accumulate(map(steps.__getitem__, brackets)), default=0) > MAX_DEPTH:
        raise Malformed("", f"values are nested deeper than {MAX_DEPTH} levels")


def _scan(text: str, flaws: list[_Flaw], *, fractions_as_text: bool) -> object:
    def flawed(problem: str, key: str | None = None) -> _Flaw:
        flaws.append(_Flaw(problem, key))
        return flaws[-1]

    def integer(digits: str) -> int | _Flaw:
        if digits == "-0":
            return flawed("minus zero is a float to some readers and an integer to others")
        if len(digits) <= _MAX_INTEGER_DIGITS and abs(number := int(digits)) <= MAX_INTEGER:
            return number
        return flawed("an integer beyond ±2⁵³ has to be written as text")

    def members(pairs: list[tuple[str, object]]) -> dict[str, object] | _Flaw:
        unique = dict(pairs)
        if len(unique) == len(pairs):
            return unique
        times = Counter(key for key, _ in pairs)
        return flawed("the key is there twice", next(key for key in times if times[key] > 1))

    def fraction(digits: str) -> str | _Flaw:
        if fractions_as_text:
            return digits
        return flawed("a number with a fraction or exponent is not exact")

    decoder = json.JSONDecoder(
        object_pairs_hook=members,
        parse_int=integer,
        parse_float=fraction,
        parse_constant=lambda name: flawed(f"{name} is not a number"),
    )
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Malformed("", f"{place} is not valid JSON ({error.msg})") from None


def _first_flaw(value: object) -> tuple[tuple[str | int, ...], str] | None:
    """Path and problem of the first flaw in reading order; depth is bounded by then."""
    if isinstance(value, _Flaw):
        return ((value.key,) if value.key is not None else ()), value.problem
    if isinstance(value, str):
        return ((), "holds half a surrogate pair") if _has_lone_surrogate(value) else None
    if isinstance(value, dict):
        for key, member in value.items():
            if _has_lone_surrogate(key):
                return (key,), "the key holds half a surrogate pair"
            if (found := _first_flaw(member)) is not None:
                return (key, *found[0]), found[1]
    elif isinstance(value, list):
        for index, member in enumerate(value):
            if (found := _first_flaw(member)) is not None:
                return (index, *found[0]), found[1]
    return None


def _has_lone_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)


def _path_text(path: tuple[str | int, ...]) -> str:
    """`evidence.quotes[3].usd`; keys that could mislead the eye are written with escapes."""
    shown = ""
    for step in path:
        if isinstance(step, int):
            shown += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            shown += f".{step}" if shown else step
        else:
            cut = step if len(step) <= _MAX_SHOWN_KEY else step[:_MAX_SHOWN_KEY] + "…"
            shown += f"[{json.dumps(cut)}]"
    return shown


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
# As values: a union written in place is made anew at every call, and asking the abstract class
# about each dict takes longer than all the rest.
_LEAVES = (str, bool)
_LISTS = (list, tuple)
_OBJECTS = (dict, Mapping)


def _ordered(value: JsonSource, depth_left: int) -> JsonSource:
    if value is None or isinstance(value, _LEAVES):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ValueError("canonical JSON writes integers beyond ±2⁵³ as text")
        return value
    if not depth_left:
        raise ValueError(f"canonical JSON is not nested deeper than {MAX_DEPTH} levels")
    left = depth_left - 1
    if isinstance(value, _LISTS):
        return [m if type(m) is str else _ordered(m, left) for m in value]
    if isinstance(value, _OBJECTS):
        return {
            key: m if type(m := value[key]) is str else _ordered(m, left)
            for key in _in_order(tuple(value))
        }
    raise ValueError(f"canonical JSON knows no {type(value).__name__}")


@lru_cache(maxsize=1024)
def _in_order(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys as they are written; remembered, because a report has few kinds of objects."""
    return tuple(sorted(keys, key=_utf16_units))


def _utf16_units(key: str) -> bytes:
    """RFC 8785 3.2.3 sorts by UTF-16 code units, which differs from code points past the BMP."""
    return key.encode("utf-16-be")

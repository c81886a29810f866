"""Honest inputs made wrong: in their JSON, in their bytes and in their calldata."""

import json
import re
from collections.abc import Sequence
from random import Random
from typing import Any

from tests.foreign import PAYEE, SAFE, ZERO
from tests.samples import USDC_AT, VAULT

Json = Any
ADDRESSES = (PAYEE, SAFE, ZERO, str(USDC_AT), str(VAULT), "0x" + "00" * 19 + "01", "0x" + "e" * 40)
MOST_CHANGES = 4
DEEP = 70
FOREIGN_TEXTS = (
    "",
    " ",
    "\x00",
    "\u202e\u2066txt.exe",
    "<b>x</b>&amp;",
    "\u0405afe \u0440ayroll",
    "e\u0301" * 40,
    "\ud800",
    "\U000e0041" * 3,
    "a" * 5_000,
    "native",
    "ur:bytes/aeae",
    "=1+1",
)
NUMBERS = (
    *(0, 1, -1, 2, 15, 16, 17, 64, 255, 2**53, 2**53 + 1, -(2**53), 10**30),
    *("0", "1", "-1", "01", "+1", "-0", "1.", ".5", "1.5", "1e9", "0x10", " 1", "١"),
    *(str(2**n + d) for n in (8, 31, 53, 63, 95, 128, 255, 256) for d in (-1, 0, 1)),
)
HEX = (
    *("0x", "0x0", "0X00", "00", "0xgg", "0x" + "00" * 32, "0x" + "ff" * 32),
    *("0x" + "00" * 20, "0x" + "00" * 19 + "01", "0x" + "Ff" * 20, "0x" + "ee" * 20),
    *("0x" + "00" * 64 + "1b", "0x" + "ff" * 64 + "00", "0x8d80ff0a", "0x" + "11" * 65 * 3),
)
KEYS = ("to", "value", "data", "nonce", "address", "__proto__")
OTHERS: tuple[Json, ...] = (None, True, False, 1.5, 1e308, [], {}, [[]], [None], {"": ""}, [{}])


def wrong_value(draw: Random) -> Json:
    """Anything that may stand where something else belongs."""
    if draw.random() < 0.02:
        return deep(draw.choice(("[", "{")))
    return _copy(draw.choice(draw.choice((FOREIGN_TEXTS, NUMBERS, HEX, OTHERS))))


def deep(opening: str) -> Json:
    """Lists or objects in one another, deeper than is read."""
    value: Json = None
    for _ in range(DEEP):
        value = [value] if opening == "[" else {"a": value}
    return value


def changed(value: Json, draw: Random, others: Sequence[Json] = ()) -> Json:
    """A JSON value with a few places changed.

    Most are changed into what may well stand there, so that what reads them goes on; the others
    into anything, some of it taken from other values.
    """
    made = _copy(value)
    is_gentle = draw.random() < 0.7
    for _ in range(draw.randint(1, MOST_CHANGES)):
        place = _place(made, draw)
        if place is None:
            return _instead(made, draw, others)
        if is_gentle:
            _change_gently(*place, draw)
        else:
            _change(*place, draw, others)
    return made


def _copy(value: Json) -> Json:
    return json.loads(json.dumps(value))


def _place(value: Json, draw: Random) -> tuple[Json, Any] | None:
    """A container and a key or index in it; `None` where there is none."""
    found = None
    while isinstance(value, (dict, list)) and value:
        key = draw.choice(list(value)) if isinstance(value, dict) else draw.randrange(len(value))
        found = value, key
        value = value[key]
        if draw.random() < 0.25:
            break
    return found


def _change_gently(holder: Json, key: Any, draw: Random) -> None:
    """Another value of the same kind; now and then one more or one less in a list."""
    value = holder[key]
    if isinstance(holder, list) and draw.random() < 0.3:
        holder[key : key + 1] = [_copy(value) for _ in range(draw.choice((0, 2, 2, 30)))]
    else:
        holder[key] = similar(value, draw)


def similar(value: Json, draw: Random) -> Json:
    """A value of the same kind: an address for an address, a quantity for a quantity."""
    if isinstance(value, int):
        return not value if isinstance(value, bool) else draw.choice((0, 1, 2, value + 1, 2**53))
    if not isinstance(value, str):
        return draw.choice((None, value, value, type(value)())) if value else value
    return _similar_text(value, draw)


def _similar_text(value: str, draw: Random) -> Json:
    if value.isdigit():
        return draw.choice([number for number in NUMBERS if str(number).isdigit()])
    if re.fullmatch("0x[0-9a-fA-F]{40}", value):
        return draw.choice(ADDRESSES)
    if re.fullmatch("0x([0-9a-fA-F]{2})*", value):
        size = len(value) // 2 - 1
        return "0x" + draw.choice((bytes(size), draw.randbytes(size), b"", b"\1" * 65)).hex()
    return draw.choice([text for text in FOREIGN_TEXTS if text != "\ud800"])


def _change(holder: Json, key: Any, draw: Random, others: Sequence[Json]) -> None:
    how = draw.randrange(6)
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(holder, list):
        holder[key:key] = [_copy(holder[key]) for _ in range(draw.choice((1, 2, 40)))]
    elif how == 1:
        holder[draw.choice(KEYS)] = _copy(holder[key])
    else:
        holder[key] = _instead(holder[key], draw, others)


def _instead(value: Json, draw: Random, others: Sequence[Json]) -> Json:
    how = draw.randrange(4)
    if how == 0 and others:
        place = _place(draw.choice(others), draw)
        return None if place is None else _copy(place[0][place[1]])
    if how == 1 and isinstance(value, str):
        return _bent(value, draw)
    if how == 1 and isinstance(value, int):
        return value + draw.choice((-1, 1, 2**32))
    if how == 2:
        return draw.choice(([value], {"a": value}, [value, _copy(value)], str(value)))
    return wrong_value(draw)


def _bent(text: str, draw: Random) -> str:
    """A text with a piece of it repeated, left out or replaced."""
    if not text:
        return draw.choice(FOREIGN_TEXTS)
    start = draw.randrange(len(text))
    stop = min(len(text), start + draw.choice((1, 1, 2, 64, 4_000)))
    piece = text[start:stop]
    instead = draw.choice(("", piece * 2, piece.swapcase(), "0", "f", "\u202e", piece[::-1]))
    return text[:start] + instead + text[stop:]


def broken(data: bytes, draw: Random) -> bytes:
    """Bytes with pieces of them changed, moved, cut off or repeated."""
    made = bytearray(data)
    for _ in range(draw.randint(1, MOST_CHANGES)):
        if not made:
            return draw.randbytes(draw.randrange(40))
        start = draw.randrange(len(made))
        stop = min(len(made), start + draw.choice((1, 1, 4, 32, 500)))
        how = draw.randrange(6)
        if how == 0:
            del made[start:stop]
        elif how == 1:
            made[start:start] = made[start:stop] * draw.choice((1, 1, 8))
        elif how == 2:
            made[start] = draw.randrange(256)
        elif how == 3:
            made[start:stop] = draw.randbytes(stop - start)
        elif how == 4:
            del made[start:]
        else:
            made[start:stop] = draw.choice((b"\xff", b"\x00", b"}", b"[", b'"', b"\xef\xbb\xbf"))
    return bytes(made)


def as_file(value: Json, draw: Random) -> bytes:
    """A JSON value as a file, now and then as no JSON writer would write it."""
    text = json.dumps(value, ensure_ascii=draw.random() < 0.8, indent=draw.choice((None, 1)))
    data = text.encode("utf-8", "surrogatepass")
    how = draw.random()
    if how < 0.05:
        return broken(data, draw)
    if how < 0.08:
        return draw.choice((b"\xef\xbb\xbf", b" \n\t", b"\x00", b"[")) + data
    if how < 0.1:
        return data.replace(b'"nonce"', b'"value"', 1)
    return data

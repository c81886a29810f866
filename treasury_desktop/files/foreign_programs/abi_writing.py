"""Calldata from a method and texts, as a batch file describes a call without its bytes.

Written apart from `calls/`, which reads calldata for review: an encoder that shared code with its
reader could not be caught by it. Source: Solidity contract ABI specification; what a text may look
like follows Safe's Transaction Builder, except that what it cannot encode is refused here and not
sent without calldata.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import read_json
from treasury_desktop.bundle.fields import Fields, hex_bytes, items, text
from treasury_desktop.calls.abi_type import MAX_TYPE_DEPTH, WORD, AbiType, Function, parse_type
from treasury_desktop.errors import Malformed

MOST_ITEMS = 131_072
"""As many words as 8 MiB of JSON can hold in hex; a text of commas would make more."""
WITHOUT_CALLDATA = ("receive", "fallback")
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]{0,255}", re.ASCII)
_TUPLE = re.compile(r"tuple((?:\[\d{0,9}\])*)", re.ASCII)
_ALIAS = re.compile(r"(u?int)((?:\[\d{0,9}\])*)", re.ASCII)
_WHOLE_NUMBER = re.compile(r"(-?)(\d{1,100}|0x[0-9a-fA-F]{1,64})", re.ASCII)
_MARKS = re.compile(r"[\[\],]")
_STEPS = {"[": 1, "]": -1, ",": 0}
_TRUTHS = {"true": 1, "1": 1, "false": 0, "0": 0}

AbiValue = int | bytes | Address | Sequence["AbiValue"]


def function_of(method: Fields) -> Function | None:
    """The function a `contractMethod` describes; `None` for the two that take no calldata."""
    name = method.required("name", text)
    if name in WITHOUT_CALLDATA:
        return None
    if not _IDENTIFIER.fullmatch(name):
        raise Malformed(method.path("name"), "is no name of a function")
    return Function(name, _struct_type(method, "inputs", 0))


def calldata_of(function: Function, values: Fields) -> bytes:
    """Selector and arguments from the texts of `contractInputsValues`."""
    kinds = function.parameters.members
    arguments = [
        _argument(kind, _key(function.parameters, place), values)
        for place, kind in enumerate(kinds)
    ]
    signature = f"{function.name}({','.join(map(str, kinds))})"
    return _selector(signature) + _sequence(kinds, arguments)


@lru_cache(maxsize=1024)
def _selector(signature: str) -> bytes:
    return keccak(signature.encode())[:4]


# ── types ────────────────────────────────────────────────────────────────────────────────────────


def _struct_type(described: Fields, member: str, depth: int) -> AbiType:
    """The tuple of the parameters or components under a name."""
    listed = items(described.raw(member), described.path(member), Fields)
    return AbiType(
        "tuple",
        members=tuple(_type_of(each, depth) for each in listed),
        names=tuple(_name_of(each) for each in listed),
    )


def _name_of(parameter: Fields) -> str:
    name = parameter.raw("name")
    if name is None or name == "":
        return ""
    if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
        raise Malformed(parameter.path("name"), "is no name of a parameter")
    return name


def _type_of(parameter: Fields, depth: int) -> AbiType:
    """A type as compilers write it: `tuple` with components, `uint` for uint256."""
    kind, path = parameter.required("type", text).strip(), parameter.path("type")
    if alias := _ALIAS.fullmatch(kind):
        kind = f"{alias.group(1)}256{alias.group(2)}"
    if (is_tuple := _TUPLE.fullmatch(kind)) is None:
        return parse_type(kind, path, depth=depth)
    sizes = is_tuple.group(1)[1:-1].split("][") if is_tuple.group(1) else []
    inside = depth + len(sizes) + 1
    if inside > MAX_TYPE_DEPTH:
        raise Malformed(path, "is nested too deeply")
    made = _struct_type(parameter, "components", inside)
    for size in sizes:
        made = AbiType("array", size=int(size) if size else None, members=(made,))
    return made


# ── values ───────────────────────────────────────────────────────────────────────────────────────


def _key(parameters: AbiType, place: int) -> str:
    """The name under which a member's value stands: its place where it has no name."""
    return parameters.names[place] or str(place)


def _argument(kind: AbiType, key: str, values: Fields) -> AbiValue:
    path = values.path(key)
    if values.has(key):
        return _value(kind, values.raw(key), path)
    if kind.kind == "string":
        return b""
    raise Malformed(path, f"is missing; the function takes {kind} there")


def _value(kind: AbiType, raw: object, path: str) -> AbiValue:
    """A value of a type from the text or the JSON that stands for it."""
    if kind.kind == "array":
        return _array(kind, _items_in(kind, raw, path), path)
    if kind.kind == "tuple":
        return _struct(kind, _parsed(raw, path), path)
    if kind.kind == "string":
        return text(raw, path).encode()
    written = raw.strip() if isinstance(raw, str) else raw
    return _LEAVES[kind.kind](kind, written, path)


def _address(_kind: AbiType, raw: object, path: str) -> Address:
    return Address.parse(raw, path)


def _bytes(_kind: AbiType, raw: object, path: str) -> bytes:
    return hex_bytes(raw, path)


def _truth(_kind: AbiType, raw: object, path: str) -> int:
    truth = _TRUTHS.get(str(raw).lower()) if isinstance(raw, str | int) else None
    if truth is None:
        raise Malformed(path, "must be true or false")
    return truth


def _fixed_bytes(kind: AbiType, raw: object, path: str) -> bytes:
    """At most N bytes; the Transaction Builder fills what is shorter with zeros on the right."""
    content = hex_bytes(raw, path)
    size = kind.size or 0
    if len(content) > size:
        raise Malformed(path, f"has {len(content)} bytes, more than {kind} holds")
    return content.ljust(size, b"\0")


def _number(kind: AbiType, raw: object, path: str) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool):
        number = raw
    else:
        match = _WHOLE_NUMBER.fullmatch(raw) if isinstance(raw, str) else None
        if match is None:
            raise Malformed(path, f"must be a whole number ({kind})")
        sign, digits = match.groups()
        number = int(digits, 16) if digits.startswith("0x") else int(digits)
        number = -number if sign else number
    low = -(1 << kind.bits - 1) if kind.kind == "int" else 0
    high = 1 << (kind.bits - 1 if kind.kind == "int" else kind.bits)
    if not low <= number < high:
        raise Malformed(path, f"is outside {kind}")
    return number


_LEAVES: dict[str, Callable[[AbiType, object, str], AbiValue]] = {
    "address": _address,
    "bool": _truth,
    "bytes": _bytes,
    "fixed_bytes": _fixed_bytes,
    "int": _number,
    "uint": _number,
}


def _array(kind: AbiType, listed: Sequence[object], path: str) -> list[AbiValue]:
    _refuse_many(len(listed), path)
    if kind.size is not None and len(listed) != kind.size:
        raise Malformed(path, f"has {len(listed)} items; {kind} has {kind.size}")
    item = kind.members[0]
    return [_value(item, raw, f"{path}[{place}]") for place, raw in enumerate(listed)]


def _struct(kind: AbiType, raw: object, path: str) -> list[AbiValue]:
    """A tuple's members from a list in their order or from an object by their names."""
    if isinstance(raw, Mapping):
        names = [_key(kind, place) for place in range(len(kind.members))]
        if len(set(names)) != len(names) or set(raw) != set(names):
            raise Malformed(path, "does not have exactly the members of the type")
        raw = [raw[name] for name in names]
    if not isinstance(raw, list) or len(raw) != len(kind.members):
        raise Malformed(path, f"must be a list of {len(kind.members)} members")
    return [
        _value(inner, each, f"{path}[{place}]")
        for place, (inner, each) in enumerate(zip(kind.members, raw, strict=True))
    ]


def _items_in(kind: AbiType, raw: object, path: str) -> Sequence[object]:
    """The items of an array: JSON for texts and tuples, else anything between its commas."""
    if isinstance(raw, str) and _leaf_of(kind).kind not in ("string", "tuple"):
        return _split(raw.strip(), path)
    parsed = _parsed(raw, path)
    if not isinstance(parsed, list):
        raise Malformed(path, "must be a list in square brackets")
    return parsed


def _leaf_of(kind: AbiType) -> AbiType:
    while kind.kind == "array":
        kind = kind.members[0]
    return kind


def _parsed(raw: object, path: str) -> object:
    """JSON inside a text; already parsed where the text around it was."""
    if not isinstance(raw, str):
        return raw
    _refuse_many(raw.count(","), path)
    try:
        return read_json(raw.encode("utf-8", "surrogatepass"))
    except Malformed as flaw:
        raise Malformed(path, f"is not a list or struct as JSON: {flaw.sentence}") from None


def _split(listed: str, path: str) -> list[str]:
    """`[1, "2", [3, 4]]` → `1`, `2`, `[3, 4]`: hex and long numbers need no quotation marks."""
    if not (listed.startswith("[") and listed.endswith("]")):
        raise Malformed(path, "must be a list in square brackets")
    inner, depth, start = listed[1:-1], 0, 0
    found: list[str] = []
    for mark in _MARKS.finditer(inner):
        depth += _STEPS[mark.group()]
        if depth < 0:
            raise Malformed(path, "has a bracket too many")
        if depth == 0 and mark.group() == ",":
            found.append(inner[start : mark.start()])
            start = mark.end()
            _refuse_many(len(found), path)
    if depth:
        raise Malformed(path, "has a bracket too few")
    if found or inner.strip():
        found.append(inner[start:])
    return [_unquoted(item.strip()) for item in found]


def _refuse_many(number: int, path: str) -> None:
    if number > MOST_ITEMS:
        raise Malformed(path, f"has more than {MOST_ITEMS:,} items")


def _unquoted(item: str) -> str:
    for mark in ('"', "'"):
        if len(item) > 1 and item.startswith(mark) and item.endswith(mark):
            return item[1:-1]
    return item


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────


def _sequence(kinds: Sequence[AbiType], values: Sequence[AbiValue]) -> bytes:
    """Heads, then tails: a dynamic member's head is the distance to its tail."""
    pieces = [_encoded(kind, value) for kind, value in zip(kinds, values, strict=True)]
    heads = [WORD if kind.is_dynamic else len(p) for kind, p in zip(kinds, pieces, strict=True)]
    distance = sum(heads)
    head, tail = [], []
    for kind, piece in zip(kinds, pieces, strict=True):
        if kind.is_dynamic:
            head.append(_word(distance))
            tail.append(piece)
            distance += len(piece)
        else:
            head.append(piece)
    return b"".join(head + tail)


def _encoded(kind: AbiType, value: AbiValue) -> bytes:
    if isinstance(value, Address):
        return value.raw.rjust(WORD, b"\0")
    if isinstance(value, int):
        return _word(value)
    if isinstance(value, bytes):
        filled = value + bytes(-len(value) % WORD)
        return filled if kind.kind == "fixed_bytes" else _word(len(value)) + filled
    if kind.kind == "tuple":
        return _sequence(kind.members, value)
    listed = _sequence([kind.members[0]] * len(value), value)
    return listed if kind.size is not None else _word(len(value)) + listed


def _word(number: int) -> bytes:
    return number.to_bytes(WORD, "big", signed=number < 0)

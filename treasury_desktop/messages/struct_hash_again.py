"""EIP-712 hashes of typed data from its JSON alone: the second of two derivations.

Written without the reader's types and values: type strings are taken from the JSON, what a type
uses is found by its text, and values are encoded backwards from a stack. It takes for granted that
the JSON was read strictly before, and shares nothing with `struct_hash.py` but keccak.
"""

import json
from typing import Any

from treasury_desktop.assets.keccak import keccak

_HALF, _WHOLE = 1 << 255, 1 << 256


def typed_data_hash_again(text: bytes) -> bytes:
    """The EIP-712 digest of typed data in JSON, its types all described."""
    whole = json.loads(text)
    described = {
        name: [(each["type"], each["name"]) for each in members]
        for name, members in whole["types"].items()
    }
    parts = [bytes((0x19, 0x01))]
    for kind, value in (
        ("EIP712Domain", whole["domain"]),
        (whole["primaryType"], whole["message"]),
    ):
        parts.append(_word(kind, value, described))
    return keccak(b"".join(parts))


_Described = dict[str, list[tuple[str, str]]]


def _word(kind: str, value: Any, described: _Described) -> bytes:
    """The word of one value: children are encoded before their parents, without recursion."""
    # What is to be done, last first; a number says how many finished words to take, and after what.
    tasks: list[tuple[Any, Any]] = [(kind, value)]
    words: list[bytes] = []
    type_hashes: dict[str, bytes] = {}  # once a type: a message may hold any number of its values
    while tasks:
        first, second = tasks.pop()
        if isinstance(first, int):
            cut = len(words) - first
            words[cut:] = [keccak(second + b"".join(words[cut:]))]
        elif first.endswith("]"):
            element = first[: first.rindex("[")]
            tasks.append((len(second), b""))
            tasks.extend((element, one) for one in reversed(second))
        elif first in described:
            members = described[first]
            if first not in type_hashes:
                type_hashes[first] = keccak(_type_text(first, described).encode("utf-8"))
            tasks.append((len(members), type_hashes[first]))
            tasks.extend((each, second[name]) for each, name in reversed(members))
        else:
            words.append(_leaf(first, second))
    (word,) = words
    return word


def _type_text(name: str, described: _Described) -> str:
    found = {name}
    while True:
        more = {each.partition("[")[0] for one in found for each, _ in described[one]}
        larger = found | (more & described.keys())
        if larger == found:
            break
        found = larger
    texts = []
    for one in [name, *sorted(found - {name})]:
        inside = ",".join(" ".join(pair) for pair in described[one])
        texts.append(one + "(" + inside + ")")
    return "".join(texts)


def _leaf(kind: str, value: Any) -> bytes:
    if kind == "string":
        return keccak(bytes(value, "utf-8"))
    if kind == "bool":
        return bytes(31) + (b"\1" if value else b"\0")
    if kind.startswith("bytes"):
        content = bytes.fromhex(value[2:])
        return keccak(content) if kind == "bytes" else content + bytes(32 - len(content))
    number = value if isinstance(value, int) else int(value, 0)
    if not -_HALF <= number < _WHOLE:
        raise ValueError(f"{number} is no word")
    return bytes.fromhex(f"{number if number >= 0 else number + _WHOLE:064x}")

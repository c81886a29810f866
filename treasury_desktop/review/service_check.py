"""Whether what a service claims to have decoded is what the bytes say.

A service's words are never shown as the meaning of a call. They are compared with our own reading,
argument by argument, because a cosigner may have read them elsewhere. Spelling is no difference:
checksums, numbers as text, hex or decimal, lists as JSON text.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import read_json
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.bundle import ServiceCall, ServiceParameter
from treasury_desktop.bundle.claim_reading import service_value
from treasury_desktop.bundle.claims import ServiceValue
from treasury_desktop.calls.abi_type import AbiType, parse_function
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.errors import Malformed
from treasury_desktop.review.findings import Finding, block
from treasury_desktop.review.subject import Subject

MOST_CALLS_NAMED = 16
"""Differences named one by one; each of them blocks."""
MOST_ITEMS_SHOWN = 4
_INTEGER = re.compile(r"[+-]?\d{1,100}|0[xX][0-9a-fA-F]{1,64}", re.ASCII)
_ADDRESS = re.compile(r"(?:[a-z0-9-]{1,32}:)?0[xX]([0-9a-fA-F]{40})", re.ASCII)
_BOOLEANS = {"true": 1, "1": 1, "false": 0, "0": 0}


class Difference(NamedTuple):
    """One thing a service says otherwise than the bytes, at a call of ours."""

    path: str
    claimed: str
    ours: str


def service_decoding(subject: Subject) -> Iterator[Finding]:
    """A service that words an attack as a payment gets it signed by whoever reads the service."""
    claimed = subject.bundle.service_decoded
    if isinstance(claimed, Unknown):
        return
    for number, difference in enumerate(_differences(claimed, subject.call)):
        if number == MOST_CALLS_NAMED:
            return
        yield block(
            "SERVICE_DECODING_MISMATCH",
            f"is described by the service as {difference.claimed}, but its bytes say "
            f"{difference.ours}.",
            path=difference.path,
        )


def _differences(claimed: ServiceCall, call: DecodedCall) -> Iterator[Difference]:
    """The first difference of each call, from the outermost inwards."""
    method = claimed.method
    if isinstance(method, Unknown):
        if not isinstance(claimed.parameters, Unknown) and claimed.parameters:
            yield from _argument_differences(claimed.parameters, call)
        return
    name, _, types = method.partition("(")
    if call.function is None:
        if not _may_be(claimed, call):
            yield Difference(call.path, _shown(method), _unread(call))
    elif name.strip() != call.function.name or (types and _bare(method) != call.function.signature):
        yield Difference(call.path, _shown(method), call.function.signature)
    elif not isinstance(claimed.parameters, Unknown):
        yield from _argument_differences(claimed.parameters, call)


def _unread(call: DecodedCall) -> str:
    if not call.data:
        return "nothing but a transfer of value"
    return f"the selector 0x{call.data[:4].hex()}, which nobody here can read"


def _may_be(claimed: ServiceCall, call: DecodedCall) -> bool:
    """Whether a call we cannot read may be what the service says, by its four bytes.

    Where the service names no types there is nothing to compare; the unread call blocks by itself.
    """
    if not call.data:
        return False
    signature = str(claimed.method)
    if "(" not in signature:
        parameters = () if isinstance(claimed.parameters, Unknown) else claimed.parameters
        if isinstance(claimed.parameters, Unknown) or any(not p.kind for p in parameters):
            return True
        signature += "(" + ",".join(str(p.kind) for p in parameters) + ")"
    try:
        return parse_function(_bare(signature)).selector == call.data[:4]
    except Malformed:
        return True  # such as a tuple, whose members the service does not name


def _bare(method: str) -> str:
    """A signature without spaces."""
    return "".join(method.split())


def _argument_differences(
    claimed: tuple[ServiceParameter, ...], call: DecodedCall
) -> Iterator[Difference]:
    if call.function is None:
        if not call.data and claimed:
            yield Difference(call.path, f"a call with {len(claimed)} arguments", _unread(call))
        return
    if len(claimed) != len(call.arguments):
        yield Difference(
            call.path,
            f"{call.function.name} with {len(claimed)} arguments",
            f"{len(call.arguments)} arguments",
        )
        return
    for parameter, argument in zip(claimed, call.arguments, strict=True):
        value = parameter.value
        if isinstance(value, Unknown) or value is None:
            continue
        if not _is_same(value, argument.kind, argument.value):
            what = f"{call.function.name} with {argument.name or 'an argument'}"
            yield Difference(
                call.path,
                f"{what} = {_shown_value(value)}",
                _our_text(argument.kind, argument.value),
            )
            break
    for parameter in claimed:
        if not isinstance(parameter.calls, Unknown) and call.calls:
            yield from _inner_differences(parameter.calls, call)


def _inner_differences(claimed: tuple[ServiceCall, ...], call: DecodedCall) -> Iterator[Difference]:
    if len(claimed) != len(call.calls):
        yield Difference(call.path, f"{len(claimed)} inner calls", f"{len(call.calls)} of them")
        return
    for theirs, ours in zip(claimed, call.calls, strict=True):
        framed = _frame_difference(theirs, ours, call)
        if framed is None:
            yield from _differences(theirs, ours)
        else:
            yield framed


def _frame_difference(
    claimed: ServiceCall, call: DecodedCall, batch: DecodedCall
) -> Difference | None:
    """Where recipient, value, operation or calldata of an inner call are said to be others."""
    frame = (
        ("to", claimed.to, _ADDRESS_TYPE, call.to),
        ("value", claimed.value, _NUMBER_TYPE, call.value),
        ("operation", claimed.operation, _NUMBER_TYPE, call.operation),
        ("data", claimed.data, _BYTES_TYPE, call.data),
    )
    for name, said, kind, ours in frame:
        if isinstance(said, Unknown) or (said is None and name != "data"):
            continue
        if _is_same(said, kind, ours):
            continue
        # Since 1.5.0 a zero address in a batch is the Safe itself; a service may show either.
        if name == "to" and call.to == batch.sender and _is_same(said, kind, Address(bytes(20))):
            continue
        return Difference(
            call.path, f"a call with {name} = {_shown_value(said)}", _our_text(kind, ours)
        )
    return None


_ADDRESS_TYPE = AbiType("address")
_NUMBER_TYPE = AbiType("uint", bits=256)
_BYTES_TYPE = AbiType("bytes")


def _is_same(claimed: ServiceValue, kind: AbiType, ours: object) -> bool:
    """Whether a service's spelling of a value means ours."""
    if isinstance(ours, tuple):
        return _is_same_list(claimed, kind, ours)
    if not isinstance(claimed, str):
        return claimed is None and ours == b""
    text = claimed.strip()
    if isinstance(ours, Address):
        match = _ADDRESS.fullmatch(text)
        return match is not None and bytes.fromhex(match.group(1)) == ours.raw
    if isinstance(ours, int):
        return _is_same_number(text, kind, ours)
    assert isinstance(ours, bytes)
    if kind.kind == "string":
        return claimed == ours.decode("utf-8", "replace")
    return _is_same_bytes(text, kind, ours)


def _is_same_bytes(text: str, kind: AbiType, ours: bytes) -> bool:
    try:
        claimed = bytes.fromhex(text[2:] if text[:2].lower() == "0x" else text)
    except ValueError:
        return False
    # Some services write bytesN as the whole word it stands in.
    return claimed == (ours.ljust(len(claimed), b"\0") if kind.kind == "fixed_bytes" else ours)


def _is_same_number(text: str, kind: AbiType, ours: int) -> bool:
    if kind.kind == "bool":
        return _BOOLEANS.get(text.lower()) == ours
    if not _INTEGER.fullmatch(text):
        return False
    is_hex = text[:2].lower() == "0x"
    # Two's complement is how a negative number looks in hex.
    return (int(text, 16) - ours) % 2**256 == 0 if is_hex else int(text) == ours


def _is_same_list(claimed: ServiceValue, kind: AbiType, ours: tuple[object, ...]) -> bool:
    if isinstance(claimed, str):
        try:
            claimed = service_value(read_json(claimed.encode("utf-8", "replace")), "")
        except Malformed:
            return False
    if not isinstance(claimed, tuple) or len(claimed) != len(ours):
        return False
    kinds = kind.members if kind.kind == "tuple" else kind.members * len(ours)
    return all(_is_same(c, k, o) for c, k, o in zip(claimed, kinds, ours, strict=True))


def _shown(text: str) -> str:
    return plain(text, limit=NAME_LIMIT)


def _shown_value(value: ServiceValue) -> str:
    if isinstance(value, tuple):
        return _list_text([_shown_value(item) for item in value[:MOST_ITEMS_SHOWN]], len(value))
    return "nothing" if value is None else _shown(value)


def _list_text(texts: list[str], length: int) -> str:
    """The first items of a list, and whether there are more."""
    return "[" + ", ".join(texts) + (", …]" if length > len(texts) else "]")


def _our_text(kind: AbiType, value: object) -> str:
    """Our own value, cut to a length that can be compared by eye."""
    if isinstance(value, bytes):
        is_string = kind.kind == "string"
        return _shown(value.decode("utf-8", "replace") if is_string else f"0x{value.hex()}")
    if isinstance(value, tuple):
        kinds = kind.members if kind.kind == "tuple" else kind.members * len(value)
        first = zip(kinds[:MOST_ITEMS_SHOWN], value, strict=False)
        return _list_text([_our_text(k, v) for k, v in first], len(value))
    return str(value)

"""Reading what a sender claims beside the transaction, as strictly as the transaction itself."""

import re

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle.claims import (
    ClaimedAbi,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    ServiceParameter,
    ServiceValue,
)
from treasury_desktop.bundle.fields import Fields, address, each, hash32, items, text, unsigned
from treasury_desktop.bundle.transaction import transaction_or_unknown
from treasury_desktop.calls.abi_type import MAX_TYPE_DEPTH, AbiType, Function, parse_type
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import SafeVersion

MAX_IDENTIFIER = 256
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*", re.ASCII)
_TUPLE = re.compile(r"tuple((?:\[\d{0,9}\])*)", re.ASCII)


def read_disagreement(value: object, path: str) -> Disagreement:
    """One question and what each node answered."""
    fields = Fields(value, path)
    return Disagreement(
        field=fields.otherwise("field", text, ""), answers=fields.known("answers", _answers)
    )


def _answers(value: object, path: str) -> tuple[tuple[str, ServiceValue], ...]:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise Malformed(path, "must be a JSON object of answers by node")
    return tuple((node, service_value(value[node], path)) for node in sorted(value))


def service_value(value: object, path: str) -> ServiceValue:
    """A value as a service writes it; numbers and booleans become their text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    members = list(value.values()) if isinstance(value, dict) else value
    assert isinstance(members, list)
    return tuple(service_value(item, f"{path}[{place}]") for place, item in enumerate(members))


def read_service(fields: Fields) -> ServiceCall | Unknown:
    """What a service claimed to have decoded, or UNKNOWN where it claimed nothing."""
    return fields.inner("service").said("data_decoded", read_service_call)


def read_service_call(value: object, path: str) -> ServiceCall:
    """A `dataDecoded` object: method and parameters."""
    fields = Fields(value, path)
    return ServiceCall(
        method=fields.said("method", text),
        parameters=fields.known("parameters", each(_parameter)),
    )


def _parameter(value: object, path: str) -> ServiceParameter:
    fields = Fields(value, path)
    name = "valueDecoded" if fields.has("valueDecoded") else "value_decoded"
    return ServiceParameter(
        name=fields.said("name", text),
        kind=fields.said("type", text),
        value=fields.known("value", service_value),
        calls=fields.said(name, _inner_calls),
    )


def _inner_calls(value: object, path: str) -> tuple[ServiceCall, ...]:
    """A list of batched calls with their frames, or one decoded call without."""
    if isinstance(value, dict):
        return (read_service_call(value, path),)
    return each(_framed_call)(value, path)


def _framed_call(value: object, path: str) -> ServiceCall:
    fields = Fields(value, path)
    name = "dataDecoded" if fields.has("dataDecoded") else "data_decoded"
    if fields.raw(name) is not None:
        decoded = fields.required(name, read_service_call)
    else:
        decoded = read_service_call(value, path)
    return ServiceCall(
        method=decoded.method,
        parameters=decoded.parameters,
        to=fields.known("to", service_value),
        value=fields.known("value", service_value),
        operation=fields.known("operation", service_value),
        data=fields.known("data", service_value),
    )


def read_inner_transaction(value: object, path: str) -> InnerTransaction:
    """A transaction of another Safe; what is absent is unknown."""
    fields = Fields(value, path)
    return InnerTransaction(
        safe=fields.said("safe", address),
        version=fields.said("version", SafeVersion.parse),
        tx=fields.said("transaction", transaction_or_unknown),
        claimed_hash=fields.said("claimed_hash", hash32),
    )


def read_claimed_abi(value: object, path: str) -> ClaimedAbi | None:
    """The functions of a Solidity JSON ABI; its other entries call nothing.

    `None` where nobody says whose they are.
    """
    fields = Fields(value, path)
    whose = fields.said("address", address)
    entries = items(fields.raw("abi"), fields.path("abi"), Fields)
    functions = tuple(
        _function(entry)
        for entry in entries
        if entry.otherwise("type", text, "function") == "function"
    )
    return None if isinstance(whose, Unknown) else ClaimedAbi(address=whose, functions=functions)


def _function(fields: Fields) -> Function:
    inputs = items(fields.raw("inputs"), fields.path("inputs"), _input)
    return Function(fields.required("name", _identifier), _tuple_of(inputs))


def _identifier(value: object, path: str) -> str:
    name = text(value, path)
    if len(name) > MAX_IDENTIFIER or not _IDENTIFIER.fullmatch(name):
        raise Malformed(path, "is no name of a function or parameter")
    return name


def _input(value: object, path: str) -> tuple[str, AbiType]:
    return _named_type(value, path, 0)


def _named_type(value: object, path: str, depth: int) -> tuple[str, AbiType]:
    """A parameter or component; `depth` counts the tuples and arrays around it."""
    fields = Fields(value, path)
    name = _identifier(fields.raw("name"), fields.path("name")) if fields.raw("name") else ""
    kind = fields.required("type", text)
    if (match := _TUPLE.fullmatch(kind)) is None:
        return name, parse_type(kind, fields.path("type"), depth=depth)
    sizes = match.group(1)[1:-1].split("][") if match.group(1) else []
    inside = depth + len(sizes) + 1
    if inside > MAX_TYPE_DEPTH:
        raise Malformed(fields.path("type"), "types are nested too deeply")
    members = fields.required(
        "components", each(lambda item, place: _named_type(item, place, inside))
    )
    made = _tuple_of(members)
    for size in sizes:
        made = AbiType("array", size=int(size) if size else None, members=(made,))
    return name, made


def _tuple_of(members: tuple[tuple[str, AbiType], ...]) -> AbiType:
    return AbiType(
        "tuple",
        members=tuple(kind for _, kind in members),
        names=tuple(name for name, _ in members),
    )


def read_preview_shares(effects: Fields) -> int | Unknown:
    """The shares a vault says a deposit gives, or UNKNOWN where nobody asked."""
    return effects.inner("preview").said("deposit_shares", unsigned(256))

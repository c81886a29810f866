"""Writing what a sender claims: reading it again gives the same claims."""

from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle.claims import (
    ClaimedAbi,
    Disagreement,
    InnerTransaction,
    ServiceCall,
    ServiceParameter,
)
from treasury_desktop.bundle.transaction import transaction_json
from treasury_desktop.calls.abi_type import AbiType, Function

Json = dict[str, JsonSource]


def disagreement_json(disagreement: Disagreement) -> Json:
    """One question and its answers by node."""
    written: Json = {"field": disagreement.field}
    if not isinstance(disagreement.answers, Unknown):
        written["answers"] = dict(disagreement.answers)
    return written


def service_json(call: ServiceCall) -> Json:
    """A `dataDecoded` object."""
    return _known(
        method=call.method,
        parameters=call.parameters
        if isinstance(call.parameters, Unknown)
        else [_parameter(parameter) for parameter in call.parameters],
    )


def _parameter(parameter: ServiceParameter) -> Json:
    return _known(
        name=parameter.name,
        type=parameter.kind,
        value=parameter.value,
        valueDecoded=parameter.calls
        if isinstance(parameter.calls, Unknown)
        else _inner_calls(parameter.calls),
    )


def _inner_calls(calls: tuple[ServiceCall, ...]) -> JsonSource:
    """One call without a frame stands bare, as it was read, so that nesting never grows."""
    if len(calls) == 1 and not _frame(calls[0]):
        return service_json(calls[0])
    return [_framed(call) for call in calls]


def _frame(call: ServiceCall) -> Json:
    return _known(to=call.to, value=call.value, operation=call.operation, data=call.data)


def _framed(call: ServiceCall) -> Json:
    decoded = service_json(call)
    return {**_frame(call), "dataDecoded": decoded} if decoded else _frame(call)


def _known(**members: JsonSource | Unknown) -> Json:
    return {name: value for name, value in members.items() if not isinstance(value, Unknown)}


def inner_transaction_json(inner: InnerTransaction) -> Json:
    """A transaction of another Safe."""
    return _known(
        safe=_text(inner.safe),
        version=_text(inner.version),
        transaction=inner.tx if isinstance(inner.tx, Unknown) else transaction_json(inner.tx),
        claimed_hash=inner.claimed_hash
        if isinstance(inner.claimed_hash, Unknown)
        else "0x" + inner.claimed_hash.hex(),
    )


def _text(value: object) -> str | Unknown:
    return value if isinstance(value, Unknown) else str(value)


def claimed_abi_json(claimed: ClaimedAbi) -> Json:
    """An address with its functions as a Solidity JSON ABI."""
    return {"address": str(claimed.address), "abi": [_function(f) for f in claimed.functions]}


def _function(function: Function) -> Json:
    return {
        "type": "function",
        "name": function.name,
        "inputs": _members(function.parameters),
    }


def _members(kind: AbiType) -> list[JsonSource]:
    return [_named(name, member) for name, member in zip(kind.names, kind.members, strict=True)]


def _named(name: str, kind: AbiType) -> Json:
    base, suffix = kind, ""
    while base.kind == "array":
        suffix = f"[{'' if base.size is None else base.size}]{suffix}"
        base = base.members[0]
    if base.kind != "tuple":
        return {"name": name, "type": str(kind)}
    return {"name": name, "type": f"tuple{suffix}", "components": _members(base)}

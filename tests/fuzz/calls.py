"""Calldata of every function the program knows, nested, with right and with wrong arguments."""

from functools import cache
from random import Random

from tests.fuzz.mutations import broken
from tests.samples import USDC_AT, VAULT, an_address
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.abi_type import AbiType, Function, parse_function
from treasury_desktop.calls.calldata import encode_arguments
from treasury_desktop.calls.inner_calls import OPENERS
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.resources import read_resource
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata

SAFE = Address.parse("0x5aFE3855358E112B5647B952709E6165e1c1eEEe")
DEEPEST = 4
MOST_IN_BATCH = 6


@cache
def functions() -> tuple[Function, ...]:
    """The packaged ones that have a selector."""
    lines = read_resource("abi/selectors.txt").decode("ascii").splitlines()
    return tuple(parse_function(line.split("\t")[1]) for line in lines)


@cache
def carriers() -> tuple[Function, ...]:
    """Those that hold other calls."""
    return tuple(function for function in functions() if function.signature in OPENERS)


@cache
def places() -> tuple[Address, ...]:
    """Addresses that mean something, one that differs from them in a digit, and nobody's."""
    names = ("MultiSend", "MultiSendCallOnly", "SignMessageLib", "SafeL2")
    versions = ((1, 3, 0), (1, 4, 1), (1, 5, 0))
    found = [official_address(1, name, version) for name in names for version in versions]
    official = [address for address in found if address is not None]
    twins = [Address(bytes((a.raw[0] ^ 1, *a.raw[1:]))) for a in (USDC_AT, official[0])]
    small = [Address(number.to_bytes(20, "big")) for number in (1, 2)]
    return (SAFE, USDC_AT, VAULT, ZERO_ADDRESS, an_address("nobody"), *official, *twins, *small)


def some_calldata(draw: Random, depth: int = 0) -> bytes:
    """A call's data, right in most of its bytes; calls inside where the function holds some."""
    how = draw.random()
    if how < 0.05:
        return draw.randbytes(draw.choice((0, 1, 3, 4, 5, 36, 68)))
    if how < 0.35 and depth < DEEPEST:
        data = multisend_calldata(some_calls(draw, depth + 1))
    else:
        carries = how < 0.7 and depth < DEEPEST
        function = draw.choice(carriers() if carries else functions())
        values = _members(function.parameters, draw, depth)
        data = function.selector + encode_arguments(function.parameters, values)
    return broken(data, draw) if draw.random() < 0.15 else data


def some_calls(draw: Random, depth: int) -> tuple[PackedCall, ...]:
    """The calls of a batch."""
    return tuple(
        PackedCall(
            operation=draw.choice((0, 0, 0, 1, 2, 255)),
            to=draw.choice(places()),
            value=draw.choice((0, 0, 1, 10**18, 2**256 - 1)),
            data=some_calldata(draw, depth),
        )
        for _ in range(draw.randrange(MOST_IN_BATCH))
    )


def _members(kind: AbiType, draw: Random, depth: int) -> tuple[object, ...]:
    return tuple(_value(member, draw, depth) for member in kind.members)


def _value(kind: AbiType, draw: Random, depth: int) -> object:
    if kind.kind == "address":
        return draw.choice(places())
    if kind.kind == "fixed_bytes":
        return draw.randbytes(kind.size or 0)
    if kind.kind in ("bytes", "string"):
        is_call = draw.random() < 0.7 and depth < DEEPEST
        return some_calldata(draw, depth + 1) if is_call else draw.randbytes(draw.choice(_ODD))
    if kind.kind == "array":
        count = draw.randrange(4) if kind.size is None else kind.size
        return tuple(_value(kind.members[0], draw, depth) for _ in range(count))
    return _members(kind, draw, depth) if kind.kind == "tuple" else _number(kind, draw)


_ODD = (0, 1, 20, 31, 32, 33, 65, 130)


def _number(kind: AbiType, draw: Random) -> int:
    if kind.kind == "bool":
        return draw.randrange(2)
    highest = 1 << (kind.bits - (kind.kind == "int"))
    lowest = -highest if kind.kind == "int" else 0
    number = draw.choice((0, 1, 2, 32, 64, 10**6, 10**18, 2**95, highest - 1, lowest))
    return min(max(number, lowest), highest - 1)

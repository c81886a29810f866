"""Reading calldata as the EVM does, and telling whether it is written the one canonical way."""

import contextlib
import time
from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from hypothesis import given, settings
from hypothesis import strategies as st

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.abi_type import AbiType, parse_function, parse_type
from treasury_desktop.calls.calldata import decode_arguments, encode_arguments
from treasury_desktop.errors import Malformed

SIMPLE = st.one_of(
    st.sampled_from(("address", "bool", "bytes", "string")),
    st.integers(1, 32).map(lambda size: f"uint{8 * size}"),
    st.integers(1, 32).map(lambda size: f"int{8 * size}"),
    st.integers(1, 32).map(lambda size: f"bytes{size}"),
)
KINDS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        inner.map(lambda kind: f"{kind}[]"),
        st.tuples(inner, st.integers(1, 3)).map(lambda pair: f"{pair[0]}[{pair[1]}]"),
        st.lists(inner, min_size=1, max_size=3).map(lambda kinds: f"({','.join(kinds)})"),
    ),
    max_leaves=6,
)
PARAMETERS = st.lists(KINDS, min_size=1, max_size=4)


def a_value(kind: AbiType, data: st.DataObject) -> Any:  # noqa: PLR0911  one line a kind
    """A random value of a type as eth_abi takes it."""
    match kind.kind:
        case "address":
            return "0x" + data.draw(st.binary(min_size=20, max_size=20)).hex()
        case "bool":
            return data.draw(st.booleans())
        case "uint":
            return data.draw(st.integers(0, 2**kind.bits - 1))
        case "int":
            return data.draw(st.integers(-(2 ** (kind.bits - 1)), 2 ** (kind.bits - 1) - 1))
        case "fixed_bytes":
            return data.draw(st.binary(min_size=kind.size or 0, max_size=kind.size))
        case "bytes":
            return data.draw(st.binary(max_size=70))
        case "string":
            return data.draw(st.text(max_size=20))
        case "array":
            length = data.draw(st.integers(0, 3)) if kind.size is None else kind.size
            return [a_value(kind.members[0], data) for _ in range(length)]
        case _:
            return tuple(a_value(member, data) for member in kind.members)


def as_read(kind: AbiType, value: Any) -> Any:
    """The value as our reader gives it."""
    if kind.kind == "address":
        return Address(bytes.fromhex(value[2:]))
    if kind.kind == "string":
        return value.encode()
    if kind.kind == "array":
        return tuple(as_read(kind.members[0], item) for item in value)
    if kind.kind == "tuple":
        return tuple(as_read(m, item) for m, item in zip(kind.members, value, strict=True))
    return int(value) if kind.kind == "bool" else value


@given(PARAMETERS, st.data())
@settings(max_examples=400)
def test_reads_what_eth_abi_writes(kinds: list[str], data: st.DataObject) -> None:
    """Random values of random types come back equal and canonical, with nothing left over."""
    parameters = parse_type(f"({','.join(kinds)})")
    values = [a_value(member, data) for member in parameters.members]
    encoded = encode(kinds, values)
    found = decode_arguments(parameters, encoded)
    expected = tuple(as_read(m, v) for m, v in zip(parameters.members, values, strict=True))
    assert found.values == expected
    assert found.is_canonical
    assert not found.trailing
    assert encode_arguments(parameters, found.values) == encoded


@given(PARAMETERS, st.data(), st.integers(0), st.integers(1, 255))
@settings(max_examples=400)
def test_changed_bytes_are_malformed_or_told_apart(
    kinds: list[str], data: st.DataObject, place: int, change: int
) -> None:
    """After any change of a byte a reading is canonical only if it writes back the same bytes."""
    parameters = parse_type(f"({','.join(kinds)})")
    encoded = bytearray(encode(kinds, [a_value(m, data) for m in parameters.members]))
    encoded[place % len(encoded)] ^= change
    check_any(parameters, bytes(encoded))


@given(PARAMETERS, st.binary(max_size=400))
@settings(max_examples=400)
def test_no_bytes_crash(kinds: list[str], encoded: bytes) -> None:
    """Any bytes are read or malformed, whatever they are said to be."""
    check_any(parse_type(f"({','.join(kinds)})"), encoded)


@given(PARAMETERS, st.data(), st.integers(0), st.integers(1, 255))
@settings(max_examples=300)
def test_agrees_with_eth_abi_or_says_why(
    kinds: list[str], data: st.DataObject, place: int, change: int
) -> None:
    """What eth_abi reads strictly from changed bytes is what we read, or we call it not canonical.

    It follows offsets that we refuse where two arguments share their bytes.
    """
    parameters = parse_type(f"({','.join(kinds)})")
    encoded = bytearray(encode(kinds, [a_value(m, data) for m in parameters.members]))
    encoded[place % len(encoded)] ^= change
    try:
        theirs = decode(kinds, bytes(encoded))
    except (DecodingError, UnicodeDecodeError, OverflowError):
        return
    try:
        ours = decode_arguments(parameters, bytes(encoded))
    except Malformed:
        return
    expected = tuple(as_read(m, v) for m, v in zip(parameters.members, theirs, strict=True))
    assert ours.values == expected or not ours.is_canonical


def check_any(parameters: AbiType, encoded: bytes) -> None:
    """What is called canonical writes back to exactly the bytes before the trailing ones."""
    try:
        found = decode_arguments(parameters, encoded)
    except Malformed:
        return
    written = encode_arguments(parameters, found.values)
    assert found.is_canonical is (encoded[: len(written)] == written)
    if found.is_canonical:
        assert written + found.trailing == encoded


@given(PARAMETERS, st.data(), st.binary(min_size=1, max_size=64))
def test_trailing_bytes_are_kept(kinds: list[str], data: st.DataObject, more: bytes) -> None:
    """What follows a whole encoding is shown as such and changes no value."""
    parameters = parse_type(f"({','.join(kinds)})")
    encoded = encode(kinds, [a_value(m, data) for m in parameters.members])
    found = decode_arguments(parameters, encoded + more)
    assert found.is_canonical
    assert found.trailing == more


def word(number: int) -> bytes:
    """A 32-byte word."""
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("(uint256)", b""),
        ("(uint256)", bytes(31)),
        ("(bytes)", word(32)),
        ("(bytes)", word(32) + word(1)),
        ("(bytes)", word(2**255) + word(0)),
        ("(bytes)", word(32) + word(2**256 - 1)),
        ("(uint256[])", word(32) + word(2**255)),
        ("(uint256[])", word(32) + word(2) + word(1)),
        ("((uint256[])[])", word(32) + word(3) + word(0)),
        ("(uint256[999999999])", bytes(64)),
        ("(uint8[2][999999999])", bytes(640)),
    ],
)
def test_what_the_evm_would_refuse(kind: str, data: bytes) -> None:
    """Arguments that run over the end are malformed."""
    with pytest.raises(Malformed):
        decode_arguments(parse_type(kind), data)


@pytest.mark.parametrize(
    ("kind", "data", "values"),
    [
        ("(uint8)", word(0x1FF), (0xFF,)),
        ("(bool)", word(2), (1,)),
        ("(address)", b"\xff" * 32, (Address(b"\xff" * 20),)),
        ("(bytes4)", b"\xaa" * 32, (b"\xaa" * 4,)),
        ("(int8)", word(2**256 - 1 - 2**8), (-1,)),
        ("(bytes)", word(64) + word(7) + word(1) + b"\x01" + bytes(31), (b"\x01",)),
        ("(bytes)", word(32) + word(1) + b"\x01\x02" + bytes(30), (b"\x01",)),
    ],
)
def test_dirty_and_gapped_arguments_are_not_canonical(
    kind: str, data: bytes, values: tuple[object, ...]
) -> None:
    """What the EVM reads from dirty padding and odd offsets is read, and told to be odd."""
    found = decode_arguments(parse_type(kind), data)
    assert found.values == values
    assert not found.is_canonical


def bomb_of_offsets(depth: int, width: int) -> bytes:
    """Arrays of arrays whose offsets all lead to the same place."""
    level = word(width) + word(32 * width) * width
    return word(32) + level * depth + bytes(64)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("(uint256[][][][][][][][])", bomb_of_offsets(8, 30)),
        ("(bytes[])", word(32) + word(20_000) + word(640_000) * 20_000 + word(9**5) + bytes(9**5)),
        ("((bytes,bytes)[])", word(32) + word(9_000) + word(0) * 90_000),
        ("(uint256[0][999999999][])", word(32) + word(40) + bytes(2_000)),
    ],
)  # fmt: skip
def test_offset_bombs_end_soon(kind: str, data: bytes) -> None:
    """Offsets that repeat are refused before they cost time or memory."""
    start = time.perf_counter()
    with contextlib.suppress(Malformed):
        decode_arguments(parse_type(kind), data)
    assert time.perf_counter() - start < 2


def test_bytes_shared_by_two_arguments_are_malformed() -> None:
    """Two batches over the same bytes would double with every level they are nested."""
    blob = word(320) + bytes(320)
    data = word(32) + word(2) + word(64) * 2 + blob
    with pytest.raises(Malformed, match="more bytes than there are"):
        decode_arguments(parse_type("(bytes[])"), data)


@pytest.mark.parametrize(
    "text",
    [
        "uint", "uint7", "uint264", "uint0", "int", "bytes0", "bytes33", "byte", "fixed128x18",
        "function", "", "tuple", "uint256[", "uint256[-1]", "(uint256", "address payable",
        "uint256[]" * 20, "uint256" + "[]" * 20, "(" * 20 + "uint8" + ")" * 20, "uint٢",
    ],
)  # fmt: skip
def test_types_that_do_not_exist(text: str) -> None:
    """Only the types of the ABI specification exist, nested no deeper than 16."""
    with pytest.raises(Malformed):
        parse_type(text)


@pytest.mark.parametrize("text", ["", "f", "f(", "f)", "1f()", "f()x", "f(uint)", "f (uint256)"])
def test_functions_that_do_not_exist(text: str) -> None:
    """A function is a name and its parameters in parentheses."""
    with pytest.raises(Malformed):
        parse_function(text)


@given(KINDS)
def test_types_are_written_as_they_were_read(kind: str) -> None:
    """The canonical text of a type reads back to the type."""
    assert str(parse_type(kind)) == kind


def test_known_selectors() -> None:
    """Selectors are those everybody knows; names of parameters do not change them."""
    transfer = parse_function("transfer(address to,uint256 amount)")
    assert transfer.selector.hex() == "a9059cbb"
    assert transfer.signature == "transfer(address,uint256)"
    assert transfer.parameters.names == ("to", "amount")
    mint = parse_function("mint((address a,address b,uint24 c,int24 d,int24 e,uint256 f,uint256 g,"
                          "uint256 h,uint256 i,address j,uint256 k) params)")  # fmt: skip
    assert mint.selector.hex() == "88316456"
    assert parse_function("f()").parameters.members == ()

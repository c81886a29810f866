"""Calldata from a batch file's texts: what eth_abi would encode, or a refusal by name."""

import json
from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from tests.foreign import PAYEE, SAFE
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle.fields import Fields
from treasury_desktop.errors import Malformed
from treasury_desktop.files.foreign_programs.abi_writing import calldata_of, function_of

LOWER = PAYEE.lower()
MAX = str(2**256 - 1)


def written(kind: str, value: Any, components: Any = None) -> bytes:
    """The calldata of f(kind) for one value."""
    parameter = {"name": "x", "type": kind, "components": components}
    function = function_of(Fields({"name": "f", "inputs": [parameter]}, "contractMethod"))
    assert function is not None
    return calldata_of(function, Fields({"x": value}, "contractInputsValues"))


def oracle(kind: str, value: Any) -> bytes:
    """The same by eth_abi, for a type spelled out."""
    return keccak(f"f({kind})".encode())[:4] + encode([kind], [value])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("address", PAYEE, LOWER),
        ("address", f" {LOWER} ", LOWER),
        ("bool", "true", True),
        ("bool", "TRUE", True),
        ("bool", "1", True),
        ("bool", "false", False),
        ("bool", False, False),
        ("uint256", "0", 0),
        ("uint256", "007", 7),
        ("uint256", MAX, 2**256 - 1),
        ("uint256", 5, 5),
        ("uint256", "0xff", 255),
        ("uint8", "255", 255),
        ("int256", "-1", -1),
        ("int256", str(-(2**255)), -(2**255)),
        ("int24", "-887272", -887272),
        ("int8", "127", 127),
        ("bytes", "0x", b""),
        ("bytes", "0x0102", b"\1\2"),
        ("bytes", "0x" + "ab" * 33, b"\xab" * 33),
        ("bytes32", "0x" + "ab" * 32, b"\xab" * 32),
        ("bytes4", "0xa9059cbb", bytes.fromhex("a9059cbb")),
        ("string", "", ""),
        ("string", " Ünï ☃ ", " Ünï ☃ "),
        ("string", '["not a list"]', '["not a list"]'),
        ("uint256[]", "[]", []),
        ("uint256[]", "[ ]", []),
        ("uint256[]", f'[1, "2", {MAX}]', [1, 2, 2**256 - 1]),
        ("uint256[2]", "[3,4]", [3, 4]),
        ("uint8[2][]", "[[1,2],[3,4]]", [[1, 2], [3, 4]]),
        ("uint8[][2]", "[[1],[2,3]]", [[1], [2, 3]]),
        ("address[]", f"[{PAYEE},'{LOWER}']", [LOWER, LOWER]),
        ("bool[]", '[true,"false"]', [True, False]),
        ("bytes[]", "[0x01,0x]", [b"\1", b""]),
        ("bytes32[]", f"[0x{'01' * 32}]", [b"\1" * 32]),
        ("string[]", '["a,b","]["]', ["a,b", "]["]),
        ("string[]", ["a"], ["a"]),
    ],
)
def test_texts(kind: str, text: Any, value: Any) -> None:
    """Every kind of value in the spellings of real files."""
    assert written(kind, text) == oracle(kind, value)


def test_aliases_and_padding() -> None:
    """`uint` is uint256 in the selector too; short bytesN are filled on the right."""
    assert written("uint", "5") == oracle("uint256", 5)
    assert written("int[]", "[-5]") == oracle("int256[]", [-5])
    assert written("bytes32", "0x01") == oracle("bytes32", b"\1".ljust(32, b"\0"))


PAIR = [{"name": "to", "type": "address"}, {"name": "amount", "type": "uint256"}]
ORDER = [
    {"name": "pair", "type": "tuple", "components": PAIR},
    {"name": "note", "type": "string"},
    {"name": "pairs", "type": "tuple[]", "components": PAIR},
]


def test_structs() -> None:
    """As lists or objects, nested, in arrays; numbers in quotation marks may be of any size."""
    pair = "(address,uint256)"
    assert written("tuple", f'["{PAYEE}","{MAX}"]', PAIR) == oracle(pair, (LOWER, 2**256 - 1))
    assert written("tuple", {"amount": 5, "to": PAYEE}, PAIR) == oracle(pair, (LOWER, 5))
    text = json.dumps([[PAYEE, "1"], "hm", [[PAYEE, "2"], {"to": SAFE, "amount": "3"}]])
    assert written("tuple", text, ORDER) == oracle(
        f"({pair},string,{pair}[])",
        ((LOWER, 1), "hm", [(LOWER, 2), (SAFE.lower(), 3)]),
    )
    assert written("tuple[1][]", f'[[["{PAYEE}",1]]]', PAIR) == oracle(
        f"{pair}[1][]", [[(LOWER, 1)]]
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("address", "0x12"),
        ("address", PAYEE.replace("d", "D")),
        ("address", "vitalik.eth"),
        ("bool", "yes"),
        ("bool", ""),
        ("bool", None),
        ("uint256", ""),
        ("uint256", "1e18"),
        ("uint256", "1.0"),
        ("uint256", "-1"),
        ("uint256", str(2**256)),
        ("uint256", True),
        ("uint256", "٣"),
        ("uint8", "256"),
        ("int8", "128"),
        ("int8", "-129"),
        ("bytes", "0x123"),
        ("bytes", ""),
        ("bytes4", "0x0102030405"),
        ("string", 5),
        ("string", None),
        ("uint256[]", "1,2"),
        ("uint256[]", "[1,2"),
        ("uint256[]", "[1]]"),
        ("uint256[]", "[1,]"),
        ("uint256[]", "[[1]]"),
        ("uint256[2]", "[1]"),
        ("uint256[]", "[" + "1," * 131_072 + "1]"),
        ("string[]", ["a"] * 131_073),
        ("string[]", "[unquoted]"),
        ("string[]", '{"a":1}'),
        ("string[]", "[1.5]"),
        ("tuple", "{"),
        ("tuple", "[1]"),
        ("tuple", '{"to":"0x"}'),
    ],
)
def test_texts_that_mean_nothing(kind: str, text: Any) -> None:
    """Are refused by their parameter; the Transaction Builder would send the call without data."""
    with pytest.raises(Malformed) as refused:
        written(kind, text, PAIR)
    assert refused.value.field.startswith("contractInputsValues.x")


@pytest.mark.parametrize(
    "kind", ["uint7", "bytes33", "mapping", "uint256[", "fixed128x18", "tuple()", "function", ""]
)
def test_types_that_do_not_exist(kind: str) -> None:
    """Are refused by the parameter that has them."""
    with pytest.raises(Malformed, match=r"contractMethod\.inputs\[0\]\.type"):
        written(kind, "1")


def test_structs_without_end() -> None:
    """Depth is bounded before anything recursive goes on."""
    parameter: dict[str, Any] = {"name": "x", "type": "uint8"}
    for _ in range(40):
        parameter = {"name": "x", "type": "tuple", "components": [parameter]}
    with pytest.raises(Malformed, match="nested too deeply"):
        function_of(Fields({"name": "f", "inputs": [parameter]}, ""))


def test_parameters_without_names_or_values() -> None:
    """A value without a name stands under its place; a missing text is only a text's empty one."""
    unnamed = Fields({"name": "f", "inputs": [{"name": "", "type": "uint8"}]}, "m")
    function = function_of(unnamed)
    assert function is not None
    assert calldata_of(function, Fields({"0": "7"}, "v"))[-1] == 7
    with pytest.raises(Malformed, match=r"v\.0: is missing; the function takes uint8 there"):
        calldata_of(function, Fields({}, "v"))
    texts = function_of(Fields({"name": "f", "inputs": [{"name": "s", "type": "string"}]}, "m"))
    assert texts is not None
    assert calldata_of(texts, Fields({}, "v")) == oracle("string", "")


LEAVES: dict[str, st.SearchStrategy[Any]] = {
    "uint256": st.integers(0, 2**256 - 1),
    "int128": st.integers(-(2**127), 2**127 - 1),
    "bool": st.booleans(),
    "bytes": st.binary(max_size=70),
    "bytes20": st.binary(min_size=20, max_size=20),
    "string": st.text(max_size=40).filter(lambda text: text.isprintable()),
}


def as_text(value: Any) -> Any:
    """A value as it stands in JSON inside a text."""
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (list, tuple)):
        return [as_text(item) for item in value]
    return value if isinstance(value, (bool, str)) else str(value)


@given(data=st.data())
def test_any_struct_is_encoded_as_eth_abi_does(data: st.DataObject) -> None:
    """Arrays of structs of arrays, of every leaf."""
    kinds = data.draw(st.lists(st.sampled_from(sorted(LEAVES)), min_size=1, max_size=4))
    suffixes = [data.draw(st.sampled_from(["", "[]", "[2]"])) for _ in kinds]
    members = [
        LEAVES[kind]
        if not suffix
        else st.lists(LEAVES[kind], min_size=2 * (suffix == "[2]"), max_size=2)
        for kind, suffix in zip(kinds, suffixes, strict=True)
    ]
    rows = data.draw(st.lists(st.tuples(*members), max_size=3))
    components = [
        {"name": f"m{place}", "type": kind + suffix}
        for place, (kind, suffix) in enumerate(zip(kinds, suffixes, strict=True))
    ]
    spelled = ",".join(kind + suffix for kind, suffix in zip(kinds, suffixes, strict=True))
    text = json.dumps(as_text(rows))
    assert written("tuple[]", text, components) == oracle(f"({spelled})[]", rows)

"""What of typed data is read, and what is refused with the place where it is wrong."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import CHAIN_ID, SAFE, USDC_AT
from tests.typed_data_samples import JSON, a_domain, a_permit, as_bytes, typed
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.messages import typed_data, typed_values
from treasury_desktop.messages.message import (
    message_bytes,
    message_in,
    message_json,
    message_of,
)
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_data import read_typed_data


def of_one(kind: str, value: Any, **more: str) -> JSON:
    """Typed data with one member."""
    return typed({"name": "Test"}, "Only", {"it": value}, Only=f"{kind} it", **more)


def refusal(data: Any) -> str:
    """The sentence with which typed data is refused."""
    with pytest.raises(TreasuryError) as refused:
        read_typed_data(as_bytes(data))
    return refused.value.sentence


def test_what_is_read_can_be_asked_for() -> None:
    """The domain's members and the message's, by name."""
    data = read_typed_data(as_bytes(a_permit()))
    assert (data.chain_id, data.verifying_contract) == (CHAIN_ID, USDC_AT)
    assert data.domain_name == "USD Coin"
    assert data.message["owner"] == SAFE
    with pytest.raises(KeyError):
        data.message["nobody"]


def test_a_domain_may_leave_everything_but_one_out() -> None:
    """What it does not say is not known, and not made up."""
    data = read_typed_data(as_bytes(a_permit({"version": "1"})))
    assert (data.chain_id, data.verifying_contract, data.domain_name) == (None, None, "")


def test_the_domains_type_follows_from_the_domain() -> None:
    """Snapshot and ethers leave it out; the digest is the same."""
    data = a_permit()
    whole = read_typed_data(as_bytes(data))
    del data["types"]["EIP712Domain"]
    assert read_typed_data(as_bytes(data)).types == whole.types


def test_the_primary_type_follows_from_the_types() -> None:
    """It is the one that no other type uses."""
    data = a_permit()
    del data["primaryType"]
    assert read_typed_data(as_bytes(data)).primary_type == "Permit"


def test_a_primary_type_that_is_left_open_is_refused() -> None:
    """Two types that nothing uses, or none."""
    data = of_one("uint8", 1, Other="uint8 it")
    del data["primaryType"]
    assert refusal(data).startswith("primaryType: is missing")


@pytest.mark.parametrize("said", [None, 7, "Nobody"])
def test_a_primary_type_that_is_not_described_is_refused(said: Any) -> None:
    """It names a type or is not there."""
    assert refusal(a_permit() | {"primaryType": said}) == "primaryType: names none of the types"


def test_the_domain_is_no_message() -> None:
    """Its hash would be another one than it seems."""
    data = a_permit() | {"primaryType": "EIP712Domain"}
    assert refusal(data).startswith("primaryType: is the domain's")


@pytest.mark.parametrize("name", ["SafeTx", "SafeMessage"])
@pytest.mark.parametrize("is_primary", [True, False])
def test_what_owners_sign_for_a_safe_is_no_message(name: str, is_primary: bool) -> None:
    """A Safe transaction goes through the review of transactions, wherever it hides."""
    data = typed(a_domain(), name, {"it": 1}, **{name: "uint8 it"})
    if not is_primary:
        data = of_one(name, {"it": 1}, **{name: "uint8 it"})
    with pytest.raises(Refused, match="never signed as a message"):
        read_typed_data(as_bytes(data))


@pytest.mark.parametrize("part", ["types", "domain", "message"])
@pytest.mark.parametrize("value", [None, [], "text"])
def test_every_part_is_an_object(part: str, value: Any) -> None:
    """And has to be there."""
    assert refusal(a_permit() | {part: value}).startswith(f"{part}: is an object")


def test_what_is_no_part_is_refused() -> None:
    """Nobody else would hash it."""
    assert refusal(a_permit() | {"metadata": {}}) == "metadata: is no part of typed data"


def test_too_many_types_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before any of them is read."""
    monkeypatch.setattr(typed_data, "MAX_TYPES", 1)
    assert refusal(a_permit()) == "types: describes more than 1 types"


def test_too_large_a_text_is_refused() -> None:
    """Before it is parsed."""
    assert "at most" in refusal(of_one("string", "x" * typed_data.MAX_BYTES))


def test_too_large_an_object_is_refused() -> None:
    """Also where it came inside of a larger file."""
    data = of_one("string", "x" * typed_data.MAX_BYTES)
    with pytest.raises(Malformed, match="at most 262,144 are read"):
        message_in(data)


@pytest.mark.parametrize(
    ("described", "sentence"),
    [
        ("text", "is a list"),
        ([{"name": "it", "type": "uint8"}] * 129, "is a list of at most 128 members"),
        ([{"name": "it"}], 'is an object with "name" and "type"'),
        ([{"name": "it", "type": "uint8", "more": 1}], "is an object with"),
        (["it"], "is an object with"),
        ([{"name": 1, "type": "uint8"}], "which are texts"),
        ([{"name": "it", "type": ["uint8"]}], "which are texts"),
        ([{"name": "it", "type": "uint8"}] * 2, "has two members of one name"),
        ([{"name": "i t", "type": "uint8"}], "a name has letters"),
        ([{"name": "x" * 65, "type": "uint8"}], "a name has letters"),
        ([{"name": "it", "type": " uint8"}], "a type is a name"),
        ([{"name": "it", "type": "x" * 65}], "a type is a name"),
        ([{"name": "it", "type": "x" * 200}], "a type is a name"),
        ([{"name": "it", "type": "uint8[-1]"}], "a type is a name"),
        ([{"name": "it", "type": "uint8[0]"}], "a number above 0"),
        ([{"name": "it", "type": "uint8[01]"}], "a number above 0"),
        ([{"name": "it", "type": "uint8[123456]"}], "a number above 0"),
        ([{"name": "it", "type": "uint8[10001]"}], "at most 10,000 elements"),
        ([{"name": "it", "type": "uint8[][][][][]"}], "at most 4 dimensions"),
        ([{"name": "it", "type": "uint"}], "uint is no Solidity type with its size"),
        ([{"name": "it", "type": "uint7"}], "uint7 is no Solidity type"),
        ([{"name": "it", "type": "int264"}], "int264 is no Solidity type"),
        ([{"name": "it", "type": "bytes33"}], "bytes33 is no Solidity type"),
        ([{"name": "it", "type": "uint08"}], "uint08 is no Solidity type"),
        ([{"name": "it", "type": "fixed128x18"}], "is no Solidity type"),
        ([{"name": "it", "type": "Nobody"}], "Nobody is not described"),
        ([{"name": "it", "type": "EIP712Domain"}], "holds a domain"),
    ],
)
def test_a_type_is_described_exactly(described: Any, sentence: str) -> None:
    """What two wallets could read differently is refused."""
    data = of_one("uint8", 1)
    data["types"]["Only"] = described
    assert sentence in refusal(data)


@pytest.mark.parametrize("name", ["uint256", "bytes", "address", "string", "int"])
def test_no_struct_is_called_like_a_type_of_solidity(name: str) -> None:
    """It would be encoded as the one or the other."""
    assert "uses itself" in refusal(of_one("uint8", 1, **{name: "uint8 it"}))


def test_no_struct_has_a_strange_name() -> None:
    """The name is hashed."""
    assert "a name has letters" in refusal(of_one("uint8", 1, **{"A(b": "uint8 it"}))


def test_a_type_that_is_not_used_is_refused() -> None:
    """It would be shown, and be no part of what is signed."""
    sentence = refusal(of_one("uint8", 1, Ghost="uint8 it"))
    assert sentence == "types.Ghost: is described, and Only does not use it"


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ([], "has no members"),
        ([("chainId", "uint8")], "uint8 chainId is no member of an EIP-712 domain"),
        ([("chainID", "uint256")], "is no member of an EIP-712 domain"),
        ([("name", "string"), ("app", "string")], "string app is no member"),
        ([("version", "string"), ("name", "string")], "come in the order name, version"),
    ],
)
def test_a_domain_is_the_standards(members: Any, sentence: str) -> None:
    """Its members, their types and their order."""
    data = a_permit()
    data["types"]["EIP712Domain"] = [{"name": name, "type": kind} for name, kind in members]
    assert sentence in refusal(data)


def test_a_domain_without_anything_is_refused() -> None:
    """Also where its type is left out."""
    data = a_permit({})
    del data["types"]["EIP712Domain"]
    assert "has no members" in refusal(data)


def test_a_domain_has_what_its_type_says_and_no_more() -> None:
    """A chain id beside a type without one would bind nothing."""
    data = a_permit()
    data["types"]["EIP712Domain"] = [{"name": "name", "type": "string"}]
    assert "has a member 'version'" in refusal(data)


def test_a_missing_member_is_refused() -> None:
    """Nothing is taken to be zero."""
    data = a_permit()
    del data["message"]["spender"]
    assert refusal(data) == "message.spender: is missing; Permit has it"


def test_an_unknown_member_is_refused() -> None:
    """It would be shown, and be no part of what is signed."""
    assert "has a member 'memo'" in refusal(a_permit(memo="only a test"))


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("uint8", 256, "does not fit the type uint8"),
        ("uint8", -1, "does not fit the type uint8"),
        ("uint8", "-1", "does not fit the type uint8"),
        ("int8", 128, "does not fit the type int8"),
        ("int8", -129, "does not fit the type int8"),
        ("int8", "0x7f", "is a whole number of the type int8"),
        ("uint8", True, "is a whole number of the type uint8"),
        ("uint8", "01", "is a whole number"),
        ("uint8", "-0", "is a whole number"),
        ("uint8", "1e2", "is a whole number"),
        ("uint8", "", "is a whole number"),
        ("uint8", "٣", "is a whole number"),
        ("uint8", None, "is a whole number"),
        ("uint256", str(2**256), "does not fit the type uint256"),
        ("uint256", "0x" + "f" * 65, "is a whole number"),
        ("bool", 1, "is true or false"),
        ("bool", "true", "is true or false"),
        ("string", 1, "is a text"),
        ("bytes", "0xabc", "an even number of hex digits"),
        ("bytes", "abcd", "an even number of hex digits"),
        ("bytes", [1], "an even number of hex digits"),
        ("bytes4", "0xabcdef", "has 3 bytes; bytes4 has 4"),
        ("bytes4", "0xabcdef0102", "has 5 bytes; bytes4 has 4"),
        ("address", 1, "an address is a text"),
        ("address", "0x" + "ab" * 19, "40 hex digits"),
        ("address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD".swapcase(), "0x and 40"),
        ("uint8[]", 1, "is a list, for its type is uint8[]"),
        ("uint8[2]", [1], "has 1 elements; uint8[2] has 2"),
        ("uint8[][2]", [[1], 2], "message.it[1]: is a list"),
        ("uint8[]", [1, 300], "message.it[1]: does not fit"),
    ],
)
def test_a_value_fits_its_type(kind: str, value: Any, sentence: str) -> None:
    """Nothing is cut, filled up or guessed."""
    assert sentence in refusal(of_one(kind, value))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("uint8", 255, 255),
        ("int8", -128, -128),
        ("int8", "127", 127),
        ("uint256", "0x" + "f" * 64, 2**256 - 1),
        ("bytes", "0x", b""),
        ("bytes2", "0xABcd", b"\xab\xcd"),
        ("uint8[][2]", [[1], []], ((1,), ())),
        ("bool", False, False),
    ],
)
def test_a_value_is_read_as_its_type(kind: str, value: Any, expected: Any) -> None:
    """The ends of the ranges included."""
    assert read_typed_data(as_bytes(of_one(kind, value))).message["it"] == expected


@pytest.mark.parametrize("value", [None, [], "x"])
def test_a_struct_is_an_object(value: Any) -> None:
    """A null struct, which some wallets hash as zero, is none."""
    sentence = refusal(of_one("Inner", value, Inner="uint8 x"))
    assert sentence == "message.it: is an object with the members of Inner"


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before they are hashed."""
    monkeypatch.setattr(typed_values, "MAX_VALUES", 10)
    assert "at most 10 values" in refusal(of_one("uint8[]", list(range(10))))


def test_too_deep_a_value_is_refused() -> None:
    """Recursive types may go on without end."""
    value: Any = {"next": []}
    for _ in range(14):
        value = {"next": [value]}
    data = typed({"name": "Test"}, "Node", value, Node="Node[] next")
    assert "nested deeper than 24 levels" in refusal(data)


def test_duplicate_keys_are_refused() -> None:
    """Two readers would see two different messages."""
    text = as_bytes(a_permit()).replace(b'"nonce": 0', b'"nonce": 0, "nonce": 1')
    with pytest.raises(Malformed, match="twice"):
        read_typed_data(text)


def test_a_message_is_a_text_or_typed_data() -> None:
    """And is written as what it was read from."""
    assert message_json(message_in("hello")) == "hello"
    permit = read_typed_data(as_bytes(a_permit()))
    assert message_in(message_json(permit)) == permit
    assert message_in("hello") == TextMessage("hello")
    with pytest.raises(Malformed, match="a text or an object"):
        message_in(7)


def test_what_goes_to_the_signer_comes_back_as_it_was() -> None:
    """And nothing but a message goes there."""
    for message in (TextMessage("hello\n\u00e4"), read_typed_data(as_bytes(a_permit()))):
        assert message_of(message_bytes(message)) == message
    for content in (b'{"message":"hi","hash":"0x"}', b'{"hash":"0x"}', b"[]"):
        with pytest.raises(Malformed):
            message_of(content)


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSONS, st.sampled_from(["types", "domain", "message", "primaryType"]))
def test_no_json_makes_it_fail_otherwise(value: Any, part: str) -> None:
    """Whatever stands in a part: it is read, or refused in one sentence."""
    data = a_permit() | {part: value}
    with suppress(TreasuryError):
        read_typed_data(as_bytes(data))

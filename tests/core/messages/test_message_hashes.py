"""The hash of a message: known answers, two derivations, and eth_account's as a third."""

import json
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_defunct, encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import a_safe
from tests.shared_vectors import cases_of
from tests.typed_data_samples import TEXTS, a_permit, any_typed_data, as_bytes, typed
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Refused
from treasury_desktop.messages import hashes, struct_hash_again
from treasury_desktop.messages.hashes import hashes_by_constants, hashes_by_types, message_hashes
from treasury_desktop.messages.struct_hash import typed_data_hash
from treasury_desktop.messages.struct_hash_again import _leaf, typed_data_hash_again
from treasury_desktop.messages.text_message import TextMessage, text_hash, text_hash_again
from treasury_desktop.messages.typed_data import encoded_type, read_typed_data
from treasury_desktop.messages.value_type import ValueType
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_message import safe_message_hash


def eth_accounts_hash(signable: Any) -> bytes:
    """The digest eth_account would sign."""
    return keccak(b"\x19" + signable.version + signable.header + signable.body)


@pytest.mark.parametrize("case", cases_of("eip712"))
def test_known_answers(case: Any) -> None:
    """Typed data with published digests, by both derivations."""
    data = read_typed_data(as_bytes(case["typed_data"]))
    assert typed_data_hash(data).hex() == case["digest"][2:]
    assert typed_data_hash_again(data.text).hex() == case["digest"][2:]


def test_the_standards_own_example() -> None:
    """EIP-712's mail from Cow to Bob."""
    person = {"name": "Cow", "wallet": "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"}
    other = {"name": "Bob", "wallet": "0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"}
    mail = typed(
        {
            "name": "Ether Mail",
            "version": "1",
            "chainId": 1,
            "verifyingContract": "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
        },
        "Mail",
        {"from": person, "to": other, "contents": "Hello, Bob!"},
        Mail="Person from,Person to,string contents",
        Person="string name,address wallet",
    )
    data = read_typed_data(as_bytes(mail))
    assert data.encoded_type == (
        "Mail(Person from,Person to,string contents)Person(string name,address wallet)"
    )
    expected = "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
    assert typed_data_hash(data).hex() == expected


@settings(max_examples=300, deadline=None)
@given(any_typed_data())
def test_any_typed_data_hashes_as_eth_account_says(data: Any) -> None:
    """Both derivations and eth_account agree on whatever is well formed."""
    read = read_typed_data(as_bytes(data))
    expected = eth_accounts_hash(encode_typed_data(full_message=data))
    assert typed_data_hash(read) == typed_data_hash_again(read.text) == expected


@given(TEXTS)
def test_any_text_hashes_as_eth_account_says(text: str) -> None:
    """Both derivations and eth_account agree on texts of any length in bytes."""
    try:
        message = TextMessage("say: " + text)
    except Refused:
        assert len(("say: " + text).encode()) == 32
        return
    expected = eth_accounts_hash(encode_defunct(text=message.text))
    assert text_hash(message) == text_hash_again(message.text) == expected


@pytest.mark.parametrize("length", [1, 9, 10, 99, 100, 1000, 65536])
def test_length_is_written_in_decimal(length: int) -> None:
    """The digits of the length are part of what is hashed."""
    message = TextMessage("ä" * (length // 2) + "x" * (length % 2))
    assert len(message.content) == length
    expected = eth_accounts_hash(encode_defunct(text=message.text))
    assert text_hash(message) == text_hash_again(message.text) == expected


def test_a_recursive_type_is_hashed() -> None:
    """A type may hold a list of itself; what it uses is found once."""
    inner = {"name": "leaf", "children": []}
    tree = typed(
        {"name": "Trees"},
        "Tree",
        {"name": "root", "children": [inner, {"name": "b", "children": [inner]}]},
        Tree="string name,Tree[] children",
    )
    data = read_typed_data(as_bytes(tree))
    expected = eth_accounts_hash(encode_typed_data(full_message=tree))
    assert typed_data_hash(data) == typed_data_hash_again(data.text) == expected
    assert encoded_type("Tree", data.types) == "Tree(string name,Tree[] children)"


def test_a_type_is_spelled_out_once_however_often_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Or a small file of many values would take minutes."""
    spelled: list[str] = []
    text_of = struct_hash_again._type_text

    def counting(name: str, described: Any) -> str:
        spelled.append(name)
        return text_of(name, described)

    monkeypatch.setattr(struct_hash_again, "_type_text", counting)
    leaves = [{"n": number} for number in range(200)]
    data = read_typed_data(
        as_bytes(
            typed(
                {"name": "Lists"},
                "List",
                {"rows": [{"leaves": leaves}] * 10},
                List="Row[] rows",
                Row="Leaf[] leaves",
                Leaf="uint256 n",
            )
        )
    )
    assert typed_data_hash_again(data.text) == typed_data_hash(data)
    assert sorted(spelled) == ["EIP712Domain", "Leaf", "List", "Row"]


def test_types_that_we_misread_are_not_misread_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second derivation starts from the types as they were written."""
    note = typed({"name": "Notes"}, "Note", {"content": "0x00"}, Note="bytes content")
    message_hashes(a_safe(), read_typed_data(as_bytes(note)))
    right = ValueType.__str__
    monkeypatch.setattr(ValueType, "__str__", lambda kind: right(kind).replace("bytes", "uint8[]"))
    with pytest.raises(Refused, match="derivations"):
        message_hashes(a_safe(), read_typed_data(as_bytes(note)))


def test_numbers_mean_the_same_however_they_are_written() -> None:
    """As a number, as decimal text and as hex text."""
    made = {
        typed_data_hash(read_typed_data(as_bytes(a_permit(nonce=nonce))))
        for nonce in (255, "255", "0xff", "0xFF")
    }
    again = {
        typed_data_hash_again(read_typed_data(as_bytes(a_permit(nonce=nonce))).text)
        for nonce in (255, "255", "0xff", "0xFF")
    }
    assert made == again
    assert len(made) == 1


def test_hex_with_a_capital_x_is_no_number_here() -> None:
    """What some wallets read and some do not is refused."""
    with pytest.raises(Exception, match="nonce"):
        read_typed_data(as_bytes(a_permit(nonce="0Xff")))


@given(st.integers(0, 2**64), st.binary(min_size=20, max_size=20))
def test_both_derivations_agree_on_the_safe_message(chain_id: int, address: bytes) -> None:
    """Whatever the Safe and its chain."""
    safe = replace(a_safe(), chain_id=chain_id, address=type(a_safe().address)(address))
    message = TextMessage("hello")
    assert hashes_by_constants(safe, message) == hashes_by_types(safe, message)


def test_the_safe_message_is_that_of_nested_safes() -> None:
    """An outer Safe 1.5.0 asks its owner, which is a Safe, in the very same way."""
    safe, message = a_safe(), TextMessage("hello")
    found = message_hashes(safe, message)
    outer = a_safe(version=SafeVersion(1, 5, 0))
    assert found.safe_message == safe_message_hash(found.message, outer, safe.address)


@pytest.mark.parametrize("version", ["0.1.0", "1.1.1", "1.2.0"])
def test_older_safes_sign_no_messages(version: str) -> None:
    """They have no isValidSignature that takes a hash."""
    with pytest.raises(Refused, match=r"since 1\.3\.0"):
        message_hashes(a_safe(version=SafeVersion.parse(version)), TextMessage("hello"))


def test_nothing_is_hashed_where_the_derivations_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slip in one of them is a refusal, for texts and for typed data."""
    monkeypatch.setattr(hashes, "text_hash_again", lambda text: bytes(32))
    with pytest.raises(Refused, match="disagree"):
        message_hashes(a_safe(), TextMessage("hello"))
    monkeypatch.setattr(hashes, "typed_data_hash_again", lambda text: bytes(32))
    with pytest.raises(Refused, match="disagree"):
        message_hashes(a_safe(), read_typed_data(as_bytes(a_permit())))


def test_the_second_derivation_makes_no_word_of_what_is_none() -> None:
    """It takes strict reading for granted, and still never cuts a number."""
    with pytest.raises(ValueError, match="no word"):
        _leaf("uint256", str(2**256))


@given(any_typed_data(), st.data())
def test_another_value_is_another_hash(data: Any, drawn: st.DataObject) -> None:
    """A domain that says one thing more or less is another message."""
    read = read_typed_data(as_bytes(data))
    other = json.loads(json.dumps(data))
    name = drawn.draw(st.sampled_from(sorted(other["domain"])))
    other["domain"][name] = _another(other["domain"][name])
    assert typed_data_hash(read_typed_data(as_bytes(other))) != typed_data_hash(read)


def _another(value: Any) -> Any:
    if isinstance(value, int):
        return value ^ 1
    if value.isascii() and value.isdigit() and not value.startswith("0"):
        return str(int(value) ^ 1)
    return value[:-1] + ("1" if value[-1:] != "1" else "2")

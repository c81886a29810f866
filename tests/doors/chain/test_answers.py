"""Whatever a node or a contract answers is parsed or malformed, never another failure."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.address import Address
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.revert_words import revert_words
from treasury_desktop.errors import Malformed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=16), inner),
    max_leaves=12,
)
HEX = st.integers(0, 2**260).map(hex) | st.binary(max_size=40).map(lambda raw: "0x" + raw.hex())
FIELDS = (
    "number", "hash", "timestamp", "gasLimit", "baseFeePerGas", "address", "topics", "data",
    "blockNumber", "blockHash", "transactionHash", "logIndex", "from", "to", "value", "input",
    "status", "gasUsed", "logs", "blockTimestamp", "removed",
)  # fmt: skip
OBJECTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(FIELDS, HEX | JSON | st.lists(HEX, max_size=5))
)
PARSERS: list[Callable[[Any, str], Any]] = [
    answers.quantity,
    answers.hex_data,
    answers.hash_bytes,
    answers.storage_word,
    answers.address,
    answers.header,
    answers.log,
    answers.logs,
    answers.sent_transaction,
    answers.receipt,
]


def _field_of_failure(read: Callable[[], object]) -> str:
    """What Malformed names, or the field itself when all went well."""
    try:
        read()
    except Malformed as malformed:
        return malformed.field
    return "field"


@given(st.sampled_from(PARSERS), JSON | HEX | OBJECTS | st.lists(OBJECTS, max_size=2))
def test_any_json_is_parsed_or_malformed(parse: Callable[[Any, str], Any], value: Any) -> None:
    """Every parser takes any JSON and answers a value or Malformed that names the field."""
    assert _field_of_failure(lambda: parse(value, "field")).startswith("field")


@given(st.binary(max_size=400), st.integers(0, 12))
def test_any_words_are_read_or_malformed(answer: bytes, index: int) -> None:
    """Every way of reading a contract's answer takes any bytes."""
    readers: list[Callable[[Words], object]] = [
        lambda words: words.uint(index),
        lambda words: words.uint(index, 8),
        lambda words: words.sint(index, 24),
        lambda words: words.flag(index),
        lambda words: words.address(index),
        lambda words: words.bytes32(index),
        lambda words: words.items(index, 100),
        lambda words: words.addresses(index, 100),
        lambda words: words.text(index, 100),
    ]
    for read in readers:
        words = Words(answer, "field", 0)
        assert _field_of_failure(partial(read, words)) == "field"


@pytest.mark.parametrize("text", ["0x", "", "1", "0xg", "0x+1", "0x_1", "0x" + "1" * 65, None, 5])
def test_quantities_are_strict(text: object) -> None:
    """Only 0x and one to sixty-four hex digits make a quantity."""
    with pytest.raises(Malformed, match="quantity"):
        answers.quantity(text, "field")


def test_limits() -> None:
    """Numbers beyond their bits, data beyond its length and too many topics are refused."""
    with pytest.raises(Malformed, match="8 bits"):
        answers.quantity("0x100", "field", 8)
    with pytest.raises(Malformed, match="longer than 2 bytes"):
        answers.hex_data("0x123456", "field", 2)
    with pytest.raises(Malformed, match="20-byte"):
        answers.address("0x12", "field")


def test_a_block_of_the_future_is_none() -> None:
    """A minute ahead is a clock; more than a day ahead would never grow old."""
    header = {"number": "0x1", "hash": "0x" + "11" * 32, "gasLimit": "0x1"}
    now = int(time.time())
    found = answers.header(header | {"timestamp": hex(now + 60)}, "newest block")
    assert found.block.timestamp == now + 60
    for ahead in (now + 2 * answers.SECONDS_AHEAD, 221_845_392_000, 2**62):
        with pytest.raises(Malformed, match=rf"timestamp: {ahead} lies more than a day ahead"):
            answers.header(header | {"timestamp": hex(ahead)}, "newest block")


def test_reverted_is_not_an_answer_to_read() -> None:
    """A revert where words were expected is told with its reason."""
    with pytest.raises(Malformed, match=r"refuses to answer \(GS020\)"):
        Words(Reverted(b"", "GS020"), "field")


def test_claims_of_a_contract_are_checked() -> None:
    """Offsets outside the answer, too many items and dirty addresses are malformed."""
    word = (32).to_bytes(32, "big")
    many = (2**200).to_bytes(32, "big")
    with pytest.raises(Malformed, match="more than 5"):
        Words(word + many, "field").items(0, 5)
    with pytest.raises(Malformed, match="outside"):
        Words(many, "field").items(0, 5)
    with pytest.raises(Malformed, match="claims a text"):
        Words(word + word, "field").text(0, 100)
    with pytest.raises(Malformed, match="no address"):
        Words(word + (1).to_bytes(32, "big") + many, "field").addresses(0, 5)
    with pytest.raises(Malformed, match="less than it claims"):
        Words(word + (2).to_bytes(32, "big"), "field").items(0, 5)


def test_reasons_are_safe_to_show() -> None:
    """A revert's reason keeps no steering characters and no more than a line."""
    text = "a\u202eb\n" + "x" * 1000
    encoded = text.encode()
    data = answers.ERROR_SELECTOR + (32).to_bytes(32, "big")
    data += len(encoded).to_bytes(32, "big") + encoded
    reason = answers.revert_reason(data, "ignored")
    assert "\u202e" not in reason
    assert "\n" not in reason
    assert len(reason) < 250
    assert answers.revert_reason(b"\x12\x34", "") == "data 0x1234"
    assert answers.revert_reason(b"", "out of gas") == "out of gas"


def test_codes_of_the_safe_in_words() -> None:
    """GS codes come with words; unknown codes and other reasons stand as they are."""
    assert revert_words(Reverted(b"", "GS013")).endswith("reverts (GS013)")
    assert revert_words(Reverted(b"", "GS999")) == "GS999"
    assert revert_words(Reverted(b"", "paused")) == "paused"
    assert revert_words(Reverted(b"", "")) == "no reason given"


def test_calls_are_encoded_by_their_signature() -> None:
    """The selector and the arguments of a call, tuples and addresses included."""
    here = Address(bytes(19) + b"\x01")
    assert asking(here, "transfer(address,uint256)", here, 5).data == (
        bytes.fromhex("a9059cbb") + bytes(31) + b"\x01" + bytes(31) + b"\x05"
    )
    nested = asking(here, "collect((uint256,address,uint128,uint128))", (1, here, 2, 3))
    assert nested.data[:4].hex() == "fc6f7865"
    assert nested.name == f"collect() of {here}"


@pytest.mark.parametrize("text", ["0x 12", "0x12 34", "0x1", "0x٣٣", "0x\n", "12", "0xzz"])
def test_hex_with_anything_else_in_it_is_none(text: str) -> None:
    """Spaces, which Python's own reader skips, and digits of other scripts among them."""
    with pytest.raises(Malformed, match="is not hex data"):
        answers.hex_data(text, "field")

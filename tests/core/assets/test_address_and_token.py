"""Addresses and tokens: what they may be, and how they are written."""

from dataclasses import replace
from fractions import Fraction

import pytest
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import ETH, USDC
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.token import Token, native_token
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.errors import Malformed

RAW = st.binary(min_size=20, max_size=20)
EXAMPLE = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
"""From EIP-55."""


@given(RAW)
def test_checksum_is_everybody_elses(raw: bytes) -> None:
    """An address is written as eth_utils writes it, and read back equal."""
    address = Address(raw)
    assert str(address) == to_checksum_address(raw)
    assert Address.parse(str(address)) == address
    assert Address.parse("0x" + raw.hex()) == address
    assert Address.parse("0x" + raw.hex().upper()) == address
    assert repr(address) == f"Address({address})"


@given(RAW, st.integers(2, 41))
def test_wrong_case_is_refused(raw: bytes, place: int) -> None:
    """One letter in the wrong case breaks the checksum, unless all letters then agree."""
    text = str(Address(raw))
    changed = text[:place] + text[place].swapcase() + text[place + 1 :]
    if changed == text or changed[2:] in (changed[2:].lower(), changed[2:].upper()):
        return
    with pytest.raises(Malformed, match="checksum"):
        Address.parse(changed)


@pytest.mark.parametrize(
    "text",
    [
        "", "0x", EXAMPLE[:-1], EXAMPLE + "0", EXAMPLE[2:], "0X" + EXAMPLE[2:], " " + EXAMPLE,
        "0x" + "g" * 40, "0x" + "１" * 40, None, 5, b"", ["0x"], EXAMPLE.replace("5a", "5A", 1),
    ],
)  # fmt: skip
def test_what_is_no_address(text: object) -> None:
    """Wrong length, prefix, letters, type or checksum: the field is named."""
    with pytest.raises(Malformed) as refusal:
        Address.parse(text, "safe.address")
    assert refusal.value.field == "safe.address"


@given(RAW, RAW)
def test_order_is_that_of_the_numbers(one: bytes, other: bytes) -> None:
    """Addresses sort as the Safe sorts its signers: by number."""
    assert (Address(one) < Address(other)) is (Address(one).number < Address(other).number)


@pytest.mark.parametrize("length", [0, 19, 21, 32])
def test_impossible_addresses_cannot_exist(length: int) -> None:
    """An address has twenty bytes."""
    with pytest.raises(ValueError, match="20 bytes"):
        Address(bytes(length))


def test_nobody() -> None:
    """The zero address is nobody's."""
    assert ZERO_ADDRESS.is_zero
    assert not Address.parse(EXAMPLE).is_zero


def test_keccak_is_not_sha3() -> None:
    """The known digest of nothing, which NIST's SHA3-256 does not give."""
    assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


@pytest.mark.parametrize("decimals", [-1, 78, 2**255])
def test_decimals_nobody_can_show(decimals: int) -> None:
    """Ten to the 77th is the last power of ten in a uint256."""
    with pytest.raises(ValueError, match="decimals"):
        replace(USDC, decimals=decimals)


def test_keys_and_scales() -> None:
    """Quotes and holdings name a token by its address, the native coin by its word."""
    assert USDC.key == str(USDC.address)
    assert (ETH.key, ETH.is_native, ETH.scale) == ("native", True, 10**18)
    assert native_token(1, "ETH").decimals == 18
    nameless = Token(chain_id=1, address=USDC.address, symbol="?", name="", decimals=None)
    assert nameless.scale == 1
    assert not nameless.is_native


@pytest.mark.parametrize("chain_id", [0, -1, 2**256])
def test_impossible_chains_cannot_exist(chain_id: int) -> None:
    """A chain has a positive number of 256 bits."""
    with pytest.raises(ValueError, match="positive"):
        Chain(chain_id=chain_id, name="", native_symbol="")


@pytest.mark.parametrize("text", ["", "Feed", "oracle", None, 5, ["feed"]])
def test_unknown_kinds_of_quotes(text: object) -> None:
    """A quote is a feed, TWAP, spot or manual price."""
    with pytest.raises(Malformed):
        QuoteKind.parse(text, "kind")
    assert [QuoteKind.parse(kind.value, "kind") for kind in QuoteKind] == list(QuoteKind)


@given(st.integers(-10, 10), st.none() | st.integers(-5, 20), st.integers(0, 10))
def test_stale_and_invalid_quotes(usd: int, age: int | None, limit: int) -> None:
    """Positive is valid; older than allowed, of unknown age or of the future is stale."""
    quote = Quote(
        token_key="native", usd=Fraction(usd), kind=QuoteKind.FEED, source="", age_seconds=age
    )
    assert quote.is_valid is (usd > 0)
    assert quote.is_stale(limit) is (age is None or age < 0 or age > limit)


def test_unknown_decides_nothing_in_our_favour() -> None:
    """Unknown is false in every condition, and one single value."""
    assert not UNKNOWN
    assert type(UNKNOWN)("unknown") is UNKNOWN

"""Which texts are messages; raw hashes and bytes are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.messages.message import message_in
from treasury_desktop.messages.text_message import MAX_BYTES, TextMessage, text_message_of


@pytest.mark.parametrize(
    "text",
    [
        "0x" + "ab" * 32,
        "0X" + "AB" * 32,
        "ab" * 32,
        " 0x" + "ab" * 32 + "\n",
        "0x",
        "0xabc",
        "0x48656c6c6f",
    ],
)
def test_hex_is_never_signed_as_a_text(text: str) -> None:
    """Wallets sign the bytes it writes down, which may be the hash of anything."""
    with pytest.raises(Refused, match="never signed"):
        message_in(text)


@given(st.binary(min_size=32, max_size=32))
def test_thirty_two_bytes_are_never_signed(raw: bytes) -> None:
    """They are, or pass for, a hash."""
    with pytest.raises(Refused, match="never signed"):
        text_message_of(raw)


@pytest.mark.parametrize("text", ["x" * 32, "ä" * 16, "Sign in to the treasury, please!"])
def test_a_text_of_thirty_two_bytes_is_never_signed(text: str) -> None:
    """Its digest is that of eth_sign over a hash with these very bytes."""
    assert len(text.encode()) == 32
    with pytest.raises(Refused, match="exactly 32 bytes"):
        TextMessage(text)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"\x00\xc3", b"\xed\xa0\x80"])
def test_bytes_that_write_no_text_are_never_signed(raw: bytes) -> None:
    """What nobody can read nobody signs."""
    with pytest.raises(Refused, match="raw bytes"):
        text_message_of(raw)


def test_half_a_surrogate_is_no_text() -> None:
    """Nothing writes it in UTF-8."""
    with pytest.raises(Malformed, match="surrogate"):
        TextMessage("\ud800")


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
def test_a_text_says_something(text: str) -> None:
    """A text that nobody sees would be signed unread."""
    with pytest.raises(Malformed, match="nothing in it"):
        TextMessage(text)


def test_a_text_has_a_limit() -> None:
    """One that nobody can read to its end is none."""
    with pytest.raises(Malformed, match="at most 65,536 bytes"):
        TextMessage("x" * (MAX_BYTES + 1))


@pytest.mark.parametrize("text", ["I agree to 0x" + "ab" * 32, "zx" + "ab" * 32, "cafe"])
def test_a_text_may_speak_of_hashes(text: str) -> None:
    """Words around it make it readable."""
    assert TextMessage(text).text == text
    assert text_message_of(text.encode()) == TextMessage(text)

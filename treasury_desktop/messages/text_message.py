"""Texts a Safe signs (EIP-191, version 0x45), and the raw hashes that are never signed as such.

Wallets read a text that is all hex as the bytes it writes down; a text of thirty-two bytes is what
eth_sign makes of a hash. Both could be something else than they look like, so neither is signed.
"""

import re
from dataclasses import dataclass

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.untrusted_text import is_blank, text_in
from treasury_desktop.errors import Malformed, Refused

PREFIX = b"\x19Ethereum Signed Message:\n"
HASH_LENGTH = 32
MAX_BYTES = 64 * 1024

_ONLY_HEX = re.compile(r"0[xX][0-9a-fA-F]*|[0-9a-fA-F]{64}", re.ASCII)
RAW_HASH = (
    "This is a raw hash or raw bytes, which nobody can read: it is never signed. Ask for the text "
    "or the typed data that it is the hash of."
)


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text that a person can read; raw hashes, bytes and blanks cannot exist as one."""

    text: str

    def __post_init__(self) -> None:
        encoded = self.content
        if len(encoded) > MAX_BYTES:
            raise Malformed("message", f"a text has at most {MAX_BYTES:,} bytes")
        if _ONLY_HEX.fullmatch(self.text.strip()):
            raise Refused(RAW_HASH)
        if len(encoded) == HASH_LENGTH:
            raise Refused(
                "A text of exactly 32 bytes is signed as if it were a hash, so it is never signed; "
                "one character more makes it a text."
            )
        if is_blank(self.text):
            raise Malformed("message", "has nothing in it that anybody could read")

    @property
    def content(self) -> bytes:
        """The bytes of the text."""
        try:
            return self.text.encode()
        except UnicodeEncodeError:
            raise Malformed("message", "holds half a surrogate pair") from None


def text_message_of(raw: bytes) -> TextMessage:
    """The text that bytes write in UTF-8; refuses bytes that write none."""
    text = None if len(raw) == HASH_LENGTH else text_in(raw)
    if text is None:
        raise Refused(RAW_HASH)
    return TextMessage(text)


def text_hash(message: TextMessage) -> bytes:
    """keccak256 of the prefix with its line feed, the length in decimal, and the text."""
    content = message.content
    return keccak(PREFIX + str(len(content)).encode() + content)


def text_hash_again(text: str) -> bytes:
    """The same digest, put together byte by byte."""
    content = bytearray(text, "utf-8")
    length, digits = len(content), bytearray()
    while True:
        length, digit = divmod(length, 10)
        digits.insert(0, 0x30 + digit)
        if not length:
            break
    whole = bytearray((0x19,))
    whole.extend(map(ord, "Ethereum Signed Message:"))
    whole.append(0x0A)
    whole.extend(digits)
    whole.extend(content)
    return keccak(bytes(whole))

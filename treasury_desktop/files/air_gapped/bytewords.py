"""Bytewords (BCR-2020-012): bytes as the first and last letters of words, with a CRC-32 behind."""

import zlib
from functools import cache

from treasury_desktop.errors import Malformed
from treasury_desktop.resources import read_resource

LETTERS = 2
CHECKSUM_LENGTH = 4
WORDS = 256


def bytes_of(letters: str) -> bytes:
    """The bytes behind minimal Bytewords, their checksum verified and taken off."""
    pairs = [letters[place : place + LETTERS] for place in range(0, len(letters), LETTERS)]
    table = _byte_by_letters()
    if any(pair not in table for pair in pairs):
        raise Malformed("ur", "holds letters that are no Bytewords")
    content = bytes(table[pair] for pair in pairs)
    body, checksum = content[:-CHECKSUM_LENGTH], content[-CHECKSUM_LENGTH:]
    if not body or _checksum(body) != checksum:
        raise Malformed("ur", "does not fit its checksum: a letter is wrong or missing")
    return body


def letters_of(content: bytes) -> str:
    """Minimal Bytewords of some bytes, their checksum behind them."""
    letters = tuple(_byte_by_letters())
    return "".join(letters[byte] for byte in content + _checksum(content))


def _checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(CHECKSUM_LENGTH, "big")


@cache
def _byte_by_letters() -> dict[str, int]:
    """First and last letter of each word → the byte it stands for, in the order of the bytes."""
    words = read_resource("words/bytewords.txt").decode("ascii").split()
    table = {word[0] + word[-1]: place for place, word in enumerate(words)}
    if len(table) != WORDS:
        raise ValueError(f"the word list tells {len(table)} bytes apart, not {WORDS}")
    return table

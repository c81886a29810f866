"""Uniform Resources (`ur:…`), the text in the QR codes of air-gapped signers.

Bytes are written as words of the public Bytewords list, two letters each, with a CRC-32. What does
not fit one QR code comes in numbered parts; parts beyond the first round are sums (XOR) of several,
chosen by a generator that both sides compute, so that no part in particular has to be seen.
Sources: BCR-2020-005 (UR and multipart), BCR-2020-012 (Bytewords), BCR-2024-001 (fountain).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.cbor import read_cbor
from treasury_desktop.resources import read_resource

MOST_LETTERS = 2 * 1024 * 1024
MOST_PARTS = 1024
MOST_FRAGMENTS = 512
LETTERS = 2
CHECKSUM_LENGTH = 4
WORDS = 256
_PART = re.compile(r"ur:([a-z0-9-]{1,64})(?:/(\d{1,9})-(\d{1,9}))?/([a-z]+)", re.ASCII)
_U64 = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class UniformResource:
    """What a UR is called (such as eth-sign-request) and its CBOR."""

    kind: str
    cbor: bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """One numbered part of a message of `count` fragments."""

    number: int
    count: int
    length: int
    checksum: int
    content: bytes

    @property
    def message(self) -> tuple[int, int, int, int]:
        """What all parts of one message have in common."""
        return self.count, self.length, self.checksum, len(self.content)


def read_uniform_resource(text: str) -> UniformResource:
    """The resource in one `ur:` text, or in its parts separated by white space in any order."""
    if len(text) > MOST_LETTERS:
        raise Malformed("ur", f"has more than {MOST_LETTERS:,} letters")
    written = text.lower().split()
    if len(written) > MOST_PARTS:
        raise Malformed("ur", f"has more than {MOST_PARTS:,} parts")
    matches = [_PART.fullmatch(one) for one in written]
    found = [match for match in matches if match is not None]
    if not found or len(found) != len(matches):
        raise Malformed("ur", "is no UR such as ur:eth-sign-request/…")
    kinds = {match.group(1) for match in found}
    if len(kinds) > 1:
        raise Malformed("ur", f"mixes parts of {' and '.join(sorted(kinds))}")
    if all(match.group(2) is None for match in found):
        whole = {match.group(4) for match in found}
        if len(whole) > 1:
            raise Malformed("ur", "holds several resources; one at a time is reviewed")
        return UniformResource(found[0].group(1), _bytes_of(whole.pop()))
    return UniformResource(found[0].group(1), _assembled([_part(match) for match in found]))


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _bytes_of(letters: str) -> bytes:
    """The bytes behind minimal Bytewords, their checksum verified and taken off."""
    pairs = [letters[place : place + LETTERS] for place in range(0, len(letters), LETTERS)]
    table = _byte_by_letters()
    if any(pair not in table for pair in pairs):
        raise Malformed("ur", "holds letters that are no Bytewords")
    content = bytes(table[pair] for pair in pairs)
    body, checksum = content[:-CHECKSUM_LENGTH], content[-CHECKSUM_LENGTH:]
    if not body or zlib.crc32(body).to_bytes(CHECKSUM_LENGTH, "big") != checksum:
        raise Malformed("ur", "does not fit its checksum: a letter is wrong or missing")
    return body


@cache
def _byte_by_letters() -> dict[str, int]:
    """First and last letter of each word → the byte it stands for."""
    words = read_resource("words/bytewords.txt").decode("ascii").split()
    table = {word[0] + word[-1]: place for place, word in enumerate(words)}
    if len(table) != WORDS:
        raise ValueError(f"the word list tells {len(table)} bytes apart, not {WORDS}")
    return table


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def _part(match: re.Match[str]) -> _Part:
    if match.group(2) is None:
        raise Malformed("ur", "mixes a whole resource with parts of one")
    fields = read_cbor(_bytes_of(match.group(4)))
    if not isinstance(fields, list) or len(fields) != 5:  # noqa: PLR2004  BCR-2020-005
        raise Malformed("ur", "has a part that is none")
    *numbers, content = fields
    if not isinstance(content, bytes) or any(type(number) is not int for number in numbers):
        raise Malformed("ur", "has a part that is none")
    number, count, length, checksum = numbers
    if (number, count) != (int(match.group(2)), int(match.group(3))):
        raise Malformed("ur", "has a part that is numbered otherwise inside than outside")
    is_sound = 0 < number < 1 << 32 and 0 < count <= MOST_FRAGMENTS and 0 <= checksum < 1 << 32
    # The fragments are of one length, and the last one is filled up with zeros.
    if not is_sound or not content or not count * len(content) - len(content) < length:
        raise Malformed("ur", "has a part with impossible figures")
    if length > count * len(content):
        raise Malformed("ur", "has a part with impossible figures")
    return _Part(number, count, length, checksum, content)


def _assembled(parts: list[_Part]) -> bytes:
    """The message all parts together give; names how many are missing."""
    if len({part.message for part in parts}) != 1:
        raise Malformed("ur", "mixes parts of several messages")
    first = parts[0]
    fragments = _solved(parts, first.count)
    if len(fragments) < first.count:
        missing = first.count - len(fragments)
        raise Malformed("ur", f"is not complete: {missing} of {first.count} parts are missing")
    message = b"".join(
        fragments[place].to_bytes(len(first.content), "big") for place in range(first.count)
    )
    if zlib.crc32(message[: first.length]) != first.checksum:
        raise Malformed("ur", "does not fit the checksum of the whole message")
    return message[: first.length]


def _solved(parts: list[_Part], count: int) -> dict[int, int]:
    """Every fragment that follows from the parts, by its place (Gaussian elimination over XOR).

    Fragments and sums of them are numbers here, because XOR of numbers is one step.
    """
    rows: dict[int, tuple[int, int]] = {}
    for part in sorted(parts, key=lambda part: part.number):
        mask, total = (
            sum(1 << place for place in _places(part)),
            int.from_bytes(part.content, "big"),
        )
        while mask:
            lead = mask.bit_length() - 1
            if lead not in rows:
                rows[lead] = mask, total
                break
            mask, total = mask ^ rows[lead][0], total ^ rows[lead][1]
        if len(rows) == count:
            break
    known: dict[int, int] = {}
    for place in sorted(rows):
        mask, total = rows[place]
        others = [other for other in range(place) if mask >> other & 1]
        if all(other in known for other in others):
            for other in others:
                total ^= known[other]
            known[place] = total
    return known


def _places(part: _Part) -> list[int]:
    """Which fragments a part is the sum of: its own in the first round, drawn ones afterwards."""
    if part.number <= part.count:
        return [part.number - 1]
    draws = _draws(part.number.to_bytes(4, "big") + part.checksum.to_bytes(4, "big"))
    degree = _degree(part.count, draws)
    left: list[int] = list(range(part.count))
    chosen: list[int] = []
    while len(chosen) < degree:
        chosen.append(left.pop(int(next(draws) * len(left))))
    return chosen


def _draws(seed: bytes) -> Iterator[float]:
    """Xoshiro256** seeded with the SHA-256, as fractions of one: both sides draw the same.

    Floats because the specification computes with IEEE doubles. What comes of a wrong draw fails
    the message's checksum; it can decide nothing else.
    """
    digest = sha256(seed).digest()
    a, b, c, d = (int.from_bytes(digest[at : at + 8], "big") for at in range(0, 32, 8))
    while True:
        yield (_rotated(b * 5 & _U64, 7) * 9 & _U64) / (1 << 64)
        shifted = b << 17 & _U64
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ shifted, _rotated(d, 45)


def _rotated(number: int, bits: int) -> int:
    return (number << bits | number >> 64 - bits) & _U64


def _degree(count: int, draws: Iterator[float]) -> int:
    """How many fragments a part sums up: n with a weight of 1/n, by the alias method."""
    chances, aliases = _alias_table(count)
    place = int(next(draws) * count)
    return 1 + (place if next(draws) < chances[place] else aliases[place])


@cache
def _alias_table(count: int) -> tuple[list[float], list[int]]:
    """Walker's alias table for the weights 1, 1/2, … 1/count, filled in the specified order."""
    weights = [1 / (place + 1) for place in range(count)]
    whole = sum(weights)
    scaled = [weight * count / whole for weight in weights]
    small = [place for place in reversed(range(count)) if scaled[place] < 1]
    large = [place for place in reversed(range(count)) if scaled[place] >= 1]
    chances, aliases = [1.0] * count, [0] * count
    while small and large:
        less, more = small.pop(), large.pop()
        chances[less], aliases[less] = scaled[less], more
        scaled[more] = scaled[more] + scaled[less] - 1
        (small if scaled[more] < 1 else large).append(more)
    return chances, aliases

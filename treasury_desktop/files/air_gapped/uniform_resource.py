"""Uniform Resources (`ur:…`), the text in the QR codes of air-gapped signers.

Bytes are written as words of the public Bytewords list, two letters each, with a CRC-32. What does
not fit one QR code comes in numbered parts; parts beyond the first round are sums (XOR) of several,
chosen by a generator that both sides compute, so that no part in particular has to be seen.
Sources: BCR-2020-005 (UR and multipart), BCR-2020-012 (Bytewords), BCR-2024-001 (fountain).
"""

import re
import zlib
from dataclasses import dataclass

from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.bytewords import bytes_of
from treasury_desktop.files.air_gapped.cbor import read_cbor
from treasury_desktop.files.air_gapped.fountain import MOST_FRAGMENTS, places_in

MOST_LETTERS = 2 * 1024 * 1024
MOST_PARTS = 1024
_PART = re.compile(r"ur:([a-z0-9-]{1,64})(?:/(\d{1,9})-(\d{1,9}))?/([a-z]+)", re.ASCII)


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
        return UniformResource(found[0].group(1), bytes_of(whole.pop()))
    return UniformResource(found[0].group(1), _assembled([_part(match) for match in found]))


def message_of_part(text: str) -> tuple[object, ...] | None:
    """What all parts of one message have in common; `None` for what is no part of any."""
    first = text[:MOST_LETTERS].lower().split(maxsplit=1)
    match = _PART.fullmatch(first[0]) if first else None
    if match is None or match.group(2) is None:
        return None
    try:
        return match.group(1), _part(match).message
    except Malformed:
        return None


# ── parts ────────────────────────────────────────────────────────────────────────────────────────


def _part(match: re.Match[str]) -> _Part:
    if match.group(2) is None:
        raise Malformed("ur", "mixes a whole resource with parts of one")
    fields = read_cbor(bytes_of(match.group(4)))
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
            sum(1 << place for place in places_in(part.number, part.count, part.checksum)),
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

"""Several signatures in one blob: 65 bytes for each, then what contract signatures carry.

A contract signature says in s where in the blob its own bytes lie: their length in 32 bytes, then
they. Source: Safe.sol `checkNSignatures`. Read leniently (surplus, unsorted and padded blobs are
met in the wild), written strictly (ascending by owner, nothing between, nothing behind).
"""

from collections.abc import Iterable
from dataclasses import replace

from treasury_desktop.assets.address import Address
from treasury_desktop.safes.signature import (
    SIGNATURE_LENGTH,
    Signature,
    SignatureKind,
    parse_signature,
)

WORD = 32
PADDING = Signature(0, 0, 0)


def split_signatures(blob: bytes) -> tuple[Signature, ...]:
    """The signatures of a blob in its order; less than 65 bytes at the end are none.

    Where the bytes of the first contract signature begin, the signatures end. A contract signature
    whose bytes are not all in the blob, or lie among the signatures so far, has `dynamic` of
    `None`. Zeros behind the last signature are padding.
    """
    found: list[Signature] = []
    position, end = 0, len(blob)
    bytes_left = len(blob)  # overlapping bytes, which nobody writes, would be copied without end
    while position + SIGNATURE_LENGTH <= end:
        signature = parse_signature(blob[position : position + SIGNATURE_LENGTH])
        if found and signature == PADDING:
            break
        position += SIGNATURE_LENGTH
        if signature.kind is SignatureKind.CONTRACT:
            place = _dynamic_part(blob, signature.s, position)
            if len(place) <= bytes_left and place:
                bytes_left -= len(place)
                end = min(end, signature.s)
                signature = replace(signature, dynamic=blob[place.start + WORD : place.stop])
        found.append(signature)
    return tuple(found)


def pack_signatures(signed: Iterable[tuple[Address, Signature]]) -> bytes:
    """The `signatures` argument of execTransaction for signatures and whose they are."""
    ordered = sorted(signed, key=lambda one: one[0])
    static, dynamic = b"", b""
    for _, signature in ordered:
        one = signature
        if signature.dynamic is not None:
            one = replace(signature, s=len(ordered) * SIGNATURE_LENGTH + len(dynamic))
            dynamic += len(signature.dynamic).to_bytes(WORD, "big") + signature.dynamic
        static += one.encoded
    return static + dynamic


def contract_signature(signer: Address, carried: bytes) -> bytes:
    """A contract signature on its own, with what it hands to the contract behind it."""
    return pack_signatures([(signer, Signature(signer.number, 0, 0, carried))])


def _dynamic_part(blob: bytes, offset: int, static_end: int) -> range:
    """Where length and bytes of a contract signature lie; empty where they do not fit."""
    begin = offset + WORD
    if not static_end <= offset or begin > len(blob):
        return range(0)
    end = begin + int.from_bytes(blob[offset:begin], "big")
    return range(offset, end) if end <= len(blob) else range(0)

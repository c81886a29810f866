"""Writing URs: whole, or as the endless parts of an animation that `uniform_resource.py` reads.

The first parts are the plain fragments in turn, all later ones sums of several: a camera that
misses some frames ends with whichever it sees next, and need not wait for a certain one.
"""

import zlib
from collections.abc import Iterator
from itertools import count, repeat

from treasury_desktop.errors import Refused
from treasury_desktop.files.air_gapped.bytewords import letters_of
from treasury_desktop.files.air_gapped.cbor_writing import write_cbor
from treasury_desktop.files.air_gapped.fountain import MOST_FRAGMENTS, places_in
from treasury_desktop.files.air_gapped.uniform_resource import UniformResource

FRAGMENT_BYTES = 200
"""A frame of it is a QR code of version 13 (69 modules), which laptop cameras read with ease."""
LARGE_FRAGMENT_BYTES = 400
FRAMES_BEFORE_LARGE = 100
"""At eight frames a second one round takes twelve seconds; beyond it the frames become denser."""


def write_uniform_resource(resource: UniformResource) -> str:
    """The resource in one `ur:` text."""
    return f"ur:{resource.kind}/{letters_of(resource.cbor)}"


def fragment_count(resource: UniformResource, *, fragment_bytes: int | None = None) -> int:
    """How many parts are needed at least; Refused above what readers take.

    `fragment_bytes` is the most one part carries; by itself it is chosen by the resource's length.
    """
    length = len(resource.cbor)
    most = _fragment_bytes(length) if fragment_bytes is None else fragment_bytes
    needed = -(-length // most)
    if needed > MOST_FRAGMENTS:
        raise Refused(
            f"{length:,} bytes are too many to show as QR codes; at most "
            f"{MOST_FRAGMENTS * LARGE_FRAGMENT_BYTES:,} are. Send it as a file."
        )
    return needed


def write_parts(resource: UniformResource, *, fragment_bytes: int | None = None) -> Iterator[str]:
    """The parts to show one after another, without end; what fits one part is shown whole."""
    needed = fragment_count(resource, fragment_bytes=fragment_bytes)
    if needed == 1:
        return repeat(write_uniform_resource(resource))
    return _parts(resource, needed)


def _fragment_bytes(length: int) -> int:
    is_long = length > FRAGMENT_BYTES * FRAMES_BEFORE_LARGE
    return LARGE_FRAGMENT_BYTES if is_long else FRAGMENT_BYTES


def _parts(resource: UniformResource, needed: int) -> Iterator[str]:
    message, checksum = resource.cbor, zlib.crc32(resource.cbor)
    size = -(-len(message) // needed)
    padded = message.ljust(size * needed, b"\0")
    # As numbers, because XOR of numbers is one step.
    fragments = [
        int.from_bytes(padded[at : at + size], "big") for at in range(0, len(padded), size)
    ]
    for number in count(1):
        total = 0
        for place in places_in(number, needed, checksum):
            total ^= fragments[place]
        content = total.to_bytes(size, "big")
        part = write_cbor([number, needed, len(message), checksum, content])
        yield f"ur:{resource.kind}/{number}-{needed}/{letters_of(part)}"

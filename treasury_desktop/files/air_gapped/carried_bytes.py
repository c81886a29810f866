"""`ur:bytes`: how a whole bundle travels as QR codes, and parts of one that came one by one."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from treasury_desktop.errors import Malformed
from treasury_desktop.files.air_gapped.cbor import read_cbor
from treasury_desktop.files.air_gapped.cbor_writing import write_cbor
from treasury_desktop.files.air_gapped.uniform_resource import (
    UniformResource,
    message_of_part,
    read_uniform_resource,
)

BYTES = "bytes"


class Joined(NamedTuple):
    """Inputs that belong together, by their places in what was given, and what they say."""

    places: tuple[int, ...]
    content: bytes


def write_carried_bytes(content: bytes) -> UniformResource:
    """A resource of nothing but bytes (BCR-2020-005), such as a bundle's."""
    return UniformResource(BYTES, write_cbor(content))


def read_carried_bytes(text: str) -> bytes | None:
    """The bytes a `ur:bytes` text carries, `None` where it is another resource."""
    if not text[:9].lower().startswith(f"ur:{BYTES}/"):
        return None
    content = read_cbor(read_uniform_resource(text).cbor)
    if not isinstance(content, bytes):
        raise Malformed("ur", "says that it is bytes and is something else")
    return content


def joined_parts(inputs: Sequence[bytes]) -> tuple[Joined, ...]:
    """The inputs with the parts of one UR put together, each where its first part stood.

    Whoever takes a picture of each frame of an animation imports all of them at once.
    """
    groups: dict[Hashable, list[int]] = {}
    for place, content in enumerate(inputs):
        is_resource = content[:3].lower() == b"ur:"
        message = message_of_part(content.decode("latin-1")) if is_resource else None
        groups.setdefault(place if message is None else message, []).append(place)
    return tuple(
        Joined(tuple(places), b"\n".join(inputs[place] for place in places))
        for places in groups.values()
    )

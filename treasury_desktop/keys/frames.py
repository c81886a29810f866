"""How the three processes talk: length, then bytes, over pipes.

A job is one header (JSON) followed by its secrets; an answer is one header. Lengths are four bytes,
big endian, and bounded before anything is read. Secrets never become `bytes` or `str` on the way:
they are read into and written from bytearrays, through unbuffered files.
"""

import io
from collections.abc import Sequence

from treasury_desktop.errors import Malformed
from treasury_desktop.keys.secret import Secret

LENGTH_BYTES = 4
MAX_HEADER = 32 * 2**20
"""Bytes: a bundle of 8 MiB in base64, with room for its signatures."""
MAX_SECRETS = 4
MAX_SECRET = 4096


def write_frame(stream: io.RawIOBase, content: bytes | bytearray) -> None:
    """Writes one frame whole; a raw file may take it in several pieces."""
    _write_all(stream, len(content).to_bytes(LENGTH_BYTES, "big"))
    _write_all(stream, content)


def read_frame(stream: io.RawIOBase, limit: int = MAX_HEADER) -> bytes:
    """Reads one frame; Malformed when it is cut off or larger than `limit` bytes."""
    return bytes(_read_frame(stream, limit))


def write_secrets(stream: io.RawIOBase, secrets: Sequence[Secret]) -> None:
    """Writes how many secrets follow, then each as a frame."""
    _write_all(stream, len(secrets).to_bytes(LENGTH_BYTES, "big"))
    for secret in secrets:
        write_frame(stream, secret.content)


def read_secrets(stream: io.RawIOBase) -> tuple[Secret, ...]:
    """Reads the secrets that follow a job's header."""
    count = int.from_bytes(_read_exactly(stream, LENGTH_BYTES), "big")
    if count > MAX_SECRETS:
        raise Malformed("job", "carries too many secrets")
    return tuple(Secret(_read_frame(stream, MAX_SECRET)) for _ in range(count))


def _read_frame(stream: io.RawIOBase, limit: int) -> bytearray:
    length = int.from_bytes(_read_exactly(stream, LENGTH_BYTES), "big")
    if length > limit:
        raise Malformed("job", f"a message of {length} bytes is larger than allowed")
    return _read_exactly(stream, length)


def _read_exactly(stream: io.RawIOBase, length: int) -> bytearray:
    content = bytearray(length)
    view, position = memoryview(content), 0
    while position < length:
        count = stream.readinto(view[position:])
        if not count:
            raise Malformed("job", "the message ends too early")
        position += count
    return content


def _write_all(stream: io.RawIOBase, content: bytes | bytearray) -> None:
    view, position = memoryview(content), 0
    while position < len(content):
        position += stream.write(view[position:]) or 0

"""Members of the JSON in which our processes talk, each read strictly."""

import base64
from collections.abc import Mapping
from typing import Final

from treasury_desktop.assets.strict_json import JsonValue
from treasury_desktop.errors import Malformed
from treasury_desktop.keys.encrypted_key import ROLES

HASH_LENGTH: Final = 32

Fields = Mapping[str, JsonValue]


def text_of(fields: Fields, name: str) -> str:
    """Text; Malformed where it is none."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise Malformed(f"job.{name}", "is text")
    return value


def texts_of(fields: Fields, name: str) -> frozenset[str]:
    """A list of texts, each once."""
    values = fields.get(name)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise Malformed(f"job.{name}", "is a list of texts")
    return frozenset(str(value) for value in values)


def role_of(fields: Fields) -> str:
    """What the key is for: "owner" or "executor"."""
    role = text_of(fields, "role")
    if role not in ROLES:
        raise Malformed("job.role", "a key belongs to an owner or to an executor")
    return role


def quantity_of(fields: Fields, name: str) -> int:
    """A uint256 in decimal text."""
    text = text_of(fields, name)
    if not text.isascii() or not text.isdigit() or int(text) >= 2**256:
        raise Malformed(f"job.{name}", "is a decimal uint256")
    return int(text)


def hash_of(fields: Fields, name: str) -> bytes:
    """Thirty-two bytes in hex."""
    try:
        value = bytes.fromhex(text_of(fields, name).removeprefix("0x"))
    except ValueError:
        value = b""
    if len(value) != HASH_LENGTH:
        raise Malformed(f"job.{name}", "is a hash of 32 bytes")
    return value


def bytes_of(fields: Fields, name: str) -> bytes:
    """Bytes in base64."""
    try:
        return base64.b64decode(text_of(fields, name), validate=True)
    except ValueError:
        raise Malformed(f"job.{name}", "is not base64") from None


def base64_text(content: bytes) -> str:
    """Bytes as a member writes them."""
    return base64.b64encode(content).decode()


def hex_text(content: bytes) -> str:
    """A hash as a member writes it."""
    return "0x" + content.hex()

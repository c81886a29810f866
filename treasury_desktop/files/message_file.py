"""A message of a Safe as a file for cosigners (`treasury-desktop/message@1`), read and written.

One JSON object, canonical (RFC 8785) and ending in a line feed:

    { "format": "treasury-desktop/message@1", "chain_id": 1,
      "safe": { "address": "0x…", "version": "1.4.1" },
      "message": "text" | { typed data },
      "safe_message_hash": "0x…", "purpose": "…",
      "signatures": [ { "signer": "0x…" | null, "data": "0x…" } ] }

The hash is a claim: derived anew and compared, never believed (decisions/014). Read as strictly as
a bundle: unknown members, doubled keys and wrong types are refused, nothing is half imported.
"""

from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_fields import Fields, read_table
from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json_object
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.errors import Malformed
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.message import Message, message_in, message_json
from treasury_desktop.safes.safe import Safe, SafeVersion

FORMAT: Final = "treasury-desktop/message@1"
MAX_SIGNATURES: Final = 200
MAX_SIGNATURE: Final = 64 * 1024
MAX_PURPOSE: Final = 2000
MAX_BYTES: Final = 2 * 1024 * 1024
FIRST_CHAIN: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFile:
    """What a cosigner sent: a message of a Safe, with signatures that nobody has verified yet."""

    safe: Safe
    message: Message
    purpose: str
    signatures: tuple[ClaimedSignature, ...]


def is_message_file(found: dict[str, object]) -> bool:
    """Whether a JSON object says that it is one."""
    return found.get("format") == FORMAT


def read_message_file(data: bytes) -> MessageFile:
    """The message of a file; Malformed names the member that is wrong."""
    found = read_json_object(data, max_bytes=MAX_BYTES)
    return read_table(found, "", _message_file)


def write_message_file(file: MessageFile) -> bytes:
    """The file of a message, the same bytes for the same content."""
    whole: dict[str, JsonSource] = {
        "format": FORMAT,
        "chain_id": file.safe.chain_id,
        "safe": {"address": str(file.safe.address), "version": str(file.safe.version)},
        "message": message_json(file.message),
        "safe_message_hash": "0x" + message_hashes(file.safe, file.message).safe_message.hex(),
        "purpose": file.purpose,
        "signatures": [
            {
                "signer": None if one.signer is None else str(one.signer),
                "data": "0x" + one.data.hex(),
            }
            for one in file.signatures
        ],
    }
    return canonical_json(whole) + b"\n"


def _message_file(fields: Fields) -> MessageFile:
    if fields.text("format") != FORMAT:
        raise Malformed("format", f'is "{FORMAT}" in a message file')
    chain_id = fields.integer("chain_id", low=FIRST_CHAIN)
    address, version = read_table(fields.take("safe"), "safe", _safe)
    safe = Safe(chain_id=chain_id, address=address, version=version)
    message = message_in(fields.take("message"))
    claimed = fields.hex_bytes("safe_message_hash", length=32)
    if claimed != message_hashes(safe, message).safe_message:
        raise Malformed("safe_message_hash", "is not the hash of this message for this Safe")
    purpose = fields.text("purpose")
    if len(purpose) > MAX_PURPOSE:
        raise Malformed("purpose", f"has more than {MAX_PURPOSE:,} characters")
    signatures = fields.each("signatures", _signature)
    if len(signatures) > MAX_SIGNATURES:
        raise Malformed("signatures", f"there are at most {MAX_SIGNATURES}")
    return MessageFile(safe=safe, message=message, purpose=purpose, signatures=signatures)


def _safe(fields: Fields) -> tuple[Address, SafeVersion]:
    return fields.address("address"), SafeVersion.parse(fields.take("version"))


def _signature(fields: Fields) -> ClaimedSignature:
    data = fields.hex_bytes("data")
    if not data or len(data) > MAX_SIGNATURE:
        raise Malformed(fields.path_of("data"), f"has 1 to {MAX_SIGNATURE:,} bytes")
    return ClaimedSignature(signer=fields.nullable("signer", fields.address), data=data)

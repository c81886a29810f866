"""Signatures without their transaction, as people and other programs hand them over.

A hex text with or without the hash in front, a JSON object of ours, one that localsafe shares, or
confirmations of a Safe Transaction Service. They are no transaction and are never reviewed as one:
whoever reviews refuses them by name, whoever imports asks here first.
"""

import re
from collections.abc import Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json_object
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.bundle.fields import Fields, each, hash32, hex_bytes, items, text
from treasury_desktop.desk.import_signatures import MOST_SIGNATURES, IncomingSignatures
from treasury_desktop.errors import Malformed
from treasury_desktop.files.foreign_programs.lenient_fields import is_unset
from treasury_desktop.files.foreign_programs.links import (
    read_localsafe_signature,
    read_signature_link,
)
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.signature import SIGNATURE_LENGTH
from treasury_desktop.safes.signature_blob import split_signatures

MOST_BYTES = 512 * 1024
HASH_LENGTH = 32
_HEX = re.compile(r"(?:0x)?((?:[0-9a-fA-F]{2})+)", re.ASCII)
_BETWEEN = re.compile(r"[\s,;:]+", re.ASCII)
_ONLY_HEX = re.compile(rb"(?:0x)?[0-9a-fA-F]{2}[0-9a-fA-Fx\s,;:]*", re.ASCII)
_OF_A_TRANSACTION = ("format", "to", "tx", "transactions", "primaryType", "operation", "safeTxGas")
OURS = ("safe_tx_hash", "signer", "data", "signatures")


def signatures_in(data: bytes) -> IncomingSignatures | None:
    """What was sent, where it is signatures and no transaction; `None` where it is anything else.

    Malformed where it is one of these kinds and cannot be read.
    """
    start = data.lstrip()
    if start[:1] == b"{":
        return _in_json(data)
    if len(data) > MOST_BYTES:
        return None
    if _ONLY_HEX.fullmatch(start):
        return _in_hex(start.decode("ascii"))
    beginning = start[:8].lower()
    if beginning.startswith(b"ur:"):
        from treasury_desktop.files.air_gapped.signature_resource import (  # noqa: PLC0415  when one comes
            read_signature_resource,
        )

        return read_signature_resource(start.decode("latin-1"))
    if beginning.startswith((b"http://", b"https://")) and b"importSig=" in start:
        return read_signature_link(start.decode("latin-1").strip())
    return None


def write_signatures(safe_tx_hash: bytes, confirmations: tuple[Confirmation, ...]) -> str:
    """The text that hands over what owners signed, and of which hash, without the transaction."""
    signatures: list[JsonSource] = [
        {"signer": str(one.owner), "data": "0x" + one.signature.encoded.hex()}
        for one in confirmations
    ]
    content = {"safe_tx_hash": "0x" + safe_tx_hash.hex(), "signatures": signatures}
    return canonical_json(content).decode()


# ── hex ──────────────────────────────────────────────────────────────────────────────────────────


def _in_hex(written: str) -> IncomingSignatures:
    """An optional hash of 32 bytes, then signatures of at least 65, separated or in one blob."""
    words = [_HEX.fullmatch(word) for word in _BETWEEN.split(written.strip()) if word]
    found = [bytes.fromhex(word.group(1)) for word in words if word is not None]
    if len(found) != len(words):
        raise Malformed("signature", "is no hex text of even length")
    named: bytes | Unknown = UNKNOWN
    if found and len(found[0]) == HASH_LENGTH:
        named = found.pop(0)
    if not found:
        raise Malformed("signature", "is missing behind the hash")
    short = next((len(one) for one in found if len(one) < SIGNATURE_LENGTH), None)
    if short is not None:
        raise Malformed("signature", f"has {short} bytes; one has {SIGNATURE_LENGTH}")
    claims = tuple(claim for blob in found for claim in _one_by_one(blob))
    return IncomingSignatures(safe_tx_hash=named, signatures=claims)


def _one_by_one(blob: bytes) -> tuple[ClaimedSignature, ...]:
    """The signatures of a blob apart, where nothing but signatures is in it."""
    number, rest = divmod(len(blob), SIGNATURE_LENGTH)
    parts = split_signatures(blob) if number <= MOST_SIGNATURES else ()
    if rest or len(parts) != number or any(part.dynamic is not None for part in parts):
        return (ClaimedSignature(signer=None, data=blob),)
    return tuple(ClaimedSignature(signer=None, data=part.encoded) for part in parts)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def _in_json(data: bytes) -> IncomingSignatures | None:
    value = read_json_object(data)
    if any(name in value for name in _OF_A_TRANSACTION):
        return None
    if "safe_tx_hash" in value:
        return _ours(Fields(value, ""))
    if "txHash" in value and "signature" in value:
        return read_localsafe_signature(value)
    if isinstance(value.get("signature"), str):
        return IncomingSignatures(signatures=(_confirmation(value, ""),))
    if _is_page_of_confirmations(value):
        return IncomingSignatures(signatures=items(value["results"], "results", _confirmation))
    return None


def _ours(fields: Fields) -> IncomingSignatures:
    fields.refuse_unknown(OURS)
    if fields.has("signatures") == fields.has("data"):
        raise Malformed("signatures", "must be there, or else signer and data")
    claims = (
        fields.required("signatures", each(_signed))
        if fields.has("signatures")
        else (_claim(fields),)
    )
    return IncomingSignatures(
        safe_tx_hash=fields.required("safe_tx_hash", hash32), signatures=claims
    )


def _signed(value: object, path: str) -> ClaimedSignature:
    fields = Fields(value, path)
    fields.refuse_unknown(("signer", "data"))
    return _claim(fields)


def _claim(fields: Fields) -> ClaimedSignature:
    signer = fields.known_or_none("signer", Address.parse)
    return ClaimedSignature(
        signer=None if isinstance(signer, Unknown) else signer,
        data=fields.required("data", hex_bytes),
    )


def _is_page_of_confirmations(value: Mapping[str, object]) -> bool:
    """A service lists confirmations as it lists transactions; these have no recipient."""
    listed = value.get("results")
    if not isinstance(listed, list) or not listed:
        return False
    return all(isinstance(one, dict) and "signature" in one and "to" not in one for one in listed)


def _confirmation(value: object, path: str) -> ClaimedSignature:
    """A confirmation as the service answers it, or as it is sent: then without its owner."""
    fields = Fields(value, path)
    owner = fields.raw("owner")
    data = fields.required("signature", text)
    return ClaimedSignature(
        signer=None if is_unset(owner) else Address.parse(owner, fields.path("owner")),
        data=hex_bytes(data, fields.path("signature")),
    )

"""The two hashes of a message: its own, and that of the SafeMessage which owners sign around it.

Source: CompatibilityFallbackHandler.sol (1.3.0 to 1.5.0): isValidSignature(bytes32,bytes) hashes
`SafeMessage(bytes message)` where the message is the 32-byte hash that was asked about, under the
domain of the Safe. Older Safes have no such function, so they sign no messages here.

Each hash is derived twice; the derivations share nothing but keccak.
"""

from dataclasses import dataclass

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Refused
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.struct_hash import typed_data_hash
from treasury_desktop.messages.struct_hash_again import typed_data_hash_again
from treasury_desktop.messages.text_message import TextMessage, text_hash, text_hash_again
from treasury_desktop.safes.hashes import DOMAIN_TYPEHASH
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_message import SAFE_MESSAGE_TYPEHASH
from treasury_desktop.safes.typed_data import digest_to_sign, domain_hash, hash_struct

FIRST_VERSION = SafeVersion(1, 3, 0)
ADDRESS_PADDING = bytes(12)


@dataclass(frozen=True, slots=True)
class MessageHashes:
    """What a contract asks the Safe about, and what the Safe's owners sign for it.

    `message` is the EIP-712 or EIP-191 hash; `domain` and `struct` are what a hardware wallet shows
    of the SafeMessage, and `safe_message` is the digest of both, which owners sign.
    """

    message: bytes
    domain: bytes
    struct: bytes
    safe_message: bytes


def hashes_by_constants(safe: Safe, message: Message) -> MessageHashes:
    """The hashes from the values that were read, published type hashes and fixed positions."""
    own = text_hash(message) if isinstance(message, TextMessage) else typed_data_hash(message)
    contract = ADDRESS_PADDING + safe.address.raw
    domain = keccak(DOMAIN_TYPEHASH + safe.chain_id.to_bytes(32, "big") + contract)
    struct = keccak(SAFE_MESSAGE_TYPEHASH + keccak(own))
    return MessageHashes(own, domain, struct, keccak(b"\x19\x01" + domain + struct))


def hashes_by_types(safe: Safe, message: Message) -> MessageHashes:
    """The hashes once more, from the message's text and the type descriptions alone."""
    if isinstance(message, TextMessage):
        own = text_hash_again(message.text)
    else:
        own = typed_data_hash_again(message.text)
    domain = domain_hash(safe)
    values: dict[str, int | bytes] = {"message": own}
    struct = hash_struct("SafeMessage", (("bytes", "message"),), values)
    return MessageHashes(own, domain, struct, digest_to_sign(domain, struct))


def message_hashes(safe: Safe, message: Message) -> MessageHashes:
    """The hashes both derivations agree on; refuses where they differ, and for older Safes."""
    if safe.version < FIRST_VERSION:
        raise Refused(
            f"The Safe {safe.address} has version {safe.version}; Safes answer for messages by "
            f"their hash since {FIRST_VERSION}."
        )
    first, second = hashes_by_constants(safe, message), hashes_by_types(safe, message)
    if first != second:
        raise Refused("The two derivations of the message hash disagree; nothing can be signed.")
    return first

"""The message that a Safe's owners sign where that Safe is itself an owner of another Safe.

The outer Safe asks it as it asks every contract (EIP-1271); it answers yes when enough of its own
owners signed the SafeMessage around what it was asked. Source: CompatibilityFallbackHandler.sol.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.typed_data import digest_to_sign, domain_hash

# keccak256("SafeMessage(bytes message)")
SAFE_MESSAGE_TYPEHASH = bytes.fromhex(
    "60b3cbf8b4a223d68d641b3b6ddf9a298e7f33710cf3d3a9d1146b5a6150fbca"
)
PRESUMED_VERSION = SafeVersion(1, 4, 1)
"""Safes since 1.3.0 share this domain; which version an owner has, its signature does not say."""


def safe_message_hash(
    safe_tx_hash: bytes, outer: Safe, inner: Address, version: SafeVersion = PRESUMED_VERSION
) -> bytes:
    """The digest that owners of the Safe at `inner` sign so that it confirms for `outer`.

    Since 1.5.0 the outer Safe asks about its hash; before, about the bytes that hash is of.
    """
    is_hash = outer.version.asks_contracts_by_hash
    asked_about = keccak(safe_tx_hash) if is_hash else safe_tx_hash
    domain = domain_hash(Safe(chain_id=outer.chain_id, address=inner, version=version))
    return digest_to_sign(domain, keccak(SAFE_MESSAGE_TYPEHASH + asked_about))

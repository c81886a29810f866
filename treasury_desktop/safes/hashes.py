"""The three hashes of a Safe transaction, derived from constants and fixed positions.

This is the first of two derivations; `typed_data.py` is the second. They share nothing but
keccak, so a slip in one cannot hide in the other. Source: Safe.sol `encodeTransactionData`,
`domainSeparator` (0.1.0 to 1.5.0) and EIP-712.
"""

from dataclasses import dataclass

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Refused
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.typed_data import digest_to_sign, domain_hash, message_hash

# keccak256("EIP712Domain(uint256 chainId,address verifyingContract)"), Safe >= 1.3.0
DOMAIN_TYPEHASH = bytes.fromhex("47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218")
# keccak256("EIP712Domain(address verifyingContract)"), Safe <= 1.2.0
OLD_DOMAIN_TYPEHASH = bytes.fromhex(
    "035aff83d86937d35b32e04f0ddc6ff469290eef2f1b692d8a815c89404d4749"
)
# keccak256("SafeTx(…uint256 baseGas…)"), Safe >= 1.0.0
SAFE_TX_TYPEHASH = bytes.fromhex("bb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8")
# keccak256("SafeTx(…uint256 dataGas…)"), Safe < 1.0.0
OLD_SAFE_TX_TYPEHASH = bytes.fromhex(
    "14d461bc7412367e924637b363c7bf29b8f47e2f84869f4426e5633d8af47b20"
)
ADDRESS_PADDING = bytes(12)


@dataclass(frozen=True, slots=True)
class SafeTxHashes:
    """Domain hash, message hash and Safe transaction hash, as a hardware wallet shows them."""

    domain: bytes
    message: bytes
    safe_tx: bytes


def hashes_by_constants(safe: Safe, tx: SafeTx) -> SafeTxHashes:
    """The hashes, from the published type hashes and 32-byte words in fixed order."""
    domain = _domain_separator(safe)
    message = _struct_hash(tx, has_base_gas=safe.version.has_base_gas)
    return SafeTxHashes(domain, message, keccak(b"\x19\x01" + domain + message))


def hashes_by_types(safe: Safe, tx: SafeTx) -> SafeTxHashes:
    """The hashes, derived once more from the type descriptions alone (EIP-712 encodeData)."""
    domain, message = domain_hash(safe), message_hash(safe.version, tx)
    return SafeTxHashes(domain, message, digest_to_sign(domain, message))


def agreed_hashes(safe: Safe, tx: SafeTx) -> SafeTxHashes | None:
    """The hashes both derivations agree on; `None` where they differ, so that none is shown."""
    first, second = hashes_by_constants(safe, tx), hashes_by_types(safe, tx)
    return first if first == second else None


def safe_tx_hashes(safe: Safe, tx: SafeTx) -> SafeTxHashes:
    """The hashes both derivations agree on; refuses where they differ."""
    agreed = agreed_hashes(safe, tx)
    if agreed is None:
        raise Refused(
            "The two derivations of the Safe transaction hash disagree; nothing can be signed."
        )
    return agreed


def _domain_separator(safe: Safe) -> bytes:
    address = ADDRESS_PADDING + safe.address.raw
    if safe.version.has_chain_id_in_domain:
        return keccak(DOMAIN_TYPEHASH + safe.chain_id.to_bytes(32, "big") + address)
    return keccak(OLD_DOMAIN_TYPEHASH + address)


def _struct_hash(tx: SafeTx, *, has_base_gas: bool) -> bytes:
    return keccak(
        b"".join(
            (
                SAFE_TX_TYPEHASH if has_base_gas else OLD_SAFE_TX_TYPEHASH,
                ADDRESS_PADDING,
                tx.to.raw,
                tx.value.to_bytes(32, "big"),
                keccak(tx.data),
                tx.operation.to_bytes(32, "big"),
                tx.safe_tx_gas.to_bytes(32, "big"),
                tx.base_gas.to_bytes(32, "big"),
                tx.gas_price.to_bytes(32, "big"),
                ADDRESS_PADDING,
                tx.gas_token.raw,
                ADDRESS_PADDING,
                tx.refund_receiver.raw,
                tx.nonce.to_bytes(32, "big"),
            )
        )
    )

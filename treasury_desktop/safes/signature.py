"""One signature as `checkNSignatures` of the Safe reads it.

65 bytes: r ‖ s ‖ v. v = 0 contract signature (EIP-1271), 1 approved hash, 27/28 ECDSA over the
safeTxHash, 31/32 ECDSA over its eth_sign form. Source: Safe.sol. What belongs to several of them
in one blob is in `signature_blob.py`.
"""

from dataclasses import dataclass
from enum import Enum

from treasury_desktop.assets.address import ADDRESS_LENGTH, Address
from treasury_desktop.assets.keccak import keccak

SIGNATURE_LENGTH = 65
FIRST_ETH_SIGN_V = 31
CONTRACT_V, APPROVED_HASH_V, FIRST_ECDSA_V = 0, 1, 27
ADDRESS_END = 1 << 8 * ADDRESS_LENGTH
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half the order of secp256k1: a signature with a larger s has a twin (EIP-2)."""


class SignatureKind(Enum):
    """The four kinds released Safes accept, and everything else."""

    EOA = "eoa"
    ETH_SIGN = "eth_sign"
    APPROVED_HASH = "approved_hash"
    CONTRACT = "contract"
    UNKNOWN = "unknown"


KINDS = {
    CONTRACT_V: SignatureKind.CONTRACT,
    APPROVED_HASH_V: SignatureKind.APPROVED_HASH,
    FIRST_ECDSA_V: SignatureKind.EOA,
    FIRST_ECDSA_V + 1: SignatureKind.EOA,
    FIRST_ETH_SIGN_V: SignatureKind.ETH_SIGN,
    FIRST_ETH_SIGN_V + 1: SignatureKind.ETH_SIGN,
}
RECOVERABLE = (SignatureKind.EOA, SignatureKind.ETH_SIGN)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature.

    `dynamic` is what a contract signature hands to the contract; `None` where it is not there, as
    for every other kind.
    """

    r: int
    s: int
    v: int
    dynamic: bytes | None = None

    @property
    def kind(self) -> SignatureKind:
        """What v makes of it."""
        return KINDS.get(self.v, SignatureKind.UNKNOWN)

    @property
    def encoded(self) -> bytes:
        """The 65 static bytes."""
        return self.r.to_bytes(32, "big") + self.s.to_bytes(32, "big") + bytes((self.v,))

    @property
    def has_low_s(self) -> bool:
        """Whether s is the smaller of the two that verify."""
        return 0 < self.s <= HALF_ORDER

    @property
    def has_address_in_r(self) -> bool:
        """Whether r is an address and nothing above it, as contract and approval write it."""
        return self.r < ADDRESS_END

    @property
    def as_wallets_mean_it(self) -> "Signature":
        """With 27 or 28 for the v of 0 or 1 that some wallets give an ECDSA signature."""
        return Signature(self.r, self.s, self.v + FIRST_ECDSA_V)

    def signer_of(self, safe_tx_hash: bytes) -> Address | None:
        """Who signed: recovered for ECDSA kinds, named in r for the others, `None` if nobody.

        Of r the Safe takes the lower 20 bytes, whatever stands above them.
        """
        if self.kind is SignatureKind.EOA:
            return recover_signer(safe_tx_hash, self.r, self.s, self.v)
        if self.kind is SignatureKind.ETH_SIGN:
            return recover_signer(eth_sign_digest(safe_tx_hash), self.r, self.s, self.v - 4)
        if self.kind is SignatureKind.UNKNOWN:
            return None
        return Address((self.r % ADDRESS_END).to_bytes(ADDRESS_LENGTH, "big"))


def parse_signature(encoded: bytes) -> Signature:
    """The signature in the first 65 bytes; wallets' v of 0 and 1 is not guessed at here."""
    if len(encoded) < SIGNATURE_LENGTH:
        raise ValueError(f"a signature has 65 bytes, not {len(encoded)}")
    r, s = int.from_bytes(encoded[:32], "big"), int.from_bytes(encoded[32:64], "big")
    return Signature(r, s, encoded[64])


def eth_sign_digest(safe_tx_hash: bytes) -> bytes:
    """What eth_sign signs for a 32-byte hash (EIP-191, version 0x45)."""
    return keccak(b"\x19Ethereum Signed Message:\n32" + safe_tx_hash)


def recover_signer(digest: bytes, r: int, s: int, v: int) -> Address | None:
    """The address whose key made an ECDSA signature (v 27 or 28), or `None` if there is none.

    A large s recovers like a small one, as it does on chain.
    """
    from coincurve import PublicKey  # noqa: PLC0415  a review without signatures starts sooner

    recoverable = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((v - FIRST_ECDSA_V,))
    try:
        key = PublicKey.from_signature_and_message(recoverable, digest, hasher=None)
    except ValueError:
        return None
    return Address(keccak(key.format(compressed=False)[1:])[12:])

"""Signature bytes as `checkNSignatures` of the Safe reads them.

65 bytes each: r ‖ s ‖ v. v = 0 contract signature (EIP-1271), 1 approved hash, 27/28 ECDSA over
the safeTxHash, above 30 ECDSA over its eth_sign form with v − 4. Source: Safe.sol.
"""

from dataclasses import dataclass
from enum import Enum

from coincurve import PublicKey

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak

SIGNATURE_LENGTH = 65
FIRST_ETH_SIGN_V = 31
HALF_ORDER = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
"""Half the order of secp256k1: a signature with a larger s has a twin (EIP-2)."""


class SignatureKind(Enum):
    """The four kinds released Safes accept, and everything else."""

    EOA = "eoa"
    ETH_SIGN = "eth_sign"
    APPROVED_HASH = "approved_hash"
    CONTRACT = "contract"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature; `dynamic` is the inner blob of a contract signature."""

    r: int
    s: int
    v: int
    dynamic: bytes = b""

    @property
    def kind(self) -> SignatureKind:
        """What v makes of it."""
        kinds = {0: SignatureKind.CONTRACT, 1: SignatureKind.APPROVED_HASH}
        if self.v in kinds:
            return kinds[self.v]
        if self.v in (27, 28):
            return SignatureKind.EOA
        is_eth_sign = self.v in (FIRST_ETH_SIGN_V, FIRST_ETH_SIGN_V + 1)
        return SignatureKind.ETH_SIGN if is_eth_sign else SignatureKind.UNKNOWN

    @property
    def encoded(self) -> bytes:
        """The 65 static bytes."""
        return self.r.to_bytes(32, "big") + self.s.to_bytes(32, "big") + bytes((self.v,))

    @property
    def has_low_s(self) -> bool:
        """Whether s is the smaller of the two that verify."""
        return 0 < self.s <= HALF_ORDER

    def signer_of(self, safe_tx_hash: bytes) -> Address | None:
        """Who signed: recovered for ECDSA kinds, named in r for the others, `None` if nobody."""
        if self.kind is SignatureKind.EOA:
            return recover_signer(safe_tx_hash, self.r, self.s, self.v)
        if self.kind is SignatureKind.ETH_SIGN:
            return recover_signer(eth_sign_digest(safe_tx_hash), self.r, self.s, self.v - 4)
        if self.kind is SignatureKind.UNKNOWN or self.r >> 160:
            return None
        return Address(self.r.to_bytes(20, "big"))


def parse_signature(encoded: bytes) -> Signature:
    """One signature of at least 65 bytes; wallets' v of 0 and 1 is not guessed at here."""
    if len(encoded) < SIGNATURE_LENGTH:
        raise ValueError(f"a signature has 65 bytes, not {len(encoded)}")
    r, s = int.from_bytes(encoded[:32], "big"), int.from_bytes(encoded[32:64], "big")
    return Signature(r, s, encoded[64], encoded[SIGNATURE_LENGTH:])


def eth_sign_digest(safe_tx_hash: bytes) -> bytes:
    """What eth_sign signs for a 32-byte hash (EIP-191, version 0x45)."""
    return keccak(b"\x19Ethereum Signed Message:\n32" + safe_tx_hash)


def recover_signer(digest: bytes, r: int, s: int, v: int) -> Address | None:
    """The address whose key made an ECDSA signature (v 27 or 28), or `None` if there is none."""
    recoverable = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((v - 27,))
    try:
        key = PublicKey.from_signature_and_message(recoverable, digest, hasher=None)
    except (ValueError, TypeError):
        return None
    except Exception as error:  # coincurve raises bare Exception for an impossible signature
        if type(error) is not Exception:
            raise
        return None
    return Address(keccak(key.format(compressed=False)[1:])[12:])

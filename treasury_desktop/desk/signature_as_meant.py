"""A signature as its wallet meant it, and in the one form in which it confirms.

Of one act of signing there are several spellings: wallets write v as 0 or 1, sign the hash as a
message and say 27 or 28 all the same, and of every signature anybody can make a twin with the
other s. Desks that collect them in different orders have to end with the same bytes.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import (
    FIRST_ECDSA_V,
    FIRST_ETH_SIGN_V,
    HALF_ORDER,
    RECOVERABLE,
    SIGNATURE_LENGTH,
    Signature,
    parse_signature,
)

ORDER = 2 * HALF_ORDER + 1
"""Of secp256k1, which is odd."""
WALLET_V = (0, 1)
ECDSA_V = (FIRST_ECDSA_V, FIRST_ECDSA_V + 1)

R_AND_S = 64


class MeantSignature(NamedTuple):
    """Whose it is, and the signature with the v by which a Safe recovers that."""

    signer: Address
    signature: Signature


def as_meant(
    claim: ClaimedSignature, safe_tx_hash: bytes, safe: Safe | None
) -> MeantSignature | None:
    """The signature by the first reading that makes it an owner's; `None` where none does.

    Without owners it has to be the claimed signer's, and without that it is nobody's.
    """
    if len(claim.data) != SIGNATURE_LENGTH:
        return None
    for reading in _readings(parse_signature(claim.data), safe):
        signer = reading.signer_of(safe_tx_hash)
        if signer is not None and _is_expected(signer, claim.signer, safe):
            return MeantSignature(signer, reading)
    return None


def with_low_s(signature: Signature) -> Signature:
    """The twin with the smaller s (EIP-2): the same act of signing, and the same signer."""
    if signature.has_low_s or signature.kind not in RECOVERABLE:
        return signature
    first = FIRST_ECDSA_V if signature.v in ECDSA_V else FIRST_ETH_SIGN_V
    return replace(signature, s=ORDER - signature.s, v=2 * first + 1 - signature.v)


def _readings(given: Signature, safe: Safe | None) -> Iterator[Signature]:
    """By every v that may be meant: itself, 27 or 28 for 0 or 1, and the one of eth_sign.

    A wallet that signs the hash as a message answers 27 or 28, where a Safe wants 31 or 32.
    """
    if given.v in WALLET_V:
        given = given.as_wallets_mean_it
    if given.kind in RECOVERABLE:
        yield given
    if given.v in ECDSA_V and (safe is None or safe.version.has_eth_sign):
        yield replace(given, v=given.v + FIRST_ETH_SIGN_V - FIRST_ECDSA_V)


def _is_expected(signer: Address, claimed: Address | None, safe: Safe | None) -> bool:
    """Whether it is the claimed one, and an owner as far as the owners are known."""
    if claimed is not None and signer != claimed:
        return False
    if safe is None or isinstance(safe.owners, Unknown):
        return claimed is not None
    return safe.is_owner(signer)


def without_v(data: bytes) -> bytes:
    """What two spellings of one signature have in common: all but the v of a single one."""
    return data[:R_AND_S] if len(data) == R_AND_S + 1 else data

"""Real signatures of numbered keys, by every way of making one, for tests of who signed."""

from dataclasses import replace

from coincurve import PrivateKey

from tests.samples import an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.safes.signature import Signature, eth_sign_digest, parse_signature
from treasury_desktop.safes.signature_blob import pack_signatures

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
Signed = tuple[Address, Signature]


def by_key(safe_tx_hash: bytes, owner: int) -> Signed:
    """An ordinary signature of the key that is this number."""
    raw = PrivateKey.from_int(owner).sign_recoverable(safe_tx_hash, hasher=None)
    return an_owner(owner), parse_signature(raw[:64] + bytes((raw[64] + 27,)))


def by_eth_sign(safe_tx_hash: bytes, owner: int) -> Signed:
    """An eth_sign signature of the key that is this number."""
    signer, one = by_key(eth_sign_digest(safe_tx_hash), owner)
    return signer, replace(one, v=one.v + 4)


def twin(signed: Signed) -> Signed:
    """The other signature that everybody can make of one: s mirrored, v turned."""
    owner, one = signed
    turned = {27: 28, 28: 27, 31: 32, 32: 31}[one.v]
    return owner, Signature(one.r, ORDER - one.s, turned)


def claims(*signed: tuple[Address | None, Signature]) -> tuple[ClaimedSignature, ...]:
    """An entry of a bundle for each, in the name of whoever made it."""
    return tuple(
        ClaimedSignature(signer=owner, data=pack_signatures([(owner or Address(bytes(20)), one)]))
        for owner, one in signed
    )

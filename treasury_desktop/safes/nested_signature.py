"""What owners of a Safe sign so that it confirms for another Safe, and their signatures as one.

The message is derived twice, like every hash that is signed: once from constants and fixed
positions, once from type descriptions. Source: CompatibilityFallbackHandler.sol, Safe.sol.
"""

from collections.abc import Iterable

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.errors import Refused
from treasury_desktop.safes.confirmation import preferred
from treasury_desktop.safes.hashes import hashes_by_constants, hashes_by_types
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_message import SAFE_MESSAGE_TYPEHASH
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import RECOVERABLE, Signature, SignatureKind
from treasury_desktop.safes.signature_blob import pack_signatures, split_signatures
from treasury_desktop.safes.typed_data import digest_to_sign, domain_hash, hash_struct

MOST_INSIDE = 2_000
"""Signatures read of all that was sent in the name of one inner Safe: a tenth of a second."""

ETH_SIGN = SignatureKind.ETH_SIGN

Inside = dict[Address, Signature]
"""The verified signatures of an inner Safe's owners, one of each."""


def message_to_sign(outer: Safe, tx: SafeTx, inner: Safe) -> bytes:
    """The digest that owners of `inner` sign to confirm `tx` of `outer`; refuses where in doubt."""
    if can_confirm(outer, inner):
        first, second = _by_constants(outer, tx, inner), _by_types(outer, tx, inner)
        if first == second:
            return first
        raise Refused("The two derivations of the SafeMessage disagree; nothing can be signed.")
    raise Refused(
        f"A Safe {inner.version} does not answer a Safe {outer.version} for its owners; draft its "
        "approval instead."
    )


def can_confirm(outer: Safe, inner: Safe) -> bool:
    """Whether the inner Safe understands the question of the outer one (since 1.5.0 by hash)."""
    return outer.version.asks_contracts_by_hash or not inner.version.asks_contracts_by_hash


def signatures_inside(
    carried: Iterable[bytes], message: bytes, inner: Safe, *, most: int | None = MOST_INSIDE
) -> Inside:
    """Who of the inner Safe's owners signed the message, in whatever was sent in its name.

    At most so many are recovered (all where `None`), the shortest blobs first: one signature sent
    alone is found before whatever a stranger heaps up in one blob.
    """
    found: Inside = {}
    seen: set[bytes] = set()
    read = [kind for kind in RECOVERABLE if inner.version.has_eth_sign or kind is not ETH_SIGN]
    for blob in sorted(carried, key=len):
        for part in split_signatures(blob):
            if part.kind not in read or part.encoded in seen:
                continue
            if len(seen) == most:
                return found
            seen.add(part.encoded)
            signer = part.signer_of(message)
            if signer is not None and inner.is_owner(signer) and part.has_low_s:
                found[signer] = preferred((found.get(signer, part), part))
    return found


def signed_by_enough(inside: Inside, inner: Safe) -> Signature | None:
    """The contract signature of the inner Safe, or `None` while too few of its owners signed."""
    if not isinstance(inner.threshold, int) or not 0 < inner.threshold <= len(inside):
        return None
    chosen = sorted(inside)[: inner.threshold]
    carried = pack_signatures((owner, inside[owner]) for owner in chosen)
    return Signature(inner.address.number, 0, 0, carried)


def _by_constants(outer: Safe, tx: SafeTx, inner: Safe) -> bytes:
    asked = hashes_by_constants(outer, tx)
    message = asked.safe_tx
    if not outer.version.asks_contracts_by_hash:
        message = b"\x19\x01" + asked.domain + asked.message
    domain = hashes_by_constants(inner, tx).domain
    return keccak(b"\x19\x01" + domain + keccak(SAFE_MESSAGE_TYPEHASH + keccak(message)))


def _by_types(outer: Safe, tx: SafeTx, inner: Safe) -> bytes:
    asked = hashes_by_types(outer, tx)
    is_hash = outer.version.asks_contracts_by_hash
    message = asked.safe_tx if is_hash else bytes((25, 1)) + asked.domain + asked.message
    values: dict[str, int | bytes] = {"message": message}
    struct = hash_struct("SafeMessage", (("bytes", "message"),), values)
    return digest_to_sign(domain_hash(inner), struct)

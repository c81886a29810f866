"""Who has signed: every signature classified, recovered and counted only where it is an owner's."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import (
    SIGNATURE_LENGTH,
    Signature,
    SignatureKind,
    parse_signature,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSignature:
    """One signature with what it turned out to be; `counts` at most once per owner."""

    signer: Address | None
    kind: SignatureKind
    status: str
    counts: bool
    signature: Signature | None


def checked_signatures(
    claimed: tuple[ClaimedSignature, ...], safe: Safe, safe_tx_hash: bytes
) -> tuple[CheckedSignature, ...]:
    """Each signature of a bundle, in the order given; `status` as bundle.md names it."""
    counted: set[Address] = set()
    checked = []
    for claim in claimed:
        one = _checked(claim, safe, safe_tx_hash, counted)
        if one.counts and one.signer is not None:
            counted.add(one.signer)
        checked.append(one)
    return tuple(checked)


def _checked(
    claim: ClaimedSignature, safe: Safe, safe_tx_hash: bytes, counted: set[Address]
) -> CheckedSignature:
    if len(claim.data) < SIGNATURE_LENGTH:
        return _uncounted(claim.signer, SignatureKind.UNKNOWN, "invalid", None)
    signature = parse_signature(claim.data)
    signer = signature.signer_of(safe_tx_hash)
    kind = signature.kind
    if signer is None or (claim.signer is not None and claim.signer != signer):
        return _uncounted(claim.signer or signer, kind, "invalid", signature)
    if isinstance(safe.owners, Unknown):
        return _uncounted(signer, kind, "unverifiable", signature)
    if not safe.is_owner(signer):
        return _uncounted(signer, kind, "not an owner", signature)
    if kind in (SignatureKind.CONTRACT, SignatureKind.APPROVED_HASH):
        # Only the chain can say whether the hash was approved or the contract agrees.
        return _uncounted(signer, kind, "unverifiable", signature)
    return CheckedSignature(
        signer=signer,
        kind=kind,
        status="valid",
        counts=signer not in counted,
        signature=signature,
    )


def _uncounted(
    signer: Address | None, kind: SignatureKind, status: str, signature: Signature | None
) -> CheckedSignature:
    return CheckedSignature(
        signer=signer, kind=kind, status=status, counts=False, signature=signature
    )

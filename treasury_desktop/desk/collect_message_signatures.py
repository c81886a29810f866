"""Collect a message's signatures: each verified anew, nothing overwritten, nothing lost."""

from dataclasses import replace

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.message_doors import Messages
from treasury_desktop.desk.signature_as_meant import MeantSignature, as_meant, with_low_s
from treasury_desktop.messages.kept_message import (
    AsideSignature,
    KeptMessage,
    MessageConfirmation,
)
from treasury_desktop.review.signatures import CheckedSignature, checked_signatures
from treasury_desktop.safes.safe import Safe

NO_OWNERS_YET = "the Safe's owners are not known yet"
SIGNED_OTHERWISE = "signed otherwise already"


def keep_with_signatures(
    kept: KeptMessage, claimed: tuple[ClaimedSignature, ...], records: Messages, safe: Safe | None
) -> tuple[int, int]:
    """Keep a message with the owners' signatures, set the rest aside; both counts of new ones.

    Without the owners of that very Safe nothing can be counted: everything is set aside, and
    verified once they are known.
    """
    known = records.message(kept.safe_message_hash)
    waiting = () if known is None else _waiting(known)
    confirmed = {} if known is None else {one.owner: one for one in known.confirmations}
    if safe is None or safe.address != kept.safe or isinstance(safe.owners, Unknown):
        aside = [_aside(kept, claim, NO_OWNERS_YET) for claim in claimed]
        records.keep_message(replace(kept, confirmations=(), aside=tuple(aside)))
        return 0, len(aside)
    new, aside = 0, []
    for checked in checked_signatures((*claimed, *waiting), safe, kept.safe_message_hash):
        meant = _meant(checked, kept, safe)
        if meant is None:
            aside.append(_aside(kept, checked.claim, checked.status))
            continue
        signature = with_low_s(meant.signature)
        one = MessageConfirmation(
            safe_message_hash=kept.safe_message_hash, owner=meant.signer, signature=signature
        )
        if meant.signer not in confirmed:
            confirmed[meant.signer] = one
            new += 1
        if confirmed[meant.signer].signature != signature or signature != meant.signature:
            aside.append(_aside(kept, checked.claim, SIGNED_OTHERWISE))
    records.keep_message(replace(kept, confirmations=tuple(confirmed.values()), aside=tuple(aside)))
    return new, len(aside)


def still_aside(kept: KeptMessage) -> tuple[AsideSignature, ...]:
    """The signatures set aside, without those that only waited and were verified meanwhile."""
    settled = {one.signature.encoded for one in kept.confirmations}
    settled |= {one.data for one in kept.aside if one.reason != NO_OWNERS_YET}
    return tuple(
        one for one in kept.aside if one.reason != NO_OWNERS_YET or one.data not in settled
    )


def _waiting(known: KeptMessage) -> tuple[ClaimedSignature, ...]:
    return tuple(
        ClaimedSignature(signer=one.claimed_signer, data=one.data)
        for one in still_aside(known)
        if one.reason == NO_OWNERS_YET
    )


def _meant(checked: CheckedSignature, kept: KeptMessage, safe: Safe) -> MeantSignature | None:
    """An owner's valid signature; a v that only a wallet understands is read as it means it."""
    if checked.status == "valid" and checked.signature is not None and checked.signer:
        return MeantSignature(checked.signer, checked.signature)
    return as_meant(checked.claim, kept.safe_message_hash, safe)


def _aside(kept: KeptMessage, claim: ClaimedSignature, reason: str) -> AsideSignature:
    return AsideSignature(
        safe_message_hash=kept.safe_message_hash,
        claimed_signer=claim.signer,
        data=claim.data,
        reason=reason,
    )

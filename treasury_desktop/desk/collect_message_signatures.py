"""Collect a message's signatures: each verified anew, nothing overwritten, nothing lost."""

from dataclasses import replace

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.collect_confirmations import NO_OWNERS_YET, confirming
from treasury_desktop.desk.message_doors import Messages
from treasury_desktop.desk.signature_as_meant import with_low_s, without_v
from treasury_desktop.messages.kept_message import (
    AsideSignature,
    KeptMessage,
    MessageConfirmation,
)
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.safes.confirmation import preferred
from treasury_desktop.safes.safe import Safe

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
    before, aside = len(confirmed), []
    for checked in checked_signatures((*claimed, *waiting), safe, kept.safe_message_hash):
        meant = confirming(checked, kept.safe_message_hash, safe)
        if meant is None:
            aside.append(_aside(kept, checked.claim, checked.status))
            continue
        signature = with_low_s(meant.signature)
        one = MessageConfirmation(
            safe_message_hash=kept.safe_message_hash, owner=meant.signer, signature=signature
        )
        earlier = confirmed.get(one.owner, one)
        # Which one came first must decide nothing.
        counts, lesser = (earlier, one) if _is_preferred(earlier, one) else (one, earlier)
        confirmed[one.owner] = counts
        if counts != lesser:
            aside.append(_second(lesser))
        if signature != meant.signature:
            aside.append(_aside(kept, checked.claim, SIGNED_OTHERWISE))
    records.keep_message(replace(kept, confirmations=tuple(confirmed.values()), aside=tuple(aside)))
    return len(confirmed) - before, len(aside)


def collect_waiting_messages(records: Messages, safe: Safe) -> int:
    """Verify what was set aside while this Safe's owners were unknown; how many confirm now."""
    waiting = [one for one in records.messages(safe.address) if _waiting(one)]
    return sum(keep_with_signatures(one, (), records, safe)[0] for one in waiting)


def still_aside(kept: KeptMessage) -> tuple[AsideSignature, ...]:
    """The signatures set aside, without those that only waited and were verified meanwhile."""
    settled = {without_v(one.signature.encoded) for one in kept.confirmations}
    settled |= {without_v(one.data) for one in kept.aside if one.reason != NO_OWNERS_YET}
    return tuple(
        one
        for one in kept.aside
        if one.reason != NO_OWNERS_YET or without_v(one.data) not in settled
    )


def _waiting(known: KeptMessage) -> tuple[ClaimedSignature, ...]:
    return tuple(
        ClaimedSignature(signer=one.claimed_signer, data=one.data)
        for one in still_aside(known)
        if one.reason == NO_OWNERS_YET
    )


def _is_preferred(one: MessageConfirmation, other: MessageConfirmation) -> bool:
    return preferred((one.signature, other.signature)) == one.signature


def _second(lesser: MessageConfirmation) -> AsideSignature:
    """A true signature of an owner who signed by another one that is preferred."""
    return AsideSignature(
        safe_message_hash=lesser.safe_message_hash,
        claimed_signer=lesser.owner,
        data=lesser.signature.encoded,
        reason=SIGNED_OTHERWISE,
    )


def _aside(kept: KeptMessage, claim: ClaimedSignature, reason: str) -> AsideSignature:
    return AsideSignature(
        safe_message_hash=kept.safe_message_hash,
        claimed_signer=claim.signer,
        data=claim.data,
        reason=reason,
    )

"""Collect: every signature that comes in is verified anew; nothing is overwritten or lost."""

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.doors import Records
from treasury_desktop.errors import Refused
from treasury_desktop.review.signatures import CheckedSignature, checked_signatures
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QuarantinedSignature
from treasury_desktop.safes.safe import Safe


def collect_confirmations(
    claimed: tuple[ClaimedSignature, ...],
    safe_tx_hash: bytes,
    records: Records,
    safe: Safe | None,
) -> tuple[int, int]:
    """Keep the owners' signatures as confirmations, quarantine the rest; both counts of new ones.

    Without the owners of that very Safe nothing can be counted, so everything is quarantined until
    they are known.
    """
    queued = records.transaction(safe_tx_hash)
    if safe is None or queued is None or safe.address != queued.safe:
        for claim in claimed:
            _quarantine(records, safe_tx_hash, claim, "the Safe's owners are not known yet")
        return 0, len(claimed)
    counted = quarantined = 0
    for checked in checked_signatures(claimed, safe, safe_tx_hash):
        reason = checked.status
        if checked.status == "valid" and checked.signature is not None and checked.signer:
            confirmation = _confirmation(checked, safe_tx_hash)
            reason = (
                "" if _is_first_of_owner(records, confirmation) else "confirmed otherwise already"
            )
            counted += not reason and keep_confirmation(records, confirmation, safe)
        if reason:
            _quarantine(records, safe_tx_hash, checked.claim, reason)
            quarantined += 1
    return counted, quarantined


def keep_confirmation(records: Records, confirmation: Confirmation, safe: Safe) -> bool:
    """Keep one verified confirmation and move the transaction along; False if it was there."""
    if not safe.is_owner(confirmation.owner):
        raise Refused(f"{confirmation.owner} is not an owner of {safe.address}.")
    if not records.keep_confirmation(confirmation):
        return False
    queued = records.transaction(confirmation.safe_tx_hash)
    if queued is not None and queued.state in (State.DRAFTED, State.COLLECTING):
        owners = _owners_who_signed(queued.confirmations, safe)
        is_enough = isinstance(safe.threshold, int) and len(owners) >= safe.threshold
        event = Event.THRESHOLD_REACHED if is_enough else Event.CONFIRMATION_ADDED
        # Another thread may have counted the same signatures meanwhile, or settled it for good.
        records.record_if_possible(confirmation.safe_tx_hash, event)
    return True


def _is_first_of_owner(records: Records, confirmation: Confirmation) -> bool:
    """Whether this owner has not confirmed with other bytes: anyone can make a signature's twin."""
    queued = records.transaction(confirmation.safe_tx_hash)
    known = () if queued is None else queued.confirmations
    return all(
        one.signature == confirmation.signature for one in known if one.owner == confirmation.owner
    )


def _owners_who_signed(confirmations: tuple[Confirmation, ...], safe: Safe) -> frozenset[Address]:
    return frozenset(c.owner for c in confirmations if safe.is_owner(c.owner))


def _confirmation(checked: CheckedSignature, safe_tx_hash: bytes) -> Confirmation:
    assert checked.signature is not None
    assert checked.signer is not None
    return Confirmation(
        safe_tx_hash=safe_tx_hash, owner=checked.signer, signature=checked.signature
    )


def _quarantine(
    records: Records, safe_tx_hash: bytes, claim: ClaimedSignature, reason: str
) -> None:
    records.keep_quarantined(
        QuarantinedSignature(
            safe_tx_hash=safe_tx_hash, claimed_signer=claim.signer, data=claim.data, reason=reason
        )
    )

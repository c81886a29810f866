"""Sign a message: only what was reviewed, only by an owner's key, and on record at once."""

from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.message_doors import MessageRecords, MessageSigner
from treasury_desktop.desk.review_message import safe_of, setting_for_signer, signed_earlier
from treasury_desktop.desk.signer_facts import workspace_facts
from treasury_desktop.errors import Refused
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.kept_message import MessageConfirmation
from treasury_desktop.messages.message import message_bytes
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.messages.message_review import MessageReview, examine_message


def sign_message(
    review: MessageReview,
    facts: LocalFacts,
    key: KeyLabel,
    signer: MessageSigner,
    records: MessageRecords,
    *,
    now: int,
) -> MessageConfirmation:
    """A confirmation by `key` over exactly the reviewed hash, kept durably before it returns.

    The desk derives the hash and judges again by the present clock; the signer process does both
    once more from the bytes it is given. Dangers that were not in the review refuse in both places.
    """
    safe = safe_of(review.safe.address, review.safe.chain_id, facts)
    if message_hashes(safe, review.message) != review.hashes:
        raise Refused("The message has changed since it was reviewed; review it again.")
    reviewed = review.hashes.safe_message
    kept = records.message(reviewed)
    if kept is None:
        raise Refused("The message is not in the records; import it again.")
    earlier = signed_earlier(kept, records)
    fresh = examine_message(review.message, safe, facts, now=now, earlier=earlier)
    fresh.require_signable()
    _require_no_new_danger(review, fresh)
    if not safe.is_owner(key.address):
        raise Refused(f"{key.label} ({key.address}) is not an owner of this Safe.")
    about = {"safe_message_hash": "0x" + reviewed.hex(), "key": str(key.address)}
    records.note("signing message", about, now)
    signature = signer.sign_message(
        key,
        message_bytes(review.message),
        write_bundle(setting_for_signer(safe, facts)),
        reviewed,
        earlier=tuple(message_bytes(one) for one in earlier),
        acknowledged=frozenset(finding.code for finding in review.dangers),
        workspace=workspace_facts(facts),
    )
    confirmation = MessageConfirmation(
        safe_message_hash=reviewed, owner=key.address, signature=signature
    )
    records.keep_message_confirmation(confirmation)
    records.note("signed message", about, now)
    return confirmation


def _require_no_new_danger(shown: MessageReview, fresh: MessageReview) -> None:
    """What was acknowledged was acknowledged of these very sentences."""
    known = {(finding.code, finding.sentence) for finding in shown.dangers}
    new = [f for f in fresh.dangers if (f.code, f.sentence) not in known]
    if new:
        raise Refused(
            f"There is a danger now that the review did not show, {new[0].code}: "
            f"{new[0].sentence} Review it again."
        )

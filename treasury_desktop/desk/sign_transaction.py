"""Sign: only what was reviewed, only by an owner's key, and on record before anybody sees it."""

from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.collect_confirmations import keep_confirmation
from treasury_desktop.desk.doors import KeyLabel, Records, Signer
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes


def sign_transaction(
    review: Review, facts: LocalFacts, key: KeyLabel, signer: Signer, records: Records, *, now: int
) -> Confirmation:
    """A confirmation by `key` over exactly the reviewed hash, kept durably before it returns.

    The desk re-derives the hash and re-judges by the present clock; the signer process does both
    again from the bytes it is given and trusts none of this.
    """
    _require_unchanged(review)
    fresh = examine(review.bundle, facts, now=now)
    fresh.require_signable()
    safe = fresh.facts.safe
    if not safe.is_owner(key.address):
        raise Refused(f"{key.label} ({key.address}) is not an owner of this Safe.")
    _require_one_signature_a_nonce(fresh, key, records)
    bundle = bundle_with_our_evidence(
        safe, review.bundle.tx, facts, purpose=review.bundle.purpose, strategy=None
    )
    reviewed = fresh.hashes.safe_tx
    records.note("signing", {"safe_tx_hash": "0x" + reviewed.hex(), "key": str(key.address)}, now)
    signature = signer.sign_safe_tx(key, write_bundle(bundle), reviewed)
    confirmation = Confirmation(safe_tx_hash=reviewed, owner=key.address, signature=signature)
    keep_confirmation(records, confirmation, safe)
    records.note("signed", {"safe_tx_hash": "0x" + reviewed.hex(), "key": str(key.address)}, now)
    return confirmation


def _require_unchanged(review: Review) -> None:
    if safe_tx_hashes(review.bundle.safe, review.bundle.tx) != review.hashes:
        raise Refused("The transaction has changed since it was reviewed; review it again.")


def _require_one_signature_a_nonce(review: Review, key: KeyLabel, records: Records) -> None:
    """Two signatures of one owner for one nonce let whoever holds both choose which one runs."""
    tx, safe = review.bundle.tx, review.facts.safe
    signed = records.signed_hash_for(safe.address, tx.nonce, key.address)
    if signed is not None and signed != review.hashes.safe_tx:
        raise Refused(
            f"{key.label} has already signed another transaction (0x{signed.hex()}) for nonce "
            f"{tx.nonce}; replacing it is a decision of its own."
        )

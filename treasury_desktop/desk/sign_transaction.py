"""Sign: only what was reviewed, only by an owner's key, and on record before anybody sees it."""

from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.collect_confirmations import keep_confirmation
from treasury_desktop.desk.doors import KeyLabel, Records, Signer
from treasury_desktop.desk.signed_before import signed_before
from treasury_desktop.desk.signer_facts import bundle_for_signer, workspace_facts
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes


def sign_transaction(
    review: Review, facts: LocalFacts, key: KeyLabel, signer: Signer, records: Records, *, now: int
) -> Confirmation:
    """A confirmation by `key` over exactly the reviewed hash, kept durably before it returns.

    The desk re-derives the hash and re-judges by the present clock; the signer process does both
    again from the bytes it is given. Dangers that were not in the review refuse in both places.
    """
    fresh = reviewed_anew(review, facts, now=now)
    safe = fresh.facts.safe
    if not safe.is_owner(key.address):
        raise Refused(f"{key.label} ({key.address}) is not an owner of this Safe.")
    beside = signed_before(fresh, key, facts, records)
    bundle = bundle_for_signer(review.bundle, facts)
    reviewed = fresh.hashes.safe_tx
    about = {"safe_tx_hash": "0x" + reviewed.hex(), "key": str(key.address)}
    if beside is not None:
        records.note("rejecting", {**about, "signed_before": "0x" + beside.hex()}, now)
    records.note("signing", about, now)
    signature = signer.sign_safe_tx(
        key,
        write_bundle(bundle),
        reviewed,
        acknowledged=acknowledged_in(review),
        workspace=workspace_facts(facts),
    )
    confirmation = Confirmation(safe_tx_hash=reviewed, owner=key.address, signature=signature)
    keep_confirmation(records, confirmation, safe)
    records.note("signed", about, now)
    return confirmation


def reviewed_anew(review: Review, facts: LocalFacts, *, now: int) -> Review:
    """What was reviewed by the present clock; refuses what has changed or must not be signed."""
    _require_unchanged(review)
    fresh = examine(review.bundle, facts, now=now)
    fresh.require_signable()
    _require_no_new_danger(review, fresh)
    return fresh


def acknowledged_in(review: Review) -> frozenset[str]:
    """The codes of the dangers that a review showed and that were acknowledged with it."""
    return frozenset(finding.code for finding in _dangers(review))


def _require_unchanged(review: Review) -> None:
    if safe_tx_hashes(review.bundle.safe, review.bundle.tx) != review.hashes:
        raise Refused("The transaction has changed since it was reviewed; review it again.")


def _require_no_new_danger(shown: Review, fresh: Review) -> None:
    """What was acknowledged was acknowledged of these very sentences about these very calls."""
    known = {_about(finding) for finding in _dangers(shown)}
    new = [finding for finding in _dangers(fresh) if _about(finding) not in known]
    if new:
        where = f" (call {new[0].path})" if new[0].path else ""
        raise Refused(
            f"There is a danger now that the review did not show, {new[0].code}{where}: "
            f"{new[0].sentence} Review it again."
        )


def _dangers(review: Review) -> tuple[Finding, ...]:
    return tuple(f for f in review.findings if f.severity is Severity.DANGER)


def _about(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.path, finding.sentence

"""Export: the bundle that cosigners get, with every signature collected so far."""

from dataclasses import replace

from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.review_transaction import bundle_of, bundle_with_our_evidence
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.queued import QueuedTransaction


def export_bundle(queued: QueuedTransaction, facts: LocalFacts) -> bytes:
    """Canonical bytes of the transaction with our evidence and all confirmations on it."""
    stored = bundle_of(queued)
    safe = facts.safe_at(stored.safe.address) or stored.safe
    bundle = bundle_with_our_evidence(
        safe, queued.tx, facts, purpose=queued.purpose, strategy=queued.strategy
    )
    return write_bundle(
        replace(
            bundle,
            signatures=stored.signatures,
            exceptions=stored.exceptions,
            # What somebody claimed on the way here is for the next reader to compare as well.
            abis=stored.abis,
            disagreements=stored.disagreements,
            inner_transactions=stored.inner_transactions,
            preview_shares=stored.preview_shares,
            service_decoded=stored.service_decoded,
        )
    )

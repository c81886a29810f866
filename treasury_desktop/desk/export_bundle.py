"""Export: the bundle that cosigners get, with every signature collected so far."""

from dataclasses import replace

from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.desk.collect_confirmations import WAITING, still_aside
from treasury_desktop.desk.review_transaction import (
    bundle_of,
    bundle_with_our_evidence,
    signatures_of,
)
from treasury_desktop.desk.signatures_sent_on import may_yet_count
from treasury_desktop.review.approved_transactions import with_our_transactions
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe


def export_bundle(queued: QueuedTransaction, facts: LocalFacts) -> bytes:
    """Canonical bytes of the transaction with our evidence and all confirmations on it."""
    stored = with_our_transactions(bundle_of(queued), facts.waiting)
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


def export_without_evidence(queued: QueuedTransaction, facts: LocalFacts) -> bytes:
    """The transaction with all confirmations on it, and what it approves; nothing of the treasury.

    For cosigners whose own desk knows the Safe: it fits a few QR codes, also where somebody sent
    a heap of signatures that count for nothing.
    """
    stored = with_our_transactions(bundle_of(queued), facts.waiting)
    safe = Safe(
        chain_id=stored.safe.chain_id,
        address=stored.safe.address,
        version=stored.safe.version,
        nonce=stored.safe.nonce,
    )
    return write_bundle(
        Bundle(
            safe=safe,
            tx=queued.tx,
            purpose=queued.purpose,
            strategy=UNKNOWN if queued.strategy is None else queued.strategy,
            signatures=signatures_of(
                queued, (one for one in still_aside(queued) if may_yet_count(one, WAITING))
            ),
            exceptions=stored.exceptions,
            inner_transactions=stored.inner_transactions,
        )
    )

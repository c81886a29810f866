"""Review a transaction: what the desk knows itself against what somebody sent."""

from collections.abc import Iterable
from dataclasses import replace

from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import MOST_SIGNATURES, Bundle, ClaimedSignature, read_bundle
from treasury_desktop.desk.collect_confirmations import WAITING, still_aside
from treasury_desktop.desk.signatures_sent_on import sent_on
from treasury_desktop.errors import Malformed
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature_blob import pack_signatures

MOST_ASIDE_BYTES = 1024 * 1024
"""Twice that in hex is a quarter of what a bundle may be."""


def bundle_with_our_evidence(
    safe: Safe, tx: SafeTx, facts: LocalFacts, *, purpose: str, strategy: str | None
) -> Bundle:
    """The bundle we would send: the transaction with everything we judged it by."""
    hashes = safe_tx_hashes(safe, tx)
    others = tuple(
        entry
        for entry in facts.evidence.known_queue
        if not entry.is_transaction(safe.address, tx, hashes.safe_tx)
    )
    return Bundle(
        safe=safe,
        tx=tx,
        purpose=purpose,
        claimed_hash=hashes.safe_tx,
        signatures=(),
        strategy=UNKNOWN if strategy is None else strategy,
        terms=facts.terms,
        strategies=facts.strategies,
        evidence=replace(facts.evidence, queue=others),
    )


def review_queued(queued: QueuedTransaction, facts: LocalFacts) -> Review:
    """The review of a transaction of the queue, with every signature collected so far."""
    return examine(bundle_of(queued), replace(facts, answers=queued.answered))


def bundle_of(queued: QueuedTransaction) -> Bundle:
    """A queued transaction as the bundle it came with, its signatures and approvals on it.

    Never with more of them than a bundle may have.
    """
    if not queued.bundle:
        raise Malformed("bundle", f"the record of 0x{queued.safe_tx_hash.hex()} has no bundle")
    bundle = read_bundle(queued.bundle)
    if safe_tx_hashes(bundle.safe, bundle.tx).safe_tx != queued.safe_tx_hash:
        raise Malformed("bundle", "the stored bundle does not give the recorded hash")
    return replace(bundle, signatures=signatures_of(queued, still_aside(queued)))


def signatures_of(
    queued: QueuedTransaction, aside: Iterable[QuarantinedSignature]
) -> tuple[ClaimedSignature, ...]:
    """Its confirmations, what the chain accepts, and of those set aside as many as are read."""
    collected = tuple(
        ClaimedSignature(signer=c.owner, data=c.signature.encoded) for c in queued.confirmations
    )
    on_chain = tuple(
        ClaimedSignature(signer=one.owner, data=pack_signatures([(one.owner, one.signature)]))
        for one in queued.answered
        if one.is_accepted
    )
    return sent_on(
        collected + on_chain, aside, WAITING, most=MOST_SIGNATURES, most_bytes=MOST_ASIDE_BYTES
    )

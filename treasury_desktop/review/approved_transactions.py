"""Approving a transaction of another Safe of ours is confirming it: it is reviewed like any other.

What is approved comes from the bundle or from our own queue, and only by its hash. A block of what
is approved is a block of the approval, and so is not knowing what it is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Bundle, InnerTransaction
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Finding, Severity, block
from treasury_desktop.review.inner_transactions import ApprovedInner, approved_hash
from treasury_desktop.review.subject import Subject
from treasury_desktop.safes.hashes import agreed_hashes
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.evidence import Evidence, QueueEntry

SELECTOR = bytes.fromhex("d4d9bdcd")  # approveHash(bytes32)
HASH_LENGTH = 32
MOST_REVIEWED = 16
"""Approved transactions reviewed in one review; nobody reads more of them."""

Examine = Callable[[Bundle], Iterable[Finding]]
"""The findings of a review of its own."""


def with_our_transactions(bundle: Bundle, ours: tuple[InnerTransaction, ...]) -> Bundle:
    """The bundle with those transactions of our own queue whose hashes it approves.

    Whatever follows the selector anywhere in the calldata is looked up: what is supplied and not
    approved changes nothing.
    """
    by_hash = {one.claimed_hash: one for one in ours if isinstance(one.claimed_hash, bytes)}
    supplied = list(bundle.inner_transactions)
    data = [bundle.tx.data, *_data_of(supplied)]
    while data:
        named = [by_hash.pop(each, None) for each in hashes_in(data)]
        found = [one for one in named if one is not None and one not in supplied]
        supplied += found
        data = list(_data_of(found))
    if len(supplied) == len(bundle.inner_transactions):
        return bundle
    return replace(bundle, inner_transactions=tuple(supplied))


def without_approved(
    queue: tuple[QueueEntry, ...] | Unknown, inners: tuple[ApprovedInner, ...]
) -> tuple[QueueEntry, ...] | Unknown:
    """The queue without what is approved, which is judged as a part of the approval."""
    if isinstance(queue, Unknown) or not inners:
        return queue
    return tuple(
        entry
        for entry in queue
        if isinstance(entry.safe, Unknown)
        or not any(
            entry.is_transaction(one.safe.address, one.tx, one.safe_tx_hash)
            for one in inners
            if one.safe.address == entry.safe
        )
    )


def unknown_approvals(subject: Subject) -> Iterator[Finding]:
    """Whoever gets a hash approved on our own Safe has its owner's signature on what nobody saw."""
    known = {inner.path for inner in subject.inners}
    for call in subject.calls:
        approved = approved_hash(call)
        if approved is None or call.path in known or approved.safe not in subject.facts.own_safes:
            continue
        yield block(
            "APPROVED_TRANSACTION_UNKNOWN",
            f"approves a transaction of {subject.name_of(approved.safe)}, a Safe of this treasury, "
            f"that is not here (0x{approved.safe_tx_hash.hex()}); import it first.",
            path=call.path,
        )


def findings_of_approved(
    subject: Subject, local: LocalFacts | None, known: Iterable[Finding], examine: Examine
) -> Iterator[Finding]:
    """What a review of each approved transaction of our own Safes finds, and is not known yet."""
    inners = [one for one in subject.inners if one.safe.address in subject.facts.own_safes]
    said = {(finding.code, finding.path) for finding in known}
    of_the_whole = {(f.code, f.severity) for f in known if not f.path}
    reviewed: dict[bytes, tuple[Finding, ...]] = {}
    for inner in inners:
        if inner.safe_tx_hash not in reviewed:
            if len(reviewed) == MOST_REVIEWED:
                yield block(
                    "STATE_UNKNOWN",
                    f"approves more than {MOST_REVIEWED} transactions of this treasury's Safes at "
                    "once; the others are not reviewed.",
                    path=inner.path,
                )
                return
            found = examine(_bundle_of(inner, subject.bundle, local))
            reviewed[inner.safe_tx_hash] = tuple(f for f in found if f.severity > Severity.NOTE)
        for finding in reviewed[inner.safe_tx_hash]:
            placed = _placed(finding, inner, subject)
            is_said = (placed.code, placed.path) in said
            if not is_said and (
                finding.path or (finding.code, finding.severity) not in of_the_whole
            ):
                yield placed


def _placed(finding: Finding, inner: ApprovedInner, subject: Subject) -> Finding:
    """A finding where its call stands in the approval; one of the whole stands at the approval."""
    if finding.path:
        return finding._replace(path=f"{inner.path}.{finding.path}")
    whose = subject.name_of(inner.safe.address)
    sentence = f"approves nonce {inner.tx.nonce} of {whose}, of which is to be said: "
    return finding._replace(path=inner.path, sentence=sentence + finding.sentence)


def _bundle_of(inner: ApprovedInner, approving: Bundle, local: LocalFacts | None) -> Bundle:
    """What is approved as a bundle of its own, by the Safe as this desk read it."""
    return Bundle(
        safe=_safe_of(inner, local),
        tx=inner.tx,
        claimed_hash=inner.safe_tx_hash,
        signatures=(),
        terms=approving.terms,
        evidence=Evidence(),
        inner_transactions=approving.inner_transactions,
        abis=approving.abis,
    )


def _safe_of(inner: ApprovedInner, local: LocalFacts | None) -> Safe:
    """The Safe as it was read, where its version gives the approved hash too."""
    read = None if local is None else local.safe_at(inner.safe.address)
    if read is not None:
        hashes = agreed_hashes(read, inner.tx)
        if hashes is not None and hashes.safe_tx == inner.safe_tx_hash:
            return read
    return inner.safe


def hashes_in(data: Iterable[bytes]) -> Iterator[bytes]:
    """Every 32 bytes that stand behind the selector of approveHash."""
    for each in data:
        at = each.find(SELECTOR)
        while at >= 0:
            begin = at + len(SELECTOR)
            yield each[begin : begin + HASH_LENGTH]
            at = each.find(SELECTOR, begin)


def _data_of(supplied: Iterable[InnerTransaction]) -> Iterator[bytes]:
    for one in supplied:
        if not isinstance(one.tx, Unknown):
            yield one.tx.data

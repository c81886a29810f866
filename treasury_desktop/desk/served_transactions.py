"""What a Safe Transaction Service lists, held against the Safe as the chain described it.

Nothing here reaches a door or the records: what is listed comes in, and what is true of it, put
together in an order of its own, and a sentence for each lie go out. A Safe below 1.3.0 hashes no
chain, so for it a service of another chain cannot be told from ours.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.doors import ServedQueue, ServedTransaction
from treasury_desktop.errors import Refused
from treasury_desktop.review.signatures import CheckedSignature
from treasury_desktop.safes.hashes import agreed_hashes
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx

OTHER_CHAINS = (1, 10, 56, 100, 137, 8453, 42161, 43114, 11155111)
"""Chains with a public service: whoever mistypes an address gets the answers of one of them."""
MOST_NAMED = 16
"""Lies about one transaction that are named one by one."""


class RefusedEntry(NamedTuple):
    """Something a service listed at `place` that is not true or cannot be read, and why."""

    place: str
    safe_tx_hash: bytes | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedEntry:
    """All that was listed about one true transaction, put together in an order of its own."""

    safe_tx_hash: bytes
    tx: SafeTx
    place: str
    note: str
    claimed: tuple[ClaimedSignature, ...]


class Sifted(NamedTuple):
    """What is listed and true, what is not, and why not."""

    true: tuple[ServedTransaction, ...]
    untrue: tuple[ServedTransaction, ...]
    refused: tuple[RefusedEntry, ...]


def sifted(listed: Iterable[ServedTransaction], safe: Safe) -> Sifted:
    """Each entry judged by itself: it is an open transaction of this very Safe, or it is not."""
    judged = [(served, _flaw(served, safe)) for served in listed]
    return Sifted(
        true=tuple(served for served, flaw in judged if not flaw),
        untrue=tuple(served for served, flaw in judged if flaw),
        refused=tuple(
            RefusedEntry(served.place, served.claimed_hash, flaw) for served, flaw in judged if flaw
        ),
    )


def put_together(true: Iterable[ServedTransaction]) -> tuple[ServedEntry, ...]:
    """Each transaction once, whatever the order and the number of its copies; by nonce."""
    by_hash: dict[bytes, list[ServedTransaction]] = {}
    for served in true:
        by_hash.setdefault(served.claimed_hash, []).append(served)
    entries = (
        ServedEntry(
            safe_tx_hash=safe_tx_hash,
            tx=copies[0].tx,
            place=copies[0].place,
            note=min((one.note for one in copies if one.note), default=""),
            claimed=in_order(claim for one in copies for claim in one.signatures),
        )
        for safe_tx_hash, copies in by_hash.items()
    )
    return tuple(sorted(entries, key=lambda entry: (entry.tx.nonce, entry.safe_tx_hash)))


def in_order(claimed: Iterable[ClaimedSignature]) -> tuple[ClaimedSignature, ...]:
    """Each claim once, in an order of their bytes: whose twin comes first is not the liar's."""
    return tuple(
        sorted(set(claimed), key=lambda one: (one.signer.raw if one.signer else b"", one.data))
    )


def known_nonce(safe: Safe) -> int:
    """The Safe's nonce, where the chain told it and the owners; without them nothing counts."""
    if isinstance(safe.nonce, Unknown) or isinstance(safe.owners, Unknown):
        raise Refused(f"Nonce and owners of {safe.address} are not known yet; refresh first.")
    return safe.nonce


def unread_entries(found: ServedQueue) -> tuple[RefusedEntry, ...]:
    """What the door could not read, with the field it is about."""
    return tuple(RefusedEntry(one.place, None, one.problem) for one in found.unread)


def forged_signatures(
    entry: ServedEntry, checked: Iterable[CheckedSignature]
) -> tuple[RefusedEntry, ...]:
    """Signatures that are not what the service says, a sentence for each of the first."""
    sentences = [
        f"carries a signature of {one.signer}, who is no owner; it does not count."
        if one.status == "not an owner"
        else f"carries a signature as that of {one.claim.signer} that is not; it does not count."
        for one in checked
        if one.status in ("invalid", "not an owner")
    ]
    return tuple(
        RefusedEntry(entry.place, entry.safe_tx_hash, sentence)
        for sentence in dict.fromkeys(sentences[:MOST_NAMED])
    )


def contradictions(true: Iterable[ServedTransaction], safe: Safe) -> tuple[str, ...]:
    """Where the service counts otherwise than the chain: said once, and nothing follows from it."""
    listed = tuple(true)
    thresholds = {one.says_threshold for one in listed if one.says_threshold is not None}
    said = [
        f"The service counts with a threshold of {threshold}, the Safe with {safe.threshold}."
        for threshold in sorted(thresholds)
        if isinstance(safe.threshold, int) and threshold != safe.threshold
    ][:MOST_NAMED]
    executed = len({one.claimed_hash for one in listed if one.says_executed})
    if executed:
        said.append(
            f"The service calls {executed} of these executed, which by the Safe's nonce "
            f"({safe.nonce}) are not; a refresh tells."
        )
    return tuple(said)


def _flaw(served: ServedTransaction, safe: Safe) -> str:
    """Why an entry is none of this Safe's open transactions; "" where it is one."""
    if served.safe != safe.address:
        return f"is listed for {safe.address} and names another Safe, {served.safe}."
    hashes = agreed_hashes(safe, served.tx)
    if hashes is None:
        return "has fields on whose hash our two derivations disagree."
    if hashes.safe_tx != served.claimed_hash:
        return _why_another_hash(served, safe)
    nonce = known_nonce(safe)
    if served.tx.nonce < nonce:
        return f"has nonce {served.tx.nonce}, which is used up: the Safe is at {nonce}."
    return ""


def _why_another_hash(served: ServedTransaction, safe: Safe) -> str:
    """A hash of another chain is recognised, because that is what a wrong address looks like."""
    for chain_id in OTHER_CHAINS:
        elsewhere = agreed_hashes(replace(safe, chain_id=chain_id), served.tx)
        if elsewhere is not None and elsewhere.safe_tx == served.claimed_hash:
            return f"is a transaction on chain {chain_id}; this Safe is on {safe.chain_id}."
    return (
        f"names the hash 0x{served.claimed_hash.hex()}, which is not that of its fields for a "
        f"Safe {safe.version} on chain {safe.chain_id}."
    )

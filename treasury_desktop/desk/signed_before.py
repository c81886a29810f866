"""What else a key stands behind for a nonce of a Safe, by whichever road it signed.

As an owner, inside a Safe that is an owner, or by having such a Safe approve it on the chain: two
different transactions for one nonce let whoever holds both signatures choose which one runs.
"""

from collections.abc import Iterator
from typing import NamedTuple

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.doors import KeyLabel, Records
from treasury_desktop.desk.inside_signatures import inside_of
from treasury_desktop.errors import Refused
from treasury_desktop.review.approved_transactions import hashes_in
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.inner_transactions import approved_hash
from treasury_desktop.review.review import Review
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx

WITHOUT_EFFECT = frozenset({State.FAILED, State.REPLACED})
"""An approval that came to nothing approves nothing."""


def signed_before(
    review: Review, key: KeyLabel, facts: LocalFacts, records: Records
) -> bytes | None:
    """What else this key signed for the nonce, where this is its rejection; refused otherwise.

    A rejection is the one second signature that can do no harm, and the only way to take one back.
    The same is asked of every transaction that this one approves.
    """
    road = _Signed(key, facts, records)
    own = road.beside(review.facts.safe, review.bundle.tx, review.hashes.safe_tx)
    for safe, tx, safe_tx_hash in _approved(review, facts, records):
        road.beside(safe, tx, safe_tx_hash)
    return own


class _Signed(NamedTuple):
    """What one key signed, as far as this desk knows."""

    key: KeyLabel
    facts: LocalFacts
    records: Records

    def beside(self, safe: Safe, tx: SafeTx, own: bytes) -> bytes | None:
        """The rival it signed, where `tx` rejects the nonce; refused where it does not."""
        other = next(self._rivals(safe, tx.nonce, own), None)
        if other is None or is_rejection(safe, tx):
            return other
        raise Refused(
            f"{self.key.label} has already signed another transaction (0x{other.hex()}) for nonce "
            f"{tx.nonce} of {safe.address}; only the rejection of that nonce may be signed beside "
            "it."
        )

    def _rivals(self, safe: Safe, nonce: int, own: bytes) -> Iterator[bytes]:
        """As an owner first, then inside of a Safe or by an approval of one."""
        key = self.key.address
        signed = self.records.signed_hash_for(safe.address, nonce, key)
        if signed is not None and signed != own:
            yield signed
        through = [s for s in self.facts.read if safe.is_owner(s.address) and s.is_owner(key)]
        if not through:
            return
        approved = self._approved_through(through)
        for rival in self.records.transactions(safe.address):
            if rival.tx.nonce != nonce or rival.safe_tx_hash == own:
                continue
            # All of them, however many: no heap of a stranger's may hide what this key signed.
            is_inside = any(key in inside_of(rival, safe, inner, most=None) for inner in through)
            if is_inside or rival.safe_tx_hash in approved:
                yield rival.safe_tx_hash

    def _approved_through(self, through: list[Safe]) -> frozenset[bytes]:
        """The hashes that transactions of these Safes approve which the key signed."""
        signed = [
            one.tx.data
            for inner in through
            for one in self.records.transactions(inner.address)
            if self.key.address in one.confirmed_by and one.state not in WITHOUT_EFFECT
        ]
        return frozenset(hashes_in(signed))


def _approved(
    review: Review, facts: LocalFacts, records: Records
) -> Iterator[tuple[Safe, SafeTx, bytes]]:
    """What this transaction approves on Safes that were read: the Safe, what, and its hash."""
    for call in review.call.walk():
        approved = approved_hash(call)
        safe = None if approved is None else facts.safe_at(approved.safe)
        if approved is None or safe is None:
            continue
        queued = records.transaction(approved.safe_tx_hash)
        known = () if queued is None else (queued.tx,)
        for tx in (*known, *(inner.tx for inner in review.bundle.inner_transactions)):
            if not isinstance(tx, Unknown) and _hash_of(safe, tx) == approved.safe_tx_hash:
                yield safe, tx, approved.safe_tx_hash
                break


def _hash_of(safe: Safe, tx: SafeTx) -> bytes:
    return safe_tx_hashes(safe, tx).safe_tx

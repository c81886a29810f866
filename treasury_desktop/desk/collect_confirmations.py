"""Collect: every signature that comes in is verified anew; nothing is overwritten or lost."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.doors import Records
from treasury_desktop.desk.signature_as_meant import (
    MeantSignature,
    as_meant,
    with_low_s,
    without_v,
)
from treasury_desktop.errors import Refused
from treasury_desktop.review.signatures import CheckedSignature, checked_signatures
from treasury_desktop.safes.chain_answer import answer_to
from treasury_desktop.safes.confirmation import Confirmation, preferred
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import split_signatures

NO_TRANSACTION_YET = "its transaction is not here yet"
NO_OWNERS_YET = "the Safe's owners are not known yet"
WAITING = frozenset({NO_TRANSACTION_YET, NO_OWNERS_YET})
"""Reasons that end: as soon as a transaction and its Safe are known, what waited is verified."""
CONFIRMED_OTHERWISE = "confirmed otherwise already"
ONLY_THE_CHAIN = "unverifiable"
"""Of a contract's signature while nobody asked the chain about it."""


def collect_confirmations(
    claimed: tuple[ClaimedSignature, ...],
    safe_tx_hash: bytes,
    records: Records,
    safe: Safe | None,
) -> tuple[int, int]:
    """Keep the owners' signatures as confirmations, quarantine the rest; both counts of new ones.

    Without the owners of that very Safe nothing can be counted, so everything is quarantined until
    they are known; what waited so is verified here with the rest.
    """
    queued = records.transaction(safe_tx_hash)
    if queued is None:
        for claim in claimed:
            records.keep_quarantined(_aside(safe_tx_hash, claim, NO_TRANSACTION_YET))
        return 0, len(claimed)
    if safe is None or safe.address != queued.safe or isinstance(safe.owners, Unknown):
        aside = tuple(_aside(safe_tx_hash, claim, NO_OWNERS_YET) for claim in claimed)
        _keep(records, queued, (), aside)
        return 0, len(claimed)
    sorting = _Sorting(queued, safe)
    for checked in checked_signatures((*claimed, *_waiting(queued)), safe, safe_tx_hash):
        sorting.take(checked)
    _keep(records, queued, sorting.confirmed, sorting.aside)
    if sorting.new:
        _move_along(records, queued, sorting.owners, safe)
    return len(sorting.new), len(sorting.aside)


def collect_waiting(records: Records, safe: Safe) -> int:
    """Verify what waited for the owners of a Safe, now that it was read; counts what confirms."""
    waiting = [one for one in records.transactions(safe.address) if _waiting(one)]
    return sum(collect_confirmations((), one.safe_tx_hash, records, safe)[0] for one in waiting)


def keep_confirmation(records: Records, confirmation: Confirmation, safe: Safe) -> bool:
    """Keep one verified confirmation and move the transaction along; False if it was there."""
    if not safe.is_owner(confirmation.owner):
        raise Refused(f"{confirmation.owner} is not an owner of {safe.address}.")
    before = records.transaction(confirmation.safe_tx_hash)
    if not records.keep_confirmation(confirmation):
        return False
    queued = records.transaction(confirmation.safe_tx_hash)
    assert queued is not None  # the records keep no confirmation of a transaction they lack
    for known in () if before is None else before.confirmations:
        if known.owner == confirmation.owner:
            counts = preferred((known.signature, confirmation.signature))
            lesser = known if counts == confirmation.signature else confirmation
            records.keep_quarantined(_second(lesser))
    _move_along(records, queued, _owners_of(queued.confirmations), safe)
    return True


def confirming(checked: CheckedSignature, safe_tx_hash: bytes, safe: Safe) -> MeantSignature | None:
    """An owner's valid signature; a v that only a wallet understands is read as it means it."""
    if checked.status == "valid" and checked.signature is not None and checked.signer:
        return MeantSignature(checked.signer, checked.signature)
    return as_meant(checked.claim, safe_tx_hash, safe)


def still_aside(queued: QueuedTransaction) -> tuple[QuarantinedSignature, ...]:
    """The signatures set aside, without those that only waited and were verified meanwhile.

    Nor those that were set aside beside another one of their owner, and count now; nor what the
    chain accepts.
    """
    counted = {one.signature.encoded for one in queued.confirmations}
    verified = {without_v(one.signature.encoded) for one in queued.confirmations}
    verified |= {without_v(one.data) for one in queued.quarantined if one.reason not in WAITING}
    return tuple(
        one
        for one in queued.quarantined
        if (one.reason not in WAITING or without_v(one.data) not in verified)
        and (one.reason != CONFIRMED_OTHERWISE or one.data not in counted)
        and not _is_accepted(one, queued)
    )


def _is_accepted(aside: QuarantinedSignature, queued: QueuedTransaction) -> bool:
    """Whether all that was set aside is one signature that the chain accepts, or a part of it."""
    if not any(answer.is_accepted for answer in queued.answered):
        return False
    parts = split_signatures(aside.data)
    if len(parts) != 1:
        return False
    answer = answer_to(parts[0], queued.safe_tx_hash, queued.answered)
    if answer is not None and answer.is_accepted:
        return True
    signer = parts[0].signer_of(queued.safe_tx_hash)
    inside = set(split_signatures(parts[0].dynamic or b""))
    return any(
        one.is_accepted
        and one.owner == signer
        and inside
        and inside <= set(split_signatures(one.signature.dynamic or b""))
        for one in queued.answered
    )


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Sorting:
    """Tells the confirmations among checked signatures from what is set aside, one by one."""

    queued: QueuedTransaction
    safe: Safe
    confirmed: list[Confirmation] = field(default_factory=list)
    aside: list[QuarantinedSignature] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_owner = {one.owner: one for one in self.queued.confirmations}
        self._before = frozenset(self._by_owner)
        self._known = set[QuarantinedSignature]()

    @property
    def owners(self) -> frozenset[Address]:
        """Everybody who confirmed, before or now."""
        return frozenset(self._by_owner)

    @property
    def new(self) -> frozenset[Address]:
        """Whoever confirmed only now."""
        return self.owners - self._before

    def take(self, checked: CheckedSignature) -> None:
        """One signature more: it confirms, is there already, or is set aside with the reason."""
        meant = confirming(checked, self.queued.safe_tx_hash, self.safe)
        if meant is None:
            self._set_aside(checked.claim, checked.status)
            return
        owner, signature = meant.signer, with_low_s(meant.signature)
        known = self._by_owner.get(owner)
        # Which one came first must decide nothing, neither of two true ones nor of two twins.
        if known is None:
            self._confirm(owner, signature)
        elif known.signature != signature:
            self._choose(known, signature)
        if signature != meant.signature:
            self._set_aside(checked.claim, CONFIRMED_OTHERWISE)

    def _choose(self, known: Confirmation, signature: Signature) -> None:
        """Of two true signatures of one owner one counts; the other one is aside, as it counted."""
        lesser = replace(known, signature=signature)
        if preferred((known.signature, signature)) == signature:
            self._confirm(known.owner, signature)
            lesser = known
        self.aside.append(_second(lesser))

    def _confirm(self, owner: Address, signature: Signature) -> None:
        confirmation = Confirmation(
            safe_tx_hash=self.queued.safe_tx_hash, owner=owner, signature=signature
        )
        self._by_owner[owner] = confirmation
        self.confirmed.append(confirmation)

    def _set_aside(self, claim: ClaimedSignature, reason: str) -> None:
        """Once, however many signatures of one entry have to be: an entry is kept whole."""
        aside = _aside(self.queued.safe_tx_hash, claim, reason)
        if aside not in self._known:
            self._known.add(aside)
            self.aside.append(aside)


def _waiting(queued: QueuedTransaction) -> tuple[ClaimedSignature, ...]:
    return tuple(
        ClaimedSignature(signer=one.claimed_signer, data=one.data)
        for one in still_aside(queued)
        if one.reason in WAITING
    )


def _keep(
    records: Records,
    queued: QueuedTransaction,
    confirmations: Iterable[Confirmation],
    aside: Iterable[QuarantinedSignature],
) -> None:
    """All of them in one step: a bundle may have fifty, and each step waits for the disk."""
    copy = replace(queued, confirmations=tuple(confirmations), quarantined=tuple(aside))
    if copy.confirmations or copy.quarantined:
        records.keep_transaction(copy)


def _move_along(
    records: Records, queued: QueuedTransaction, confirmed: frozenset[Address], safe: Safe
) -> None:
    """Count for the lifecycle whoever confirmed, those of another thread among them."""
    if queued.state not in (State.DRAFTED, State.COLLECTING):
        return
    is_enough = _is_enough(confirmed, safe)
    if not is_enough:
        now = records.transaction(queued.safe_tx_hash)
        is_enough = now is not None and _is_enough(_owners_of(now.confirmations), safe)
    event = Event.THRESHOLD_REACHED if is_enough else Event.CONFIRMATION_ADDED
    # Another thread may have counted the same signatures meanwhile, or settled it for good.
    records.record_if_possible(queued.safe_tx_hash, event)


def _is_enough(confirmed: frozenset[Address], safe: Safe) -> bool:
    owners = [one for one in confirmed if safe.is_owner(one)]
    return isinstance(safe.threshold, int) and len(owners) >= safe.threshold


def _owners_of(confirmations: Iterable[Confirmation]) -> frozenset[Address]:
    return frozenset(one.owner for one in confirmations)


def _second(lesser: Confirmation) -> QuarantinedSignature:
    """A true signature of an owner who confirmed by another one that is preferred."""
    return QuarantinedSignature(
        safe_tx_hash=lesser.safe_tx_hash,
        claimed_signer=lesser.owner,
        data=lesser.signature.encoded,
        reason=CONFIRMED_OTHERWISE,
    )


def _aside(safe_tx_hash: bytes, claim: ClaimedSignature, reason: str) -> QuarantinedSignature:
    return QuarantinedSignature(
        safe_tx_hash=safe_tx_hash, claimed_signer=claim.signer, data=claim.data, reason=reason
    )

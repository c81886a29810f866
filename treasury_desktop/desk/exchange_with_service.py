"""Exchange with a Safe Transaction Service: it carries signatures, and vouches for nothing.

Every hash is derived anew from the fields, twice, for the Safe as the chain described it; every
signature is recovered and counted by the owners the chain named. What the service says of hashes,
execution, thresholds and trust is compared at most. A transaction enters the records only with an
owner's verified signature on it, so that a service can invent none; what it marks as untrusted is
handed back to be shown apart, and so is what nobody signed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle, ClaimedSignature
from treasury_desktop.desk.collect_confirmations import collect_confirmations, confirming
from treasury_desktop.desk.doors import (
    IsCancelled,
    Records,
    SafeService,
    ServedQueue,
    ServedTransaction,
)
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.inside_signatures import inside_of
from treasury_desktop.desk.served_transactions import (
    RefusedEntry,
    ServedEntry,
    contradictions,
    forged_signatures,
    in_order,
    known_nonce,
    put_together,
    sifted,
    unread_entries,
)
from treasury_desktop.errors import Cancelled, Refused
from treasury_desktop.review.signatures import CheckedSignature, checked_signatures
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import agreed_hashes, safe_tx_hashes
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx

MOST_SET_ASIDE = 100
"""Signatures that do not count are kept of one transaction up to here; a liar has any number."""
WRONG_FIELDS = "came with fields that are not those of this hash"
UNTRUSTED = "The service does not trust whoever proposed it."
UNSIGNED = "No owner's signature on it can be verified here."


class ApartTransaction(NamedTuple):
    """A transaction that is shown apart and kept nowhere; the hash is ours."""

    safe_tx_hash: bytes
    tx: SafeTx
    note: str
    reason: str


class ListedTransaction(NamedTuple):
    """A true transaction the service lists, and the owners whose signatures it verifiably has."""

    safe_tx_hash: bytes
    owners: frozenset[Address]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceReading:
    """What came of reading a service's queue.

    `brought` are the transactions that were new here; `quarantined` is how many signatures were
    put aside because they do not count; `remarks` say where the list may go on and where the
    service counts otherwise than the chain.
    """

    listed: tuple[ListedTransaction, ...] = ()
    brought: tuple[bytes, ...] = ()
    new_confirmations: int = 0
    quarantined: int = 0
    refused: tuple[RefusedEntry, ...] = ()
    apart: tuple[ApartTransaction, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def new_transactions(self) -> int:
        """How many were new here."""
        return len(self.brought)


def read_service_queue(
    service: SafeService,
    safe: Safe,
    records: Records,
    *,
    now: int,
    safes: tuple[Safe, ...] = (),
    with_untrusted: bool = False,
    is_cancelled: IsCancelled = lambda: False,
) -> ServiceReading:
    """Read what waits at the service, keep what owners verifiably signed, and say what is wrong.

    `safe` is what the chain said of it, `safes` of all: some may be owners of it. Everything is
    read and verified before anything is kept.
    """
    nonce = known_nonce(safe)
    found = service.queue(safe.address, nonce, trusted=True, is_cancelled=is_cancelled)
    aside = ServedQueue(())
    if with_untrusted:
        aside = service.queue(safe.address, nonce, trusted=False, is_cancelled=is_cancelled)
    if is_cancelled():
        raise Cancelled
    ours = sifted((one for one in found.transactions if one.says_trusted), safe)
    strangers = (one for one in found.transactions if not one.says_trusted)
    others = sifted((*strangers, *aside.transactions), safe)
    for served in ours.untrue:
        _put_wrong_fields_aside(served, safe, records)
    reading = ServiceReading(
        refused=unread_entries(found) + unread_entries(aside) + ours.refused + others.refused,
        remarks=(*found.remarks, *aside.remarks, *contradictions(ours.true, safe)),
    )
    entries = put_together(ours.true)
    verified = list[_Verified]()
    for entry in entries:
        if is_cancelled():  # a liar's hundred thousand signatures take a minute
            raise Cancelled
        verified.append(_verified(entry, safe))
    for each in verified:
        reading = _kept(each, safe, safes, records, reading, now=now)
    shown = {entry.safe_tx_hash for entry in entries}
    apart = tuple(
        ApartTransaction(entry.safe_tx_hash, entry.tx, entry.note, UNTRUSTED)
        for entry in put_together(others.true)
        if entry.safe_tx_hash not in shown
    )
    return replace(reading, apart=reading.apart + apart)


def propose_to_service(
    service: SafeService,
    safe_tx_hash: bytes,
    owner: Address,
    safe: Safe,
    records: Records,
    *,
    now: int,
    note: str = "",
) -> None:
    """Publish a transaction of the records with one owner's confirmation of it.

    What becomes of it there is only known from reading the queue.
    """
    queued, confirmation = _to_send(safe_tx_hash, owner, safe, records)
    about = {"safe_tx_hash": "0x" + safe_tx_hash.hex(), "sender": str(owner)}
    records.note("proposing to service", about, now)
    service.propose(safe.address, queued.tx, confirmation, note=note)
    records.note("proposed to service", about, now)


def confirm_at_service(
    service: SafeService,
    safe_tx_hash: bytes,
    owner: Address,
    safe: Safe,
    records: Records,
    *,
    now: int,
) -> None:
    """Send one owner's confirmation of a transaction that the service has already."""
    _, confirmation = _to_send(safe_tx_hash, owner, safe, records)
    about = {"safe_tx_hash": "0x" + safe_tx_hash.hex(), "owner": str(owner)}
    records.note("confirming at service", about, now)
    service.confirm(confirmation)
    records.note("confirmed at service", about, now)


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────


class _Verified(NamedTuple):
    """What is listed of a transaction, one claim of each owner that counts, and what is forged."""

    entry: ServedEntry
    counting: dict[Address, ClaimedSignature]
    forged: tuple[RefusedEntry, ...]


def _verified(entry: ServedEntry, safe: Safe) -> _Verified:
    """All signatures of one transaction recovered; nothing is kept."""
    checked = checked_signatures(entry.claimed, safe, entry.safe_tx_hash)
    lies = (one for one in checked if confirming(one, entry.safe_tx_hash, safe) is None)
    return _Verified(
        entry=entry,
        counting=_counting(checked, entry.safe_tx_hash, safe),
        forged=forged_signatures(entry, lies),
    )


def _kept(
    verified: _Verified,
    safe: Safe,
    safes: tuple[Safe, ...],
    records: Records,
    reading: ServiceReading,
    *,
    now: int,
) -> ServiceReading:
    """The reading with one transaction more: kept, or apart where no owner signed it."""
    entry, counting, forged = verified
    reading = replace(
        reading,
        listed=(*reading.listed, ListedTransaction(entry.safe_tx_hash, frozenset(counting))),
        refused=reading.refused + forged,
    )
    known = records.transaction(entry.safe_tx_hash)
    if known is None and not counting:
        apart = ApartTransaction(entry.safe_tx_hash, entry.tx, entry.note, UNSIGNED)
        return replace(reading, apart=(*reading.apart, apart))
    room = MOST_SET_ASIDE - len(known.quarantined if known else ())
    counted_claims = set(counting.values())
    if known is not None:
        counted_claims |= _signed_inside(entry, known, safe, safes)
    rest = [claim for claim in entry.claimed if claim not in counted_claims][: max(room, 0)]
    with records.together():
        if known is None:
            _import(entry, safe, records, now=now)
        counted, quarantined = collect_confirmations(
            in_order([*counted_claims, *rest]), entry.safe_tx_hash, records, safe
        )
    return replace(
        reading,
        brought=reading.brought if known else (*reading.brought, entry.safe_tx_hash),
        new_confirmations=reading.new_confirmations + counted,
        quarantined=reading.quarantined + quarantined,
    )


def _counting(
    checked: Iterable[CheckedSignature], safe_tx_hash: bytes, safe: Safe
) -> dict[Address, ClaimedSignature]:
    """One claim of each owner that counts, as an import would read it; an owner may send many."""
    counting: dict[Address, ClaimedSignature] = {}
    for one in checked:
        meant = confirming(one, safe_tx_hash, safe)
        if meant is not None:
            counting.setdefault(meant.signer, one.claim)
    return counting


def _signed_inside(
    entry: ServedEntry, known: QueuedTransaction, safe: Safe, safes: tuple[Safe, ...]
) -> set[ClaimedSignature]:
    """The claims that hold a verified signature of an inner Safe's owner who had none here.

    They are as many as inner Safes have owners, so they are kept whatever else is set aside.
    """
    claimed = tuple(_aside(entry.safe_tx_hash, claim, "") for claim in entry.claimed)
    with_all = replace(known, quarantined=(*known.quarantined, *claimed))
    found = set[ClaimedSignature]()
    for inner in (one for one in safes if safe.is_owner(one.address)):
        had = inside_of(known, safe, inner)
        for owner, signature in inside_of(with_all, safe, inner).items():
            if owner not in had:
                holding = (one for one in entry.claimed if signature.encoded in one.data)
                found.add(min(holding, key=lambda one: (len(one.data), one.data)))
    return found


def _import(entry: ServedEntry, safe: Safe, records: Records, *, now: int) -> None:
    bundle = Bundle(
        safe=safe,
        tx=entry.tx,
        purpose=entry.note,
        claimed_hash=entry.safe_tx_hash,
        signatures=(),
    )
    records.keep_transaction(queued_from(bundle, now=now, drafted_here=False))
    about = {"safe_tx_hash": "0x" + entry.safe_tx_hash.hex(), "from": "Safe Transaction Service"}
    records.note("imported", about, now)


def _put_wrong_fields_aside(served: ServedTransaction, safe: Safe, records: Records) -> None:
    """Signatures that came with a hash of ours and other fields: quarantined, never counted."""
    known = records.transaction(served.claimed_hash)
    hashes = agreed_hashes(safe, served.tx)
    is_true = hashes is not None and hashes.safe_tx == served.claimed_hash
    if known is None or known.safe != safe.address or is_true:
        return
    for claim in served.signatures[: max(MOST_SET_ASIDE - len(known.quarantined), 0)]:
        records.keep_quarantined(_aside(served.claimed_hash, claim, WRONG_FIELDS))


def _aside(safe_tx_hash: bytes, claim: ClaimedSignature, reason: str) -> QuarantinedSignature:
    return QuarantinedSignature(
        safe_tx_hash=safe_tx_hash, claimed_signer=claim.signer, data=claim.data, reason=reason
    )


# ── what is sent ─────────────────────────────────────────────────────────────────────────────────


def _to_send(
    safe_tx_hash: bytes, owner: Address, safe: Safe, records: Records
) -> tuple[QueuedTransaction, Confirmation]:
    """An open transaction of this Safe and its owner's confirmation, the hash derived once more."""
    queued = records.transaction(safe_tx_hash)
    if queued is None or (queued.chain_id, queued.safe) != (safe.chain_id, safe.address):
        raise Refused(f"0x{safe_tx_hash.hex()} is no transaction of {safe.address} in the records.")
    if safe_tx_hashes(safe, queued.tx).safe_tx != safe_tx_hash:
        raise Refused(f"The recorded fields of 0x{safe_tx_hash.hex()} have another hash.")
    if queued.state in FINAL or queued.tx.nonce < known_nonce(safe):
        raise Refused(f"Nonce {queued.tx.nonce} is used up; the service has no use for it.")
    if not safe.is_owner(owner):
        raise Refused(f"{owner} is not an owner of {safe.address}.")
    given = next((one for one in queued.confirmations if one.owner == owner), None)
    if given is None:
        raise Refused(f"{owner} has not confirmed 0x{safe_tx_hash.hex()}; sign it first.")
    return queued, given

"""Import: a bundle somebody sent becomes a transaction of the queue, or nothing happens."""

from dataclasses import dataclass

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Bundle, read_bundle, write_bundle
from treasury_desktop.desk.collect_confirmations import collect_confirmations
from treasury_desktop.desk.doors import Records
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What came of an import, counted for the person; `remarks` are on the file itself."""

    safe_tx_hash: bytes
    was_known: bool
    new_confirmations: int
    quarantined: int
    remarks: tuple[str, ...] = ()


def import_transaction(
    data: bytes,
    records: Records,
    workspace: Workspace,
    snapshot: TreasurySnapshot | None,
    *,
    now: int,
) -> Imported:
    """Read strictly, keep the transaction, then verify and keep each signature on it.

    Signatures are verified by the owners of the transaction's own Safe; where that one was never
    read they wait aside.
    """
    bundle = read_bundle(data)
    _require_ours(bundle, workspace)
    hashes = safe_tx_hashes(bundle.safe, bundle.tx)
    claimed = () if isinstance(bundle.signatures, Unknown) else bundle.signatures
    safe = None if snapshot is None else snapshot.safe_at(bundle.safe.address)
    with records.together():
        was_known = records.transaction(hashes.safe_tx) is not None
        records.keep_transaction(queued_from(bundle, now=now, drafted_here=False))
        records.note("imported", {"safe_tx_hash": "0x" + hashes.safe_tx.hex()}, now)
        counted, quarantined = collect_confirmations(claimed, hashes.safe_tx, records, safe)
    return Imported(
        safe_tx_hash=hashes.safe_tx,
        was_known=was_known,
        new_confirmations=counted,
        quarantined=quarantined,
    )


def queued_from(bundle: Bundle, *, now: int, drafted_here: bool) -> QueuedTransaction:
    """A bundle as a record of the queue, without the signatures it claims."""
    return QueuedTransaction(
        chain_id=bundle.safe.chain_id,
        safe=bundle.safe.address,
        safe_tx_hash=safe_tx_hashes(bundle.safe, bundle.tx).safe_tx,
        tx=bundle.tx,
        purpose=bundle.purpose,
        strategy=None if isinstance(bundle.strategy, Unknown) else bundle.strategy,
        drafted_here=drafted_here,
        created_at=now,
        state=State.DRAFTED,
        bundle=write_bundle(bundle),
    )


def _require_ours(bundle: Bundle, workspace: Workspace) -> None:
    if bundle.safe.chain_id != workspace.chain.chain_id:
        raise Malformed(
            "chain_id",
            f"the transaction is for chain {bundle.safe.chain_id}, this workspace is on "
            f"{workspace.chain.chain_id}",
        )
    if all(named.address != bundle.safe.address for named in workspace.safes):
        raise Malformed("safe.address", f"{bundle.safe.address} is no Safe of this workspace")

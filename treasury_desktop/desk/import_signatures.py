"""Import signatures that come without their transaction: of a phone, a hardware wallet, a QR code.

A signature alone says little: perhaps which hash it is of, perhaps who made it. Each is verified
against the transactions this desk has; what verifies confirms, everything else is kept aside with
the reason, and nothing that is here already is ever touched.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_OID, uuid5

from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.collect_confirmations import collect_confirmations
from treasury_desktop.desk.doors import Records
from treasury_desktop.desk.signature_as_meant import as_meant
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace

HASH_LENGTH, REQUEST_ID_LENGTH = 32, 16
MOST_SIGNATURES = 2000
MOST_WITHOUT_HASH = 100
"""Each of these is tried on every transaction of the queue."""
MOST_BYTES = 32 * 1024
"""Of one entry: what a contract signature carries may be long, and all of it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingSignatures:
    """Signatures somebody sent, and of what they say they are.

    `request_id` is what an air-gapped signer repeats of the request that it answers (ERC-4527).
    """

    safe_tx_hash: bytes | Unknown = UNKNOWN
    request_id: bytes | Unknown = UNKNOWN
    signatures: tuple[ClaimedSignature, ...]

    def __post_init__(self) -> None:
        most = MOST_WITHOUT_HASH if isinstance(self.safe_tx_hash, Unknown) else MOST_SIGNATURES
        if not 0 < len(self.signatures) <= most:
            number = len(self.signatures)
            raise Malformed("signatures", f"must be 1 to {most:,} and are {number:,}")
        longest = max(len(one.data) for one in self.signatures)
        if longest > MOST_BYTES:
            raise Malformed(
                "signatures", f"must have {MOST_BYTES:,} bytes at most, not {longest:,}"
            )
        if isinstance(self.safe_tx_hash, bytes) and len(self.safe_tx_hash) != HASH_LENGTH:
            raise Malformed("safe_tx_hash", f"must have {HASH_LENGTH} bytes")
        if isinstance(self.request_id, bytes) and len(self.request_id) != REQUEST_ID_LENGTH:
            raise Malformed("request_id", f"must have {REQUEST_ID_LENGTH} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedSignatures:
    """What came of it, counted for the person; `told` are sentences about what did not count.

    `unplaced` signatures fit no transaction of this desk and name none: the dossier notes them,
    and they have to be sent again once their transaction is here.
    """

    safe_tx_hashes: tuple[bytes, ...]
    new_confirmations: int
    quarantined: int
    unplaced: int = 0
    told: tuple[str, ...] = ()


def request_id_of(safe_tx_hash: bytes) -> bytes:
    """The request id (a version 5 UUID) of our requests to sign a hash: always the same one."""
    return uuid5(NAMESPACE_OID, "safeTxHash:0x" + safe_tx_hash.hex()).bytes


def import_signatures(
    incoming: IncomingSignatures,
    records: Records,
    workspace: Workspace,
    snapshot: TreasurySnapshot | None,
    *,
    now: int,
) -> ImportedSignatures:
    """Verify each signature against the transactions of the workspace and keep what came of it.

    Where no hash is named it belongs to the one transaction for which it recovers to an owner. A
    named hash that is not here yet keeps its signatures waiting for it.
    """
    queue = _Queue(records, workspace, snapshot)
    placed, unplaced = _placed(incoming, queue)
    told = [_no_place(claim) for claim in unplaced]
    counted = quarantined = 0
    with records.together():
        for claim in unplaced:
            about = {"signer": str(claim.signer or ""), "data": "0x" + claim.data.hex()}
            records.note("signature of no known transaction", about, now)
        for safe_tx_hash, claims in placed.items():
            about = {"safe_tx_hash": _shown(safe_tx_hash), "signatures": str(len(claims))}
            records.note("signatures imported", about, now)
            queued = queue.transaction(safe_tx_hash)
            safe = None if queued is None else queue.safe_of(queued)
            new, aside = collect_confirmations(tuple(claims), safe_tx_hash, records, safe)
            counted, quarantined = counted + new, quarantined + aside
            told += _what_to_tell(safe_tx_hash, queued, new, aside)
    return ImportedSignatures(
        safe_tx_hashes=tuple(placed),
        new_confirmations=counted,
        quarantined=quarantined,
        unplaced=len(unplaced),
        told=tuple(dict.fromkeys(told)),
    )


# ── which transaction a signature is of ──────────────────────────────────────────────────────────


class _Queue:
    """The transactions of the workspace's Safes, each with its Safe as it was read."""

    def __init__(
        self, records: Records, workspace: Workspace, snapshot: TreasurySnapshot | None
    ) -> None:
        self._records = records
        self._safes = tuple(named.address for named in workspace.safes)
        self._snapshot = snapshot

    def transaction(self, safe_tx_hash: bytes) -> QueuedTransaction | None:
        """The transaction with that hash, if it is one of this workspace."""
        queued = self._records.transaction(safe_tx_hash)
        return queued if queued is not None and queued.safe in self._safes else None

    def all(self) -> tuple[QueuedTransaction, ...]:
        """Every transaction; its confirmations are verified by reading them, so ask once."""
        return tuple(one for safe in self._safes for one in self._records.transactions(safe))

    def safe_of(self, queued: QueuedTransaction) -> Safe | None:
        """Its Safe as the last snapshot has it."""
        return None if self._snapshot is None else self._snapshot.safe_at(queued.safe)


def _placed(
    incoming: IncomingSignatures, queue: _Queue
) -> tuple[dict[bytes, list[ClaimedSignature]], list[ClaimedSignature]]:
    """The signatures by the hash they are of, and those of which nobody knows it."""
    if isinstance(incoming.safe_tx_hash, bytes):
        return {incoming.safe_tx_hash: list(incoming.signatures)}, []
    every = queue.all()
    asked = [one for one in every if request_id_of(one.safe_tx_hash) == incoming.request_id]
    placed: dict[bytes, list[ClaimedSignature]] = {}
    unplaced: list[ClaimedSignature] = []
    for claim in incoming.signatures:
        fitting = [
            one
            for one in every
            if as_meant(claim, one.safe_tx_hash, queue.safe_of(one)) is not None
        ]
        # What recovers is certain, what a request id says is not: it names whom to ask at most.
        of_one = fitting or asked
        if len(of_one) == 1:
            placed.setdefault(of_one[0].safe_tx_hash, []).append(claim)
        else:
            unplaced.append(claim)
    return placed, unplaced


# ── what is said of it ───────────────────────────────────────────────────────────────────────────


def _no_place(claim: ClaimedSignature) -> str:
    whose = "" if claim.signer is None else f" of {claim.signer}"
    return (
        f"A signature{whose} names no transaction and fits none of this desk; import the "
        "transaction first, then the signature again."
    )


def _what_to_tell(
    safe_tx_hash: bytes, queued: QueuedTransaction | None, new: int, aside: int
) -> list[str]:
    shown = _shown(safe_tx_hash)
    if queued is None:
        return [f"The transaction {shown} is not here yet; what was signed waits for it."]
    if aside:
        number = "One signature" if aside == 1 else f"{aside} signatures"
        return [f"{number} on {shown} did not count and lie aside with the reason."]
    return [] if new else [f"What was signed on {shown} was here already."]


def _shown(safe_tx_hash: bytes) -> str:
    return "0x" + safe_tx_hash.hex()

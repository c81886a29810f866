"""The doors of the desk in memory: plain classes that keep the Protocols of desk/doors.py."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.samples import a_block, a_confirmation, a_safe, an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import read_bundle
from treasury_desktop.desk.doors import (
    Broadcaster,
    ExecutionTransaction,
    KeyLabel,
    Receipt,
    Records,
    SafeReader,
    Signer,
)
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import Event, State, next_state
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


@dataclass
class MemoryRecords:
    """Keeps what the record store keeps, as long as the test lasts."""

    snapshots: list[TreasurySnapshot] = field(default_factory=list)
    kept: dict[bytes, QueuedTransaction] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    kept_movements: list[Movement] = field(default_factory=list)
    read_up_to: int | None = None

    def keep_snapshot(self, snapshot: TreasurySnapshot) -> None:
        """Keeps a snapshot."""
        self.snapshots.append(snapshot)

    def latest_snapshot(self, chain_id: int) -> TreasurySnapshot | None:
        """The snapshot of the highest block."""
        ours = [one for one in self.snapshots if one.chain_id == chain_id]
        return max(ours, key=lambda one: one.block.number, default=None)

    def keep_transaction(self, queued: QueuedTransaction) -> None:
        """Adds it, or what a known one did not have."""
        known = self.kept.get(queued.safe_tx_hash)
        if known is None:
            self.kept[queued.safe_tx_hash] = queued
            return
        self.kept[queued.safe_tx_hash] = replace(
            known,
            purpose=known.purpose or queued.purpose,
            strategy=known.strategy or queued.strategy,
            drafted_here=known.drafted_here or queued.drafted_here,
            bundle=known.bundle or queued.bundle,
        )

    def transaction(self, safe_tx_hash: bytes) -> QueuedTransaction | None:
        """The transaction, or `None`."""
        return self.kept.get(safe_tx_hash)

    def transactions(self, safe: Address) -> tuple[QueuedTransaction, ...]:
        """All of a Safe by nonce."""
        ours = [queued for queued in self.kept.values() if queued.safe == safe]
        return tuple(sorted(ours, key=lambda queued: queued.tx.nonce))

    def keep_confirmation(self, confirmation: Confirmation) -> bool:
        """False where the same signature was there."""
        known = self._known(confirmation.safe_tx_hash)
        if confirmation in known.confirmations:
            return False
        self._change(known, confirmations=(*known.confirmations, confirmation))
        return True

    def keep_quarantined(self, signature: QuarantinedSignature) -> None:
        """Keeps it once."""
        known = self._known(signature.safe_tx_hash)
        if signature not in known.quarantined:
            self._change(known, quarantined=(*known.quarantined, signature))

    def record_event(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> State:
        """Moves it along; refuses what cannot happen."""
        known = self._known(safe_tx_hash)
        state = next_state(known.state, event)
        sent = transaction_hash or known.transaction_hash
        self._change(known, state=state, transaction_hash=sent)
        return state

    def signed_hash_for(self, safe: Address, nonce: int, signer: Address) -> bytes | None:
        """The hash the signer signed for the nonce."""
        for queued in self.transactions(safe):
            if queued.tx.nonce == nonce and any(c.owner == signer for c in queued.confirmations):
                return queued.safe_tx_hash
        return None

    def note(self, kind: str, payload: dict[str, str], now: int) -> bytes:
        """Appends a record."""
        self.notes.append((kind, payload, now))
        return keccak(repr(self.notes).encode())

    def keep_movements(
        self, chain_id: int, movements: tuple[Movement, ...], last_block: int
    ) -> None:
        """Adds them once."""
        self.kept_movements += [one for one in movements if one not in self.kept_movements]
        self.read_up_to = last_block

    def movements(self, chain_id: int) -> tuple[Movement, ...]:
        """All, newest first."""
        return tuple(sorted(self.kept_movements, key=lambda one: -one.block_number))

    def movements_read_up_to(self, chain_id: int) -> int | None:
        """The last block read."""
        return self.read_up_to

    def _known(self, safe_tx_hash: bytes) -> QueuedTransaction:
        if safe_tx_hash not in self.kept:
            raise Refused("This transaction is not in the records.")
        return self.kept[safe_tx_hash]

    def _change(self, known: QueuedTransaction, **changes: Any) -> None:
        self.kept[known.safe_tx_hash] = replace(known, **changes)


@dataclass
class MemorySigner:
    """Signs with the keys that are the numbers 1 to 9; `asked` are the bundles it was given."""

    asked: list[bytes] = field(default_factory=list)
    signs_hash: bytes | None = None

    def sign_safe_tx(self, key: KeyLabel, bundle: bytes, reviewed_hash: bytes) -> Signature:
        """A signature over what the bundle itself gives."""
        self.asked.append(bundle)
        told = read_bundle(bundle)
        derived = safe_tx_hashes(told.safe, told.tx).safe_tx
        if derived != reviewed_hash:
            raise Refused("The hash of these bytes is not the one that was reviewed.")
        number = next(n for n in range(1, 10) if an_owner(n) == key.address)
        return a_confirmation(self.signs_hash or derived, number).signature

    def sign_execution(
        self, key: KeyLabel, bundle: bytes, signatures: bytes, transaction: ExecutionTransaction
    ) -> bytes:
        """Raw bytes that say what was signed."""
        self.asked.append(bundle)
        return b"raw" + transaction.data


@dataclass
class MemoryChain:
    """A chain of one Safe: what it answers, what was sent to it and what became of that."""

    safe: Safe = field(default_factory=a_safe)
    derives: Callable[[SafeTx], bytes] | None = None
    sent: list[bytes] = field(default_factory=list)
    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    refuses: Exception | None = None

    def read_safe(self, address: Address) -> Safe:
        """The Safe as it is now."""
        if self.safe.address != address:
            raise Unavailable(f"Nobody answers at {address}.")
        return self.safe

    def transaction_hash_on_chain(self, safe: Address, tx: SafeTx) -> bytes:
        """What getTransactionHash answers."""
        return safe_tx_hashes(self.safe, tx).safe_tx if self.derives is None else self.derives(tx)

    def prepare_execution(
        self, chain_id: int, sender: Address, safe: Address, calldata: bytes
    ) -> ExecutionTransaction:
        """A transaction with made-up gas."""
        return ExecutionTransaction(
            chain_id=chain_id,
            sender=sender,
            account_nonce=0,
            to=safe,
            data=calldata,
            gas=500_000,
            max_fee_per_gas=2,
            max_priority_fee_per_gas=1,
        )

    def broadcast(self, raw_transaction: bytes) -> bytes:
        """Its hash, unless the node refuses."""
        if self.refuses is not None:
            raise self.refuses
        self.sent.append(raw_transaction)
        return keccak(raw_transaction)

    def receipt(
        self, transaction_hash: bytes, safe: Address, safe_tx_hash: bytes
    ) -> Receipt | None:
        """What was laid out beforehand."""
        return self.receipts.get(transaction_hash)

    def answer(self, transaction_hash: bytes, success: bool | None) -> Receipt:
        """Lay out a receipt."""
        receipt = Receipt(
            transaction_hash=transaction_hash,
            status=0 if success is None else 1,
            block=a_block(),
            gas_used=1,
            execution_success=success,
        )
        self.receipts[transaction_hash] = receipt
        return receipt


@dataclass
class MemoryReader:
    """Reads the snapshot and movements it was given."""

    snapshot: TreasurySnapshot
    found: tuple[Movement, ...] = ()
    asked: list[tuple[int, int]] = field(default_factory=list)

    def read(self, workspace: Workspace) -> TreasurySnapshot:
        """The snapshot."""
        return self.snapshot

    def movements(
        self, workspace: Workspace, first_block: int, last_block: int
    ) -> tuple[Movement, ...]:
        """Those within the range."""
        self.asked.append((first_block, last_block))
        return tuple(m for m in self.found if first_block <= m.block_number <= last_block)


def a_key(number: int = 1, role: str = "owner") -> KeyLabel:
    """The label of the key that is this number."""
    return KeyLabel(label=f"Key {number}", address=an_owner(number), role=role, kept_in="memory")


RECORDS: Records = MemoryRecords()
SIGNER: Signer = MemorySigner()
SAFE_READER: SafeReader = MemoryChain()
BROADCASTER: Broadcaster = MemoryChain()

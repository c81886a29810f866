"""The doors of the desk in memory: plain classes that keep the Protocols of desk/doors.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.samples import a_block, a_confirmation, a_safe, an_estimate, an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import read_bundle
from treasury_desktop.desk.doors import (
    NOTHING_KNOWN,
    Broadcaster,
    ExecutionTransaction,
    KeyLabel,
    Receipt,
    Records,
    SafeReader,
    Sending,
    Signer,
    WorkspaceFacts,
)
from treasury_desktop.desk.fees import AgreedCost, CostEstimate
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.safes.confirmation import Confirmation, one_of_each_owner
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import (
    SENDING_OVER,
    TRANSITIONS,
    Event,
    State,
    next_state,
)
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction, with_copy
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace


@dataclass
class MemoryRecords:
    """Keeps what the record store keeps, as long as the test lasts, and refuses what it refuses.

    tests/doors/store/test_both_records.py holds it to that.
    """

    snapshots: list[TreasurySnapshot] = field(default_factory=list)
    kept: dict[bytes, QueuedTransaction] = field(default_factory=dict)
    signed: list[Confirmation] = field(default_factory=list)
    set_aside: list[QuarantinedSignature] = field(default_factory=list)
    sent: dict[bytes, tuple[Sending, ...]] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, str], int]] = field(default_factory=list)
    kept_movements: list[Movement] = field(default_factory=list)
    read_up_to: dict[int, int] = field(default_factory=dict)
    found: dict[tuple[int, Address], frozenset[Address]] = field(default_factory=dict)
    found_up_to: dict[tuple[int, Address], int] = field(default_factory=dict)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Memory forgets nothing half; a failure inside puts everything back as it was."""
        before = (dict(self.kept), list(self.signed), list(self.set_aside), list(self.notes))
        try:
            yield
        except BaseException:
            self.kept, self.signed, self.set_aside, self.notes = before
            raise

    def keep_snapshot(self, snapshot: TreasurySnapshot) -> None:
        """Keeps a snapshot; the newest one again changes nothing."""
        if self.latest_snapshot(snapshot.chain_id) != snapshot:
            self.snapshots.append(snapshot)

    def latest_snapshot(self, chain_id: int) -> TreasurySnapshot | None:
        """The snapshot that was kept last."""
        ours = (one for one in reversed(self.snapshots) if one.chain_id == chain_id)
        return next(ours, None)

    def snapshot_blocks(self, chain_id: int) -> tuple[Block, ...]:
        """The blocks of all snapshots, lowest first, each once."""
        found = {one.block for one in self.snapshots if one.chain_id == chain_id}
        return tuple(sorted(found, key=lambda block: block.number))

    def snapshot_at(self, chain_id: int, block: Block) -> TreasurySnapshot | None:
        """The snapshot of that very block that was kept last."""
        ours = (one for one in reversed(self.snapshots) if one.chain_id == chain_id)
        return next((one for one in ours if one.block == block), None)

    def keep_transaction(self, queued: QueuedTransaction) -> None:
        """Adds it, or what a known one did not have."""
        signatures = (*queued.confirmations, *queued.quarantined)
        if any(each.safe_tx_hash != queued.safe_tx_hash for each in signatures):
            raise ValueError("a transaction carries signatures over its own hash only")
        known = self.kept.get(queued.safe_tx_hash)
        bare = replace(queued, confirmations=(), quarantined=(), answered=())
        if known is None:
            self.kept[queued.safe_tx_hash] = bare
        elif _subject(known) != _subject(queued):
            raise Refused(
                f"Two different transactions claim the hash 0x{queued.safe_tx_hash.hex()};"
                " the second was not kept."
            )
        else:
            self.kept[queued.safe_tx_hash] = with_copy(known, bare)
        for confirmation in queued.confirmations:
            self.keep_confirmation(confirmation)
        for signature in queued.quarantined:
            self.keep_quarantined(signature)

    def transaction(self, safe_tx_hash: bytes) -> QueuedTransaction | None:
        """The transaction with its confirmations, one of each owner, or `None`."""
        known = self.kept.get(safe_tx_hash)
        if known is None:
            return None
        signed = one_of_each_owner(one for one in self.signed if one.safe_tx_hash == safe_tx_hash)
        aside = tuple(one for one in self.set_aside if one.safe_tx_hash == safe_tx_hash)
        return replace(known, confirmations=signed, quarantined=aside)

    def transactions(self, safe: Address) -> tuple[QueuedTransaction, ...]:
        """All of a Safe by nonce."""
        found = (self.transaction(one) for one, kept in self.kept.items() if kept.safe == safe)
        return tuple(sorted((q for q in found if q is not None), key=lambda one: one.tx.nonce))

    def keep_confirmation(self, confirmation: Confirmation) -> bool:
        """False where the same signature was there."""
        self._known(confirmation.safe_tx_hash)
        if confirmation in self.signed:
            return False
        self.signed.append(confirmation)
        return True

    def keep_quarantined(self, signature: QuarantinedSignature) -> None:
        """Keeps it once."""
        if signature not in self.set_aside:
            self.set_aside.append(signature)

    def record_event(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> State:
        """Moves it along; refuses what cannot happen."""
        known = self._known(safe_tx_hash)
        state = next_state(known.state, event)
        sent = transaction_hash or known.transaction_hash
        self.kept[safe_tx_hash] = replace(known, state=state, transaction_hash=sent)
        return state

    def record_if_possible(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> bool:
        """Moves it along where it still can."""
        known = self._known(safe_tx_hash)
        is_superseded = transaction_hash != known.transaction_hash
        if (known.state, event) not in TRANSITIONS or (event in SENDING_OVER and is_superseded):
            return False
        self.record_event(safe_tx_hash, event, transaction_hash)
        return True

    def record_sending(self, safe_tx_hash: bytes, sending: Sending) -> None:
        """Keeps it and moves the transaction along."""
        self.record_event(safe_tx_hash, Event.BROADCAST, sending.transaction_hash)
        before = self.sendings(safe_tx_hash)
        if all(one.transaction_hash != sending.transaction_hash for one in before):
            self.sent[safe_tx_hash] = (*before, sending)

    def sendings(self, safe_tx_hash: bytes) -> tuple[Sending, ...]:
        """Oldest first."""
        return self.sent.get(safe_tx_hash, ())

    def signed_hash_for(self, safe: Address, nonce: int, signer: Address) -> bytes | None:
        """The hash the signer signed first for the nonce."""
        for confirmation in self.signed:
            queued = self.kept[confirmation.safe_tx_hash]
            if (queued.safe, queued.tx.nonce, confirmation.owner) == (safe, nonce, signer):
                return confirmation.safe_tx_hash
        return None

    def note(self, kind: str, payload: dict[str, str], now: int) -> bytes:
        """Appends a record."""
        self.notes.append((kind, payload, now))
        return keccak(repr(self.notes).encode())

    def keep_movements(
        self,
        chain_id: int,
        movements: tuple[Movement, ...],
        last_block: int,
        *,
        first_block: int | None = None,
    ) -> None:
        """Adds them once, instead of those from `first_block` on, and remembers how far."""
        if first_block is not None:
            self.kept_movements = [
                known
                for known in self.kept_movements
                if known.chain_id != chain_id or known.block_number < first_block
            ]
        for movement in movements:
            if all(_log(movement) != _log(known) for known in self.kept_movements):
                self.kept_movements.append(movement)
        self.read_up_to[chain_id] = last_block

    def movements(self, chain_id: int) -> tuple[Movement, ...]:
        """All of a chain, newest first."""
        ours = (one for one in self.kept_movements if one.chain_id == chain_id)
        return tuple(sorted(ours, key=lambda one: (-one.block_number, -one.log_index)))

    def movements_since(self, chain_id: int, timestamp: int) -> tuple[Movement, ...]:
        """Those of that time and later."""
        return tuple(each for each in self.movements(chain_id) if each.timestamp >= timestamp)

    def movements_read_up_to(self, chain_id: int) -> int | None:
        """The last block read."""
        return self.read_up_to.get(chain_id)

    def keep_found_tokens(
        self, chain_id: int, safe: Address, tokens: tuple[Address, ...], last_block: int
    ) -> None:
        """Adds them once and remembers how far."""
        self.found[chain_id, safe] = self.found.get((chain_id, safe), frozenset()) | set(tokens)
        self.found_up_to[chain_id, safe] = last_block

    def forget_found_tokens(self, chain_id: int, safe: Address) -> None:
        """None of a Safe any more."""
        self.found.pop((chain_id, safe), None)
        self.found_up_to.pop((chain_id, safe), None)

    def found_tokens(self, chain_id: int, safe: Address) -> tuple[Address, ...]:
        """All of a Safe, by address."""
        return tuple(sorted(self.found.get((chain_id, safe), ())))

    def found_tokens_read_up_to(self, chain_id: int, safe: Address) -> int | None:
        """The last block read."""
        return self.found_up_to.get((chain_id, safe))

    def _known(self, safe_tx_hash: bytes) -> QueuedTransaction:
        if safe_tx_hash not in self.kept:
            raise Refused(f"No transaction with the hash 0x{safe_tx_hash.hex()} is in the records.")
        return self.kept[safe_tx_hash]


def _subject(queued: QueuedTransaction) -> tuple[object, ...]:
    """What is signed: chain, Safe and every field of SafeTx."""
    return queued.chain_id, queued.safe, queued.tx


def _log(movement: Movement) -> tuple[object, ...]:
    """What tells one movement from another."""
    token = None if movement.amount is None else movement.amount.token.key
    where = (movement.chain_id, movement.transaction_hash, movement.log_index, movement.safe)
    return (*where, token, movement.kind)


@dataclass
class MemorySigner:
    """Signs with the keys that are the numbers 1 to 9; the lists are what it was given."""

    asked: list[bytes] = field(default_factory=list)
    acknowledged: list[frozenset[str]] = field(default_factory=list)
    workspaces: list[WorkspaceFacts] = field(default_factory=list)
    transactions: list[ExecutionTransaction] = field(default_factory=list)
    replaced: list[bytes] = field(default_factory=list)
    signs_hash: bytes | None = None

    def sign_safe_tx(
        self,
        key: KeyLabel,
        bundle: bytes,
        reviewed_hash: bytes,
        *,
        acknowledged: frozenset[str] = frozenset(),
        workspace: WorkspaceFacts = NOTHING_KNOWN,
    ) -> Signature:
        """A signature over what the bundle itself gives."""
        self.asked.append(bundle)
        self.acknowledged.append(acknowledged)
        self.workspaces.append(workspace)
        told = read_bundle(bundle)
        derived = safe_tx_hashes(told.safe, told.tx).safe_tx
        if derived != reviewed_hash:
            raise Refused("The hash of these bytes is not the one that was reviewed.")
        number = next(n for n in range(1, 10) if an_owner(n) == key.address)
        return a_confirmation(self.signs_hash or derived, number).signature

    def sign_execution(
        self,
        key: KeyLabel,
        bundle: bytes,
        signatures: bytes,
        transaction: ExecutionTransaction,
        *,
        workspace: WorkspaceFacts = NOTHING_KNOWN,
        replaces: bytes = b"",
    ) -> bytes:
        """Raw bytes that say what was signed."""
        self.asked.append(bundle)
        self.workspaces.append(workspace)
        self.transactions.append(transaction)
        self.replaced.append(replaces)
        return b"raw %d " % transaction.account_nonce + transaction.data

    def sign_cancellation(
        self, key: KeyLabel, transaction: ExecutionTransaction, replaces: bytes
    ) -> bytes:
        """Raw bytes that say what was signed."""
        self.transactions.append(transaction)
        self.replaced.append(replaces)
        return b"raw %d nothing" % transaction.account_nonce


@dataclass
class MemoryChain:
    """A chain of one Safe: what it answers, what was sent to it and what became of that.

    What was sent is known to its nodes until it is `forgotten`; `account_nonces` are handed out in
    turn, the last one for ever.
    """

    safe: Safe = field(default_factory=a_safe)
    derives: Callable[[SafeTx], bytes] | None = None
    sent: list[bytes] = field(default_factory=list)
    forgotten: list[bytes] = field(default_factory=list)
    receipts: dict[bytes, Receipt] = field(default_factory=dict)
    account_nonces: list[int] = field(default_factory=lambda: [0])
    estimated: list[bytes] = field(default_factory=list)
    nonces_used: int = 0
    refuses: Exception | None = None
    silent: Exception | None = None

    def read_safe(self, address: Address) -> Safe:
        """The Safe as it is now."""
        if self.safe.address != address:
            raise Unavailable(f"Nobody answers at {address}.")
        return self.safe

    def transaction_hash_on_chain(self, safe: Address, tx: SafeTx) -> bytes:
        """What getTransactionHash answers."""
        return safe_tx_hashes(self.safe, tx).safe_tx if self.derives is None else self.derives(tx)

    def estimate_execution(
        self, chain_id: int, sender: Address, safe: Address, calldata: bytes, now: int
    ) -> CostEstimate:
        """A made-up cost."""
        self.estimated.append(calldata)
        return an_estimate(executor=sender, estimated_at=now)

    def prepare_execution(
        self,
        chain_id: int,
        sender: Address,
        safe: Address,
        calldata: bytes,
        agreed: AgreedCost,
        *,
        account_nonce: int | None = None,
    ) -> ExecutionTransaction:
        """A transaction at what was agreed."""
        if account_nonce is not None:
            return self._taking(sender, account_nonce, safe, calldata, agreed)
        several = len(self.account_nonces) > 1
        return ExecutionTransaction(
            chain_id=chain_id,
            sender=sender,
            account_nonce=self.account_nonces.pop(0) if several else self.account_nonces[0],
            to=safe,
            data=calldata,
            gas=agreed.gas_limit,
            max_fee_per_gas=agreed.fees.max_fee_per_gas,
            max_priority_fee_per_gas=agreed.fees.max_priority_fee_per_gas,
        )

    def estimate_cancellation(self, sender: Address, now: int) -> CostEstimate:
        """A made-up cost."""
        return an_estimate(executor=sender, estimated_at=now, gas_expected=21_000, gas_limit=25_200)

    def prepare_cancellation(
        self, sender: Address, account_nonce: int, agreed: AgreedCost
    ) -> ExecutionTransaction:
        """An empty transfer."""
        return self._taking(sender, account_nonce, sender, b"", agreed)

    def _taking(
        self,
        sender: Address,
        account_nonce: int,
        to: Address,
        data: bytes,
        agreed: AgreedCost,
    ) -> ExecutionTransaction:
        if self.nonces_used > account_nonce:
            raise Refused(f"Account nonce {account_nonce} is used already.")
        return ExecutionTransaction(
            chain_id=self.safe.chain_id,
            sender=sender,
            account_nonce=account_nonce,
            to=to,
            data=data,
            gas=agreed.gas_limit,
            max_fee_per_gas=agreed.fees.max_fee_per_gas,
            max_priority_fee_per_gas=agreed.fees.max_priority_fee_per_gas,
        )

    def account_nonces_used(self, sender: Address) -> int:
        """As laid out."""
        if self.silent is not None:
            raise self.silent
        return self.nonces_used

    def broadcast(self, raw_transaction: bytes) -> bytes:
        """Its hash, unless the node refuses."""
        if self.refuses is not None:
            raise self.refuses
        self.sent.append(raw_transaction)
        return keccak(raw_transaction)

    def is_known(self, transaction_hash: bytes) -> bool:
        """Whether it was sent and not forgotten."""
        if self.silent is not None:
            raise self.silent
        known = [raw for raw in self.sent if raw not in self.forgotten]
        return transaction_hash in map(keccak, known)

    def receipt(
        self, transaction_hash: bytes, safe: Address, safe_tx_hash: bytes
    ) -> Receipt | None:
        """What was laid out beforehand."""
        if self.silent is not None:
            raise self.silent
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

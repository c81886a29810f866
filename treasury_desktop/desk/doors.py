"""What the desk asks of the outside, as Protocols; the doors keep them, tests keep them in memory.

Doors turn foreign data into core values at once. They raise `Unavailable` when the world does not
answer, `Malformed` when it answers nonsense, `Refused` when a rule of theirs says no.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.fees import AgreedCost, CostEstimate
from treasury_desktop.pools.history import PoolSeries, SwapColumns
from treasury_desktop.safes.confirmation import Confirmation
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QuarantinedSignature, QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import Signature
from treasury_desktop.treasury.deny_list import NO_DENY_LISTS, DenyLists
from treasury_desktop.treasury.evidence import Deployed, OwnPosition
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.unlisted import Unlisted
from treasury_desktop.treasury.workspace import WatchedPool, Workspace

OnProgress = Callable[[int, int, str], None]
"""done, total, label: total 0 while it is not known."""

IsCancelled = Callable[[], bool]


# ── chain ────────────────────────────────────────────────────────────────────────────────────────


class TreasuryReader(Protocol):
    """Reads a treasury at one pinned block."""

    def read(self, workspace: Workspace) -> TreasurySnapshot:
        """Everything at the newest block all endpoints agree on."""
        ...


class SafeReader(Protocol):
    """Reads one Safe, fresh."""

    def read_safe(self, address: Address) -> Safe:
        """Owners, threshold, nonce, version, singleton, modules, guard and handler."""
        ...

    def transaction_hash_on_chain(self, safe: Address, tx: SafeTx) -> bytes:
        """What the contract's own getTransactionHash answers."""
        ...


class PoolReader(Protocol):
    """Reads what happened in a pool."""

    def newest_block(self) -> Block:
        """The newest block."""
        ...

    def swaps(self, pool: WatchedPool, first_block: int, last_block: int) -> SwapColumns:
        """All Swap events of a block range, both ends included."""
        ...


class MovementReader(Protocol):
    """Rebuilds movements from logs."""

    def movements(
        self, workspace: Workspace, first_block: int, last_block: int
    ) -> tuple[Movement, ...]:
        """Every movement of every Safe in a block range, both ends included."""
        ...


class FoundInLogs(NamedTuple):
    """Contracts that announced a transfer to each Safe, in the logs up to a block."""

    last_block: int
    tokens: dict[Address, tuple[Address, ...]]


class TokenFinder(Protocol):
    """Finds tokens by their Transfer logs, and asks them what the Safes hold."""

    def transfers(
        self, safes: tuple[Address, ...], first_block: int, last_block: int
    ) -> Iterator[FoundInLogs]:
        """Whose logs say that they sent something to these Safes, piece by piece."""
        ...

    def unlisted(self, block: Block, pairs: tuple[tuple[Address, Address], ...]) -> Unlisted:
        """What each Safe holds of each token at that block; what is nothing is left out."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionTransaction:
    """An EIP-1559 transaction that carries an execTransaction; figures in wei and gas.

    A cancellation carries nothing, from the account to itself.
    """

    chain_id: int
    sender: Address
    account_nonce: int
    to: Address
    data: bytes
    gas: int
    max_fee_per_gas: int
    max_priority_fee_per_gas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of an Ethereum transaction.

    `execution_success` says whether *our* safeTxHash was announced as success (True), as failure
    (False) or not at all (None); `is_cancellation` that it only used the account nonce.
    """

    transaction_hash: bytes
    status: int
    block: Block
    gas_used: int
    execution_success: bool | None
    is_cancellation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One signed Ethereum transaction that was sent; the same bytes may be sent again.

    `raw_transaction` is empty where an older version of the program did not keep it.
    """

    transaction_hash: bytes
    raw_transaction: bytes


class Broadcaster(Protocol):
    """Sends, and says what became of it. "Unknown" is never called "failed"."""

    def estimate_execution(
        self, chain_id: int, sender: Address, safe: Address, calldata: bytes, now: int
    ) -> CostEstimate:
        """What it would cost now (Unix seconds); refuses if it would revert."""
        ...

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
        """What was agreed, to be signed; refuses if it would revert.

        Refused also where the gas and the fees that were agreed suffice no longer. With
        `account_nonce` it takes that place, and is refused where the place is taken for good.
        """
        ...

    def estimate_cancellation(self, sender: Address, now: int) -> CostEstimate:
        """What an empty transfer from the account to itself would cost now."""
        ...

    def prepare_cancellation(
        self, sender: Address, account_nonce: int, agreed: AgreedCost
    ) -> ExecutionTransaction:
        """An empty transfer to itself at a place that is still open."""
        ...

    def account_nonces_used(self, sender: Address) -> int:
        """How many of the account's nonces are used in blocks that enough endpoints know."""
        ...

    def broadcast(self, raw_transaction: bytes) -> bytes:
        """The transaction hash; sending the same bytes again is harmless.

        Refused only where every endpoint refused it; Unavailable where one may have it.
        """
        ...

    def is_known(self, transaction_hash: bytes) -> bool:
        """Whether any endpoint has it, mined or waiting; Unavailable where too few answer."""
        ...

    def receipt(
        self, transaction_hash: bytes, safe: Address, safe_tx_hash: bytes
    ) -> Receipt | None:
        """The receipt, or `None` while there is none."""
        ...


# ── store ────────────────────────────────────────────────────────────────────────────────────────


class Snapshots(Protocol):
    """Keeps snapshots; the newest opens the window without a network."""

    def keep_snapshot(self, snapshot: TreasurySnapshot) -> None:
        """Durable when it returns."""
        ...

    def latest_snapshot(self, chain_id: int) -> TreasurySnapshot | None:
        """The snapshot that was kept last, or `None`."""
        ...

    def snapshot_blocks(self, chain_id: int) -> tuple[Block, ...]:
        """The blocks of all snapshots kept, lowest first."""
        ...

    def snapshot_at(self, chain_id: int, block: Block) -> TreasurySnapshot | None:
        """The snapshot of that very block, or `None`; Malformed where it is damaged."""
        ...


class Transactions(Protocol):
    """Keeps transactions, confirmations and what became of them; overwrites nothing."""

    def keep_transaction(self, queued: QueuedTransaction) -> None:
        """Adds it; a transaction already known only gains what it did not have.

        Drafted here stays and becomes so: then our own purpose, strategy and bundle stand, and
        nothing a stranger sends for it takes their place.
        """
        ...

    def transaction(self, safe_tx_hash: bytes) -> QueuedTransaction | None:
        """The transaction with its confirmations, or `None`."""
        ...

    def transactions(self, safe: Address) -> tuple[QueuedTransaction, ...]:
        """All of a Safe, by nonce, final ones included."""
        ...

    def keep_confirmation(self, confirmation: Confirmation) -> bool:
        """Adds it durably; False if the same signature was there already."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Everything that is kept inside is kept as a whole, or not at all."""
        ...

    def keep_quarantined(self, signature: QuarantinedSignature) -> None:
        """Keeps a signature that does not count, with the reason."""
        ...

    def record_event(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> State:
        """Moves it along the lifecycle, durably; refuses what cannot happen."""
        ...

    def record_if_possible(
        self, safe_tx_hash: bytes, event: Event, transaction_hash: bytes | None = None
    ) -> bool:
        """Moves it along where it still can; False, and nothing changed, where it cannot any more.

        Looking and moving are one step: whoever sees a receipt first records it. What ends a
        sending is possible of the last one only.
        """
        ...

    def record_sending(self, safe_tx_hash: bytes, sending: Sending) -> None:
        """Keeps what is about to be sent and moves it along, in one step; before it is sent."""
        ...

    def sendings(self, safe_tx_hash: bytes) -> tuple[Sending, ...]:
        """Everything that was ever sent for it, oldest first."""
        ...

    def signed_hash_for(self, safe: Address, nonce: int, signer: Address) -> bytes | None:
        """The safeTxHash this desk's signer already signed for that nonce, or `None`."""
        ...


class Dossier(Protocol):
    """A hash-chained, append-only account of what was done and on which evidence."""

    def note(self, kind: str, payload: dict[str, str], now: int) -> bytes:
        """Appends a record and returns the new head hash; durable when it returns."""
        ...


class Movements(Protocol):
    """Keeps movements and how far they have been read."""

    def keep_movements(
        self,
        chain_id: int,
        movements: tuple[Movement, ...],
        last_block: int,
        *,
        first_block: int | None = None,
    ) -> None:
        """Adds them (again is harmless) and remembers the last block read, also a lower one.

        With `first_block` they take the place of what was kept of that block and of later ones.
        """
        ...

    def movements(self, chain_id: int) -> tuple[Movement, ...]:
        """All, newest first."""
        ...

    def movements_since(self, chain_id: int, timestamp: int) -> tuple[Movement, ...]:
        """Those of that time (Unix seconds) and later, newest first; Malformed: one is damaged."""
        ...

    def movements_read_up_to(self, chain_id: int) -> int | None:
        """The last block read, or `None` before the first."""
        ...


class FoundTokens(Protocol):
    """Keeps which contracts announced a transfer to a Safe and how far that has been read."""

    def keep_found_tokens(
        self, chain_id: int, safe: Address, tokens: tuple[Address, ...], last_block: int
    ) -> None:
        """Adds them (again is harmless) and remembers the last block read, also a lower one."""
        ...

    def forget_found_tokens(self, chain_id: int, safe: Address) -> None:
        """Keeps none of a Safe any more; they are looked for again from the first block."""
        ...

    def found_tokens(self, chain_id: int, safe: Address) -> tuple[Address, ...]:
        """All of a Safe, by address."""
        ...

    def found_tokens_read_up_to(self, chain_id: int, safe: Address) -> int | None:
        """The last block read for a Safe, or `None` before the first."""
        ...


class Records(Snapshots, Transactions, Dossier, Movements, FoundTokens, Protocol):
    """Everything the record store keeps."""


class Histories(Protocol):
    """Keeps series; many rows at once."""

    def keep_swaps(self, chain_id: int, pool: Address, swaps: SwapColumns, last_block: int) -> None:
        """Adds swaps in one transaction and remembers the last block read."""
        ...

    def forget_swaps(self, chain_id: int, pool: Address) -> None:
        """Keeps nothing of a pool any more; it is read again from the chain."""
        ...

    def swaps_read_up_to(self, chain_id: int, pool: Address) -> int | None:
        """The last block read of a pool, or `None`."""
        ...

    def pool_series(self, chain_id: int, pool: Address, *, bucket_seconds: int) -> PoolSeries:
        """Price and volume in buckets, oldest first; empty when nothing is kept."""
        ...


# ── keys ─────────────────────────────────────────────────────────────────────────────────────────


WATCHED = "watch-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyLabel:
    """A key by the name people gave it and its address; no secret in it.

    `role` is "owner" or "executor": an executor key is never an owner's. WATCHED stands for an
    owner of ours whose key lies elsewhere, such as in a hardware wallet.
    """

    label: str
    address: Address
    role: str
    kept_in: str

    @property
    def is_here(self) -> bool:
        """Whether this desk can sign with it."""
        return self.role != WATCHED


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceFacts:
    """What a judgement needs of the workspace and no bundle can say.

    The signer has to believe it of the desk. Where it is left out the signer is stricter: no other
    Safe and no position is ours, and no strategy is known. `safes` are the treasury's Safes as they
    were read, for what one of them approves of another.
    """

    own_safes: frozenset[Address] = frozenset()
    strategies: tuple[Strategy, ...] = ()
    positions: tuple[OwnPosition, ...] = ()
    count_own_token: bool = False
    judge_outsiders: bool = True
    safes: tuple[Safe, ...] = ()
    further: FurtherLimits = field(default_factory=FurtherLimits)
    stablecoins: frozenset[str] = frozenset()
    deployed: tuple[Deployed, ...] | Unknown = UNKNOWN
    denied: DenyLists = NO_DENY_LISTS


NOTHING_KNOWN = WorkspaceFacts()


class KeyRing(Protocol):
    """Knows which keys there are; never what they are."""

    def labels(self) -> tuple[KeyLabel, ...]:
        """All keys of this desk."""
        ...


class Signer(Protocol):
    """Asks a person for a passphrase in a process of its own, and signs in another."""

    def sign_safe_tx(
        self,
        key: KeyLabel,
        bundle: bytes,
        reviewed_hash: bytes,
        *,
        acknowledged: frozenset[str] = frozenset(),
        workspace: WorkspaceFacts = NOTHING_KNOWN,
    ) -> Signature:
        """A signature over the hash the signer process derived itself from the bundle.

        Refuses when that hash is not the reviewed one, when the review blocks or finds a danger
        whose code is not among the `acknowledged`, on a wrong passphrase and when the person
        cancels.
        """
        ...

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
        """The raw signed Ethereum transaction, its calldata rebuilt from the reviewed bundle.

        `replaces` are the raw bytes of the same execution with lower fees, where there are any.
        """
        ...

    def sign_cancellation(
        self, key: KeyLabel, transaction: ExecutionTransaction, replaces: bytes
    ) -> bytes:
        """The raw empty transfer that takes the place of a sending, given by its raw bytes."""
        ...


# ── safe_service ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedTransaction:
    """A transaction as a Safe Transaction Service lists it at `place`; none of it is believed."""

    place: str
    safe: Address
    tx: SafeTx
    claimed_hash: bytes
    signatures: tuple[ClaimedSignature, ...] = ()
    note: str = ""
    says_trusted: bool
    says_executed: bool
    says_threshold: int | None


class UnreadEntry(NamedTuple):
    """An entry of a service's list that cannot be read, and why."""

    place: str
    problem: str


class ServedQueue(NamedTuple):
    """What a service lists; the remarks say why there may be more."""

    transactions: tuple[ServedTransaction, ...]
    unread: tuple[UnreadEntry, ...] = ()
    remarks: tuple[str, ...] = ()


class SafeService(Protocol):
    """A Safe Transaction Service: brings what others signed, knows nothing for certain."""

    def queue(
        self, safe: Address, first_nonce: int, *, trusted: bool, is_cancelled: IsCancelled
    ) -> ServedQueue:
        """Everything it lists for a Safe from a nonce on, of those it trusts or of the others."""
        ...

    def propose(
        self, safe: Address, tx: SafeTx, confirmation: Confirmation, *, note: str = ""
    ) -> None:
        """Sends a transaction with one owner's confirmation; refuses a note above 200 characters.

        Unavailable where nobody knows whether it arrived; the same once more is harmless.
        """
        ...

    def confirm(self, confirmation: Confirmation) -> None:
        """Sends one more confirmation of a transaction it knows."""
        ...

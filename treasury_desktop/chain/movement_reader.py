"""Rebuilds every movement of the treasury from logs and from the transactions behind them.

ERC-20 transfers and received coin leave logs. Coin that a Safe sends leaves none: it is read from
the executed Safe transaction itself, whose hash proves that it was this one. Such amounts carry
negative log indexes, −1 for the first of a transaction, so that each movement keeps a place of
its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import native_token
from treasury_desktop.chain import answers
from treasury_desktop.chain.answers import Log, SentTransaction
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.contract_call import event_topic
from treasury_desktop.chain.counterparts import Counterparts, read_counterparts
from treasury_desktop.chain.executions import (
    EXECUTION_FAILURE,
    EXECUTION_SUCCESS,
    Execution,
    native_sent,
    rebuilt,
)
from treasury_desktop.chain.log_reader import LogFilter, LogReader
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import read_safes
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.movement import FAILED_NOTE, Movement, MovementKind
from treasury_desktop.treasury.workspace import Workspace

TRANSFER = event_topic("Transfer(address,address,uint256)")
SAFE_RECEIVED = event_topic("SafeReceived(address,uint256)")
WRAPPED = event_topic("Deposit(address,uint256)")
UNWRAPPED = event_topic("Withdrawal(address,uint256)")
_ANY: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """An amount that entered or left a Safe, before anybody said what it means."""

    safe: Address
    log: Log
    log_index: int
    token: Address | None
    base_units: int
    counterpart: Address
    is_in: bool
    note: str = ""


class MovementReader:
    """Reads movements through the endpoints of one workspace."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._logs = LogReader(node)

    def movements(
        self, workspace: Workspace, first_block: int, last_block: int
    ) -> tuple[Movement, ...]:
        """Every movement of listed tokens and coin in a block range, oldest first.

        An executed Safe transaction that moved nothing appears without an amount.
        """
        pinned = PinnedBlock.newest(self._node)
        addresses = tuple(each.address for each in workspace.safes)
        safes = read_safes(pinned, self._node.chain_id, addresses)
        safe_logs = self._safe_logs(addresses, first_block, last_block)
        executions = executions_in(safe_logs, safes, self._sent(safe_logs))
        token_logs = self._token_logs(workspace, first_block, last_block)
        moved = moved_amounts(safe_logs, token_logs, executions, frozenset(addresses))
        counterparts = read_counterparts(pinned, workspace, self._logs, (first_block, last_block))
        times = self._logs.timestamps([m.log for m in moved] + [e.log for e in executions])
        return told_movements(moved, executions, times, workspace, counterparts)

    def _safe_logs(
        self, safes: tuple[Address, ...], first_block: int, last_block: int
    ) -> tuple[Log, ...]:
        topics = frozenset({SAFE_RECEIVED, EXECUTION_SUCCESS, EXECUTION_FAILURE})
        wanted = LogFilter(addresses=safes, topics=(topics,))
        return self._logs.logs(wanted, first_block, last_block)

    def _token_logs(
        self, workspace: Workspace, first_block: int, last_block: int
    ) -> tuple[Log, ...]:
        """Transfers of listed tokens from or to the Safes, and wrapping; each log once."""
        listed = (each.token.address for each in workspace.tokens)
        tokens = tuple(each for each in listed if each is not None)
        safes = frozenset(bytes(12) + each.address.raw for each in workspace.safes)
        found: dict[tuple[int, int], Log] = {}
        for topics in (
            (frozenset({TRANSFER}), safes),
            (frozenset({TRANSFER}), _ANY, safes),
            (frozenset({WRAPPED, UNWRAPPED}), safes),
        ):
            wanted = LogFilter(addresses=tokens, topics=topics)
            for log in self._logs.logs(wanted, first_block, last_block):
                found[log.block_number, log.log_index] = log
        return tuple(found.values())

    def _sent(self, logs: tuple[Log, ...]) -> dict[bytes, SentTransaction | None]:
        """The Ethereum transactions that executed something, by hash."""
        hashes = sorted({log.transaction_hash for log in logs if log.topics[0] != SAFE_RECEIVED})
        asks = [
            Ask(
                "eth_getTransactionByHash",
                (f"0x{each.hex()}",),
                answers.sent_transaction,
                f"transaction 0x{each.hex()}",
            )
            for each in hashes
        ]
        return dict(zip(hashes, self._node.ask_all(asks).values, strict=True))


def executions_in(
    logs: Iterable[Log], safes: Iterable[Safe], sent: Mapping[bytes, SentTransaction | None]
) -> list[Execution]:
    """The executed transactions of all Safes, in the order of the chain."""
    of_address = {safe.address: safe for safe in safes}
    next_nonce = dict.fromkeys(of_address, 0)
    found = []
    for log in logs:
        if log.topics[0] == SAFE_RECEIVED:
            continue
        safe = of_address[log.address]
        execution = rebuilt(safe, log, sent[log.transaction_hash], next_nonce[safe.address])
        if execution.tx is not None:
            next_nonce[safe.address] = execution.tx.nonce + 1
        found.append(execution)
    return found


def moved_amounts(
    safe_logs: Iterable[Log],
    token_logs: Sequence[Log],
    executions: Iterable[Execution],
    safes: frozenset[Address],
) -> list[_Moved]:
    """Everything that entered or left these Safes, before anybody said what it means."""
    return [
        *_received(safe_logs),
        *_transferred(token_logs, safes),
        *_sent(executions),
    ]


def told_movements(
    moved: list[_Moved],
    executions: list[Execution],
    timestamps: Mapping[int, int],
    workspace: Workspace,
    counterparts: Counterparts,
) -> tuple[Movement, ...]:
    """What moved as movements of the treasury, oldest first, executions that moved nothing too."""
    told = _Ledger(workspace, counterparts, executions, timestamps)
    found = [*(m for each in moved for m in told.movements(each)), *told.without_amount(moved)]
    return tuple(sorted(found, key=lambda each: (each.block_number, each.log_index)))


def _received(logs: Iterable[Log]) -> Iterator[_Moved]:
    """Coin that came in: SafeReceived (since 1.3.0) names the sender and the amount."""
    for log in logs:
        if log.topics[0] != SAFE_RECEIVED or len(log.topics) != 2 or len(log.data) != 32:  # noqa: PLR2004
            continue
        yield _Moved(
            safe=log.address,
            log=log,
            log_index=log.log_index,
            token=None,
            base_units=int.from_bytes(log.data, "big"),
            counterpart=Address(log.topics[1][12:]),
            is_in=True,
        )


def _transferred(logs: Sequence[Log], safes: frozenset[Address]) -> Iterator[_Moved]:
    """Listed tokens that came in or went out, one movement for each of our Safes concerned."""
    minted_or_burnt = {
        (log.transaction_hash, log.address, log.data)
        for log in logs
        if log.topics[0] == TRANSFER and bytes(32) in log.topics[1:]
    }
    for log in logs:
        if len(log.data) != 32:  # noqa: PLR2004  not an ERC-20 amount
            continue
        if log.topics[0] == TRANSFER:
            yield from _transfer(log, safes)
        elif (log.transaction_hash, log.address, log.data) not in minted_or_burnt:
            is_in = log.topics[0] == WRAPPED
            note = "wrapped" if is_in else "unwrapped"
            safe = Address(log.topics[1][12:])
            yield _token_moved(log, safe, log.address, is_in=is_in, note=note)


def _transfer(log: Log, safes: frozenset[Address]) -> Iterator[_Moved]:
    if len(log.topics) != 3:  # noqa: PLR2004  a fourth topic makes it an ERC-721 token id
        return
    sender, receiver = Address(log.topics[1][12:]), Address(log.topics[2][12:])
    if sender in safes:
        yield _token_moved(log, sender, receiver, is_in=False)
    if receiver in safes and receiver != sender:
        yield _token_moved(log, receiver, sender, is_in=True)


def _token_moved(
    log: Log, safe: Address, counterpart: Address, *, is_in: bool, note: str = ""
) -> _Moved:
    return _Moved(
        safe=safe,
        log=log,
        log_index=log.log_index,
        token=log.address,
        base_units=int.from_bytes(log.data, "big"),
        counterpart=counterpart,
        is_in=is_in,
        note=note,
    )


def _sent(executions: Iterable[Execution]) -> Iterator[_Moved]:
    """Coin that executions sent, batches opened, and what they paid back to the executor."""
    counted: dict[bytes, int] = {}
    for execution in executions:
        for leg in native_sent(execution):
            place = counted.get(execution.log.transaction_hash, 0) - 1
            counted[execution.log.transaction_hash] = place
            yield _Moved(
                safe=execution.safe,
                log=execution.log,
                log_index=place,
                token=None,
                base_units=leg.wei,
                counterpart=leg.to,
                is_in=False,
                note=leg.note,
            )


class _Ledger:
    """Says what moved amounts mean to the treasury and which Safe transaction caused them."""

    def __init__(
        self,
        workspace: Workspace,
        counterparts: Counterparts,
        executions: list[Execution],
        timestamps: Mapping[int, int],
    ) -> None:
        self._workspace = workspace
        self._counterparts = counterparts
        self._executions = executions
        self._of_transaction: dict[tuple[Address, bytes], list[Execution]] = defaultdict(list)
        for each in executions:
            self._of_transaction[each.safe, each.log.transaction_hash].append(each)
        self._tokens = {each.token.address: each.token for each in workspace.tokens}
        self._timestamps = timestamps

    def movements(self, moved: _Moved) -> Iterator[Movement]:
        """One movement, or two where a collection paid principal and fees at once."""
        if not moved.base_units:
            return
        token = self._tokens.get(moved.token) or native_token(
            self._workspace.chain.chain_id, self._workspace.chain.native_symbol
        )
        cause = self._cause(moved)
        parts = self._counterparts.parts(
            moved.log.transaction_hash, moved.counterpart, moved.token, moved.base_units,
            is_in=moved.is_in,
        )  # fmt: skip
        for part in parts:
            yield self._movement(
                moved.safe,
                moved.log,
                moved.log_index,
                part.kind,
                amount=TokenAmount(token=token, base_units=part.base_units),
                counterpart=moved.counterpart,
                safe_tx_hash=cause.safe_tx_hash if cause else None,
                strategy=part.strategy,
                note=moved.note or part.note,
                is_in=moved.is_in,
            )

    def without_amount(self, moved: list[_Moved]) -> Iterator[Movement]:
        """Executions that moved nothing: rejections, settings, failures."""
        causes = {self._place(self._cause(each)) for each in moved if each.base_units}
        for execution in self._executions:
            if self._place(execution) in causes:
                continue
            yield self._movement(
                execution.safe,
                execution.log,
                execution.log.log_index,
                MovementKind.OTHER,
                amount=None,
                counterpart=execution.tx.to if execution.tx else None,
                safe_tx_hash=execution.safe_tx_hash,
                strategy=None,
                note=_note_without_amount(execution),
            )

    def _cause(self, moved: _Moved) -> Execution | None:
        """The execution whose log follows what it moved, in the same transaction and Safe."""
        for each in self._of_transaction.get((moved.safe, moved.log.transaction_hash), ()):
            if each.log.log_index >= moved.log.log_index:
                return each
        return None

    @staticmethod
    def _place(execution: Execution | None) -> tuple[int, int] | None:
        """Where on the chain an execution was announced; no other stands there."""
        return None if execution is None else (execution.log.block_number, execution.log.log_index)

    def _movement(
        self,
        safe: Address,
        log: Log,
        log_index: int,
        kind: MovementKind,
        *,
        amount: TokenAmount | None,
        counterpart: Address | None,
        safe_tx_hash: bytes | None,
        strategy: str | None,
        note: str,
        is_in: bool | None = None,
    ) -> Movement:
        return Movement(
            chain_id=self._workspace.chain.chain_id,
            safe=safe,
            block_number=log.block_number,
            timestamp=self._timestamps[log.block_number],
            transaction_hash=log.transaction_hash,
            log_index=log_index,
            kind=kind,
            amount=amount,
            counterpart=counterpart,
            safe_tx_hash=safe_tx_hash,
            strategy=strategy,
            note=note,
            is_in=is_in,
        )


def _note_without_amount(execution: Execution) -> str:
    tx = execution.tx
    if not execution.is_success:
        return FAILED_NOTE
    if tx is None:
        return "executed inside another contract's call; not decoded"
    if tx.to == execution.safe and not tx.value and not tx.data:
        return "rejection"
    return "changed the Safe itself" if tx.to == execution.safe else ""

"""Whom a movement was with, and hence what it is: deployment, exit, fees, payment or conversion.

A pool pays principal and fees in one transfer; the position manager's events say how much of it
was principal. Source: NonfungiblePositionManager.sol (IncreaseLiquidity, DecreaseLiquidity,
Collect). A lending pool moves money with its receipts' contracts, and its events tell a loan from
a withdrawal. Source: IPool.sol (Borrow, Repay).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.chain.answers import Log
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import event_topic
from treasury_desktop.chain.holdings import contracts_of
from treasury_desktop.chain.lending import read_reserves, strategy_for
from treasury_desktop.chain.log_reader import LogFilter, LogReader
from treasury_desktop.chain.positions import read_pool
from treasury_desktop.deployments.venues.aave_v3 import lending_pool
from treasury_desktop.pools.pool import Pool
from treasury_desktop.treasury.movement import MovementKind
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace

INCREASE = event_topic("IncreaseLiquidity(uint256,uint128,uint256,uint256)")
DECREASE = event_topic("DecreaseLiquidity(uint256,uint128,uint256,uint256)")
COLLECT = event_topic("Collect(uint256,address,uint256,uint256)")
POSITION_EVENT_LENGTH = 96
BORROW = event_topic("Borrow(address,address,address,uint256,uint8,uint256,uint16)")
REPAY = event_topic("Repay(address,address,address,uint256,bool)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a moved amount that means one thing."""

    kind: MovementKind
    base_units: int
    strategy: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Loans:
    """Whose receipts lie with which strategy, and what was borrowed and repaid by transaction.

    An amount stands in `moved` with its transaction, asset and direction.
    """

    lenders: dict[Address, Strategy] = field(default_factory=dict)
    moved: frozenset[tuple[bytes, Address, int, bool]] = frozenset()


@dataclass(frozen=True, slots=True)
class Liquidity:
    """What position managers' events say, by transaction: who minted, and principal collected."""

    minting: frozenset[bytes]
    collecting: frozenset[bytes]
    principal: dict[bytes, tuple[int, int]]


class Counterparts:
    """Everybody the treasury deals with, as its workspace knows them."""

    def __init__(
        self,
        workspace: Workspace,
        pools: dict[Address, Pool],
        liquidity: Liquidity,
        loans: Loans | None = None,
    ) -> None:
        self._safes = {each.address for each in workspace.safes}
        self._tokens = {each.token.address for each in workspace.tokens}
        self._strategies = {
            contract: strategy
            for strategy in reversed(workspace.strategies)  # of several, the first counts
            for contract in contracts_of(strategy)
        }
        loans = Loans() if loans is None else loans
        self._strategies |= loans.lenders  # a receipt keeps its asset: money moves with it
        self._loans = loans.moved
        self._pools = pools
        self._liquidity = liquidity

    def parts(
        self,
        transaction_hash: bytes,
        counterpart: Address,
        token: Address | None,
        base_units: int,
        *,
        is_in: bool,
    ) -> tuple[Part, ...]:
        """What an amount with a counterpart means; its parts add up to it."""
        strategy = self._strategies.get(counterpart)
        if counterpart in self._pools and strategy is not None:
            return self._pool_parts(transaction_hash, counterpart, token, base_units, is_in=is_in)
        if token is not None and (transaction_hash, token, base_units, is_in) in self._loans:
            note = "borrowed" if is_in else "repaid"
            name = None if strategy is None else strategy.name
            kind = MovementKind.OTHER
            return (Part(kind=kind, base_units=base_units, strategy=name, note=note),)
        if strategy is not None:
            kind = MovementKind.EXIT if is_in else MovementKind.DEPLOYMENT
            return (Part(kind=kind, base_units=base_units, strategy=strategy.name),)
        if counterpart in self._safes:
            note = "between the treasury's Safes"
            return (Part(kind=MovementKind.OTHER, base_units=base_units, note=note),)
        if counterpart in self._tokens:  # wrapping and unwrapping: the other side is a movement too
            return (Part(kind=MovementKind.OTHER, base_units=base_units, note="converted"),)
        kind = MovementKind.INCOMING if is_in else MovementKind.OUTGOING
        return (Part(kind=kind, base_units=base_units),)

    def _pool_parts(
        self,
        transaction_hash: bytes,
        pool: Address,
        token: Address | None,
        base_units: int,
        *,
        is_in: bool,
    ) -> tuple[Part, ...]:
        strategy = self._strategies[pool].name
        swapped = (Part(kind=MovementKind.OTHER, base_units=base_units, note="swapped"),)
        if not is_in:
            if transaction_hash not in self._liquidity.minting:
                return swapped
            kind = MovementKind.DEPLOYMENT
            return (Part(kind=kind, base_units=base_units, strategy=strategy),)
        if transaction_hash not in self._liquidity.collecting:
            return swapped
        side = 0 if token == self._pools[pool].token0 else 1
        principals = self._liquidity.principal.get(transaction_hash, (0, 0))
        principal = min(principals[side], base_units)
        parts = ((MovementKind.EXIT, principal), (MovementKind.FEES, base_units - principal))
        return tuple(
            Part(kind=kind, base_units=amount, strategy=strategy)
            for kind, amount in parts
            if amount
        )


def read_counterparts(
    pinned: PinnedBlock, workspace: Workspace, reader: LogReader, blocks: tuple[int, int]
) -> Counterparts:
    """The workspace's counterparts with what position managers did in a range of blocks."""
    managers = {each.position_manager for each in workspace.strategies}
    pools = sorted({each.pool for each in workspace.strategies if each.pool is not None})
    wanted = LogFilter(
        addresses=tuple(sorted(each for each in managers if each is not None)),
        topics=(frozenset({INCREASE, DECREASE, COLLECT}),),
    )
    return Counterparts(
        workspace,
        {pool: read_pool(pinned, pool)[0] for pool in pools},
        liquidity_of(reader.logs(wanted, *blocks)),
        _read_loans(pinned, workspace, reader, blocks),
    )


def _read_loans(
    pinned: PinnedBlock, workspace: Workspace, reader: LogReader, blocks: tuple[int, int]
) -> Loans:
    """The receipts of the strategies' lending pools, and the Safes' loans in a range of blocks."""
    pools = dict.fromkeys(lending_pool(each) for each in workspace.strategies)
    at = tuple(sorted(pool for pool in pools if pool is not None))
    if not at:
        return Loans()
    lenders: dict[Address, Strategy] = {}
    for pool in at:
        there = [each for each in workspace.strategies if lending_pool(each) == pool]
        for reserve in read_reserves(pinned, pool):
            strategy = strategy_for(workspace, there, reserve.asset)
            if strategy is not None:
                lenders[reserve.a_token] = strategy
    safes = frozenset(bytes(12) + safe.address.raw for safe in workspace.safes)
    borrowed = reader.logs(
        LogFilter(addresses=at, topics=(frozenset({BORROW}), frozenset(), safes)), *blocks
    )
    repaid = reader.logs(
        LogFilter(addresses=at, topics=(frozenset({REPAY}), frozenset(), safes)), *blocks
    )
    return Loans(lenders, loans_of((*borrowed, *repaid)))


def loans_of(logs: Iterable[Log]) -> frozenset[tuple[bytes, Address, int, bool]]:
    """What Borrow and Repay events moved, in or out."""
    lengths = {BORROW: 128, REPAY: 64}
    places = {BORROW: slice(32, 64), REPAY: slice(0, 32)}
    return frozenset(
        (
            log.transaction_hash,
            Address(log.topics[1][12:]),
            int.from_bytes(log.data[places[log.topics[0]]], "big"),
            log.topics[0] == BORROW,
        )
        for log in logs
        if len(log.topics) == 4 and len(log.data) == lengths.get(log.topics[0])  # noqa: PLR2004
    )


def liquidity_of(logs: Iterable[Log]) -> Liquidity:
    """What position events in the order of the chain mean.

    Decreasing liquidity makes principal owed; the next collection of that position pays it first.
    """
    minting: set[bytes] = set()
    collecting: set[bytes] = set()
    principal: dict[bytes, tuple[int, int]] = {}
    owed: dict[tuple[Address, bytes], tuple[int, int]] = {}
    for log in logs:
        if len(log.topics) != 2 or len(log.data) != POSITION_EVENT_LENGTH:  # noqa: PLR2004
            continue
        position = log.address, log.topics[1]
        amounts = int.from_bytes(log.data[32:64], "big"), int.from_bytes(log.data[64:], "big")
        already = owed.get(position, (0, 0))
        if log.topics[0] == INCREASE:
            minting.add(log.transaction_hash)
        elif log.topics[0] == DECREASE:
            owed[position] = already[0] + amounts[0], already[1] + amounts[1]
        else:
            collecting.add(log.transaction_hash)
            paid = min(already[0], amounts[0]), min(already[1], amounts[1])
            owed[position] = already[0] - paid[0], already[1] - paid[1]
            before = principal.get(log.transaction_hash, (0, 0))
            principal[log.transaction_hash] = before[0] + paid[0], before[1] + paid[1]
    return Liquidity(frozenset(minting), frozenset(collecting), principal)

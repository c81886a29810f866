"""Whom a movement was with, and hence what it is: deployment, exit, fees, payment or conversion.

A pool pays principal and fees in one transfer; the position manager's events say how much of it
was principal. Source: NonfungiblePositionManager.sol (IncreaseLiquidity, DecreaseLiquidity,
Collect).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.chain.answers import Log
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import event_topic
from treasury_desktop.chain.holdings import contracts_of
from treasury_desktop.chain.log_reader import LogFilter, LogReader
from treasury_desktop.chain.positions import read_pool
from treasury_desktop.pools.pool import Pool
from treasury_desktop.treasury.movement import MovementKind
from treasury_desktop.treasury.workspace import Workspace

INCREASE = event_topic("IncreaseLiquidity(uint256,uint128,uint256,uint256)")
DECREASE = event_topic("DecreaseLiquidity(uint256,uint128,uint256,uint256)")
COLLECT = event_topic("Collect(uint256,address,uint256,uint256)")
POSITION_EVENT_LENGTH = 96


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a moved amount that means one thing."""

    kind: MovementKind
    base_units: int
    strategy: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Liquidity:
    """What position managers' events say, by transaction: who minted, and principal collected."""

    minting: frozenset[bytes]
    collecting: frozenset[bytes]
    principal: dict[bytes, tuple[int, int]]


class Counterparts:
    """Everybody the treasury deals with, as its workspace knows them."""

    def __init__(
        self, workspace: Workspace, pools: dict[Address, Pool], liquidity: Liquidity
    ) -> None:
        self._safes = {each.address for each in workspace.safes}
        self._tokens = {each.token.address for each in workspace.tokens}
        self._strategies = {
            contract: strategy
            for strategy in reversed(workspace.strategies)  # of several, the first counts
            for contract in contracts_of(strategy)
        }
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

"""Uniswap v3 positions of the Safes in their strategies' pools, with what they would pay.

Uncollected fees are computed from fee growth and compared with what a static `collect` from the
Safe answers: two ways to one figure. Positions in other pools are read in other_positions.py.
Source: NonfungiblePositionManager.sol, UniswapV3Pool.sol.
"""

from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import ContractCall, Words, asking
from treasury_desktop.chain.holdings import deployed_holding
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.pools.fees import FeeGrowth, TickBound, fee_growth_inside, uncollected_fees
from treasury_desktop.pools.pool import Pool, PoolState
from treasury_desktop.pools.position import Position
from treasury_desktop.pools.tick import MAX_TICK, MIN_TICK
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace

MOST_POSITIONS = 512
"""Anybody may send positions; beyond this somebody is filling the Safe with them."""
EVERYTHING = 2**128 - 1
CALLS_OF_POSITION = 3
SLOT0_WORDS, TICK_WORDS, ENTRY_WORDS = 7, 8, 12
"""How long the pool's and the manager's answers are."""

ROUNDING_SLACK = 1000
"""Base units by which the pool may owe the manager less than the manager owes its positions:
the pool rounds down at every touch of a range that several positions share."""
_COLLECT = "collect((uint256,address,uint128,uint128))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the position manager keeps of one token id of a Safe."""

    token_id: int
    owner: Address
    token0: Address
    token1: Address
    fee: int
    tick_lower: int
    tick_upper: int
    liquidity: int
    inside_last: FeeGrowth
    owed: tuple[int, int]

    @property
    def place(self) -> tuple[Address, Address, int]:
        """Which pool of the manager's factory it is in: its tokens and fee."""
        return self.token0, self.token1, self.fee

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left in it, not even fees."""
        return self.liquidity == 0 and self.owed == (0, 0)


Entries = dict[Address, tuple[Entry, ...]]
"""All positions of all Safes, by their position manager."""


def read_entries(pinned: PinnedBlock, workspace: Workspace) -> Entries:
    """What every position manager of a strategy keeps for the Safes."""
    named = (strategy.position_manager for strategy in workspace.strategies)
    return {
        manager: tuple(
            entry
            for safe in workspace.safes
            for entry in _entries_of(pinned, manager, safe.address)
        )
        for manager in dict.fromkeys(named)
        if manager is not None
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPositions:
    """The positions of one strategy and the holdings they stand for."""

    positions: tuple[Position, ...]
    holdings: tuple[Holding, ...]


def read_positions(
    pinned: PinnedBlock, workspace: Workspace, strategy: Strategy, entries: Entries
) -> FoundPositions:
    """All positions of all Safes in the strategy's pool."""
    manager, pool_at = strategy.position_manager, strategy.pool
    if manager is None or pool_at is None:
        return FoundPositions(positions=(), holdings=())
    pool, state = read_pool(pinned, pool_at)
    place = pool.token0, pool.token1, pool.fee
    ours = [entry for entry in entries[manager] if entry.place == place]
    answers = pinned.calls([call for entry in ours for call in _calls(manager, pool, entry)])
    positions, holdings = [], []
    for at, entry in enumerate(ours):
        lower, upper, collected = answers[at * CALLS_OF_POSITION : (at + 1) * CALLS_OF_POSITION]
        computed = position_of(entry, (pool, state), (lower, upper))
        position = _with_agreed_fees(computed, collected)
        positions.append(position)
        holdings += position_holdings(workspace, strategy, position)
    return FoundPositions(positions=tuple(positions), holdings=tuple(holdings))


def read_pool(pinned: PinnedBlock, pool: Address) -> tuple[Pool, PoolState]:
    """Which pool this is and how it stands at the block."""
    names = (
        "slot0()", "liquidity()", "feeGrowthGlobal0X128()", "feeGrowthGlobal1X128()",
        "token0()", "token1()", "fee()", "tickSpacing()",
    )  # fmt: skip
    answers = pinned.calls([asking(pool, each, words=SLOT0_WORDS) for each in names])
    words = [
        Words(answer, f"{name} of {pool}") for answer, name in zip(answers, names, strict=True)
    ]
    slot0, liquidity, growth0, growth1, token0, token1, fee, spacing = words
    try:
        identity = Pool(
            address=pool,
            token0=token0.address(0),
            token1=token1.address(0),
            fee=fee.uint(0, 24),
            tick_spacing=spacing.sint(0, 24),
        )
        state = PoolState(
            sqrt_price_x96=slot0.uint(0, 160),
            tick=slot0.sint(1, 24),
            liquidity=liquidity.uint(0, 128),
            fee_growth_global0_x128=growth0.uint(0),
            fee_growth_global1_x128=growth1.uint(0),
            observation_index=slot0.uint(2, 16),
            observation_cardinality=slot0.uint(3, 16),
        )
    except ValueError as impossible:
        raise Malformed(f"pool {pool}", str(impossible)) from impossible
    return identity, state


def _entries_of(pinned: PinnedBlock, manager: Address, safe: Address) -> list[Entry]:
    count_call = asking(manager, "balanceOf(address)", safe)
    count = Words(pinned.calls((count_call,))[0], count_call.name).uint(0)
    if count > MOST_POSITIONS:
        raise Refused(
            f"The Safe {safe} owns {count} positions, more than the {MOST_POSITIONS} that are read."
        )
    id_calls = [
        asking(manager, "tokenOfOwnerByIndex(address,uint256)", safe, index)
        for index in range(count)
    ]
    ids = [
        Words(answer, call.name).uint(0)
        for answer, call in zip(pinned.calls(id_calls), id_calls, strict=True)
    ]
    calls = [asking(manager, "positions(uint256)", token_id, words=ENTRY_WORDS) for token_id in ids]
    answers = pinned.calls(calls)
    return [_entry(safe, *each) for each in zip(ids, calls, answers, strict=True)]


def _entry(owner: Address, token_id: int, call: ContractCall, answer: bytes | Reverted) -> Entry:
    words = Words(answer, call.name, ENTRY_WORDS)
    lower, upper = words.sint(5, 24), words.sint(6, 24)
    if not MIN_TICK <= lower < upper <= MAX_TICK:
        raise Malformed(call.name, f"the ticks {lower} and {upper} are no range")
    return Entry(
        token_id=token_id,
        owner=owner,
        token0=words.address(2),
        token1=words.address(3),
        fee=words.uint(4, 24),
        tick_lower=lower,
        tick_upper=upper,
        liquidity=words.uint(7, 128),
        inside_last=FeeGrowth(words.uint(8), words.uint(9)),
        owed=(words.uint(10, 128), words.uint(11, 128)),
    )


def _calls(manager: Address, pool: Pool, entry: Entry) -> tuple[ContractCall, ...]:
    everything = (entry.token_id, entry.owner, EVERYTHING, EVERYTHING)
    name = f"collect of position {entry.token_id}"
    collect = asking(manager, _COLLECT, everything, name=name, sender=entry.owner)
    return (*tick_calls(pool, entry), collect)


def tick_calls(pool: Pool, entry: Entry) -> tuple[ContractCall, ...]:
    """What has to be asked about the ends of a position's range."""
    return tuple(
        asking(pool.address, "ticks(int24)", tick, words=TICK_WORDS)
        for tick in (entry.tick_lower, entry.tick_upper)
    )


def position_of(
    entry: Entry,
    pool_and_state: tuple[Pool, PoolState],
    ticks: tuple[bytes | Reverted, bytes | Reverted],
) -> Position:
    """The position with its uncollected fees by fee growth; `ticks` answer `tick_calls`."""
    pool, state = pool_and_state
    lower, upper = ticks
    inside = fee_growth_inside(
        FeeGrowth(state.fee_growth_global0_x128, state.fee_growth_global1_x128),
        _bound(entry.tick_lower, Words(lower, f"tick {entry.tick_lower} of {pool.address}", 4)),
        _bound(entry.tick_upper, Words(upper, f"tick {entry.tick_upper} of {pool.address}", 4)),
        state.tick,
    )
    fees = uncollected_fees(inside, entry.inside_last, entry.liquidity, entry.owed)
    return Position(
        token_id=entry.token_id,
        owner=entry.owner,
        pool=pool.address,
        token0=entry.token0,
        token1=entry.token1,
        tick_lower=entry.tick_lower,
        tick_upper=entry.tick_upper,
        liquidity=entry.liquidity,
        sqrt_price_x96=state.sqrt_price_x96,
        current_tick=state.tick,
        uncollected_fees0=fees[0],
        uncollected_fees1=fees[1],
    )


def _bound(tick: int, words: Words) -> TickBound:
    return TickBound(tick, FeeGrowth(words.uint(2), words.uint(3)))


def _with_agreed_fees(position: Position, collected: bytes | Reverted) -> Position:
    """With what collecting pays: what we computed, less the pool's own rounding at most."""
    words = Words(collected, f"collect of position {position.token_id}", 2)
    computed = position.uncollected_fees0, position.uncollected_fees1
    paid = words.uint(0, 128), words.uint(1, 128)
    for ours, theirs in zip(computed, paid, strict=True):
        if not 0 <= ours - theirs <= ROUNDING_SLACK:
            raise Refused(
                f"The uncollected fees of position {position.token_id} are {computed[0]} and "
                f"{computed[1]} by fee growth, but collect would pay {paid[0]} and {paid[1]}."
            )
    return replace(position, uncollected_fees0=paid[0], uncollected_fees1=paid[1])


def position_holdings(
    workspace: Workspace, strategy: Strategy, position: Position
) -> list[Holding]:
    """Both tokens, and both tokens' uncollected fees."""
    amounts = position.amounts
    name = f"position {position.token_id}"
    parts = (
        (position.token0, amounts[0], name),
        (position.token1, amounts[1], name),
        (position.token0, position.uncollected_fees0, f"{name}, uncollected fees"),
        (position.token1, position.uncollected_fees1, f"{name}, uncollected fees"),
    )
    return [
        deployed_holding(workspace, position.owner, strategy, token, base_units, detail=detail)
        for token, base_units, detail in parts
        if base_units
    ]

"""Each strategy: where it works, what it holds, its positions, as the strategies page says it."""

from dataclasses import dataclass, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.usd import usd_text
from treasury_desktop.deployments.venues.aave_v3 import lending_pool
from treasury_desktop.pools.position import Position
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import WatchedPool, Workspace
from treasury_desktop.viewmodels.exposure import ExposureRow, exposure_rows
from treasury_desktop.viewmodels.figures import (
    MINUS,
    NONE,
    Party,
    Remark,
    amount_text,
    detail_text,
    exact_amount_text,
    name_text,
    symbol_text,
    usd_or_none,
)
from treasury_desktop.viewmodels.pools import Orientation, orientation_of, range_text
from treasury_desktop.viewmodels.valuation import (
    Valued,
    series_of,
    total,
    valued_debts,
    valued_holdings,
)

VENUE_WORDS = {
    "uniswap_v3": "Uniswap v3",
    "erc4626": "ERC-4626 vault",
    "aave_v3": "Aave v3",
    "lido": "Lido",
    "talos": "Talos",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyHolding:
    """One line of what a strategy holds."""

    asset: str
    amount: str
    amount_tip: str
    value: str
    detail: str
    remark: Remark
    series: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionLine:
    """One Uniswap v3 position in words."""

    title: str
    state: Remark
    range: str
    range_tip: str
    price: str
    fees: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyView:
    """Everything the page shows of one strategy. `exposure` is its whole group's."""

    name: str
    venue: str
    group: str
    value: str
    contracts: tuple[Party, ...]
    holdings: tuple[StrategyHolding, ...]
    positions: tuple[PositionLine, ...]
    exposure: ExposureRow


def strategy_views(
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    queue: tuple[QueuedTransaction, ...],
    now: int,
) -> tuple[StrategyView, ...]:
    """One view per strategy, in the workspace's order."""
    rows = {row.group: row for row in exposure_rows(workspace, snapshot, queue)}
    valued = valued_holdings(workspace, snapshot, now)
    owed = valued_debts(workspace, snapshot, now)
    return tuple(
        _view(strategy, workspace, snapshot, (valued, owed), rows[name_text(strategy.group)])
        for strategy in workspace.strategies
    )


def _view(
    strategy: Strategy,
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    valued: tuple[tuple[Valued, ...], tuple[Valued, ...]],
    exposure: ExposureRow,
) -> StrategyView:
    here, owed = ([e for e in all_ if e.holding.strategy == strategy.name] for all_ in valued)
    pool = None if strategy.pool is None else workspace.pool_at(strategy.pool)
    positions = [p for p in snapshot.positions if p.pool == strategy.pool]
    return StrategyView(
        name=name_text(strategy.name),
        venue=venue_words(strategy),
        group=name_text(strategy.group),
        value=_worth(here),
        contracts=_contracts(strategy),
        holdings=(
            *(_holding(each, workspace) for each in here),
            *(_debt(each, workspace) for each in owed),
        ),
        positions=tuple(_position(each, pool, workspace) for each in positions),
        exposure=exposure,
    )


def venue_words(strategy: Strategy) -> str:
    """A venue by the name people know it by."""
    return VENUE_WORDS.get(strategy.venue, name_text(strategy.venue))


def contract_roles(strategy: Strategy) -> dict[Address, str]:
    """Every contract once, under what it is to the strategy."""
    roles = dict[Address, str]()
    if strategy.pool is not None:
        roles[strategy.pool] = "Pool"
    if strategy.position_manager is not None:
        roles[strategy.position_manager] = "Position manager"
    for contract in strategy.contracts:
        roles.setdefault(contract, _role(strategy, contract))
    return roles


def _role(strategy: Strategy, contract: Address) -> str:
    if contract == lending_pool(strategy):
        return "Pool"
    return "Vault" if strategy.venue == "erc4626" else "Contract"


def _worth(here: list[Valued]) -> str:
    """The sum at the low end; what has no price makes it a lower bound, or nothing at all."""
    values = [each.low_usd for each in here]
    if values and all(value is None for value in values):
        return "no price"
    worth = usd_text(total(values))
    return f"at least {worth}" if None in values else worth


def _contracts(strategy: Strategy) -> tuple[Party, ...]:
    roles = contract_roles(strategy)
    return tuple(Party(role, "", str(address)) for address, role in roles.items())


def _holding(valued: Valued, workspace: Workspace) -> StrategyHolding:
    amount = valued.holding.amount
    return StrategyHolding(
        asset=symbol_text(amount),
        amount=amount_text(amount),
        amount_tip=exact_amount_text(amount),
        value=usd_or_none(valued.low_usd),
        detail=detail_text(valued.holding.detail) or NONE,
        remark=valued.remark,
        series=series_of(amount.token, workspace),
    )


def _debt(owed: Valued, workspace: Workspace) -> StrategyHolding:
    """What is owed, with a minus and at the high end, the end by which the policy takes it off."""
    line = _holding(owed, workspace)
    return replace(
        line,
        amount=f"{MINUS}{line.amount}",
        amount_tip=f"{MINUS}{line.amount_tip}",
        value=line.value if owed.high_usd is None else f"{MINUS}{usd_text(owed.high_usd)}",
    )


def _position(position: Position, pool: WatchedPool | None, workspace: Workspace) -> PositionLine:
    is_in_range = position.is_in_range
    state = Remark("in range", "good") if is_in_range else Remark("out of range", "advice")
    ticks = f"ticks {position.tick_lower:,} to {position.tick_upper:,}"
    orientation = None if pool is None else orientation_of(pool, workspace)
    return PositionLine(
        title=f"Position {position.token_id}",
        state=state,
        range=ticks if orientation is None else range_text(position, orientation),
        range_tip=f"{ticks}, now at {position.current_tick:,}",
        price=NONE if orientation is None else _price_now(position, orientation),
        fees=_fees(position, workspace),
    )


def _price_now(position: Position, orientation: Orientation) -> str:
    price = orientation.price_at_root(position.sqrt_price_x96)
    return f"{orientation.price_text(price)} {orientation.unit}"


def _fees(position: Position, workspace: Workspace) -> str:
    """Both tokens' uncollected fees; zero is written, for it says that nothing waits."""
    parts: list[str] = []
    for address, units in (
        (position.token0, position.uncollected_fees0),
        (position.token1, position.uncollected_fees1),
    ):
        token = workspace.token_at(address)
        if token is None:
            parts.append(f"{units:,} base units of {address}")
        else:
            amount = TokenAmount(token=token, base_units=units)
            parts.append(f"{amount_text(amount)} {symbol_text(amount)}")
    return " and ".join(parts)

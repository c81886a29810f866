"""What this desk knows itself, as evidence: workspace, newest snapshot and queue."""

from dataclasses import replace
from fractions import Fraction

from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle import InnerTransaction
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.deployments.venues import are_debts_known, is_position_read
from treasury_desktop.deployments.venues.aave_v3 import VENUE as AAVE_V3
from treasury_desktop.deployments.venues.aave_v3 import lending_pool
from treasury_desktop.desk.beside import NOTHING_BESIDE, Beside
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.lifecycle import FINAL, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.evidence import (
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
    Exposed,
    HeldAmount,
    ObservedAllowance,
    OwedAmount,
    OwnPosition,
    QueueEntry,
)
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace


def local_facts(
    workspace: Workspace,
    snapshot: TreasurySnapshot | None,
    queue: tuple[QueuedTransaction, ...],
    beside: Beside = NOTHING_BESIDE,
) -> LocalFacts:
    """Our own facts for a review of a transaction of any of the workspace's Safes.

    What is drafted here is a transaction of the first.
    """
    first, *rest = (named.address for named in workspace.safes)
    others = () if snapshot is None else map(snapshot.safe_at, rest)
    return LocalFacts(
        safe=None if snapshot is None else snapshot.safe_at(first),
        others=tuple(safe for safe in others if safe is not None),
        evidence=replace(
            local_evidence(workspace, snapshot, queue),
            deployed=beside.deployed,
            denied=beside.denied,
        ),
        strategies=workspace.strategies,
        terms=workspace.terms,
        own_safes=frozenset(named.address for named in workspace.safes),
        waiting=waiting_transactions(snapshot, queue),
    )


def waiting_transactions(
    snapshot: TreasurySnapshot | None, queue: tuple[QueuedTransaction, ...]
) -> tuple[InnerTransaction, ...]:
    """What another Safe of ours may approve, signed by somebody or not."""
    read = {} if snapshot is None else {safe.address: safe for safe in snapshot.safes}
    return tuple(
        InnerTransaction(
            safe=queued.safe,
            version=read[queued.safe].version,
            tx=queued.tx,
            claimed_hash=queued.safe_tx_hash,
        )
        for queued in queue
        if queued.state not in FINAL and queued.safe in read
    )


def local_evidence(
    workspace: Workspace, snapshot: TreasurySnapshot | None, queue: tuple[QueuedTransaction, ...]
) -> Evidence:
    """The evidence of a workspace; amounts and prices stay unknown without a snapshot."""
    book = tuple(
        BookEntry(address=payee.address, name=payee.name, chain_id=workspace.chain.chain_id)
        for payee in workspace.address_book
    )
    contracts = tuple(
        DescribedContract(address=contract, name=strategy.name, trusted=True)
        for strategy in workspace.strategies
        for contract in strategy.contracts
    )
    common = Evidence(
        tokens=_tokens(workspace),
        contracts=contracts,
        address_book=book,
        exposures=UNKNOWN,
        queue=_queue(queue, snapshot),
        stablecoins=frozenset(t.token.key for t in workspace.tokens if t.is_stable),
    )
    return common if snapshot is None else _with_snapshot(common, workspace, snapshot)


def _with_snapshot(common: Evidence, workspace: Workspace, snapshot: TreasurySnapshot) -> Evidence:
    return replace(
        common,
        block=snapshot.block,
        holdings=tuple(_held(holding) for holding in snapshot.holdings),
        quotes=snapshot.quotes,
        debts=_debts(workspace, snapshot),
        exposures=exposures(workspace, snapshot),
        allowances=tuple(
            ObservedAllowance(
                safe=a.safe, token=str(a.token), spender=a.spender, base_units=a.base_units
            )
            for a in snapshot.allowances
        ),
        positions=_positions(workspace, snapshot),
    )


def _debts(workspace: Workspace, snapshot: TreasurySnapshot) -> tuple[OwedAmount, ...] | Unknown:
    """What the Safes owe; unknown where anything may be owed that the snapshot did not read."""
    if not are_debts_known(workspace.strategies) or not all(
        _is_pool_read(strategy, workspace, snapshot) for strategy in workspace.strategies
    ):
        return UNKNOWN
    return tuple(
        OwedAmount(token=debt.token.key, base_units=debt.base_units, place=AAVE_V3)
        for account in snapshot.lending
        for debt in account.debts
    )


def _is_pool_read(strategy: Strategy, workspace: Workspace, snapshot: TreasurySnapshot) -> bool:
    """Whether the snapshot has every Safe's account at a strategy's lending pool, if it has one.

    A snapshot of before the strategy was written down has not.
    """
    pool = lending_pool(strategy)
    if pool is None:
        return True
    read = {account.safe for account in snapshot.lending_at(pool)}
    return all(safe.address in read for safe in workspace.safes)


def _positions(workspace: Workspace, snapshot: TreasurySnapshot) -> tuple[OwnPosition, ...]:
    """The positions of our Safes, with the manager of the strategy whose pool they are in."""
    managers = {s.pool: s.position_manager for s in workspace.strategies if s.position_manager}
    return tuple(
        OwnPosition(
            manager=manager,
            token_id=position.token_id,
            token0=position.token0,
            token1=position.token1,
        )
        for position in snapshot.positions
        if (manager := managers.get(position.pool)) is not None
    )


def exposures(workspace: Workspace, snapshot: TreasurySnapshot) -> tuple[Exposed, ...]:
    """What each strategy holds already, in dollars at the high end of the quotes.

    A holding without any price makes its strategy's exposure unknown, which cannot be judged; so
    is that of a strategy whose venue nobody reads.
    """
    totals: dict[str, Fraction | Unknown] = {
        strategy.name: UNKNOWN
        for strategy in workspace.strategies
        if not is_position_read(strategy) or not _is_pool_read(strategy, workspace, snapshot)
    }
    for holding in snapshot.holdings:
        if holding.strategy is None:
            continue
        value = high_value(holding, workspace, snapshot)
        before = totals.get(holding.strategy, Fraction(0))
        if isinstance(value, Unknown) or isinstance(before, Unknown):
            totals[holding.strategy] = UNKNOWN
        else:
            totals[holding.strategy] = before + value
    return tuple(Exposed(strategy=name, usd=usd) for name, usd in sorted(totals.items()))


def high_value(
    holding: Holding, workspace: Workspace, snapshot: TreasurySnapshot
) -> Fraction | Unknown:
    """A holding's dollars at the high end of its quotes, or UNKNOWN where it has none."""
    key = holding.amount.token.key
    quotes = tuple(quote for quote in snapshot.quotes if quote.token_key == key)
    price = price_range(quotes, workspace.terms).highest
    return UNKNOWN if price is None else price * holding.amount.whole


def _held(holding: Holding) -> HeldAmount:
    return HeldAmount(
        token=holding.amount.token.key,
        base_units=holding.amount.base_units,
        place="safe" if holding.strategy is None else holding.strategy,
        is_own_token=holding.is_own_token,
    )


def _tokens(workspace: Workspace) -> tuple[DescribedToken, ...]:
    return tuple(
        DescribedToken(
            address=trusted.token.address,
            symbol=trusted.token.symbol,
            name=trusted.token.name,
            decimals=trusted.token.decimals,
            listed=True,
        )
        for trusted in workspace.tokens
        if trusted.token.address is not None
    )


def _queue(
    queue: tuple[QueuedTransaction, ...], snapshot: TreasurySnapshot | None
) -> tuple[QueueEntry, ...]:
    """What counts in the queue: drafted here, or carrying a verified owner signature or approval.

    What was executed after the snapshot is in none of its figures yet, so it still counts.
    """
    return tuple(
        QueueEntry(
            nonce=queued.tx.nonce,
            safe=queued.safe,
            safe_tx_hash=queued.safe_tx_hash,
            tx=queued.tx,
            strategy=UNKNOWN if queued.strategy is None else queued.strategy,
        )
        for queued in queue
        if (queued.drafted_here or queued.confirmed_by)
        and (queued.state not in FINAL or _is_newer_than(snapshot, queued))
    )


def _is_newer_than(snapshot: TreasurySnapshot | None, queued: QueuedTransaction) -> bool:
    """Whether it was executed, and the snapshot still shows its nonce as unused."""
    safe = None if snapshot is None else snapshot.safe_at(queued.safe)
    nonce = None if safe is None else safe.nonce
    return queued.state is State.EXECUTED and isinstance(nonce, int) and queued.tx.nonce >= nonce

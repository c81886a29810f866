"""Draft a deployment: amount and strategy in, a judged Safe transaction with its exit out."""

from collections.abc import Callable
from dataclasses import dataclass

from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.bundle import Bundle
from treasury_desktop.deployments.calls import safe_tx_of
from treasury_desktop.deployments.deployment import Deployment, Entry
from treasury_desktop.deployments.venues import aave_v3, erc4626, uniswap_v3
from treasury_desktop.desk.beside import NOTHING_BESIDE, Beside
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.errors import Refused
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.lifecycle import FINAL
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRequest:
    """What the person asked for.

    `amounts` is one amount for a vault or for lending, token0 and token1 for a pool; `range`,
    `slippage_bps` and `deadline` (Unix seconds) are for pools; `nonce` is `None` for the next free
    one.
    """

    strategy: Strategy
    amounts: tuple[TokenAmount, ...]
    purpose: str = ""
    range: uniswap_v3.Range | None = None
    slippage_bps: int = 50
    deadline: int = 0
    nonce: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueState:
    """What a venue answers at drafting time: a vault's shares, a pool's price, or a reserve."""

    expected_shares: int | None = None
    sqrt_price_x96: int | None = None
    reserve: aave_v3.Reserve | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A deployment with the review that a signer would see.

    `strangers_at_nonce` counts what nobody here drafted or signed and that wants the same nonce.
    """

    deployment: Deployment
    bundle: Bundle
    review: Review
    strangers_at_nonce: int = 0


ReadVenue = Callable[[DeploymentRequest], VenueState]


def draft_deployment(
    request: DeploymentRequest,
    venue_state: VenueState,
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    queue: tuple[QueuedTransaction, ...],
    *,
    beside: Beside = NOTHING_BESIDE,
) -> Draft:
    """Build entry and exit, wrap the entry into one SafeTx, and review it by our own facts."""
    safe = _safe(workspace, snapshot)
    entry = _entry(request, venue_state, workspace, safe, snapshot)
    nonce = next_free_nonce(safe, queue) if request.nonce is None else request.nonce
    deployment = Deployment(
        strategy=request.strategy,
        safe=safe,
        entry=entry,
        tx=safe_tx_of(entry.calls, safe, nonce),
        purpose=request.purpose,
    )
    facts = local_facts(workspace, snapshot, queue, beside)
    bundle = bundle_with_our_evidence(
        safe, deployment.tx, facts, purpose=request.purpose, strategy=request.strategy.name
    )
    return Draft(
        deployment=deployment,
        bundle=bundle,
        review=examine(bundle, facts),
        strangers_at_nonce=_strangers_beside(deployment, queue),
    )


def next_free_nonce(safe: Safe, queue: tuple[QueuedTransaction, ...]) -> int:
    """The lowest nonce nobody holds: a gap would hold up everything behind it."""
    if not isinstance(safe.nonce, int):
        raise Refused("The Safe's nonce is not known; refresh first.")
    taken = {
        queued.tx.nonce
        for queued in queue
        if queued.safe == safe.address and _holds_its_nonce(queued)
    }
    nonce = safe.nonce
    while nonce in taken:
        nonce += 1
    return nonce


def _holds_its_nonce(queued: QueuedTransaction) -> bool:
    """Whether it is ours or an owner's: what a stranger sent must not push our own work back.

    What is final has used its nonce up, also where the Safe was read before that happened.
    """
    return queued.drafted_here or bool(queued.confirmed_by) or queued.state in FINAL


def _strangers_beside(deployment: Deployment, queue: tuple[QueuedTransaction, ...]) -> int:
    """How many others want the deployment's nonce without holding it."""
    return sum(
        queued.safe == deployment.safe.address
        and queued.tx.nonce == deployment.tx.nonce
        and queued.tx != deployment.tx
        and not _holds_its_nonce(queued)
        for queued in queue
    )


def _safe(workspace: Workspace, snapshot: TreasurySnapshot) -> Safe:
    safe = snapshot.safe_at(workspace.safes[0].address)
    if safe is None:
        raise Refused("The Safe's state has not been read yet; refresh first.")
    return safe


def _entry(
    request: DeploymentRequest,
    state: VenueState,
    workspace: Workspace,
    safe: Safe,
    snapshot: TreasurySnapshot,
) -> Entry:
    strategy = request.strategy
    if strategy.venue == "erc4626":
        if state.expected_shares is None:
            raise Refused(f"What {strategy.name} would give is not known; the node has to answer.")
        (amount,) = request.amounts
        return erc4626.entry(strategy, amount, safe.address, state.expected_shares)
    if strategy.venue == "uniswap_v3":
        return _liquidity_entry(request, state, workspace, safe, snapshot.block.timestamp)
    if strategy.venue == aave_v3.VENUE:
        return _lending_entry(request, state, workspace, safe, snapshot)
    raise Refused(f"Deployments into {strategy.venue} cannot be built here yet.")


def _lending_entry(
    request: DeploymentRequest,
    state: VenueState,
    workspace: Workspace,
    safe: Safe,
    snapshot: TreasurySnapshot,
) -> Entry:
    strategy, (amount,) = request.strategy, request.amounts
    if state.reserve is None:
        raise Refused(f"What {strategy.name} takes is not known; the node has to answer.")
    pool = aave_v3.lending_pool(strategy)
    at_pool = {s.name for s in workspace.strategies if aave_v3.lending_pool(s) == pool}
    return aave_v3.entry(
        strategy,
        amount,
        safe.address,
        state.reserve,
        allowed=sum(
            each.base_units
            for each in snapshot.allowances
            if (each.safe, each.token, each.spender) == (safe.address, amount.token.address, pool)
        ),
        supplied=sum(
            each.amount.base_units
            for each in snapshot.holdings
            if each.safe == safe.address
            and each.strategy in at_pool
            and each.amount.token.key == amount.token.key
        ),
    )


def _liquidity_entry(
    request: DeploymentRequest,
    state: VenueState,
    workspace: Workspace,
    safe: Safe,
    block_time: int,
) -> Entry:
    strategy = request.strategy
    pool = None if strategy.pool is None else workspace.pool_at(strategy.pool)
    if pool is None or state.sqrt_price_x96 is None or request.range is None:
        raise Refused(f"{strategy.name} needs its pool, the pool's price and a range.")
    amount0, amount1 = request.amounts
    terms = uniswap_v3.MintTerms(
        sqrt_price_x96=state.sqrt_price_x96,
        range=request.range,
        slippage_bps=request.slippage_bps,
        deadline=request.deadline,
        block_time=block_time,
    )
    return uniswap_v3.entry(strategy, pool, (amount0, amount1), safe.address, terms)

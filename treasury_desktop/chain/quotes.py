"""Prices the chain itself states: feeds, pools' time-weighted averages, and spot.

A pool prices one token in another, so its quotes rest on the other token's feed and are as old as
that feed's last round. Spot is read to notice manipulation, never to value. Sources: Chainlink's
AggregatorV3Interface; Uniswap v3 `observe`.
"""

from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.usd import rounded_price
from treasury_desktop.chain.answers import Reverted
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.contract_call import Words, asking
from treasury_desktop.chain.holdings import trusted_token
from treasury_desktop.chain.positions import read_pool
from treasury_desktop.errors import Malformed
from treasury_desktop.pools.pool import Pool, PoolState
from treasury_desktop.pools.price import price_at_sqrt_price_x96, price_at_tick
from treasury_desktop.pools.tick import MAX_TICK, MIN_TICK
from treasury_desktop.pools.twap import (
    Observation,
    mean_tick,
    oldest_observation_age,
)
from treasury_desktop.treasury.workspace import TrustedToken, Workspace

MOST_FEED_DECIMALS = 36
UINT80_BITS = 80
ROUND_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRound:
    """The last round of a feed: dollars, and its age at the block (`None`: never completed)."""

    usd: Fraction
    age_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPrices:
    """A pool's price of token0 in whole token1 now, and averaged where it remembers so long."""

    pool: Pool
    spot: Fraction
    twap: Fraction | None


def read_quotes(pinned: PinnedBlock, workspace: Workspace) -> tuple[Quote, ...]:
    """All quotes of all listed tokens; what has no price has no quote."""
    feeds = sorted({each.feed for each in workspace.tokens if each.feed is not None})
    rounds = read_feeds(pinned, tuple(feeds))
    pools = {each.twap_pool for each in workspace.tokens if each.twap_pool is not None}
    prices = {pool: read_pool_prices(pinned, workspace, pool) for pool in sorted(pools)}
    quotes: list[Quote] = []
    for trusted in workspace.tokens:
        if trusted.feed in rounds:
            quotes.append(_feed_quote(trusted, rounds[trusted.feed]))
        pool_prices = prices.get(trusted.twap_pool) if trusted.twap_pool else None
        if pool_prices is not None:
            quotes += _pool_quotes(workspace, trusted, pool_prices, rounds)
    return tuple(quotes)


def read_feeds(pinned: PinnedBlock, feeds: tuple[Address, ...]) -> dict[Address | None, FeedRound]:
    """The last round of each feed that has one."""
    names = ("latestRoundData()", "decimals()")
    answers = pinned.calls(
        [asking(feed, name, words=ROUND_WORDS) for feed in feeds for name in names]
    )
    found: dict[Address | None, FeedRound] = {}
    for feed, rounds, decimals in zip(feeds, answers[::2], answers[1::2], strict=True):
        if isinstance(rounds, Reverted):
            continue  # a feed without a round has no price
        words = Words(rounds, f"latestRoundData() of {feed}", ROUND_WORDS)
        scale = Words(decimals, f"decimals() of {feed}").uint(0, 8)
        if scale > MOST_FEED_DECIMALS:
            raise Malformed(f"feed {feed}", f"states {scale} decimals")
        updated_at = words.uint(3)
        found[feed] = FeedRound(
            usd=Fraction(words.sint(1), 10**scale),
            age_seconds=pinned.block.timestamp - updated_at if updated_at else None,
        )
    return found


def read_pool_prices(
    pinned: PinnedBlock, workspace: Workspace, pool_at: Address
) -> PoolPrices | None:
    """A pool's spot price and TWAP; `None` when a token of it is not listed with its decimals."""
    pool, state = read_pool(pinned, pool_at)
    decimals = [_decimals(workspace, token) for token in (pool.token0, pool.token1)]
    if decimals[0] is None or decimals[1] is None:
        return None
    tick = read_mean_tick(pinned, pool_at, state, workspace.twap_window_seconds)
    return PoolPrices(
        pool=pool,
        spot=price_at_sqrt_price_x96(state.sqrt_price_x96, decimals[0], decimals[1]),
        twap=None if tick is None else price_at_tick(tick, decimals[0], decimals[1]),
    )


def read_mean_tick(
    pinned: PinnedBlock, pool: Address, state: PoolState, window_seconds: int
) -> int | None:
    """The mean tick of the window, `None` where the pool remembers no time so long ago."""
    following = (state.observation_index + 1) % max(state.observation_cardinality, 1)
    calls = (
        asking(pool, "observe(uint32[])", [window_seconds, 0], words=8),
        asking(pool, "observations(uint256)", following, words=4),
        asking(pool, "observations(uint256)", 0, words=4),
    )
    observed, after_newest, first = pinned.calls(calls)
    oldest = Words(after_newest, calls[1].name, 4)
    if not oldest.flag(3):
        oldest = Words(first, calls[2].name, 4)  # the ring is not full yet
    age = oldest_observation_age(oldest.uint(0, 32), pinned.block.timestamp)
    if age < window_seconds or isinstance(observed, Reverted):
        return None
    return _mean_tick(observed, calls[0].name, window_seconds)


def _mean_tick(observed: bytes, name: str, window_seconds: int) -> int:
    words = Words(observed, name, 8)
    if [words.uint(at) for at in (0, 1, 2, 5)] != [64, 160, 2, 2]:
        raise Malformed(name, "does not answer two observations")
    then, now = (
        Observation(
            tick_cumulative=words.sint(3 + at, 56),
            seconds_per_liquidity_cumulative_x128=words.uint(6 + at, 160),
        )
        for at in (0, 1)
    )
    tick = mean_tick(then, now, window_seconds)
    if not MIN_TICK <= tick <= MAX_TICK:
        raise Malformed(name, f"averages to the impossible tick {tick}")
    return tick


def _feed_quote(trusted: TrustedToken, latest: FeedRound) -> Quote:
    return Quote(
        token_key=trusted.token.key,
        usd=latest.usd,
        kind=QuoteKind.FEED,
        source=f"feed {trusted.feed}",
        age_seconds=latest.age_seconds,
    )


def _pool_quotes(
    workspace: Workspace,
    trusted: TrustedToken,
    prices: PoolPrices,
    rounds: dict[Address | None, FeedRound],
) -> list[Quote]:
    """TWAP and spot of a token, each times the other token's feed."""
    pool = prices.pool
    priced = _token_in_pool(workspace, trusted, pool)
    if priced is None:
        return []
    is_token0 = priced == pool.token0
    other = trusted_token(workspace, pool.token1 if is_token0 else pool.token0)
    latest = rounds.get(other.feed) if other is not None and other.feed is not None else None
    if other is None or latest is None:
        return []
    watched = workspace.pool_at(pool.address)
    where = f"{watched.name if watched else pool.address} × {other.token.symbol} feed"
    minutes = workspace.twap_window_seconds // 60
    found = ((QuoteKind.TWAP, prices.twap, f"{minutes}-minute TWAP of {where}"),
             (QuoteKind.SPOT, prices.spot, f"spot price of {where}"))  # fmt: skip
    return [
        Quote(
            token_key=trusted.token.key,
            usd=rounded_price((price if is_token0 else 1 / price) * latest.usd),
            kind=kind,
            source=source,
            age_seconds=latest.age_seconds,
        )
        for kind, price, source in found
        if price is not None
    ]


def _token_in_pool(workspace: Workspace, trusted: TrustedToken, pool: Pool) -> Address | None:
    """Which of the pool's tokens is priced: for the native coin, the one that shares its feed."""
    tokens = (pool.token0, pool.token1)
    if trusted.token.address is not None:
        return trusted.token.address if trusted.token.address in tokens else None
    for token in tokens:
        listed = trusted_token(workspace, token)
        if listed is not None and listed.feed is not None and listed.feed == trusted.feed:
            return token
    return None


def _decimals(workspace: Workspace, address: Address) -> int | None:
    token = workspace.token_at(address)
    return token.decimals if token is not None else None

"""One file per venue: build an entry and its exit, read both back, value the position.

A venue's reader says what a call takes of the Safe's tokens; `readers_for` gives the readers of all
venues, so that adding a protocol is adding a file and its line here.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.effects import TakingReader
from treasury_desktop.deployments.venues import (
    aave_v3,
    balancer_v2,
    compound_v3,
    curve,
    deposits,
    erc4626,
    lido,
    uniswap_swaps,
    uniswap_v3,
    wrapping,
)
from treasury_desktop.treasury.strategy import Strategy

OWE_NOTHING = frozenset({"transfer", "erc4626", "uniswap_v3", "lido"})
"""Venues at which a treasury has no debts; at every other one it may."""


def is_position_read(strategy: Strategy) -> bool:
    """Whether a refresh reads what lies in the strategy; of every other one nobody knows."""
    if strategy.venue in ("erc4626", "aave_v3"):
        return bool(strategy.contracts)
    return strategy.venue == "uniswap_v3" and strategy.position_manager is not None


def are_debts_known(strategies: tuple[Strategy, ...]) -> bool:
    """Whether each of the strategies can owe nothing, or is one whose debts are read."""
    return all(
        strategy.venue in OWE_NOTHING or aave_v3.lending_pool(strategy) is not None
        for strategy in strategies
    )


def readers_for(
    strategies: tuple[Strategy, ...],
    trusted: frozenset[Address] = frozenset(),
    listed: frozenset[Address] = frozenset(),
    wrapped: frozenset[Address] = frozenset(),
    chain_id: int | None = None,
) -> tuple[TakingReader, ...]:
    """Readers of every venue, in the order in which they are asked.

    `trusted` are allow-listed contracts, among which swap routers may be; only among `listed`
    tokens a swap is a conversion. `wrapped` are those that stand for the native coin of the chain.
    """
    return (
        erc4626.reader(strategies),
        uniswap_v3.reader(strategies),
        uniswap_swaps.reader(strategies, trusted, listed, wrapped),
        aave_v3.reader(strategies),
        compound_v3.reader(strategies),
        balancer_v2.reader(strategies, trusted, listed),
        curve.reader(strategies, trusted, listed, chain_id),
        lido.reader(strategies, trusted, listed),
        wrapping.reader(wrapped),
        deposits.reader(chain_id),
    )

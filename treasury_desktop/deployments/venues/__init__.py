"""One file per venue: build an entry and its exit, read both back, value the position.

A venue's reader says what a call takes of the Safe's tokens; `readers_for` gives the readers of all
venues, so that adding a protocol is adding a file and its line here.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.effects import TakingReader
from treasury_desktop.deployments.venues import aave_v3, erc4626, uniswap_v3
from treasury_desktop.treasury.strategy import Strategy


def readers_for(
    strategies: tuple[Strategy, ...], trusted: frozenset[Address] = frozenset()
) -> tuple[TakingReader, ...]:
    """Readers of every venue, in the order in which they are asked.

    `trusted` are allow-listed contracts, among which swap routers may be.
    """
    return (
        erc4626.reader(strategies),
        uniswap_v3.reader(strategies, trusted),
        aave_v3.reader(strategies),
    )

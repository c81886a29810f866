"""Our ticks are those of the real pool contract, also right beside a tick's price."""

import random

from tests.doors.chain.conftest import Demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.positions import read_pool
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.pools.pool import pool_address
from treasury_desktop.pools.tick import (
    MAX_SQRT_PRICE_X96,
    MAX_TICK,
    MIN_SQRT_PRICE_X96,
    MIN_TICK,
    sqrt_price_x96_at_tick,
    tick_at_sqrt_price_x96,
)

CHANCE = random.Random(20261122)  # noqa: S311  the same prices every time
TICKS = [CHANCE.randint(MIN_TICK + 1, MAX_TICK - 1) for _ in range(8)]
PRICES = (
    MIN_SQRT_PRICE_X96,
    MAX_SQRT_PRICE_X96 - 1,
    *(sqrt_price_x96_at_tick(tick) - below for tick in TICKS for below in (0, 1)),
)


def _pools(chain: Demonstration) -> dict[int, Address]:
    """A new pool of two tokens that do not exist, at each price; at the computed address."""
    factory = Address.parse(chain.facts["uniswap"]["factory"])
    sender = Address.parse(chain.facts["roles"]["market"])
    found = {}
    for at, price in enumerate(PRICES):
        tokens = (
            Address((2 * at + 1).to_bytes(20, "big")),
            Address((2 * at + 2).to_bytes(20, "big")),
        )
        raw = [token.raw for token in tokens]
        create = calldata("createPool(address,address,uint24)", *raw, 500)
        chain.perform(sender, str(factory), create, gas=6 * 10**6)
        pool = pool_address(factory, *tokens, 500)
        chain.perform(sender, str(pool), calldata("initialize(uint160)", price))
        found[price] = pool
    return found


def test_ticks_of_the_real_contract(own_chain: Demonstration) -> None:
    """A pool set to a price states the tick we compute for it."""
    node = Node((own_chain.endpoint,), 31337)
    pools = _pools(own_chain)
    pinned = PinnedBlock.newest(node)
    for price, address in pools.items():
        _, state = read_pool(pinned, address)
        assert (state.sqrt_price_x96, state.tick) == (price, tick_at_sqrt_price_x96(price))
    node.close()

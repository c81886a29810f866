"""A few Curve pools with the coins they exchange: a pool's calldata names these by number only.

Packaged with the program and never complete; a pool that is not among them is simply not known.
Source: the pools that curve.fi's own interface lists by hand. A pool's coins never change.
"""

import json
from functools import cache
from typing import NamedTuple

from treasury_desktop.assets.address import ADDRESS_LENGTH, Address
from treasury_desktop.calls.abi_type import Function
from treasury_desktop.resources import read_resource

NATIVE_COIN = Address(b"\xee" * ADDRESS_LENGTH)
"""How Curve writes the native coin."""


class KnownPool(NamedTuple):
    """A pool of one chain; `underlying` are the coins below its coins, where those are wrapped."""

    coins: tuple[Address, ...]
    underlying: tuple[Address, ...] = ()

    def coins_of(self, function: Function) -> tuple[Address, ...]:
        """The coins that a function's numbers mean."""
        is_below = function.name.startswith("exchange_underlying")
        return self.underlying if is_below else self.coins


def known_pool(chain_id: int | None, address: Address) -> KnownPool | None:
    """The well-known pool at an address of a chain, or `None`."""
    return _pools().get((chain_id, address.raw))


@cache
def _pools() -> dict[tuple[int | None, bytes], KnownPool]:
    content = json.loads(read_resource("tokens/curve_pools.json"))
    return {
        (int(chain_id), Address.parse(pool).raw): KnownPool(
            *(tuple(map(Address.parse, coins)) for coins in lists)
        )
        for chain_id, pools in content.items()
        for pool, *lists in pools
    }

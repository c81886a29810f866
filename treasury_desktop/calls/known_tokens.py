"""A few tokens everybody means by their symbol: the anchor against false decimals and twins.

Packaged with the program and never complete: a token that is not among them is simply not known.
"""

import json
from functools import cache
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.resources import read_resource


class KnownToken(NamedTuple):
    """A token of one chain with the symbol and decimals its contract answers."""

    address: Address
    symbol: str
    decimals: int


def known_token(chain_id: int, address: Address) -> KnownToken | None:
    """The well-known token at an address of a chain, or `None`."""
    return next((token for token in known_tokens(chain_id) if token.address == address), None)


@cache
def known_tokens(chain_id: int) -> tuple[KnownToken, ...]:
    """The well-known tokens of a chain."""
    content = json.loads(read_resource("tokens/known_tokens.json"))
    return tuple(
        KnownToken(address=Address.parse(address), symbol=symbol, decimals=decimals)
        for address, symbol, decimals in content.get(str(chain_id), ())
    )

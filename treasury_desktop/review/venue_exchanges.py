"""What Curve's exchanges and Balancer's swaps give and take: they name coins and amounts otherwise.

A Curve pool's coins are numbers, so they are read only where the pool is known; a Balancer vault
has one limit for each asset, positive for what goes in at most, negative for what comes out at
least. The native coin stands among the tokens here, under its marker.
"""

from typing import NamedTuple, cast

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_pools import known_pool
from treasury_desktop.review.venue_steps import Step

GIVEN_IN = 0


class Exchange(NamedTuple):
    """Base units given at most and got at least, by token; `tokens` are all it passes."""

    given: tuple[tuple[Address, int], ...]
    got: tuple[tuple[Address, int], ...]
    tokens: tuple[Address, ...] = ()


def exchange_of(step: Step, chain_id: int) -> Exchange | None:
    """What a step exchanges, or `None` where it is none of these or nobody can say."""
    if step.is_one_of("exchange"):
        return _along_a_route(step) if "route" in step.values else _in_a_pool(step, chain_id)
    if step.name == "swap" and {"asset_in", "asset_out", "limit"} <= step.values.keys():
        return _single(step)
    return _batch(step) if step.name == "batchswap" else None


def _in_a_pool(step: Step, chain_id: int) -> Exchange | None:
    pool = known_pool(chain_id, step.call.to)
    function = step.call.function
    numbers = [step.number(name) for name in ("i", "j", "dx", "min_dy")]
    coins = () if pool is None or function is None else pool.coins_of(function)
    if None in numbers:
        return None
    given, got, units, least = cast("list[int]", numbers)
    if not (0 <= given < len(coins) and 0 <= got < len(coins)):
        return None
    ends = (coins[given], coins[got])
    return Exchange(((ends[0], units),), ((ends[1], least),), ends)


def _along_a_route(step: Step) -> Exchange | None:
    tokens = tuple(token for token in step.addresses("route")[::2] if not token.is_zero)
    units, least = step.number("amount"), step.number("min_dy")
    if not tokens or units is None or least is None:
        return None
    return Exchange(((tokens[0], units),), ((tokens[-1], least),), tokens)


def _single(step: Step) -> Exchange | None:
    ends = step.addresses("asset_in", "asset_out")
    amount, limit = step.number("amount"), step.number("limit")
    if len(ends) != len(("in", "out")) or amount is None or limit is None:
        return None
    is_given_in = step.number("kind") == GIVEN_IN
    given, got = (amount, limit) if is_given_in else (limit, amount)
    return Exchange(((ends[0], given),), ((ends[1], got),))


def _batch(step: Step) -> Exchange:
    limits = tuple(zip(step.addresses("assets"), step.numbers("limits"), strict=False))
    return Exchange(
        given=tuple((asset, limit) for asset, limit in limits if limit > 0),
        got=tuple((asset, -limit) for asset, limit in limits if limit < 0),
    )

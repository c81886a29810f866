"""The seeded road prices take through the demonstration's year, in integers.

Prices in millionths of a dollar. No float: the same seed gives the same blocks on every machine.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import isqrt

MILLIONTH = 10**6
DAY = 86_400
# (day of the history, dollars): turns of the market; between them the price wanders.
ETH_TURNS = (
    (0, 3950), (30, 3450), (60, 2980), (90, 3120), (120, 2640), (150, 2310), (180, 2480),
    (210, 2890), (240, 3350), (270, 4020), (290, 4240), (320, 3880), (345, 3560), (371, 3680),
)  # fmt: skip
POP_TURNS_IN_CENTS = (
    (0, 118), (25, 142), (55, 96), (85, 74), (118, 61), (150, 83), (185, 127), (215, 188),
    (245, 236), (262, 271), (285, 214), (315, 168), (345, 139), (371, 152),
)  # fmt: skip
_LARGEST_DEVIATION = 60_000  # millionths of the price on the straight road
_MEMORY = 970  # thousandths of a deviation that last to the next trade


def eth_prices(seconds: Sequence[int]) -> Iterator[int]:
    """ETH in millionths of a dollar at each of these times since the history began."""
    turns = [(day * DAY, dollars * MILLIONTH) for day, dollars in ETH_TURNS]
    return _wander(turns, seconds, seed="ETH", largest_step=2_800)


def pop_prices(seconds: Sequence[int]) -> Iterator[int]:
    """The DAO's own token in millionths of a dollar at each of these times."""
    turns = [(day * DAY, cents * MILLIONTH // 100) for day, cents in POP_TURNS_IN_CENTS]
    return _wander(turns, seconds, seed="POP", largest_step=4_200)


def _wander(
    turns: list[tuple[int, int]], seconds: Sequence[int], *, seed: str, largest_step: int
) -> Iterator[int]:
    chance = random.Random(f"treasury-desktop demonstration {seed}")  # noqa: S311  no secret here
    deviation = 0
    for now in seconds:
        # Six dice instead of one: large steps are rarer than small ones, as in a market.
        step = sum(chance.randint(-largest_step, largest_step) for _ in range(6))
        deviation = deviation * _MEMORY // 1000 + step
        deviation = max(-_LARGEST_DEVIATION, min(_LARGEST_DEVIATION, deviation))
        yield _on_straight_road(turns, now) * (MILLIONTH + deviation) // MILLIONTH


def _on_straight_road(turns: list[tuple[int, int]], now: int) -> int:
    for (start, before), (end, after) in pairwise(turns):
        if now <= end:
            return before + (after - before) * (now - start) // (end - start)
    return turns[-1][1]


def sqrt_price_x96(amount1: int, amount0: int) -> int:
    """√(amount1/amount0)·2⁹⁶, rounded down: a pool's price in base units (Uniswap v3)."""
    return isqrt((amount1 << 192) // amount0)

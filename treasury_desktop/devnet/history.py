"""A year on the demonstration chain: the market every three hours, the treasury every month."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.foundations import World
from treasury_desktop.devnet.market import Market
from treasury_desktop.devnet.node import GENESIS_TIMESTAMP
from treasury_desktop.devnet.price_path import DAY, eth_prices, pop_prices
from treasury_desktop.devnet.treasury_year import TreasuryYear

DAYS = 370  # the last block lies before 2026-10-25T00:00:00Z
BLOCKS_A_DAY = 8
TRADES_A_BLOCK = 2  # in each of the two pools
DAYS_OF_WEEK, LENDING_DAY = 7, 3
DAYS_OF_MONTH, REVENUE_DAY = 30, 20
_SLOT = DAY // BLOCKS_A_DAY
LENDING_HALF_WIDTH = {500: 1_200, 3000: 2_400}  # ticks by fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One block of the market: its place in the year and the prices it trades to."""

    day: int
    slot: int
    timestamp: int
    prices: tuple[tuple[int, int], ...]  # (ETH, POP) in millionths of a dollar
    dollar: int  # what a USDC trades at, in 10⁻⁸ dollars


def moments() -> Iterator[Moment]:
    """The blocks of the year, the same on every machine."""
    chance = random.Random("treasury-desktop demonstration clock")  # noqa: S311  no secret here
    places = [
        (day, slot, day * DAY + slot * _SLOT + chance.randrange(_SLOT - 600))
        for day in range(DAYS)
        for slot in range(BLOCKS_A_DAY)
        if day or slot  # the first slot belongs to the foundations
    ]
    seconds = [second for _, _, second in places for _ in range(TRADES_A_BLOCK)]
    pairs = zip(eth_prices(seconds), pop_prices(seconds), strict=True)
    for day, slot, second in places:
        yield Moment(
            day=day,
            slot=slot,
            timestamp=GENESIS_TIMESTAMP + second,
            prices=tuple(next(pairs) for _ in range(TRADES_A_BLOCK)),
            dollar=10**8 + chance.randint(-30_000, 30_000),
        )


def first_prices() -> tuple[int, int]:
    """The (ETH, POP) prices at which the pools are created, in millionths of a dollar."""
    return next(eth_prices([0])), next(pop_prices([0]))


def last_prices() -> tuple[int, int]:
    """The (ETH, POP) prices with which the year ends, in millionths of a dollar."""
    *_, last = moments()
    return last.prices[-1]


def write_history(
    builder: BlockBuilder, world: World, on_day: Callable[[int], None]
) -> TreasuryYear:
    """Live through the year, calling `on_day` before each day; answers what the treasury did."""
    market = Market(builder, world)
    market.open()
    year = TreasuryYear(builder, world)
    for moment in moments():
        if moment.slot == 1:
            on_day(moment.day)
            _begin_day(market, year, moment, world)
        market.trade(moment.prices, with_feeds=moment.slot == 0, dollar=moment.dollar)
        builder.mine(moment.timestamp)
    on_day(DAYS)
    return year


def _begin_day(market: Market, year: TreasuryYear, moment: Moment, world: World) -> None:
    """What happens on some days only, some minutes after the day's first trades."""
    if moment.day % DAYS_OF_WEEK == LENDING_DAY:
        for pool in (world.usdc_pool, world.pop_pool):
            market.lend_around(pool, LENDING_HALF_WIDTH[pool.fee])
        market.earn()
    if moment.day % DAYS_OF_MONTH == REVENUE_DAY:
        market.pay_revenue(18_000 + 1_700 * (moment.day // DAYS_OF_MONTH))
    year.live(moment.day)

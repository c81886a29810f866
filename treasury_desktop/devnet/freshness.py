"""Keeps prices fresh while the demonstration chain runs.

Feeds older than an hour and a pool without recent observations cannot be judged by the policy,
and a chain that slept since yesterday has only such. So every start trades both pools inside the
last half hour and now, and tells the feeds what the pools say; a keeper repeats it while the
program runs. Days that passed asleep get a few trades each, so that no chart has a hole.
"""

import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.foundations import pop_pool_price, usdc_pool_price
from treasury_desktop.devnet.json_rpc import HASHES_ONLY, JsonRpc
from treasury_desktop.devnet.market import TRADE
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.price_path import MILLIONTH
from treasury_desktop.errors import Unavailable

SECONDS_BETWEEN_ROUNDS = 600
SECONDS_BETWEEN_LOOKS = 30.0
SECONDS_BEFORE_NOW = (2700, 1200)  # so that a 30-minute average has something on both sides
MOST_ROUNDS_ASLEEP = 60
LEAST_SECONDS_ASLEEP = 3 * 3600
CALM, ASLEEP = 400, 12_000  # largest steps in millionths of the price
_GAS = 3_000_000
_DOLLAR = 10**8


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What a fresh round needs to know of the demonstration, from `demonstration.json`."""

    market: Address
    trader: Address
    usdc_pool: Address
    pop_pool: Address
    is_weth_before_usdc: bool
    is_pop_before_weth: bool
    eth_feed: Address
    usdc_feed: Address
    dai_feed: Address
    last_eth: int  # with which the year ended, in millionths of a dollar
    last_pop: int

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> "Quoted":
        """The part of `demonstration.json` that names markets, feeds and prices."""
        contracts, pools = facts["contracts"], facts["pools"]
        weth, prices = facts["uniswap"]["weth"], facts["last_prices_in_millionths"]
        names = ("trader", "eth_feed", "usdc_feed", "dai_feed")
        return cls(
            market=Address.parse(facts["roles"]["market"]),
            usdc_pool=Address.parse(pools["usdc"]["address"]),
            pop_pool=Address.parse(pools["pop"]["address"]),
            is_weth_before_usdc=pools["usdc"]["token0"] == weth,
            is_pop_before_weth=pools["pop"]["token1"] == weth,
            last_eth=prices["eth"],
            last_pop=prices["pop"],
            **{name: Address.parse(contracts[name]) for name in names},
        )


def refresh(rpc: JsonRpc, quoted: Quoted, *, now: int) -> None:
    """Bring the chain's clock to `now` with fresh observations on the way and fresh feeds there.

    A chain that is already later goes on one second after its last block.
    """
    last = _timestamp(rpc)
    for moment in _moments_asleep(last, now - SECONDS_BEFORE_NOW[0]):
        _round_at(rpc, quoted, moment, largest_step=ASLEEP)
    for before in SECONDS_BEFORE_NOW:
        if now - before > last:
            _round_at(rpc, quoted, now - before, largest_step=CALM)
    _round_at(rpc, quoted, max(now, _timestamp(rpc) + 1), largest_step=CALM)


def fresh_round(rpc: JsonRpc, quoted: Quoted, *, largest_step: int = CALM) -> None:
    """Trade both pools a little and tell the feeds, in one transaction and so in one block."""
    # The block's number is the seed: the same chain goes the same way again.
    chance = random.Random(rpc.number("eth_blockNumber"))  # noqa: S311  no secret here
    eth_now = _eth_price(rpc, quoted)
    eth = _step(chance, eth_now, quoted.last_eth, largest_step)
    pop = _step(chance, _pop_price(rpc, quoted, eth_now), quoted.last_pop, largest_step)
    targets = [
        (quoted.usdc_pool.raw, usdc_pool_price(quoted.is_weth_before_usdc, eth)),
        (quoted.pop_pool.raw, pop_pool_price(quoted.is_pop_before_weth, pop, eth)),
    ]
    answers = [
        (quoted.eth_feed.raw, eth * _DOLLAR // MILLIONTH),
        (quoted.usdc_feed.raw, _DOLLAR - 4_000),
        (quoted.dai_feed.raw, _DOLLAR + 3_000),
    ]
    transaction = {
        "from": str(quoted.market),
        "to": str(quoted.trader),
        "data": "0x" + calldata(TRADE, targets, answers).hex(),
        "gas": hex(_GAS),
    }
    receipt = rpc.ask("eth_sendTransactionSync", transaction)
    if receipt["status"] != "0x1":
        raise Unavailable("The demonstration chain could not be given fresh prices.")


def _moments_asleep(last: int, until: int) -> Iterator[int]:
    """Times strictly between the last block and `until`, evenly apart, at most sixty."""
    apart = max(LEAST_SECONDS_ASLEEP, (until - last) // MOST_ROUNDS_ASLEEP)
    return iter(range(last + apart, until, apart))


def _round_at(rpc: JsonRpc, quoted: Quoted, timestamp: int, *, largest_step: int) -> None:
    rpc.ask("evm_setNextBlockTimestamp", timestamp)
    fresh_round(rpc, quoted, largest_step=largest_step)


def _step(chance: random.Random, price: int, home: int, largest_step: int) -> int:
    """The next price: a random step, pulled back towards where the year ended."""
    away = (home - price) * MILLIONTH // home
    pull = max(-largest_step // 2, min(largest_step // 2, away // 4))
    return price * (MILLIONTH + pull + chance.randint(-largest_step, largest_step)) // MILLIONTH


def _eth_price(rpc: JsonRpc, quoted: Quoted) -> int:
    """Millionths of a dollar an ETH costs in the WETH/USDC pool."""
    square = _sqrt_price_x96(rpc, quoted.usdc_pool) ** 2
    if quoted.is_weth_before_usdc:
        return square * 10**18 >> 192
    return (10**18 << 192) // square


def _pop_price(rpc: JsonRpc, quoted: Quoted, eth: int) -> int:
    """Millionths of a dollar a POP costs in the POP/WETH pool, at an ETH price."""
    square = _sqrt_price_x96(rpc, quoted.pop_pool) ** 2
    if quoted.is_pop_before_weth:
        return square * eth >> 192
    return (eth << 192) // square


def _sqrt_price_x96(rpc: JsonRpc, pool: Address) -> int:
    request = {"to": str(pool), "data": "0x" + calldata("slot0()").hex()}
    return int(rpc.ask("eth_call", request, "latest")[2:66], 16)


def _timestamp(rpc: JsonRpc) -> int:
    return int(rpc.ask("eth_getBlockByNumber", "latest", HASHES_ONLY)["timestamp"], 16)


class Keeper(threading.Thread):
    """Repeats fresh rounds until it is stopped; a node that is gone is no reason to complain."""

    def __init__(self, endpoint: str, quoted: Quoted, *, seconds_between: float) -> None:
        super().__init__(name="demonstration keeper", daemon=True)
        self._endpoint = endpoint
        self._quoted = quoted
        self._seconds_between = seconds_between
        self._stopped = threading.Event()

    def run(self) -> None:
        """Wait, refresh, wait again."""
        latest = time.time()
        # Waiting does not count the time a computer sleeps, so the clock is looked at meanwhile.
        while not self._stopped.wait(min(SECONDS_BETWEEN_LOOKS, self._seconds_between)):
            if abs(time.time() - latest) < self._seconds_between:
                continue
            latest = time.time()
            rpc = JsonRpc(self._endpoint)
            try:
                fresh_round(rpc, self._quoted)
            except Unavailable:
                continue  # whoever reads the chain finds out and says so
            finally:
                rpc.close()

    def stop(self) -> None:
        """End at once, and wait for a round under way."""
        self._stopped.set()
        if self.is_alive():
            self.join()

"""What everybody else does on the demonstration chain: trade, lend, earn, and report prices."""

from collections.abc import Sequence

from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.foundations import (
    ETHER,
    USDC_UNIT,
    World,
    pop_pool_price,
    usdc_pool_price,
)
from treasury_desktop.devnet.official_contracts import PoolFacts
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.positions import Range, mint_position, remove_position

TRADE = "trade((address,uint160)[],(address,int256)[])"
_FULL_RANGE = {10: 887_270, 60: 887_220}
FEED_DECIMALS_OVER_MILLIONTHS = 100


class Market:
    """Outside traders, one outside liquidity provider and the vault's earnings."""

    def __init__(self, builder: BlockBuilder, world: World) -> None:
        self._builder = builder
        self._world = world
        self._latest: dict[PoolFacts, int] = {}

    def open(self) -> None:
        """Lend to both pools over all prices, and to the vault, so that everything has a price."""
        world, builder = self._world, self._builder
        provider, us = world.roles.liquidity_provider, world.ours
        for token in (us.usdc, us.pop, world.uniswap.weth):
            for spender in (world.uniswap.position_manager, us.vault):
                approval = calldata("approve(address,uint256)", spender.raw, 2**255)
                builder.send(provider, token, approval)
        deposit = calldata("deposit(uint256,address)", 6_000_000 * USDC_UNIT, provider.raw)
        builder.perform(provider, us.vault, deposit)
        self._lend(world.usdc_pool, 1_500, 6_000_000 * USDC_UNIT, None)
        self._lend(world.pop_pool, 320, 1_500_000 * ETHER, None)

    def trade(self, prices: Sequence[tuple[int, int]], *, with_feeds: bool, dollar: int) -> None:
        """Trade both pools to each (ETH, POP) price in turn; prices in millionths of a dollar."""
        world = self._world
        targets = []
        for eth, pop in prices:
            targets.append((world.usdc_pool.address.raw, self._usdc_target(eth)))
            targets.append((world.pop_pool.address.raw, self._pop_target(pop, eth)))
        answers = feed_answers(world, prices[-1][0], dollar) if with_feeds else []
        self._builder.send(world.roles.market, world.ours.trader, calldata(TRADE, targets, answers))

    def _usdc_target(self, eth: int) -> int:
        return usdc_pool_price(self._world.uniswap.weth < self._world.ours.usdc, eth)

    def _pop_target(self, pop: int, eth: int) -> int:
        return pop_pool_price(self._world.ours.pop < self._world.uniswap.weth, pop, eth)

    def lend_around(self, pool: PoolFacts, half_width: int) -> None:
        """The liquidity provider moves their concentrated position to the present price."""
        before = self._latest.pop(pool, None)
        provider = self._world.roles.liquidity_provider
        if before is not None:
            remove_position(self._builder, self._world.uniswap, provider, before)
        other = (400_000 * ETHER) if pool == self._world.pop_pool else (1_200_000 * USDC_UNIT)
        weth = 130 if pool == self._world.pop_pool else 350
        self._latest[pool] = self._lend(pool, weth, other, half_width)

    def _lend(self, pool: PoolFacts, weth: int, other: int, half_width: int | None) -> int:
        spacing = pool.tick_spacing
        ticks = Range(lower=-_FULL_RANGE[spacing], upper=_FULL_RANGE[spacing])
        if half_width is not None:
            ticks = Range.around(self._builder, pool, half_width)
        is_weth_first = pool.token0 == self._world.uniswap.weth
        amounts = (weth * ETHER, other) if is_weth_first else (other, weth * ETHER)
        provider = self._world.roles.liquidity_provider
        return mint_position(
            self._builder, self._world.uniswap, pool, owner=provider, ticks=ticks, amounts=amounts
        ).token_id

    def earn(self) -> None:
        """A week's earnings arrive in the vault: 0.09% of what it holds, about 4.8% a year."""
        us = self._world.ours
        held = int.from_bytes(self._builder.call(us.vault, calldata("totalAssets()")), "big")
        earnings = calldata("mint(address,uint256)", us.vault.raw, held * 9 // 10_000)
        self._builder.send(self._world.roles.market, us.usdc, earnings)

    def pay_revenue(self, dollars: int) -> None:
        """The protocol's monthly revenue arrives in the treasury."""
        revenue = calldata(
            "mint(address,uint256)", self._world.safe.address.raw, dollars * USDC_UNIT
        )
        self._builder.send(self._world.roles.market, self._world.ours.usdc, revenue)


def feed_answers(world: World, eth: int, dollar: int) -> list[tuple[bytes, int]]:
    """One round for each feed, 8 decimals; `dollar` is what a USDC trades at, in 10⁻⁸ dollars."""
    return [
        (world.ours.eth_feed.raw, eth * FEED_DECIMALS_OVER_MILLIONTHS),
        (world.ours.usdc_feed.raw, dollar),
        (world.ours.dai_feed.raw, 2 * 10**8 - dollar),
    ]

"""The first hour of the demonstration chain: every contract, and who holds what."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.official_contracts import (
    PoolFacts,
    SafeContracts,
    UniswapContracts,
    create_pool,
    deploy_safe_contracts,
    deploy_uniswap,
)
from treasury_desktop.devnet.packages import calldata, ours
from treasury_desktop.devnet.price_path import sqrt_price_x96
from treasury_desktop.devnet.roles import Roles
from treasury_desktop.devnet.treasury_safe import TreasurySafe

ETHER = 10**18
USDC_UNIT = 10**6
POP_SUPPLY = 100_000_000 * ETHER


@dataclass(frozen=True, slots=True, kw_only=True)
class OurContracts:
    """What exists on the demonstration chain only."""

    usdc: Address
    dai: Address
    pop: Address
    vault: Address
    eth_feed: Address
    usdc_feed: Address
    dai_feed: Address
    trader: Address
    impostor: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything the history happens to."""

    roles: Roles
    safe_contracts: SafeContracts
    uniswap: UniswapContracts
    ours: OurContracts
    usdc_pool: PoolFacts
    pop_pool: PoolFacts
    safe: TreasurySafe


def found(builder: BlockBuilder, roles: Roles, *, eth_price: int, pop_price: int) -> World:
    """Deploy everything and hand out what the history starts with; prices in millionths."""
    _give_gas(builder, roles)
    safe_contracts = deploy_safe_contracts(builder, roles.market)
    uniswap = deploy_uniswap(builder, roles.market)
    contracts = _deploy_ours(builder, roles.market)
    world = World(
        roles=roles,
        safe_contracts=safe_contracts,
        uniswap=uniswap,
        ours=contracts,
        usdc_pool=create_pool(
            builder,
            roles.market,
            uniswap,
            name="WETH/USDC 0.05%",
            tokens=(uniswap.weth, contracts.usdc),
            fee=500,
            sqrt_price_x96=usdc_pool_price(uniswap.weth < contracts.usdc, eth_price),
        ),
        pop_pool=create_pool(
            builder,
            roles.market,
            uniswap,
            name="POP/WETH 0.3%",
            tokens=(contracts.pop, uniswap.weth),
            fee=3000,
            sqrt_price_x96=pop_pool_price(contracts.pop < uniswap.weth, pop_price, eth_price),
        ),
        safe=TreasurySafe(builder, safe_contracts, roles),
    )
    _hand_out(builder, world)
    return world


def usdc_pool_price(is_weth_token0: bool, eth_price: int) -> int:
    """√price·2⁹⁶ of the WETH/USDC pool at an ETH price in millionths of a dollar."""
    return sqrt_price_x96(eth_price, ETHER) if is_weth_token0 else sqrt_price_x96(ETHER, eth_price)


def pop_pool_price(is_pop_token0: bool, pop_price: int, eth_price: int) -> int:
    """√price·2⁹⁶ of the POP/WETH pool; both tokens have 18 decimals."""
    if is_pop_token0:
        return sqrt_price_x96(pop_price, eth_price)
    return sqrt_price_x96(eth_price, pop_price)


def _give_gas(builder: BlockBuilder, roles: Roles) -> None:
    purses = dict.fromkeys(Roles.__dataclass_fields__, 2 * ETHER)
    purses |= {"market": 1_000_000 * ETHER, "executor": 25 * ETHER}
    purses |= {"liquidity_provider": 20_000 * ETHER}
    for name, wei in purses.items():
        builder.rpc.ask("anvil_setBalance", str(getattr(roles, name)), hex(wei))


def _deploy_ours(builder: BlockBuilder, sender: Address) -> OurContracts:
    token, feed = ours("TestToken"), ours("PriceFeed")
    usdc = builder.deploy(sender, token, "USD Coin (demonstration)", "USDC", 6)
    trader = builder.deploy(sender, ours("Trader"))
    votes = ours("VotesToken")
    vault = "USDC yield vault (demonstration)"
    return OurContracts(
        usdc=usdc,
        dai=builder.deploy(sender, token, "Dai (demonstration)", "DAI", 18),
        pop=builder.deploy(sender, votes, "Popular DAO token (demonstration)", "POP", POP_SUPPLY),
        vault=builder.deploy(sender, ours("YieldVault"), vault, "yUSDC", usdc.raw),
        eth_feed=builder.deploy(sender, feed, "ETH / USD", trader.raw),
        usdc_feed=builder.deploy(sender, feed, "USDC / USD", trader.raw),
        dai_feed=builder.deploy(sender, feed, "DAI / USD", trader.raw),
        trader=trader,
        impostor=builder.deploy(sender, ours("Impostor")),
    )


def _hand_out(builder: BlockBuilder, world: World) -> None:
    """Give the market its stock, the liquidity provider their tokens and the Safe its treasury."""
    market, us, weth = world.roles.market, world.ours, world.uniswap.weth
    safe, trader = world.safe.address, us.trader
    provider = world.roles.liquidity_provider
    builder.send(market, weth, calldata("deposit()"), 40_000 * ETHER)
    for receiver, amount in ((trader, 20_000), (provider, 12_000), (safe, 290)):
        builder.send(market, weth, _transfer(receiver, amount * ETHER))
    for receiver, dollars in ((trader, 60_000_000), (provider, 40_000_000), (safe, 4_215_000)):
        builder.send(market, us.usdc, _mint(receiver, dollars * USDC_UNIT))
    builder.send(market, us.dai, _mint(safe, 3_655_000 * ETHER))
    for receiver, tokens in ((trader, 30_000_000), (provider, 12_000_000), (safe, 18_500_000)):
        builder.send(market, us.pop, _transfer(receiver, tokens * ETHER))
    for owner, tokens in zip(world.roles.owners, (900_000, 650_000, 400_000), strict=True):
        builder.send(market, us.pop, _transfer(owner, tokens * ETHER))
        builder.send(owner, us.pop, calldata("delegate(address)", owner.raw))
    builder.perform(market, safe, b"", 330 * ETHER)


def _transfer(receiver: Address, amount: int) -> bytes:
    return calldata("transfer(address,uint256)", receiver.raw, amount)


def _mint(receiver: Address, amount: int) -> bytes:
    return calldata("mint(address,uint256)", receiver.raw, amount)

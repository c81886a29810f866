"""Deploys Safe, Uniswap v3 and WETH9 as everybody else deployed them.

The Safe contracts go through Safe's singleton factory, so that their addresses and code hashes
are the official ones that @safe-global/safe-deployments lists for every chain.
"""

from dataclasses import dataclass

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.packages import calldata, official

# Published at github.com/safe-global/safe-singleton-factory: CREATE2 with the first word as salt.
SINGLETON_FACTORY = Address.parse("0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7")
SINGLETON_FACTORY_CODE = (
    "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0"
    "3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
_SAFE = "@safe-global/safe-contracts/build/artifacts/contracts"
_CORE = "@uniswap/v3-core/artifacts/contracts"
_PERIPHERY = "@uniswap/v3-periphery/artifacts/contracts"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeContracts:
    """Safe 1.4.1 at its official addresses."""

    safe: Address
    safe_l2: Address
    safe_proxy_factory: Address
    multi_send: Address
    multi_send_call_only: Address
    compatibility_fallback_handler: Address
    sign_message_lib: Address
    create_call: Address
    simulate_tx_accessor: Address


_SAFE_ARTIFACTS = {
    "safe": "Safe.sol/Safe.json",
    "safe_l2": "SafeL2.sol/SafeL2.json",
    "safe_proxy_factory": "proxies/SafeProxyFactory.sol/SafeProxyFactory.json",
    "multi_send": "libraries/MultiSend.sol/MultiSend.json",
    "multi_send_call_only": "libraries/MultiSendCallOnly.sol/MultiSendCallOnly.json",
    "compatibility_fallback_handler": (
        "handler/CompatibilityFallbackHandler.sol/CompatibilityFallbackHandler.json"
    ),
    "sign_message_lib": "libraries/SignMessageLib.sol/SignMessageLib.json",
    "create_call": "libraries/CreateCall.sol/CreateCall.json",
    "simulate_tx_accessor": "accessors/SimulateTxAccessor.sol/SimulateTxAccessor.json",
}

_UNISWAP_ARTIFACTS = {
    "weth": "canonical-weth/build/contracts/WETH9.json",
    "factory": f"{_CORE}/UniswapV3Factory.sol/UniswapV3Factory.json",
    "position_manager": (
        f"{_PERIPHERY}/NonfungiblePositionManager.sol/NonfungiblePositionManager.json"
    ),
    "swap_router": f"{_PERIPHERY}/SwapRouter.sol/SwapRouter.json",
}


def artifact_paths() -> tuple[str, ...]:
    """Every npm file that building reads, below the npm packages: what a frozen program carries."""
    safe = (f"{_SAFE}/{path}" for path in _SAFE_ARTIFACTS.values())
    return (*safe, *_UNISWAP_ARTIFACTS.values())


def deploy_safe_contracts(builder: BlockBuilder, sender: Address) -> SafeContracts:
    """Deploy every Safe 1.4.1 contract through the singleton factory, with salt zero."""
    builder.rpc.ask("anvil_setCode", str(SINGLETON_FACTORY), SINGLETON_FACTORY_CODE)
    salt = bytes(32)
    where: dict[str, Address] = {}
    for name, path in _SAFE_ARTIFACTS.items():
        creation = official(f"{_SAFE}/{path}").bytecode
        builder.perform(sender, SINGLETON_FACTORY, salt + creation)
        where[name] = _create2_address(SINGLETON_FACTORY, salt, creation)
    return SafeContracts(**where)


def _create2_address(factory: Address, salt: bytes, creation: bytes) -> Address:
    """Where CREATE2 puts a contract (EIP-1014)."""
    return Address(keccak(b"\xff" + factory.raw + salt + keccak(creation))[12:])


@dataclass(frozen=True, slots=True, kw_only=True)
class UniswapContracts:
    """Uniswap v3 and wrapped ether."""

    weth: Address
    factory: Address
    position_manager: Address
    swap_router: Address


def deploy_uniswap(builder: BlockBuilder, sender: Address) -> UniswapContracts:
    """Deploy WETH9, the Uniswap v3 factory, the position manager and the router.

    The position manager gets no descriptor: it would only draw pictures of positions.
    """
    made = {name: official(path) for name, path in _UNISWAP_ARTIFACTS.items()}
    weth = builder.deploy(sender, made["weth"])
    factory = builder.deploy(sender, made["factory"])
    return UniswapContracts(
        weth=weth,
        factory=factory,
        position_manager=builder.deploy(
            sender, made["position_manager"], factory.raw, weth.raw, ZERO_ADDRESS.raw
        ),
        swap_router=builder.deploy(sender, made["swap_router"], factory.raw, weth.raw),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolFacts:
    """A Uniswap v3 pool and what never changes about it."""

    name: str
    address: Address
    token0: Address
    token1: Address
    fee: int
    tick_spacing: int
    created_at_block: int


def create_pool(
    builder: BlockBuilder,
    sender: Address,
    uniswap: UniswapContracts,
    *,
    name: str,
    tokens: tuple[Address, Address],
    fee: int,
    sqrt_price_x96: int,
) -> PoolFacts:
    """Create a pool at a price and let it remember a day of ten-minute observations."""
    token0, token1 = sorted(tokens)
    receipt = builder.perform(
        sender,
        uniswap.position_manager,
        calldata(
            "createAndInitializePoolIfNecessary(address,address,uint24,uint160)",
            token0.raw, token1.raw, fee, sqrt_price_x96,
        ),
    )  # fmt: skip
    found = builder.call(
        uniswap.factory,
        calldata("getPool(address,address,uint24)", token0.raw, token1.raw, fee),
    )
    pool = Address(found[-20:])
    builder.perform(sender, pool, calldata("increaseObservationCardinalityNext(uint16)", 144))
    return PoolFacts(
        name=name,
        address=pool,
        token0=token0,
        token1=token1,
        fee=fee,
        tick_spacing={500: 10, 3000: 60, 10_000: 200}[fee],
        created_at_block=int(receipt["blockNumber"], 16),
    )

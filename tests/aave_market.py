"""A market of the real Aave v3 contracts beside the demonstration: two reserves, one lender.

The contracts are those of @aave/core-v3 as Aave compiled them; only what they are told is ours.
Interest runs with the chain's own clock, so that time has to be moved on purpose.
"""

import json
from dataclasses import dataclass
from typing import Any

from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import Artifact, calldata, node_packages

_ARTIFACTS = "@aave/core-v3/artifacts/contracts"
_LOGIC = "protocol/libraries/logic"
GAS = 16_000_000
RAY = 10**27
WHOLE = 2**256 - 1
VARIABLE, STABLE = 2, 1
LENT_USDC = 5_000_000 * 10**6
LENT_WETH = 2_000 * 10**18
_SLOTS = (
    "address,address,address,uint8,address,address,address,address,"
    "string,string,string,string,string,string,bytes"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AaveMarket:
    """Where the market is, and a pen to change it with."""

    rpc: JsonRpc
    admin: Address
    pool: Address
    configurator: Address
    oracle: Address
    usdc: Address
    weth: Address

    def perform(
        self, sender: Address, to: Address | None, data: bytes, value: int = 0
    ) -> dict[str, Any]:
        """The receipt of a transaction from any account, mined and successful."""
        return _perform(self.rpc, sender, to, data, value)

    def configure(self, signature: str, *arguments: Any) -> None:
        """What the pool's administrator sets: `name(type,…)` of the PoolConfigurator."""
        plain = (each.raw if isinstance(each, Address) else each for each in arguments)
        self.perform(self.admin, self.configurator, calldata(signature, *plain))

    def supply(self, sender: Address, asset: Address, amount: int) -> None:
        """Approve and supply on one's own behalf."""
        approve = calldata("approve(address,uint256)", self.pool.raw, amount)
        self.perform(sender, asset, approve)
        self.perform(
            sender,
            self.pool,
            calldata("supply(address,uint256,address,uint16)", asset.raw, amount, sender.raw, 0),
        )

    def borrow(self, sender: Address, asset: Address, amount: int, mode: int = VARIABLE) -> None:
        """Take a loan against what one has supplied."""
        signature = "borrow(address,uint256,uint256,uint16,address)"
        arguments = (asset.raw, amount, mode, 0, sender.raw)
        self.perform(sender, self.pool, calldata(signature, *arguments))

    def pass_time(self, seconds: int) -> None:
        """One block, so many seconds later."""
        self.rpc.ask("evm_increaseTime", seconds)
        self.rpc.ask("evm_mine")

    def words(self, to: Address, signature: str, *arguments: Any) -> list[int]:
        """What a contract answers now, word by word."""
        plain = (each.raw if isinstance(each, Address) else each for each in arguments)
        return _words(self.rpc, to, calldata(signature, *plain))

    def tokens_of(self, asset: Address) -> tuple[Address, Address, Address]:
        """The reserve's aToken, stable and variable debt token, in the contracts' own words."""
        found = self.words(self.pool, "getReserveData(address)", asset)
        a_token, stable, variable = (_address(word) for word in found[8:11])
        return a_token, stable, variable


def deploy_aave(rpc: JsonRpc, facts: dict[str, Any]) -> AaveMarket:
    """The market with USDC and WETH lent into it, on the chain whose facts these are."""
    admin = Address.parse(rpc.ask("eth_accounts")[0])
    rpc.ask("anvil_setBalance", str(admin), hex(10**24))
    usdc = Address.parse(facts["contracts"]["usdc"])
    weth = Address.parse(facts["uniswap"]["weth"])
    chain = _Deployer(rpc, admin)
    provider = chain.deploy("protocol/configuration/PoolAddressesProvider", "Ours", admin)
    set_up = "setACLAdmin(address)", "setPoolImpl(address)", "setPoolConfiguratorImpl(address)"
    chain.tell(provider, set_up[0], admin)
    manager = chain.deploy("protocol/configuration/ACLManager", provider)
    chain.tell(provider, "setACLManager(address)", manager)
    chain.tell(manager, "addPoolAdmin(address)", admin)
    chain.tell(provider, set_up[1], chain.deploy("protocol/pool/Pool", provider))
    chain.tell(provider, set_up[2], chain.deploy("protocol/pool/PoolConfigurator"))
    pool = _address(chain.ask(provider, "getPool()"))
    configurator = _address(chain.ask(provider, "getPoolConfigurator()"))
    feeds = [chain.deploy("mocks/oracle/CLAggregators/MockAggregator", dollars * 10**8)
             for dollars in (1, 2_500)]  # fmt: skip
    oracle = chain.deploy(
        "misc/AaveOracle", provider, [usdc, weth], feeds, ZERO_ADDRESS, ZERO_ADDRESS, 10**8
    )
    chain.tell(provider, "setPriceOracle(address)", oracle)
    market = AaveMarket(
        rpc=rpc, admin=admin, pool=pool, configurator=configurator, oracle=oracle,
        usdc=usdc, weth=weth,
    )  # fmt: skip
    _list_reserves(chain, market, provider)
    _lend(market, facts)
    return market


def _list_reserves(chain: "_Deployer", market: AaveMarket, provider: Address) -> None:
    """USDC and WETH, both collateral at 80%, both borrowable in either mode."""
    token = "protocol/tokenization"
    kinds = [chain.deploy(f"{token}/{name}", market.pool)
             for name in ("AToken", "StableDebtToken", "VariableDebtToken")]  # fmt: skip
    rates = [RAY * per_cent // 100 for per_cent in (80, 1, 4, 60, 5, 60, 2, 5, 20)]
    rate = chain.deploy("protocol/pool/DefaultReserveInterestRateStrategy", provider, *rates)
    names = [f"{kind} of ours" for kind in ("a", "a", "variable", "variable", "stable", "stable")]
    reserves = [
        (*(kind.raw for kind in kinds), decimals, rate.raw, asset.raw, market.admin.raw,
         ZERO_ADDRESS.raw, *names, b"")
        for asset, decimals in ((market.usdc, 6), (market.weth, 18))
    ]  # fmt: skip
    market.configure(f"initReserves(({_SLOTS})[])", reserves)
    for asset in (market.usdc, market.weth):
        collateral = "configureReserveAsCollateral(address,uint256,uint256,uint256)"
        market.configure(collateral, asset, 8_000, 8_250, 10_500)
        market.configure("setReserveBorrowing(address,bool)", asset, True)  # noqa: FBT003  a word
        market.configure("setReserveStableRateBorrowing(address,bool)", asset, True)  # noqa: FBT003


def _lend(market: AaveMarket, facts: dict[str, Any]) -> None:
    """What others have lent, so that there is something to borrow and interest is paid."""
    minter = Address.parse(facts["roles"]["market"])
    mint = calldata("mint(address,uint256)", market.admin.raw, 2 * LENT_USDC)
    market.perform(minter, market.usdc, mint)
    market.perform(market.admin, market.weth, calldata("deposit()"), 2 * LENT_WETH)
    market.supply(market.admin, market.usdc, LENT_USDC)
    market.supply(market.admin, market.weth, LENT_WETH)
    market.borrow(market.admin, market.usdc, LENT_USDC // 2)
    market.borrow(market.admin, market.weth, LENT_WETH // 4)


class _Deployer:
    """Deploys compiled contracts, with the libraries that they are linked to."""

    def __init__(self, rpc: JsonRpc, sender: Address) -> None:
        self._rpc = rpc
        self._sender = sender
        self._libraries: dict[str, Address] = {}

    def deploy(self, path: str, *arguments: Any) -> Address:
        """Deploy what lies at a path of the package; answers where it is."""
        name = path.rpartition("/")[2]
        found = json.loads((node_packages() / _ARTIFACTS / f"{path}.sol/{name}.json").read_bytes())
        code = found["bytecode"].removeprefix("0x")
        for libraries in found["linkReferences"].values():
            for library, places in libraries.items():
                at = self._library(library).raw.hex()
                for place in places:
                    begin = 2 * place["start"]
                    code = code[:begin] + at + code[begin + 40 :]
        made = Artifact(name=name, abi=tuple(found["abi"]), bytecode=bytes.fromhex(code))
        creation = made.creation(*map(_plain, arguments))
        return Address.parse(self._perform(None, creation)["contractAddress"])

    def tell(self, to: Address, signature: str, *arguments: Any) -> None:
        """Call a function of a contract."""
        self._perform(to, calldata(signature, *map(_plain, arguments)))

    def ask(self, to: Address, signature: str) -> int:
        """The first word a contract answers."""
        return _words(self._rpc, to, calldata(signature))[0]

    def _library(self, name: str) -> Address:
        if name not in self._libraries:
            self._libraries[name] = self.deploy(f"{_LOGIC}/{name}")
        return self._libraries[name]

    def _perform(self, to: Address | None, data: bytes) -> dict[str, Any]:
        return _perform(self._rpc, self._sender, to, data)


def _perform(
    rpc: JsonRpc, sender: Address, to: Address | None, data: bytes, value: int = 0
) -> dict[str, Any]:
    rpc.ask("anvil_impersonateAccount", str(sender))
    call = {"from": str(sender), "data": "0x" + data.hex(), "value": hex(value), "gas": hex(GAS)}
    sent = rpc.ask("eth_sendTransaction", call if to is None else call | {"to": str(to)})
    receipt: dict[str, Any] | None = None
    while receipt is None:  # the node answers before it has mined
        receipt = rpc.ask("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1", f"{to} {data[:4].hex()}"
    return receipt


def _words(rpc: JsonRpc, to: Address, data: bytes) -> list[int]:
    answer = rpc.ask("eth_call", {"to": str(to), "data": "0x" + data.hex()}, "latest")[2:]
    return [int(answer[at : at + 64], 16) for at in range(0, len(answer), 64)]


def _plain(argument: Any) -> Any:
    if isinstance(argument, list):
        return [_plain(each) for each in argument]
    return argument.raw if isinstance(argument, Address) else argument


def _address(word: int) -> Address:
    return Address(word.to_bytes(32, "big")[12:])

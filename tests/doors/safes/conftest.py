"""A node of its own with real Safe contracts of six versions, each behind a proxy of its own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.samples import an_owner
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.node import CHAIN_ID, Node
from treasury_desktop.devnet.packages import calldata, node_packages
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import SafeTx

OWNERS = (an_owner(1), an_owner(2), an_owner(3))
ENOUGH_GAS = 12_000_000
PUBLISHED = Path(__file__).parent / "published"
INSTALLED = {
    "1.3.0": ("@gnosis.pm/safe-contracts", "GnosisSafe", "GnosisSafeProxy"),
    "1.3.0+L2": ("@gnosis.pm/safe-contracts", "GnosisSafeL2", "GnosisSafeProxy"),
    "1.4.1": ("@safe-global/safe-contracts", "Safe", "SafeProxy"),
    "1.4.1+L2": ("@safe-global/safe-contracts", "SafeL2", "SafeProxy"),
    "1.5.0": ("@safe-global/safe-smart-account", "Safe", "SafeProxy"),
    "1.5.0+L2": ("@safe-global/safe-smart-account", "SafeL2", "SafeProxy"),
}
VERSIONS = ("0.1.0", "1.0.0", "1.1.1", *INSTALLED)
HANDLER = "handler/CompatibilityFallbackHandler"


class Deployer:
    """Puts contracts on the node and sends transactions by its first account."""

    def __init__(self, rpc: JsonRpc, endpoint: str) -> None:
        self.rpc = rpc
        self.endpoint = endpoint
        self.sender = Address.parse(rpc.ask("eth_accounts")[0])
        self._singletons: dict[str, Address] = {}

    def safe(
        self,
        version: str,
        owners: tuple[Address, ...] = OWNERS,
        threshold: int = 2,
        handler: Address = ZERO_ADDRESS,
    ) -> "RealSafe":
        """A new Safe of a version, set up and behind a proxy of its own."""
        if version not in self._singletons:
            self._singletons[version] = self.deployed(_creation_code(version, is_proxy=False))
        proxy = _creation_code(version, is_proxy=True)
        address = self.deployed(proxy + bytes(12) + self._singletons[version].raw)
        self.sent(address, _setup(SafeVersion.parse(version), owners, threshold, handler))
        safe = Safe(
            chain_id=CHAIN_ID, address=address, version=SafeVersion.parse(version),
            owners=owners, threshold=threshold, nonce=0,
        )  # fmt: skip
        return RealSafe(safe=safe, deployer=self)

    def library(self, version: str, contract: str) -> Address:
        """A new copy of a contract that Safes of a version use, such as libraries/MultiSend."""
        return self.deployed(_bytecode(INSTALLED[version][0], contract))

    def deployed(self, creation: bytes) -> Address:
        """The address of a new contract."""
        receipt = self._receipt({"data": "0x" + creation.hex()})
        return Address.parse(receipt["contractAddress"].lower())

    def sent(self, to: Address, data: bytes, *, sender: Address | None = None) -> Any:
        """The receipt of a transaction that succeeded; any sender may be taken for one."""
        transaction = {"to": str(to), "data": "0x" + data.hex()}
        if sender is not None:
            self.rpc.ask("anvil_impersonateAccount", str(sender))
            self.rpc.ask("anvil_setBalance", str(sender), hex(10**18))
        return self._receipt(transaction, sender or self.sender)

    def _receipt(self, transaction: dict[str, str], sender: Address | None = None) -> Any:
        whole = {"from": str(sender or self.sender), "gas": hex(ENOUGH_GAS), **transaction}
        sent = self.rpc.ask("eth_sendTransaction", whole)
        self.rpc.ask("evm_mine")  # the node answers before it has mined
        receipt = self.rpc.ask("eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1", receipt
        return receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSafe:
    """A Safe on the node, and how to ask it."""

    safe: Safe
    deployer: Deployer

    def words(self, signature: str, *arguments: Any) -> list[int]:
        """The words it answers to a call."""
        return self.answer(calldata(signature, *arguments))

    def answer(self, data: bytes) -> list[int]:
        """The words it answers to calldata, asked by the account that sends everything."""
        request = {
            "from": str(self.deployer.sender), "to": str(self.safe.address),
            "data": "0x" + data.hex(), "gas": hex(ENOUGH_GAS),
        }  # fmt: skip
        answer = self.deployer.rpc.ask("eth_call", request, "latest")[2:]
        return [int(answer[at : at + 64], 16) for at in range(0, len(answer), 64)]

    def next_tx(self, **fields: Any) -> SafeTx:
        """A transaction at the Safe's present nonce: nothing to nobody, if nothing else is said."""
        (nonce,) = self.words("nonce()")
        return replace(SafeTx(to=Address(b"\x77" * 20), nonce=nonce), **fields)

    def would_execute(self, tx: SafeTx, signatures: bytes) -> bool:
        """What execTransaction answers; Unavailable where it reverts."""
        return self.answer(exec_transaction_calldata(tx, signatures)) == [1]

    def execute(self, tx: SafeTx, signatures: bytes) -> None:
        """Executes for good; afterwards the nonce is one higher."""
        self.deployer.sent(self.safe.address, exec_transaction_calldata(tx, signatures))
        assert self.words("nonce()") == [tx.nonce + 1]


@pytest.fixture(scope="session")
def deployer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployer]:
    """Somebody who deploys on an empty chain."""
    folder = tmp_path_factory.mktemp("safes")
    node = Node(folder / "state.json", log=folder / "node.log")
    yield Deployer(node.rpc, node.endpoint)
    node.close()


@pytest.fixture(scope="session", params=VERSIONS)
def real_safe(request: pytest.FixtureRequest, deployer: Deployer) -> RealSafe:
    """A Safe of each version, set up with three owners of whom two are needed."""
    return deployer.safe(request.param)


@pytest.fixture(scope="session", params=[v for v in INSTALLED if "+" not in v])
def nested(request: pytest.FixtureRequest, deployer: Deployer) -> tuple[RealSafe, RealSafe]:
    """A Safe, and the Safe that is one of its two owners, both of one version and both needed."""
    inner = deployer.safe(request.param, handler=deployer.library(request.param, HANDLER))
    return deployer.safe(request.param, owners=(an_owner(1), inner.safe.address)), inner


def _creation_code(version: str, *, is_proxy: bool) -> bytes:
    if version in INSTALLED:
        package, safe, proxy = INSTALLED[version]
        return _bytecode(package, f"proxies/{proxy}" if is_proxy else safe)
    published = json.loads((PUBLISHED / f"{version}.json").read_bytes())
    code = published["creation_code"]["Proxy" if is_proxy else "GnosisSafe"]
    return bytes.fromhex(code.removeprefix("0x"))


def _bytecode(package: str, contract: str) -> bytes:
    name = contract.rpartition("/")[2]
    path = f"{package}/build/artifacts/contracts/{contract}.sol/{name}.json"
    found = json.loads((node_packages() / path).read_bytes())
    return bytes.fromhex(found["bytecode"].removeprefix("0x"))


def _setup(
    version: SafeVersion, owners: tuple[Address, ...], threshold: int, handler: Address
) -> bytes:
    """The call that sets a proxy up; versions differ in what follows the owners."""
    first = ([str(owner) for owner in owners], threshold, str(ZERO_ADDRESS), b"")
    nobody = str(ZERO_ADDRESS)
    if version.numbers < (1, 0, 0):
        return calldata("setup(address[],uint256,address,bytes)", *first)
    if version.numbers < (1, 1, 0):
        signature = "setup(address[],uint256,address,bytes,address,uint256,address)"
        return calldata(signature, *first, nobody, 0, nobody)
    signature = "setup(address[],uint256,address,bytes,address,address,uint256,address)"
    return calldata(signature, *first, str(handler), nobody, 0, nobody)

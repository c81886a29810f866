"""A node of its own with the Safe contracts of three versions, each behind a proxy."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.samples import an_owner
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.node import CHAIN_ID, Node
from treasury_desktop.devnet.packages import calldata, node_packages
from treasury_desktop.safes.safe import Safe, SafeVersion

OWNERS = (an_owner(1), an_owner(2), an_owner(3))
BUILT = "build/artifacts/contracts"
ARTIFACTS = {
    "1.3.0": ("@gnosis.pm/safe-contracts", "GnosisSafe", "GnosisSafeProxy"),
    "1.3.0+L2": ("@gnosis.pm/safe-contracts", "GnosisSafeL2", "GnosisSafeProxy"),
    "1.4.1": ("@safe-global/safe-contracts", "Safe", "SafeProxy"),
    "1.4.1+L2": ("@safe-global/safe-contracts", "SafeL2", "SafeProxy"),
    "1.5.0": ("@safe-global/safe-smart-account", "Safe", "SafeProxy"),
    "1.5.0+L2": ("@safe-global/safe-smart-account", "SafeL2", "SafeProxy"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RealSafe:
    """A 2-of-3 Safe on the node, and how to ask it."""

    safe: Safe
    rpc: JsonRpc

    def words(self, signature: str, *arguments: Any) -> list[int]:
        """The words it answers to a call."""
        request = {
            "to": str(self.safe.address), "data": "0x" + calldata(signature, *arguments).hex(),
        }  # fmt: skip
        answer = self.rpc.ask("eth_call", request, "latest")[2:]
        return [int(answer[at : at + 64], 16) for at in range(0, len(answer), 64)]


@pytest.fixture(scope="session")
def rpc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JsonRpc]:
    """A conversation with an empty chain."""
    folder = tmp_path_factory.mktemp("safes")
    node = Node(folder / "state.json", log=folder / "node.log")
    yield node.rpc
    node.close()


@pytest.fixture(scope="session", params=ARTIFACTS)
def real_safe(request: pytest.FixtureRequest, rpc: JsonRpc) -> RealSafe:
    """A Safe of each version, set up with three owners of whom two are needed."""
    package, singleton_name, proxy_name = ARTIFACTS[request.param]
    folder = f"{package}/{BUILT}"
    singleton = _deployed(rpc, _bytecode(f"{folder}/{singleton_name}.sol/{singleton_name}.json"))
    proxy_code = _bytecode(f"{folder}/proxies/{proxy_name}.sol/{proxy_name}.json")
    address = _deployed(rpc, proxy_code + bytes(12) + singleton.raw)
    setup = calldata(
        "setup(address[],uint256,address,bytes,address,address,uint256,address)",
        [str(owner) for owner in OWNERS], 2, str(ZERO_ADDRESS), b"",
        str(ZERO_ADDRESS), str(ZERO_ADDRESS), 0, str(ZERO_ADDRESS),
    )  # fmt: skip
    _sent(rpc, {"to": str(address), "data": "0x" + setup.hex()})
    safe = Safe(
        chain_id=CHAIN_ID, address=address, version=SafeVersion.parse(request.param),
        owners=OWNERS, threshold=2, nonce=0,
    )  # fmt: skip
    return RealSafe(safe=safe, rpc=rpc)


def _bytecode(path: str) -> bytes:
    found = json.loads((node_packages() / path).read_bytes())
    return bytes.fromhex(found["bytecode"].removeprefix("0x"))


def _deployed(rpc: JsonRpc, creation: bytes) -> Address:
    receipt = _sent(rpc, {"data": "0x" + creation.hex()})
    return Address.parse(receipt["contractAddress"].lower())


def _sent(rpc: JsonRpc, transaction: dict[str, str]) -> Any:
    """The receipt of a transaction by the node's own first account."""
    sender = rpc.ask("eth_accounts")[0]
    sent = rpc.ask("eth_sendTransaction", {"from": sender, "gas": hex(12_000_000), **transaction})
    rpc.ask("evm_mine")  # the node answers before it has mined
    receipt = rpc.ask("eth_getTransactionReceipt", sent)
    assert receipt["status"] == "0x1", receipt
    return receipt

"""Safes of other versions are read as their contracts stand, with hashes that are theirs."""

import json
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.devnet.packages import calldata, node_packages
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import SafeTx

BUILDS = {
    "1.3.0": "@gnosis.pm/safe-contracts/build/artifacts/contracts/{}.sol/{}.json",
    "1.5.0": "@safe-global/safe-smart-account/build/artifacts/contracts/{}.sol/{}.json",
}
NAMES = {"1.3.0": ("GnosisSafe", "GnosisSafeProxy"), "1.5.0": ("Safe", "SafeProxy")}
SETUP = "setup(address[],uint256,address,bytes,address,address,uint256,address)"


def _deployed(chain: Demonstration, version: str, name: str, argument: bytes = b"") -> Address:
    folder = "" if not argument else "proxies/"
    file = node_packages() / BUILDS[version].format(f"{folder}{name}", name)
    code = bytes.fromhex(json.loads(file.read_bytes())["bytecode"][2:]) + argument
    sender = chain.facts["roles"]["market"]
    call = {"from": sender, "data": "0x" + code.hex(), "gas": hex(8 * 10**6)}
    sent = chain.rpc.ask("eth_sendTransaction", call)
    receipt: dict[str, Any] | None = None
    while receipt is None:
        receipt = chain.rpc.ask("eth_getTransactionReceipt", sent)
    return Address.parse(receipt["contractAddress"])


@pytest.mark.parametrize("version", sorted(BUILDS))
def test_safe_of_another_version(own_chain: Demonstration, version: str) -> None:
    """Owners, handler and hash of a Safe of this version are what its contract says."""
    singleton_name, proxy_name = NAMES[version]
    singleton = _deployed(own_chain, version, singleton_name)
    safe_at = _deployed(own_chain, version, proxy_name, bytes(12) + singleton.raw)
    owner = Address.parse(own_chain.facts["roles"]["owner_a"])
    handler = Address.parse(own_chain.facts["safe_contracts"]["compatibility_fallback_handler"])
    nobody = bytes(20)
    setup = calldata(SETUP, [owner.raw], 1, nobody, b"", handler.raw, nobody, 0, nobody)
    own_chain.perform(owner, str(safe_at), setup)
    node = Node((own_chain.endpoint,), 31337)
    reader = SafeReader(node)
    safe = reader.read_safe(safe_at)
    tx = SafeTx(to=owner, value=1, data=b"\x01\x02", nonce=3)
    on_chain = reader.transaction_hash_on_chain(safe_at, tx)
    node.close()
    assert str(safe.version) == version
    assert (safe.owners, safe.threshold, safe.nonce) == ((owner,), 1, 0)
    assert (safe.singleton, safe.fallback_handler) == (singleton, handler)
    assert (safe.modules, safe.guard, safe.module_guard) == ((), None, None)
    assert on_chain == safe_tx_hashes(safe, tx).safe_tx

"""Where new proxies lie and what runs in them, against the real factories on a node."""

import json

import pytest

from tests.doors.safes.conftest import OWNERS, Deployer
from tests.matters import a_call
from tests.samples import a_safe
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.calls.decoded_call import Reading, decode_transaction
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.devnet.node import CHAIN_ID
from treasury_desktop.devnet.packages import node_packages
from treasury_desktop.errors import Unavailable
from treasury_desktop.safes.safe_tx import SafeTx

FACTORIES = {
    (1, 3, 0): ("@gnosis.pm/safe-contracts", "GnosisSafe"),
    (1, 4, 1): ("@safe-global/safe-contracts", "Safe"),
    (1, 5, 0): ("@safe-global/safe-smart-account", "Safe"),
}
KINDS = "address,bytes,uint256"
FUNCTIONS = {
    f"createProxyWithNonce({KINDS})": set(FACTORIES),
    f"createProxyWithCallback({KINDS},address)": {(1, 3, 0), (1, 4, 1)},
    f"createChainSpecificProxyWithNonce({KINDS})": {(1, 4, 1), (1, 5, 0)},
    f"createProxyWithNonceL2({KINDS})": {(1, 5, 0)},
    f"createChainSpecificProxyWithNonceL2({KINDS})": {(1, 5, 0)},
}


@pytest.mark.parametrize("version", FACTORIES)
@pytest.mark.parametrize("signature", FUNCTIONS)
def test_new_proxies_lie_where_the_factory_says(
    signature: str, version: tuple[int, int, int], deployer: Deployer
) -> None:
    """Every function of every factory answers the address that the call tree shows."""
    package, prefix = FACTORIES[version]
    factory = official_address(CHAIN_ID, f"{prefix}ProxyFactory", version)
    assert factory is not None
    path = f"{package}/build/artifacts/contracts/proxies/{prefix}ProxyFactory.sol"
    artifact = node_packages() / path / f"{prefix}ProxyFactory.json"
    code = json.loads(artifact.read_text("utf-8"))["deployedBytecode"]
    deployer.rpc.ask("anvil_setCode", str(factory), code)
    singleton = deployer.library("1.4.1", "Safe")
    set_up = a_call(
        factory, "setup(address[],uint256,address,bytes,address,address,uint256,address)",
        OWNERS, 2, ZERO_ADDRESS, b"", ZERO_ADDRESS, ZERO_ADDRESS, 0, ZERO_ADDRESS,
    )  # fmt: skip
    rest = (ZERO_ADDRESS,) if "Callback" in signature else ()
    call = a_call(factory, signature, singleton, set_up.data, 7, *rest)
    asked = {"to": str(factory), "data": "0x" + call.data.hex()}
    if version not in FUNCTIONS[signature]:
        with pytest.raises(Unavailable):
            deployer.rpc.ask("eth_call", asked, "latest")
        return
    answered = Address.parse("0x" + deployer.rpc.ask("eth_call", asked, "latest")[-40:])
    tx = SafeTx(to=factory, data=call.data, nonce=12)
    (inner,) = decode_transaction(a_safe(), tx, Reading()).calls
    assert inner.to == answered
    assert inner.data == set_up.data
    assert inner.sender == factory

"""Why an execution would be refused: the Safe's own words, and those of the call inside."""

from contextlib import closing
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.test_broadcaster import _exec, _roles
from tests.doors.chain.test_safe_versions import NAMES, SETUP, _deployed
from treasury_desktop.assets.address import Address
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Refused
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import Operation, SafeTx

SAYS_GS026 = bytes.fromhex(
    "7f08c379a0" + "00" * 28 + "6000526020600452" + "6005602452"
    "7f4753303236" + "00" * 27 + "60445260646000fd"
)
"""revert Error("GS026")"""
FAILS_FOR_EXECUTORS = bytes.fromhex("3315600a5760006000fd5b600560005260206000f3")
"""if (msg.sender != 0) revert(); return 5"""
INSIDE = "the transaction itself fails when it is run: one of its calls reverts"
FEW_VERSIONS = {"1.3.0": f"{INSIDE} (GS013): a signature is", "1.5.0": f"{INSIDE}: a signature is"}


def made(chain: Demonstration, runtime: bytes) -> Address:
    """A contract of this code."""
    code = bytes.fromhex(f"61{len(runtime):04x}80600c6000396000f3") + runtime
    call = {"from": str(_roles(chain, "executor")), "data": f"0x{code.hex()}"}
    sent = chain.rpc.ask("eth_sendTransaction", call)
    receipt = None
    while receipt is None:
        receipt = chain.rpc.ask("eth_getTransactionReceipt", sent)
    return Address.parse(receipt["contractAddress"])


class OwnedByOne:
    """A Safe of some version with one owner."""

    def __init__(self, chain: Demonstration, node: Node, version: str) -> None:
        self.chain, self.node, self.owner = chain, node, _roles(chain, "owner_a")
        singleton_name, proxy_name = NAMES[version]
        singleton = _deployed(chain, version, singleton_name)
        self.address = _deployed(chain, version, proxy_name, bytes(12) + singleton.raw)
        nobody = bytes(20)
        setup = calldata(SETUP, [self.owner.raw], 1, nobody, b"", nobody, nobody, 0, nobody)
        chain.perform(self.owner, str(self.address), setup)

    def refusal(self, *, is_approved: bool = True, **tx: Any) -> str:
        """Why the transaction would not be executed."""
        safe = SafeReader(self.node).read_safe(self.address)
        one = SafeTx(value=0, nonce=0, **tx)
        if is_approved:
            approval = calldata("approveHash(bytes32)", safe_tx_hashes(safe, one).safe_tx)
            self.chain.perform(self.owner, str(self.address), approval)
        execution = _exec(one, bytes(12) + self.owner.raw + bytes(32) + b"\x01")
        about = (31337, _roles(self.chain, "executor"), self.address, execution)
        with pytest.raises(Refused) as refusal:
            Broadcaster(self.node).estimate_execution(*about, now=1)
        return refusal.value.sentence.removeprefix("The Safe would refuse the execution: ")


@pytest.mark.parametrize("version", sorted(FEW_VERSIONS))
def test_a_call_that_speaks_in_the_safes_codes(own_chain: Demonstration, version: str) -> None:
    """No contract makes the Safe seem to find fault with the signatures."""
    with closing(Node((own_chain.endpoint,), 31337)) as node:
        safe, liar = OwnedByOne(own_chain, node, version), made(own_chain, SAYS_GS026)
        for operation in (Operation.CALL, Operation.DELEGATECALL):
            said = safe.refusal(to=liar, operation=operation)
            assert said.startswith(FEW_VERSIONS[version])


def test_the_safes_own_codes_are_its_own(own_chain: Demonstration) -> None:
    """What was not approved is refused by the Safe, before any call is made."""
    with closing(Node((own_chain.endpoint,), 31337)) as node:
        safe = OwnedByOne(own_chain, node, "1.5.0")
        said = safe.refusal(is_approved=False, to=safe.owner)
        assert said == "an owner has not approved the hash on the chain (GS025)."


def test_what_succeeds_alone_gives_no_reason(own_chain: Demonstration) -> None:
    """What it returns then is not why it failed."""
    with closing(Node((own_chain.endpoint,), 31337)) as node:
        safe, odd = OwnedByOne(own_chain, node, "1.3.0"), made(own_chain, FAILS_FOR_EXECUTORS)
        said = safe.refusal(to=odd, operation=Operation.DELEGATECALL)
        assert said == f"{INSIDE} (GS013)."

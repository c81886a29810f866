"""Our batches against what the real MultiSend contracts do with them, on a node."""

import random
from typing import Any

import pytest

from tests.samples import a_confirmation
from treasury_desktop.assets.address import ZERO_ADDRESS, Address
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.safes.confirmation import packed_signatures
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.multisend import (
    PackedCall,
    multisend_calldata,
    pack_calls,
    unpack_calls,
)
from treasury_desktop.safes.safe_tx import Operation

VERSIONS = ("1.3.0", "1.4.1", "1.5.0")
BATCHES = ("libraries/MultiSend", "libraries/MultiSendCallOnly")
ETHER = 10**18


def run(real_safe: Any, library: Address, data: bytes) -> None:
    """Lets the Safe run a batch, confirmed by two owners."""
    tx = real_safe.next_tx(to=library, data=data, operation=Operation.DELEGATECALL)
    safe_tx_hash = safe_tx_hashes(real_safe.safe, tx).safe_tx
    pair = (a_confirmation(safe_tx_hash, 1), a_confirmation(safe_tx_hash, 2))
    real_safe.execute(tx, packed_signatures(pair))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("contract", BATCHES)
def test_every_call_of_a_batch_happens(version: str, contract: str, deployer: Any) -> None:
    """A batch of random calls sends each receiver its amount, whatever data lies between."""
    dice = random.Random(version + contract)  # noqa: S311  samples, not secrets
    real_safe, library = deployer.safe(version), deployer.library(version, contract)
    deployer.rpc.ask("anvil_setBalance", str(real_safe.safe.address), hex(ETHER))
    calls = tuple(
        PackedCall(
            0,
            Address(dice.randbytes(20)),
            dice.randrange(10**6),
            dice.randbytes(dice.randrange(90)),
        )
        for _ in range(40)
    )
    run(real_safe, library, multisend_calldata(calls))
    for call in calls:
        assert deployer.rpc.number("eth_getBalance", str(call.to), "latest") == call.value


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("contract", BATCHES)
def test_zero_address_is_the_safe_itself_since_1_5_0(
    version: str, contract: str, deployer: Any
) -> None:
    """A call to nobody lowers the threshold by a MultiSend of 1.5.0, and does nothing before."""
    real_safe, library = deployer.safe(version), deployer.library(version, contract)
    hidden = PackedCall(0, ZERO_ADDRESS, 0, calldata("changeThreshold(uint256)", 1))
    run(real_safe, library, multisend_calldata((hidden,)))
    assert real_safe.words("getThreshold()") == [1 if version == "1.5.0" else 2]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("contract", BATCHES)
@pytest.mark.parametrize("operation", [1, 2, 255])
def test_inner_operations(version: str, contract: str, operation: int, deployer: Any) -> None:
    """Only MultiSend takes a delegatecall inside, and none takes an operation above it."""
    real_safe, library = deployer.safe(version), deployer.library(version, contract)
    batch = multisend_calldata((PackedCall(operation, Address(b"\x77" * 20), 0, b""),))
    if operation == 1 and contract == "libraries/MultiSend":
        run(real_safe, library, batch)
    else:
        with pytest.raises((AssertionError, Unavailable)):
            run(real_safe, library, batch)


@pytest.mark.parametrize("version", VERSIONS)
def test_bytes_behind_a_batch(version: str, deployer: Any) -> None:
    """A few bytes behind the last call are ignored on chain; we call such a batch malformed."""
    real_safe, library = deployer.safe(version), deployer.library(version, BATCHES[1])
    packed = pack_calls((PackedCall(0, Address(b"\x78" * 20), 0, b"\x01"),))
    for behind in (b"\x01", b"\x01" * 32):
        run(real_safe, library, calldata("multiSend(bytes)", packed + behind))
        with pytest.raises(Malformed):
            unpack_calls(packed + behind)

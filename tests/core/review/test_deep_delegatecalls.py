"""Foreign code run as a Safe blocks at every depth, whatever carries it, whatever it looks like."""

import pytest

from tests.matters import SAFE, USDC, a_call, a_treasury_safe, nested_execution, pay
from tests.samples import STRANGER, an_address
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.review import examine
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe_tx import Operation, SafeTx

MULTISEND = official_address(1, "MultiSend", (1, 4, 1)) or STRANGER
DISGUISE = pay(5).data
EXECUTION = "address,uint256,bytes,uint8"
REVERTS = True
MODULE, TRUSTED = an_address("module"), an_address("some contract")
FOREIGN = (STRANGER, 0, DISGUISE, 1)
CARRIERS = {
    "module": a_call(MODULE, f"execTransactionFromModule({EXECUTION})", *FOREIGN),
    "delay": a_call(MODULE, f"executeNextTx({EXECUTION})", *FOREIGN),
    "role": a_call(
        MODULE, f"execTransactionWithRole({EXECUTION},bytes32,bool)", *FOREIGN, bytes(32), REVERTS
    ),
    "proposal": a_call(
        MODULE, "executeProposal((address,uint8,uint256,bytes)[])", ((STRANGER, 1, 0, DISGUISE),)
    ),
    "set-up": a_call(
        MODULE,
        "setup(address[],uint256,address,bytes,address,address,uint256,address)",
        (SAFE,), 1, STRANGER, DISGUISE, SAFE, SAFE, 0, SAFE,
    ),
}  # fmt: skip


def packed(calls: list[PackedCall]) -> SafeTx:
    """A batch of the official MultiSend."""
    data = multisend_calldata(tuple(calls))
    return SafeTx(to=MULTISEND, data=data, operation=Operation.DELEGATECALL, nonce=42)


def blocks_of(tx: SafeTx) -> set[str]:
    """The codes that block a transaction of the Safe."""
    review = examine(Bundle(safe=a_treasury_safe(modules=(MODULE,)), tx=tx))
    return {finding.code for finding in review.findings if finding.severity.word == "block"}


@pytest.mark.parametrize("depth", [1, 2, 8, 16])
def test_in_batches_in_batches(depth: int) -> None:
    """A delegatecall dressed as a transfer is found sixteen batches down."""
    tx = packed([PackedCall(0, USDC, 0, DISGUISE), PackedCall(1, STRANGER, 0, DISGUISE)])
    for _ in range(depth - 1):
        tx = packed([PackedCall(1, MULTISEND, 0, tx.data)])
    assert {"NESTED_DELEGATECALL_UNKNOWN_TARGET", "STORAGE_TAKEOVER_RISK"} <= blocks_of(tx)


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
@pytest.mark.parametrize("depth", [1, 7])
def test_in_whatever_carries_it(carrier: Call, depth: int) -> None:
    """Modules, delays, roles, proposals and set-ups carry it in batches and executions alike."""
    call = carrier
    for _ in range(depth - 1):
        call = nested_execution(an_address("another Safe"), call.to, call.data)
    tx = packed([PackedCall(0, call.to, 0, call.data)])
    assert "NESTED_DELEGATECALL_UNKNOWN_TARGET" in blocks_of(tx)


@pytest.mark.parametrize(
    ("signature", "wrap"),
    [
        ("multicall(bytes[])", lambda _to, data: ((data,),)),
        ("aggregate((address,bytes)[])", lambda to, data: (((to, data),),)),
        ("relay(address,uint256,bytes)", lambda to, data: (to, 0, data)),
        ("propose(address[],uint256[],bytes[],string)",
         lambda to, data: ((to,), (0,), (data,), "why")),
        ("executeTransaction(address,uint256,string,bytes,uint256)",
         lambda to, data: (to, 0, "", data, 0)),
        ("upgradeAndCall(address,address,bytes)", lambda to, data: (to, STRANGER, data)),
    ],
)  # fmt: skip
def test_below_calls_that_only_call(signature: str, wrap: object) -> None:
    """What cannot delegatecall itself may still call a module that does."""
    carrier = CARRIERS["module"]
    arguments = wrap(carrier.to, carrier.data)  # type: ignore[operator]
    call = a_call(TRUSTED, signature, *arguments)
    tx = SafeTx(to=call.to, data=call.data, nonce=42)
    assert "NESTED_DELEGATECALL_UNKNOWN_TARGET" in blocks_of(tx)


def test_deeper_than_anybody_reads() -> None:
    """A seventeenth level is blocked because nobody reads it."""
    tx = packed([PackedCall(1, STRANGER, 0, DISGUISE)])
    for _ in range(17):
        tx = packed([PackedCall(1, MULTISEND, 0, tx.data)])
    assert "MALFORMED_MULTISEND" in blocks_of(tx)


@pytest.mark.parametrize("target", [STRANGER, USDC, TRUSTED, SAFE])
def test_no_label_unlocks_it(target: Address) -> None:
    """A listed token, a trusted contract or the Safe itself may not be delegatecalled either."""
    tx = SafeTx(to=target, data=DISGUISE, operation=Operation.DELEGATECALL, nonce=42)
    assert "DELEGATECALL_UNKNOWN_TARGET" in blocks_of(tx)

"""An execution on a real chain: prepared, sent twice, and told from its own Safe's event."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.dry_run import require_success
from treasury_desktop.chain.fee_reader import FeeReader
from treasury_desktop.chain.movement_reader import MovementReader
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.safe_reader import SafeReader
from treasury_desktop.desk.doors import ExecutionTransaction
from treasury_desktop.desk.fees import AgreedCost, Fees, Speed
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Malformed, Refused, Unavailable
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.workspace import Endpoint

EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
FAR = Address(bytes(19) + b"\x99")


@pytest.fixture
def own_node(own_chain: Demonstration) -> Iterator[Node]:
    """The test's own chain through its endpoint."""
    node = Node((own_chain.endpoint,), 31337)
    yield node
    node.close()


def _roles(chain: Demonstration, name: str) -> Address:
    return Address.parse(chain.facts["roles"][name])


def _exec(tx: SafeTx, signatures: bytes) -> bytes:
    return calldata(
        EXEC, tx.to.raw, tx.value, tx.data, int(tx.operation), tx.safe_tx_gas, tx.base_gas,
        tx.gas_price, tx.gas_token.raw, tx.refund_receiver.raw, signatures,
    )  # fmt: skip


def _approved(chain: Demonstration, safe_tx_hash: bytes) -> bytes:
    """Signatures of two owners who approved the hash on the chain (v = 1)."""
    owners = sorted((_roles(chain, "owner_a"), _roles(chain, "owner_b")))
    for owner in owners:
        chain.perform(owner, str(chain.safe), calldata("approveHash(bytes32)", safe_tx_hash))
    return b"".join(bytes(12) + owner.raw + bytes(32) + b"\x01" for owner in owners)


def _payment(node: Node, chain: Demonstration, **changes: Any) -> tuple[SafeTx, bytes]:
    """A payment of half an ETH at the Safe's next nonce, and its hash."""
    safe = SafeReader(node).read_safe(chain.safe)
    assert isinstance(safe.nonce, int)
    tx = replace(SafeTx(to=FAR, value=5 * 10**17, nonce=safe.nonce), **changes)
    return tx, safe_tx_hashes(safe, tx).safe_tx


def _raw(chain: Demonstration, prepared: ExecutionTransaction) -> bytes:
    """The signed transaction, by the account the node holds for the executor."""
    fields = {
        "from": str(prepared.sender),
        "to": str(prepared.to),
        "data": "0x" + prepared.data.hex(),
        "nonce": hex(prepared.account_nonce),
        "gas": hex(prepared.gas),
        "maxFeePerGas": hex(prepared.max_fee_per_gas),
        "maxPriorityFeePerGas": hex(prepared.max_priority_fee_per_gas),
        "chainId": hex(prepared.chain_id),
    }
    return bytes.fromhex(chain.rpc.ask("eth_signTransaction", fields)[2:])


CHEAP = AgreedCost(
    gas_limit=1_000_000, fees=Fees(max_fee_per_gas=100 * 10**9, max_priority_fee_per_gas=1)
)


def _prepared(
    broadcaster: Broadcaster, executor: Address, safe: Address, execution: bytes
) -> ExecutionTransaction:
    """At the normal speed, as estimated."""
    estimate = broadcaster.estimate_execution(31337, executor, safe, execution, now=1)
    agreed = estimate.agreed(estimate.fees_at(Speed.NORMAL))
    return broadcaster.prepare_execution(31337, executor, safe, execution, agreed)


def test_execution_from_preparation_to_receipt(own_chain: Demonstration, own_node: Node) -> None:
    """Prepared, sent twice and found: the Safe announced our hash, and the movement is there."""
    broadcaster, executor = Broadcaster(own_node), _roles(own_chain, "executor")
    tx, safe_tx_hash = _payment(own_node, own_chain)
    execution = _exec(tx, _approved(own_chain, safe_tx_hash))
    prepared = _prepared(broadcaster, executor, own_chain.safe, execution)
    assert (prepared.to, prepared.data, prepared.sender) == (own_chain.safe, execution, executor)
    assert 50_000 < prepared.gas < 300_000
    raw = _raw(own_chain, prepared)
    sent = broadcaster.broadcast(raw)
    assert sent == keccak(raw) == broadcaster.broadcast(raw)
    receipt = None
    while receipt is None:
        receipt = broadcaster.receipt(sent, own_chain.safe, safe_tx_hash)
    assert broadcaster.broadcast(raw) == sent  # also once it is mined
    assert (receipt.status, receipt.execution_success) == (1, True)
    assert receipt.gas_used < prepared.gas
    assert broadcaster.receipt(sent, own_chain.safe, bytes(32)).execution_success is None
    assert broadcaster.receipt(sent, FAR, safe_tx_hash).execution_success is None
    number = receipt.block.number
    (movement,) = MovementReader(own_node).movements(own_chain.workspace, number, number)
    assert movement.amount is not None
    assert (movement.amount.base_units, movement.counterpart) == (5 * 10**17, FAR)
    assert (movement.safe_tx_hash, movement.transaction_hash) == (safe_tx_hash, sent)


def test_what_was_estimated_is_what_is_prepared(own_chain: Demonstration, own_node: Node) -> None:
    """Gas and fees as agreed, and the real cost lies between nothing and the highest shown."""
    broadcaster, executor = Broadcaster(own_node), _roles(own_chain, "executor")
    tx, safe_tx_hash = _payment(own_node, own_chain)
    execution = _exec(tx, _approved(own_chain, safe_tx_hash))
    about = (31337, executor, own_chain.safe, execution)
    estimate = broadcaster.estimate_execution(*about, now=1)
    agreed = estimate.agreed(estimate.fees_at(Speed.FAST))
    prepared = broadcaster.prepare_execution(*about, agreed)
    assert (prepared.gas, prepared.max_fee_per_gas, prepared.max_priority_fee_per_gas) == (
        agreed.gas_limit,
        agreed.fees.max_fee_per_gas,
        agreed.fees.max_priority_fee_per_gas,
    )
    had = int(own_chain.rpc.ask("eth_getBalance", str(executor), "latest"), 16)
    assert had == estimate.executor_wei
    broadcaster.broadcast(_raw(own_chain, prepared))
    left = had
    while left == had:
        left = int(own_chain.rpc.ask("eth_getBalance", str(executor), "latest"), 16)
    assert had - agreed.highest_wei <= left < had


def test_what_was_agreed_and_suffices_no_longer(own_chain: Demonstration, own_node: Node) -> None:
    """More gas or a higher base fee than agreed: somebody has to agree anew."""
    broadcaster, executor = Broadcaster(own_node), _roles(own_chain, "executor")
    tx, safe_tx_hash = _payment(own_node, own_chain)
    about = (31337, executor, own_chain.safe, _exec(tx, _approved(own_chain, safe_tx_hash)))
    estimate = broadcaster.estimate_execution(*about, now=1)
    enough = estimate.agreed(estimate.fees_at(Speed.NORMAL))
    little_gas = replace(enough, gas_limit=estimate.gas_expected - 1)
    with pytest.raises(Refused, match=r"more than the .* that were agreed"):
        broadcaster.prepare_execution(*about, little_gas)
    own_chain.rpc.ask("anvil_setNextBlockBaseFeePerGas", hex(50 * 10**9))
    own_chain.rpc.ask("evm_mine")
    cheap = AgreedCost(
        gas_limit=enough.gas_limit,
        fees=Fees(max_fee_per_gas=49 * 10**9, max_priority_fee_per_gas=1),
    )
    with pytest.raises(
        Refused, match=r"base fee is .* above the highest fee of 49 that was agreed"
    ):
        broadcaster.prepare_execution(*about, cheap)


def test_failure_inside_is_announced_as_failure(own_chain: Demonstration, own_node: Node) -> None:
    """A transaction with its own gas that fails inside uses the nonce up; dry run says so first."""
    broadcaster, executor = Broadcaster(own_node), _roles(own_chain, "executor")
    usdc = Address.parse(own_chain.facts["contracts"]["usdc"])
    too_much = calldata("transfer(address,uint256)", FAR.raw, 2**200)
    tx, safe_tx_hash = _payment(
        own_node, own_chain, to=usdc, value=0, data=too_much, safe_tx_gas=100_000
    )
    execution = _exec(tx, _approved(own_chain, safe_tx_hash))
    with pytest.raises(Refused, match="would use up the nonce"):
        _prepared(broadcaster, executor, own_chain.safe, execution)
    mined = own_chain.perform(executor, str(own_chain.safe), execution)
    sent = bytes.fromhex(mined["transactionHash"][2:])
    receipt = broadcaster.receipt(sent, own_chain.safe, safe_tx_hash)
    assert receipt is not None
    assert (receipt.status, receipt.execution_success) == (1, False)
    number = receipt.block.number
    (movement,) = MovementReader(own_node).movements(own_chain.workspace, number, number)
    assert movement.amount is None
    assert "failed" in movement.note


def test_gas_refund_is_a_movement(own_chain: Demonstration, own_node: Node) -> None:
    """What a Safe pays its executor back appears beside what it paid."""
    executor = _roles(own_chain, "executor")
    tx, safe_tx_hash = _payment(own_node, own_chain, gas_price=10**9, base_gas=50_000)
    execution = _exec(tx, _approved(own_chain, safe_tx_hash))
    number = int(own_chain.perform(executor, str(own_chain.safe), execution)["blockNumber"], 16)
    found = MovementReader(own_node).movements(own_chain.workspace, number, number)
    assert [(each.log_index, each.note, each.counterpart) for each in found] == [
        (-2, "gas refund", executor),
        (-1, "", FAR),
    ]


def test_wrong_signatures_are_explained(chain: Demonstration, node: Node) -> None:
    """What the Safe would refuse is refused before it costs gas, in words and with its code."""
    tx, _ = _payment(node, chain)
    broadcaster, executor = Broadcaster(node), _roles(chain, "executor")
    with pytest.raises(Refused, match=r"fewer confirmations than the threshold \(GS020\)"):
        _prepared(broadcaster, executor, chain.safe, _exec(tx, b""))
    nobody = (bytes(31) + b"\x01" + bytes(31) + b"\x01" + b"\x1b") * 2
    with pytest.raises(Refused, match=r"not an owner's.*\(GS026\)"):
        _prepared(broadcaster, executor, chain.safe, _exec(tx, nobody))


def test_executor_without_money(own_chain: Demonstration, own_node: Node) -> None:
    """An executor that cannot pay is told what it has and what it may cost."""
    poor = Address(bytes(19) + b"\x55")
    tx, safe_tx_hash = _payment(own_node, own_chain)
    execution = _exec(tx, _approved(own_chain, safe_tx_hash))
    with pytest.raises(Refused, match="has 0 of the native coin; the execution may cost up to 0"):
        Broadcaster(own_node).prepare_execution(31337, poor, own_chain.safe, execution, CHEAP)


def test_another_chain_is_refused(chain: Demonstration, node: Node) -> None:
    """An execution for another chain is not even prepared."""
    with pytest.raises(Refused, match="chain 31337, not 1"):
        Broadcaster(node).prepare_execution(1, FAR, chain.safe, b"", CHEAP)


def test_bytes_that_are_no_transaction(node: Node) -> None:
    """What every endpoint refuses is refused, in the endpoint's words."""
    with pytest.raises(Refused, match="local node refused eth_sendRawTransaction"):
        Broadcaster(node).broadcast(b"\x00")


def test_unknown_is_not_failed() -> None:
    """When nobody answers, it is not known whether the transaction was sent."""
    node = Node((Endpoint(name="absent", url="http://127.0.0.1:9"),), 31337)
    with pytest.raises(Unavailable, match="not known whether the transaction was sent"):
        Broadcaster(node).broadcast(b"\x02")
    node.close()


ABSENT = Endpoint(name="absent", url="http://127.0.0.1:9")
REFUSAL = {"code": -32000, "message": "replacement transaction underpriced"}


def _refusing(request: dict[str, Any], response: dict[str, Any]) -> Any:
    """An endpoint that takes no transaction and answers everything else."""
    if request["method"] != "eth_sendRawTransaction":
        return response
    return {"jsonrpc": "2.0", "id": request["id"], "error": REFUSAL}


def test_one_refusal_is_not_everybodys(liar: LyingEndpoint) -> None:
    """One endpoint refused and another did not answer: it may have the transaction."""
    liar.twist = _refusing
    node = Node((liar.endpoint, ABSENT), 31337)
    with pytest.raises(Unavailable, match="not known whether the transaction was sent"):
        Broadcaster(node).broadcast(b"\x02")
    node.close()


def test_everybodys_refusal_is_one(chain: Demonstration, liar: LyingEndpoint) -> None:
    """Every endpoint refused: it was not sent, and the first one's words say why."""
    liar.twist = _refusing
    node = Node((liar.endpoint, chain.endpoint), 31337)
    with pytest.raises(Refused, match="underpriced"):
        Broadcaster(node).broadcast(b"\x00")
    node.close()


def test_nonce_that_is_used_up_by_nobody_knows_what(liar: LyingEndpoint) -> None:
    """Where the account's nonce is used and nobody says by what, it may have been by this one."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        about = {"jsonrpc": "2.0", "id": request["id"]}
        if request["method"] == "eth_sendRawTransaction":
            return about | {"error": {"code": -32000, "message": "nonce too low"}}
        if request["method"] == "eth_getTransactionByHash":
            return about | {"error": {"code": -32603, "message": "busy"}}
        return response

    liar.twist = twist
    node = Node((liar.endpoint,), 31337)
    with pytest.raises(Unavailable, match="not known whether the transaction was sent"):
        Broadcaster(node).broadcast(b"\x02")
    node.close()


def test_a_transaction_is_known_while_any_endpoint_has_it(
    chain: Demonstration, liar: LyingEndpoint
) -> None:
    """One that has it is enough; for nobody having it as many must say so as have to agree."""
    sent, _ = _old_execution(chain)

    def without(request: dict[str, Any], response: dict[str, Any]) -> Any:
        is_asked = request["method"] == "eth_getTransactionByHash"
        return response | {"result": None} if is_asked else response

    liar.twist = without
    for endpoints, transaction_hash, is_known in (
        ((chain.endpoint,), sent, True),
        ((chain.endpoint,), bytes(32), False),
        ((liar.endpoint,), sent, False),
        ((liar.endpoint, chain.endpoint), sent, True),
        ((ABSENT, chain.endpoint), sent, True),
        ((liar.endpoint, chain.endpoint), bytes(32), False),
    ):
        node = Node(endpoints, 31337)
        assert Broadcaster(node).is_known(transaction_hash) is is_known
        node.close()
    node = Node((ABSENT, chain.endpoint), 31337)
    with pytest.raises(Unavailable, match="endpoints answered"):
        Broadcaster(node).is_known(bytes(32))
    node.close()


def test_another_transaction_under_our_hash_is_not_ours(
    chain: Demonstration, liar: LyingEndpoint
) -> None:
    """An endpoint that answers with something else has not shown that it has ours."""
    liar.twist = lambda request, response: (
        response | {"result": response["result"] | {"hash": "0x" + "12" * 32}}
        if request["method"] == "eth_getTransactionByHash"
        else response
    )
    node = Node((liar.endpoint,), 31337)
    with pytest.raises(Unavailable, match="another transaction"):
        Broadcaster(node).is_known(_old_execution(chain)[0])
    node.close()


def test_no_receipt_yet(node: Node) -> None:
    """A transaction in no block has no receipt."""
    assert Broadcaster(node).receipt(b"\x11" * 32, FAR, bytes(32)) is None


def _old_execution(chain: Demonstration) -> tuple[bytes, bytes]:
    past = chain.facts["executed"][0]
    return tuple(bytes.fromhex(past[name][2:]) for name in ("transaction_hash", "safe_tx_hash"))


def test_receipts_that_disagree(chain: Demonstration, liar: LyingEndpoint) -> None:
    """Two endpoints with different receipts: what happened is not known."""
    liar.twist = lambda request, response: (
        response | {"result": response["result"] | {"status": "0x0"}}
        if request["method"] == "eth_getTransactionReceipt"
        else response
    )
    node = Node((chain.endpoint, liar.endpoint), 31337)
    sent, safe_tx_hash = _old_execution(chain)
    with pytest.raises(Refused, match="disagree on the receipt"):
        Broadcaster(node).receipt(sent, chain.safe, safe_tx_hash)
    node.close()


def test_receipt_only_one_endpoint_has(chain: Demonstration, liar: LyingEndpoint) -> None:
    """A receipt one of two endpoints does not have yet is no receipt yet."""
    liar.twist = lambda request, response: (
        response | {"result": None}
        if request["method"] == "eth_getTransactionReceipt"
        else response
    )
    node = Node((chain.endpoint, liar.endpoint), 31337)
    sent, safe_tx_hash = _old_execution(chain)
    assert Broadcaster(node).receipt(sent, chain.safe, safe_tx_hash) is None
    liar.twist = lambda _request, response: response
    receipt = Broadcaster(node).receipt(sent, chain.safe, safe_tx_hash)
    assert receipt is not None
    assert receipt.execution_success is True
    node.close()


def test_receipt_of_another_transaction(chain: Demonstration, liar: LyingEndpoint) -> None:
    """A receipt of something else is malformed, however successful."""
    liar.twist = lambda request, response: (
        response | {"result": response["result"] | {"transactionHash": "0x" + "12" * 32}}
        if request["method"] == "eth_getTransactionReceipt"
        else response
    )
    node = Node((liar.endpoint,), 31337)
    sent, safe_tx_hash = _old_execution(chain)
    with pytest.raises(Malformed, match="another transaction"):
        Broadcaster(node).receipt(sent, chain.safe, safe_tx_hash)
    node.close()


def test_absurd_fees_are_refused(chain: Demonstration, liar: LyingEndpoint) -> None:
    """An endpoint that asks for absurd fees cannot drain the executor."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        method = request["method"]
        if method == "eth_getBlockByNumber":
            return response | {"result": response["result"] | {"baseFeePerGas": hex(10**15)}}
        if method == "eth_call":
            return {"id": request["id"], "result": "0x" + (1).to_bytes(32, "big").hex()}
        return {"id": request["id"], "result": hex(90_000)} if "Gas" in method else response

    liar.twist = twist
    node = Node((liar.endpoint,), 31337)
    with pytest.raises(Refused, match="gwei a unit of gas is more"):
        _prepared(Broadcaster(node), FAR, chain.safe, b"")
    node.close()


# ── one of three lies about the execution ────────────────────────────────────────────────────────


@pytest.fixture
def three(chain: Demonstration, liar: LyingEndpoint) -> Iterator[Broadcaster]:
    """Three endpoints of one chain, the first of which may lie."""
    honest = (replace(chain.endpoint, name=name) for name in ("b", "c"))
    with closing(Node((liar.endpoint, *honest), 31337)) as node:
        yield Broadcaster(node)


def _lying(liar: LyingEndpoint, method: str, answer: dict[str, Any]) -> None:
    liar.twist = lambda request, response: (
        {"jsonrpc": "2.0", "id": request["id"]} | answer
        if request["method"] == method
        else response
    )


CALL = {"from": str(FAR), "to": "0x" + "22" * 20, "data": "0x"}
RE_SIGN = {"error": {"code": 3, "message": "execution reverted: please sign again at example.com"}}


@pytest.mark.parametrize("answer", [{"result": hex(60_000_000)}, {"result": "0x1"}, RE_SIGN])
def test_one_estimate_of_three_decides_nothing(
    three: Broadcaster, liar: LyingEndpoint, answer: dict[str, Any]
) -> None:
    """Neither a figure beyond a block, nor none, nor a revert: the middle one counts."""
    honest = three._gas.expected(CALL, 50_000_000)
    _lying(liar, "eth_estimateGas", answer)
    assert three._gas.expected(CALL, 50_000_000) == honest


@pytest.mark.parametrize("figure", [0, 10**30])
def test_one_recommended_tip_of_three_decides_nothing(
    three: Broadcaster, liar: LyingEndpoint, figure: int
) -> None:
    """The middle one counts."""
    fees = FeeReader(three._node)
    honest = fees.recommended_tip()
    _lying(liar, "eth_maxPriorityFeePerGas", {"result": hex(figure)})
    assert fees.recommended_tip() == honest


def test_of_two_tips_the_lower_and_of_two_estimates_the_higher(
    chain: Demonstration, liar: LyingEndpoint
) -> None:
    """Too low a tip waits, too little gas fails: neither pays a liar."""
    with closing(Node((liar.endpoint, chain.endpoint), 31337)) as node:
        two, fees = Broadcaster(node), FeeReader(node)
        tip, gas = fees.recommended_tip(), two._gas.expected(CALL, 50_000_000)
        _lying(liar, "eth_maxPriorityFeePerGas", {"result": hex(10**30)})
        assert fees.recommended_tip() == tip
        _lying(liar, "eth_estimateGas", {"result": "0x1"})
        assert two._gas.expected(CALL, 50_000_000) == gas


def test_words_of_one_endpoint_are_not_the_safes(
    chain: Demonstration, three: Broadcaster, liar: LyingEndpoint
) -> None:
    """Where an execution would be refused, the reason shown is one that enough of them give."""
    reverting = "checkNSignatures(bytes32,bytes,bytes,uint256)"
    data = calldata(reverting, bytes(32), b"", b"", 1)
    refused = CALL | {"to": str(chain.safe), "data": f"0x{data.hex()}"}
    _lying(liar, "eth_estimateGas", RE_SIGN)
    with pytest.raises(Refused, match=r"fewer confirmations than the threshold \(GS020\)\.$"):
        three._gas.expected(refused, 50_000_000)
    _lying(liar, "eth_call", RE_SIGN)
    block = three._node.newest_header().block
    with pytest.raises(Refused, match=r"fewer confirmations than the threshold \(GS020\)\.$"):
        require_success(three._node, refused, block)

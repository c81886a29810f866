"""The gas limit that is signed lets the transaction inside succeed, whatever was estimated."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.doors.chain.test_broadcaster import FAR, _approved, _exec, _payment, _raw, _roles
from treasury_desktop.assets.address import Address
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.doors import Receipt
from treasury_desktop.desk.fees import GWEI, CostEstimate, Speed
from treasury_desktop.errors import Refused

WRITES_TWENTY_SLOTS = bytes.fromhex("60145b6000358155600190038060025700")
"""for (n = 20; n > 0; n--) storage[n] = calldata[0..32]"""
MAKES = bytes.fromhex("61001180600c6000396000f3") + WRITES_TWENTY_SLOTS
TO_WRITE = (1).to_bytes(32, "big")
BALANCE_NOW = "eth_getBalance"


class Executing:
    """One transaction of the Safe whose hash both owners approved, through some endpoints."""

    def __init__(
        self, chain: Demonstration, *liars: LyingEndpoint, only_liars: bool = False, **tx: Any
    ) -> None:
        honest = () if only_liars else (chain.endpoint,)
        self.chain, self.executor = chain, _roles(chain, "executor")
        with closing(Node((chain.endpoint,), 31337)) as node:
            made, self.hash = _payment(node, chain, **tx)
        self.calldata = _exec(made, _approved(chain, self.hash))
        self.node = Node((*(each.endpoint for each in liars), *honest), 31337)
        self.broadcaster = Broadcaster(self.node)

    def estimate(self) -> CostEstimate:
        """What it would cost now."""
        about = (31337, self.executor, self.chain.safe, self.calldata)
        return self.broadcaster.estimate_execution(*about, now=1)

    def receipt(self, estimate: CostEstimate) -> Receipt:
        """What becomes of it, sent as estimated."""
        agreed = estimate.agreed(estimate.fees_at(Speed.NORMAL))
        about = (31337, self.executor, self.chain.safe, self.calldata)
        prepared = self.broadcaster.prepare_execution(*about, agreed)
        sent = self.broadcaster.broadcast(_raw(self.chain, prepared))
        found = None
        while found is None:
            found = self.broadcaster.receipt(sent, self.chain.safe, self.hash)
        return found


def a_writer(chain: Demonstration) -> Address:
    """A contract that needs half a million gas."""
    sender = str(_roles(chain, "executor"))
    sent = chain.rpc.ask("eth_sendTransaction", {"from": sender, "data": f"0x{MAKES.hex()}"})
    receipt = None
    while receipt is None:
        receipt = chain.rpc.ask("eth_getTransactionReceipt", sent)
    return Address.parse(receipt["contractAddress"])


def says(liar: LyingEndpoint, gas: int) -> None:
    """It estimates so much, whatever it is asked about."""
    liar.twist = lambda request, response: (
        response | {"result": hex(gas)} if request["method"] == "eth_estimateGas" else response
    )


def test_an_estimate_that_lets_the_call_inside_fail_is_raised(own_chain: Demonstration) -> None:
    """With a safeTxGas of 1 an honest node estimates what uses the nonce up for nothing."""
    writer = a_writer(own_chain)
    it = Executing(own_chain, to=writer, value=0, data=TO_WRITE, safe_tx_gas=1)
    with closing(it.node):
        call = {"from": str(it.executor), "to": str(own_chain.safe), "data": it.calldata.hex()}
        estimated = own_chain.rpc.number("eth_estimateGas", call | {"data": f"0x{call['data']}"})
        estimate = it.estimate()
        receipt = it.receipt(estimate)
    assert estimated * 12 // 10 < receipt.gas_used < estimate.gas_limit
    assert receipt.execution_success is True


@pytest.mark.parametrize("safe_tx_gas", [0, 1])
def test_a_lie_about_gas_costs_nothing(own_chain: Demonstration, safe_tx_gas: int) -> None:
    """Too low an estimate neither reverts at the executor's cost nor uses the nonce up."""
    with LyingEndpoint(own_chain.endpoint.url) as one:
        writer = a_writer(own_chain)
        about = {"to": writer, "value": 0, "data": TO_WRITE, "safe_tx_gas": safe_tx_gas}
        it = Executing(own_chain, one, only_liars=True, **about)
        says(one, 100_000)
        with closing(it.node):
            assert it.receipt(it.estimate()).execution_success is True


def test_of_two_estimates_neither_decides(own_chain: Demonstration) -> None:
    """One of two endpoints makes no execution look dear, and takes no gas from it."""
    with LyingEndpoint(own_chain.endpoint.url) as one:
        it = Executing(own_chain, one)
        with closing(it.node):
            honest = it.estimate()
            for gas in (1, 60_000, 20_000_000, 10**15):
                says(one, gas)
                assert it.estimate() == honest


def test_what_was_agreed_and_lets_it_fail_inside_is_not_signed(own_chain: Demonstration) -> None:
    """Less gas than was estimated anew, and more than a node says it needs."""
    it = Executing(own_chain, to=a_writer(own_chain), value=0, data=TO_WRITE, safe_tx_gas=1)
    with closing(it.node):
        estimate = replace(it.estimate(), gas_limit=300_000)
        with pytest.raises(Refused, match=r"With the 300,000 gas .* it would fail now"):
            it.receipt(estimate)


# ── a Safe that pays its executor back pays by the price of gas ──────────────────────────────────


def test_a_refund_to_a_new_account_has_gas_enough(own_chain: Demonstration) -> None:
    """At a price of nothing nothing is refunded, and the estimate leaves that payment out."""
    receiver = Address(bytes(18) + b"\x77\x77")
    it = Executing(own_chain, value=1, gas_price=GWEI, base_gas=50_000, refund_receiver=receiver)
    with closing(it.node):
        assert it.receipt(it.estimate()).execution_success is True
    assert own_chain.rpc.number(BALANCE_NOW, str(receiver), "latest") > 0


def test_a_refund_that_the_safe_cannot_pay_is_refused_before(own_chain: Demonstration) -> None:
    """It would pay everything away, and revert for its refund at the executor's cost."""
    everything = own_chain.rpc.number(BALANCE_NOW, str(own_chain.safe), "latest")
    it = Executing(own_chain, to=FAR, value=everything, gas_price=GWEI, base_gas=50_000)
    with closing(it.node), pytest.raises(Refused, match=r"cannot pay the gas refund .*\(GS011\)"):
        it.estimate()

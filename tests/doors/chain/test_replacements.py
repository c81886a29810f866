"""Replacing what waits in a real node's pool: by the same with higher fees, or by nothing."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.doors.chain.test_broadcaster import _approved, _exec, _payment, _raw, _roles
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.doors import ExecutionTransaction, Receipt
from treasury_desktop.desk.fees import AgreedCost, Fees, Speed, raised
from treasury_desktop.desk.signed_transaction import read_signed
from treasury_desktop.errors import Refused

if TYPE_CHECKING:
    from treasury_desktop.assets.address import Address

HOLDS_BACK = False  # how evm_setAutomine is told


class Pool:
    """An execution that waits in the pool of a node that mines only when told."""

    def __init__(self, chain: Demonstration, node: Node) -> None:
        self.chain, self.broadcaster = chain, Broadcaster(node)
        self.executor: Address = _roles(chain, "executor")
        tx, self.safe_tx_hash = _payment(node, chain)
        self.calldata = _exec(tx, _approved(chain, self.safe_tx_hash))
        chain.rpc.ask("evm_setAutomine", HOLDS_BACK)
        estimate = self.broadcaster.estimate_execution(
            31337, self.executor, chain.safe, self.calldata, now=1
        )
        self.cost = estimate.agreed(estimate.fees_at(Speed.NORMAL))
        self.first = self.prepared(self.cost)
        self.raw = _raw(chain, self.first)
        self.sent = self.broadcaster.broadcast(self.raw)

    def prepared(self, cost: AgreedCost, account_nonce: int | None = None) -> ExecutionTransaction:
        """The execution at such a cost."""
        return self.broadcaster.prepare_execution(
            31337,
            self.executor,
            self.chain.safe,
            self.calldata,
            cost,
            account_nonce=account_nonce,
        )

    def send(self, transaction: ExecutionTransaction) -> bytes:
        """Its hash, once the node has it."""
        return self.broadcaster.broadcast(_raw(self.chain, transaction))

    def mine(self) -> None:
        """One block."""
        self.chain.rpc.ask("evm_mine")

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """What the chain says of it."""
        return self.broadcaster.receipt(transaction_hash, self.chain.safe, self.safe_tx_hash)

    @property
    def used(self) -> int:
        """The executor's account nonces that are used."""
        return self.broadcaster.account_nonces_used(self.executor)


@pytest.fixture
def pool(own_chain: Demonstration) -> Iterator[Pool]:
    """The test's own chain, one execution on its way."""
    node = Node((own_chain.endpoint,), 31337)
    yield Pool(own_chain, node)
    node.close()


def dearer(cost: AgreedCost, fees: Fees) -> AgreedCost:
    """The same gas at other fees."""
    return replace(cost, fees=fees)


def test_the_dearer_of_two_is_mined(pool: Pool) -> None:
    """At one place one of them is: the other is known to nobody any more."""
    assert read_signed(pool.raw).sender == pool.executor
    higher = dearer(pool.cost, raised(pool.cost.fees))
    second = pool.send(pool.prepared(higher, pool.first.account_nonce))
    assert pool.used == pool.first.account_nonce
    pool.mine()
    found = pool.receipt(second)
    assert found is not None
    assert found.execution_success is True
    assert pool.receipt(pool.sent) is None
    assert not pool.broadcaster.is_known(pool.sent)
    assert pool.used == pool.first.account_nonce + 1


def test_a_node_takes_no_replacement_at_the_same_fees(pool: Pool) -> None:
    """So an eighth more is asked for; what waited before still waits."""
    cost = replace(pool.cost, gas_limit=pool.cost.gas_limit + 1)
    with pytest.raises(Refused, match="underpriced"):
        pool.send(pool.prepared(cost, pool.first.account_nonce))
    assert pool.broadcaster.is_known(pool.sent)


def test_a_cancellation_takes_the_place(pool: Pool) -> None:
    """Nothing ran: the Safe announced nothing, and the place is used."""
    estimate = pool.broadcaster.estimate_cancellation(pool.executor, now=1)
    assert estimate.gas_expected == 21_000
    cost = AgreedCost(gas_limit=estimate.gas_limit, fees=raised(pool.cost.fees))
    prepared = pool.broadcaster.prepare_cancellation(pool.executor, pool.first.account_nonce, cost)
    assert read_signed(_raw(pool.chain, prepared)).is_cancellation
    cancelled = pool.send(prepared)
    pool.mine()
    found = pool.receipt(cancelled)
    assert found is not None
    assert (found.status, found.execution_success) == (1, None)
    assert pool.receipt(pool.sent) is None
    assert pool.used == pool.first.account_nonce + 1


def test_a_place_that_is_used_is_not_prepared_for(pool: Pool) -> None:
    """Neither sped up nor cancelled: something of that account was mined there."""
    pool.chain.rpc.ask("anvil_dropTransaction", "0x" + pool.sent.hex())
    other = {"from": str(pool.executor), "to": str(pool.executor)}
    pool.chain.rpc.ask("eth_sendTransaction", other)
    pool.mine()
    assert pool.used == pool.first.account_nonce + 1
    assert not pool.broadcaster.is_known(pool.sent)
    higher = dearer(pool.cost, raised(pool.cost.fees))
    with pytest.raises(Refused, match="is used already"):
        pool.prepared(higher, pool.first.account_nonce)
    with pytest.raises(Refused, match="is used already"):
        pool.broadcaster.prepare_cancellation(pool.executor, pool.first.account_nonce, higher)


def test_a_cancellation_that_cannot_be_paid_is_refused(pool: Pool) -> None:
    """By the highest cost that was agreed to."""
    pool.chain.rpc.ask("anvil_setBalance", str(pool.executor), "0x1")
    cost = AgreedCost(gas_limit=25_200, fees=raised(pool.cost.fees))
    with pytest.raises(Refused, match=r"has 0\.000000000000000001 of the native coin"):
        pool.broadcaster.prepare_cancellation(pool.executor, pool.first.account_nonce, cost)


def test_a_replacement_needs_no_agreement_about_what_comes_next(pool: Pool) -> None:
    """Endpoints that do not all have what waits see another next account nonce."""
    place = pool.first.account_nonce
    higher = dearer(pool.cost, raised(pool.cost.fees))
    with LyingEndpoint(pool.chain.endpoint.url) as late:
        late.twist = lambda request, response: (
            response | {"result": hex(place)} if "pending" in request["params"] else response
        )
        with closing(Node((pool.chain.endpoint, late.endpoint), 31337)) as node:
            pool.broadcaster = Broadcaster(node)
            assert pool.prepared(higher, place).account_nonce == place
            with pytest.raises(Refused, match="account nonce"):
                pool.prepared(higher)

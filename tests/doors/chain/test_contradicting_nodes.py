"""A node that contradicts itself or its neighbour decides nothing about an execution."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.doors.chain.test_broadcaster import CALL, CHEAP, FAR, RE_SIGN
from tests.doors.chain.test_enough_gas import Executing
from treasury_desktop.chain.broadcaster import MOST_WAITING, Broadcaster
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.fees import Speed
from treasury_desktop.errors import Malformed, Refused

SUCCESS = "0x442e715f626346e8c54381002da614f62bee8d27386535b2521ec8540898556e"
FAILURE = "0x23428b18acfb3ea64b08dc0c1d296ea9c09702c09083ca5272e64d115b687d23"
ELSEWHERE = "0x" + "07" * 32

Json = dict[str, Any]


@pytest.fixture
def alone(liar: LyingEndpoint) -> Iterator[Broadcaster]:
    """The liar is the only endpoint."""
    with closing(Node((liar.endpoint,), 31337)) as node:
        yield Broadcaster(node)


def test_an_account_nonce_beyond_what_waits_is_not_signed(own_chain: Demonstration) -> None:
    """It would be mined in years, and cost its gas then; one that is used would be mined never."""
    with LyingEndpoint(own_chain.endpoint.url) as liar:
        it = Executing(own_chain, liar, only_liars=True)
        used = own_chain.rpc.number("eth_getTransactionCount", str(it.executor), "latest")

        def names(nonce: int) -> None:
            liar.twist = lambda request, response: (
                response | {"result": hex(nonce)} if "pending" in request["params"] else response
            )

        with closing(it.node):
            estimate = it.estimate()
            agreed = estimate.agreed(estimate.fees_at(Speed.NORMAL))
            about = (31337, it.executor, own_chain.safe, it.calldata, agreed)
            for nonce in (used, used + MOST_WAITING):
                names(nonce)
                assert it.broadcaster.prepare_execution(*about).account_nonce == nonce
            for nonce in (used - 1, used + MOST_WAITING + 1, 2**62):
                names(nonce)
                with pytest.raises(Refused, match=f"name {nonce:,} as the next account nonce"):
                    it.broadcaster.prepare_execution(*about)


def test_a_chain_without_a_base_fee_is_sent_nothing(
    chain: Demonstration, alone: Broadcaster, liar: LyingEndpoint
) -> None:
    """Neither an execution nor a cancellation: what would be signed is EIP-1559."""

    def twist(request: Json, response: Json) -> Json:
        if request["method"] != "eth_getBlockByNumber":
            return response
        bare = {key: each for key, each in response["result"].items() if key != "baseFeePerGas"}
        return response | {"result": bare}

    liar.twist = twist
    for ask in (
        lambda: alone.estimate_execution(31337, FAR, chain.safe, b"", now=1),
        lambda: alone.prepare_execution(31337, FAR, chain.safe, b"", CHEAP),
        lambda: alone.estimate_cancellation(FAR, now=1),
        lambda: alone.prepare_cancellation(FAR, 0, CHEAP),
    ):
        with pytest.raises(Refused, match="has no base fee"):
            ask()


def test_one_of_two_says_it_reverts(chain: Demonstration, liar: LyingEndpoint) -> None:
    """The other's figure is tried, and the dry run, on which both agree, decides."""
    with closing(Node((liar.endpoint, chain.endpoint), 31337)) as node:
        gas = Broadcaster(node)._gas
        honest = gas.estimates(CALL, 50_000_000)
        liar.twist = lambda request, response: (
            {"jsonrpc": "2.0", "id": request["id"]} | RE_SIGN
            if request["method"] == "eth_estimateGas"
            else response
        )
        assert set(gas.estimates(CALL, 50_000_000)) == set(honest)


def _said_twice(receipt: Json) -> Json:
    logs = receipt["logs"]
    return {"logs": [each | {"topics": [FAILURE, *each["topics"][1:]]} for each in logs] + logs}


def _of_elsewhere(receipt: Json, name: str) -> Json:
    return {"logs": [each | {name: ELSEWHERE} for each in receipt["logs"]]}


CONTRADICTIONS: dict[str, Callable[[Json], Json]] = {
    "reverted and announced": lambda _: {"status": "0x0"},
    "failed and succeeded": _said_twice,
    "a log of another transaction": lambda receipt: _of_elsewhere(receipt, "transactionHash"),
    "a log of another block": lambda receipt: _of_elsewhere(receipt, "blockHash"),
}


def test_a_receipt_that_contradicts_itself_settles_nothing(own_chain: Demonstration) -> None:
    """What became of the transaction is unknown, neither executed nor failed."""
    with LyingEndpoint(own_chain.endpoint.url) as liar:
        it = Executing(own_chain, liar, only_liars=True)
        with closing(it.node):
            honest = it.receipt(it.estimate())
            assert honest.execution_success is True
            for change in CONTRADICTIONS.values():

                def twist(
                    request: Json, response: Json, change: Callable[[Json], Json] = change
                ) -> Json:
                    if request["method"] != "eth_getTransactionReceipt":
                        return response
                    found = response["result"]
                    assert SUCCESS in {each["topics"][0] for each in found["logs"]}
                    return response | {"result": found | change(found)}

                liar.twist = twist
                with pytest.raises(Malformed):
                    it.broadcaster.receipt(honest.transaction_hash, own_chain.safe, it.hash)

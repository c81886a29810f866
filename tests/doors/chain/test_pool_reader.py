"""All swaps of a pool arrive exactly, whatever pieces the endpoint is willing to answer."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.pool_reader import PoolReader
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.pools.history import SwapColumns
from treasury_desktop.treasury.workspace import WatchedPool


@pytest.fixture
def lying_node(liar: LyingEndpoint) -> Iterator[Node]:
    """The chain through the liar alone."""
    node = Node((liar.endpoint,), 31337)
    yield node
    node.close()


def _pool(chain: Demonstration) -> WatchedPool:
    return chain.workspace.pools[0]


def _same(first: SwapColumns, second: SwapColumns) -> bool:
    return [first.swap(at) for at in range(len(first))] == [
        second.swap(at) for at in range(len(second))
    ]


def test_a_year_of_swaps(chain: Demonstration, node: Node) -> None:
    """The year has its thousands of swaps; the last one is where the pool stands now."""
    reader, pool = PoolReader(node), _pool(chain)
    last = reader.newest_block()
    swaps = reader.swaps(pool, pool.created_at_block, last.number)
    assert len(swaps) >= 5000
    pin = {"blockHash": "0x" + last.hash.hex()}
    slot0 = chain.rpc.ask("eth_call", {"to": str(pool.address), "data": "0x3850c7bd"}, pin)
    newest = swaps.swap(len(swaps) - 1)
    assert newest.sqrt_price_x96 == int(slot0[2:66], 16)
    assert newest.timestamp <= last.timestamp
    assert (swaps.block_number[1:] >= swaps.block_number[:-1]).all()


def test_reading_in_pieces_is_reading_at_once(chain: Demonstration, node: Node) -> None:
    """Two halves of a range have the swaps of the whole."""
    reader, pool = PoolReader(node), _pool(chain)
    whole = reader.swaps(pool, 100, 200)
    parts = [reader.swaps(pool, 100, 150), reader.swaps(pool, 151, 200)]
    assert len(whole) == len(parts[0]) + len(parts[1]) > 0


def test_endpoint_that_limits_ranges(
    chain: Demonstration, node: Node, liar: LyingEndpoint, lying_node: Node
) -> None:
    """An endpoint that answers at most 300 blocks at once is asked in smaller pieces."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] != "eth_getLogs":
            return response
        wanted = request["params"][0]
        if int(wanted["toBlock"], 16) - int(wanted["fromBlock"], 16) < 300:
            return response
        return {"id": request["id"], "error": {"code": -32005, "message": "limit exceeded"}}

    liar.twist = twist
    pool = _pool(chain)
    pieces = PoolReader(lying_node).swaps(pool, 0, 2000)
    assert _same(pieces, PoolReader(node).swaps(pool, 0, 2000))


def test_endpoint_that_answers_no_logs_at_all(
    chain: Demonstration, liar: LyingEndpoint, lying_node: Node
) -> None:
    """When not even one block is answered, the endpoint's own words are shown."""
    error = {"code": -32601, "message": "logs are for subscribers"}
    liar.twist = lambda request, response: (
        {"id": request["id"], "error": error} if request["method"] == "eth_getLogs" else response
    )
    with pytest.raises(Unavailable, match="liar refused eth_getLogs: logs are for subscribers"):
        PoolReader(lying_node).swaps(_pool(chain), 0, 2000)


@pytest.mark.parametrize(
    "hint", [None, "0x0", "0x386d4380", "0x4000000000000000", "soon", 946_684_800]
)
def test_a_time_beside_a_log_is_nobodys_word(
    chain: Demonstration, node: Node, liar: LyingEndpoint, lying_node: Node, hint: object
) -> None:
    """Whatever stands there, the time of a swap is that of its block."""
    liar.twist = _each_log(lambda log: log.update(blockTimestamp=hint))
    pool = _pool(chain)
    swaps = PoolReader(lying_node).swaps(pool, 1000, 1100)
    assert liar.asked.count("eth_getBlockByNumber") > 5
    assert _same(swaps, PoolReader(node).swaps(pool, 1000, 1100))


def test_block_that_is_not_the_logs_block(
    chain: Demonstration, liar: LyingEndpoint, lying_node: Node
) -> None:
    """A block whose hash is not the one its logs name gives no time."""
    liar.twist = _each_log(lambda log: log.update(blockHash="0x" + "11" * 32))
    with pytest.raises(Malformed, match="is not the block its logs say"):
        PoolReader(lying_node).swaps(_pool(chain), 1000, 1100)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"address": "0x" + "22" * 20}, "not asked for"),
        ({"topics": []}, "not asked for"),
        ({"blockNumber": "0x1"}, "not asked for"),
        ({"removed": True}, "removed"),
        ({"data": "0x"}, "another length"),
        ({"data": "0x" + "ff" * 160}, "does not fit"),
        ({"topics": "0x"}, "topics"),
        ({"logIndex": None}, "logIndex"),
        ({"transactionHash": "0x12"}, "transactionHash"),
    ],
)
def test_logs_that_were_not_asked_for(
    chain: Demonstration,
    liar: LyingEndpoint,
    lying_node: Node,
    change: dict[str, Any],
    problem: str,
) -> None:
    """A log of another contract, event, block or shape makes the answer malformed."""
    liar.twist = _each_log(lambda log: log.update(change))
    with pytest.raises(Malformed, match=problem):
        PoolReader(lying_node).swaps(_pool(chain), 1000, 1100)


def _each_log(change: Any) -> Any:
    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] == "eth_getLogs":
            for log in response["result"]:
                change(log)
        return response

    return twist

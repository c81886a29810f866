"""What gas costs now, from a real chain, from several endpoints, and from those that lie."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.chain.fee_reader import DEFAULT_TIP_WEI, FeeReader
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.fees import GWEI, HIGHEST_TIP_WEI, FeeMarket

EMPTY = ["0x0", "0x0", "0x0"]


def market_of(*endpoints: Any) -> FeeMarket:
    """What these endpoints say of fees."""
    with closing(Node(endpoints, 31337)) as node:
        return FeeReader(node).market(node.newest_header())


def telling(liar: LyingEndpoint, method: str, result: Any) -> None:
    """Has the endpoint answer one method so."""
    liar.twist = lambda request, response: (
        {"jsonrpc": "2.0", "id": request["id"], "result": result}
        if request["method"] == method
        else response
    )


def history(*rows: list[str]) -> dict[str, Any]:
    """A fee history with these percentiles, and the ratios that come with it."""
    return {
        "oldestBlock": "0x1",
        "baseFeePerGas": ["0x1"] * (len(rows) + 1),
        "gasUsedRatio": [0.5031, 1e-7][: len(rows)],
        "reward": list(rows),
    }


@pytest.fixture
def others(chain: Demonstration) -> tuple[Any, Any]:
    """Two honest endpoints of one chain."""
    return replace(chain.endpoint, name="b"), replace(chain.endpoint, name="c")


def test_a_real_chain_says_what_its_blocks_paid(own_chain: Demonstration) -> None:
    """Three tips, ascending, within those that were paid, and the base fee of the newest block."""
    sender = own_chain.facts["roles"]["executor"]
    for tip in (1, 2, 3):
        call = {"from": sender, "to": sender, "maxPriorityFeePerGas": hex(tip * GWEI)}
        own_chain.rpc.ask("eth_sendTransaction", call | {"maxFeePerGas": hex(500 * GWEI)})
        own_chain.rpc.ask("evm_mine")
    found = market_of(own_chain.endpoint)
    assert found.has_history
    assert 0 < found.tips[0] <= found.tips[1] <= found.tips[2] <= 3 * GWEI
    newest = own_chain.rpc.ask("eth_getBlockByNumber", hex(found.block.number), False)  # noqa: FBT003  as JSON-RPC has it
    assert found.base_fee_wei == int(newest["baseFeePerGas"], 16)


def test_the_middle_block_counts_and_empty_ones_do_not(liar: LyingEndpoint) -> None:
    """One block in which somebody paid a fortune raises no tip."""
    rows = (EMPTY, ["0x1", "0x2", "0x3"], ["0x4", "0x5", "0x6"], ["0x7", hex(10**30), hex(10**31)])
    telling(liar, "eth_feeHistory", history(*rows))
    assert market_of(liar.endpoint).tips == (4, 5, 6)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        history(),
        history(EMPTY),
        {"reward": [["0x1", "0x2"]]},
        {"reward": [[1, 2, 3]]},
        {"reward": ["0x1"]},
        {"reward": [["0x1", "0x2", "0x3"]] * 21},
        {"reward": [["0x1", "0x2", hex(2**200)]]},
    ],
)
def test_blocks_that_say_nothing_leave_it_to_the_nodes(liar: LyingEndpoint, answer: Any) -> None:
    """Then every speed pays what nodes recommend, and it is known that it does."""
    telling(liar, "eth_feeHistory", answer)
    found = market_of(liar.endpoint)
    assert not found.has_history
    assert len(set(found.tips)) == 1


def test_nodes_that_recommend_nothing(liar: LyingEndpoint) -> None:
    """A gwei, which every chain takes."""
    liar.twist = lambda request, response: (
        {"jsonrpc": "2.0", "id": request["id"], "error": {"code": -32601, "message": "none"}}
        if request["method"] in {"eth_feeHistory", "eth_maxPriorityFeePerGas"}
        else response
    )
    assert market_of(liar.endpoint).tips == (DEFAULT_TIP_WEI,) * 3


@pytest.mark.parametrize("figure", [0, 10**20])
def test_one_of_three_decides_no_tip(
    liar: LyingEndpoint, others: tuple[Any, Any], figure: int
) -> None:
    """The middle endpoint counts."""
    honest = market_of(*others).tips
    telling(liar, "eth_feeHistory", history([hex(figure), hex(figure), hex(figure + 1)]))
    assert market_of(liar.endpoint, *others).tips == honest


def test_of_two_the_lower_counts(liar: LyingEndpoint, chain: Demonstration) -> None:
    """Too low a tip waits; too high a one would pay a liar."""
    honest = market_of(chain.endpoint).tips
    telling(liar, "eth_feeHistory", history([hex(10**17)] * 3))
    assert market_of(liar.endpoint, chain.endpoint).tips == honest


def test_nobody_pays_an_absurd_tip(liar: LyingEndpoint) -> None:
    """Where the only endpoint lies, there is still an end to it."""
    telling(liar, "eth_feeHistory", history([hex(10**30)] * 3))
    assert market_of(liar.endpoint).tips == (HIGHEST_TIP_WEI,) * 3

"""What a rollup charges beside gas: asked of a real node, with a stand-in for its oracle."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from tests.doors.chain.test_broadcaster import _approved, _exec, _payment, _roles
from tests.doors.chain.test_fee_reader import telling
from treasury_desktop.chain.broadcaster import Broadcaster
from treasury_desktop.chain.data_fee import AROUND, ORACLE, data_fee_wei
from treasury_desktop.chain.node import Node
from treasury_desktop.desk.fees import Speed
from treasury_desktop.errors import Refused

THOUSAND_A_BYTE = "0x366103e802600052602060 00f3".replace(" ", "")
"""CALLDATASIZE × 1000 as one word: figures depend on what would be sent, as the oracle's do."""
REVERTS = "0x60006000fd"
ANSWERS_TOO_MUCH = "0x60406000f3"


@pytest.fixture
def own_node(own_chain: Demonstration) -> Iterator[Node]:
    """The program's line to the test's own chain."""
    with closing(Node((own_chain.endpoint,), 31337)) as node:
        yield node


def fee_of(node: Node, calldata: bytes) -> int | None:
    """At the newest block."""
    return data_fee_wei(node, calldata, node.newest_header().block)


def test_a_chain_without_an_oracle_charges_none(own_node: Node) -> None:
    """Nothing is at its address."""
    assert fee_of(own_node, b"\x01" * 100) == 0


def test_the_oracle_is_asked_about_what_would_be_sent(
    own_chain: Demonstration, own_node: Node
) -> None:
    """Selector, two words, and the bytes padded to whole words."""
    own_chain.rpc.ask("anvil_setCode", str(ORACLE), THOUSAND_A_BYTE)
    assert fee_of(own_node, b"") == 1000 * (4 + 64 + len(AROUND))
    assert fee_of(own_node, b"\x01" * 100) == 1000 * (4 + 64 + len(AROUND) + 128)


@pytest.mark.parametrize("code", [REVERTS, ANSWERS_TOO_MUCH])
def test_an_oracle_that_says_nothing_leaves_it_unknown(
    own_chain: Demonstration, own_node: Node, code: str
) -> None:
    """Unknown is not zero."""
    own_chain.rpc.ask("anvil_setCode", str(ORACLE), code)
    assert fee_of(own_node, b"") is None


def test_endpoints_agree_on_the_fee(chain: Demonstration, liar: LyingEndpoint) -> None:
    """One that tells of another is contradicted."""
    telling(liar, "eth_call", f"0x{(1).to_bytes(32, 'big').hex()}")
    with closing(Node((liar.endpoint, chain.endpoint), 31337)) as node:
        block = node.newest_header().block
        with pytest.raises(Refused, match="data fee"):
            data_fee_wei(node, b"", block)


def test_an_estimate_holds_the_fee_of_the_execution(
    own_chain: Demonstration, own_node: Node
) -> None:
    """Shown, counted as costs, and no part of what is signed."""
    broadcaster, executor = Broadcaster(own_node), _roles(own_chain, "executor")
    tx, safe_tx_hash = _payment(own_node, own_chain)
    execution = _exec(tx, _approved(own_chain, safe_tx_hash))
    own_chain.rpc.ask("anvil_setCode", str(ORACLE), THOUSAND_A_BYTE)
    found = broadcaster.estimate_execution(31337, executor, own_chain.safe, execution, now=1)
    words = -(-(len(AROUND) + len(execution)) // 32)
    assert found.data_fee_wei == 1000 * (4 + 64 + 32 * words)
    fees = found.fees_at(Speed.NORMAL)
    assert found.highest_wei(fees) == found.agreed(fees).highest_wei + found.data_fee_wei
    cancelling = broadcaster.estimate_cancellation(executor, now=1)
    assert cancelling.data_fee_wei == 1000 * (4 + 64 + len(AROUND))

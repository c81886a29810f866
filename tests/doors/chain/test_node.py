"""One node or several: what is believed, and one sentence for everything that goes wrong."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.chain import answers
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.contract_call import asking
from treasury_desktop.chain.node import Node
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.treasury.workspace import Endpoint

NOWHERE = Endpoint(name="absent node", url="http://127.0.0.1:9/secret-key")


@pytest.fixture
def opened() -> Iterator[Callable[..., Node]]:
    """Nodes that are closed when the test is over."""
    nodes: list[Node] = []

    def open_node(*endpoints: Endpoint, chain_id: int = 31337, timeout: float = 10) -> Node:
        nodes.append(Node(endpoints, chain_id, timeout_seconds=timeout))
        return nodes[-1]

    yield open_node
    for node in nodes:
        node.close()


def _sentence(read: Callable[[], object], kind: type[TreasuryError] = Unavailable) -> str:
    with pytest.raises(kind) as caught:
        read()
    assert "127.0.0.1" not in caught.value.sentence
    assert "key" not in caught.value.sentence
    return caught.value.sentence


def test_one_honest_node(chain: Demonstration, node: Node) -> None:
    """A single endpoint is believed, and named."""
    pinned = PinnedBlock.newest(node)
    assert pinned.balances((chain.safe,))[0] > 0
    assert pinned.names == ("local node",)


def test_no_endpoint_at_all(opened: Callable[..., Node]) -> None:
    """A workspace without endpoints says so."""
    assert "names no endpoint" in _sentence(opened().newest_header)


def test_node_that_is_down(opened: Callable[..., Node]) -> None:
    """An endpoint nobody listens at is named, its URL is not."""
    assert _sentence(opened(NOWHERE).newest_header) == "absent node cannot be reached."


def test_node_on_another_chain(chain: Demonstration, opened: Callable[..., Node]) -> None:
    """A node of another chain is not asked anything else."""
    sentence = _sentence(opened(chain.endpoint, chain_id=1).newest_header)
    assert sentence == "local node is a node of chain 31337; this treasury is on chain 1."
    ask = Ask("eth_gasPrice", (), answers.quantity, "gas price")
    assert "chain 31337" in _sentence(lambda: opened(chain.endpoint, chain_id=1).ask(ask))


def test_node_that_says_nothing(liar: LyingEndpoint, opened: Callable[..., Node]) -> None:
    """A silent endpoint is given up after its time."""
    liar.deaf = True
    node = opened(liar.endpoint, timeout=0.2)
    assert _sentence(node.newest_header) == "liar did not answer within 0.2 seconds."


def test_node_that_answers_a_byte_at_a_time(
    liar: LyingEndpoint, opened: Callable[..., Node]
) -> None:
    """An answer that never stops coming, slowly, is given up after the same time."""
    liar.drips = True
    node = opened(liar.endpoint, timeout=0.2)
    assert _sentence(node.newest_header) == "liar did not answer within 0.2 seconds."


def test_node_that_dies_in_mid_refresh(
    chain: Demonstration, liar: LyingEndpoint, opened: Callable[..., Node]
) -> None:
    """An endpoint that cuts the line after its first answer cannot be reached any more."""
    liar.answers_left = 1
    pinned = PinnedBlock.newest(opened(liar.endpoint))
    assert _sentence(lambda: pinned.balances((chain.safe,))) == "liar cannot be reached."


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        b"[" * 100_000,
        b"1",
        b"null",
        b"[]",
        b'"text"',
        b'{"id": 0}',
        b'{"id": 0, "result": 1' + b"0" * 5000 + b"}",
        b'[{"id": 0, "result": "0x1"}, {"id": 0, "result": "0x1"}]',
        b'[{"result": "0x1"}, {"result": "0x1"}]',
        b'[{"id": {}, "result": "0x1"}, {"id": [], "result": "0x1"}]',
        b"\xff\xfe",
    ],
)
def test_answers_that_are_no_json_rpc(
    liar: LyingEndpoint, opened: Callable[..., Node], body: bytes
) -> None:
    """Whatever the body is, it becomes one sentence that names the endpoint."""
    liar.body = body
    node = opened(liar.endpoint)
    assert _sentence(node.newest_header).startswith("liar")
    ask = Ask("eth_chainId", (), answers.quantity, "chain id")
    with pytest.raises((Unavailable, Malformed), match="liar"):
        node.ask(ask)


def test_http_errors_and_redirects(liar: LyingEndpoint, opened: Callable[..., Node]) -> None:
    """An HTTP error shows its status; a redirect is not followed."""
    liar.status = 429
    assert _sentence(opened(liar.endpoint).newest_header) == "liar answered with HTTP status 429."
    liar.status, liar.headers = 307, {"Location": "http://127.0.0.1:9/elsewhere"}
    assert _sentence(opened(liar.endpoint).newest_header) == "liar cannot be reached."


def test_answer_that_unpacks_to_too_much(liar: LyingEndpoint, opened: Callable[..., Node]) -> None:
    """A small body that unpacks to more than is read is refused while it unpacks."""
    liar.body = gzip.compress(b" " * (65 << 20), compresslevel=1)
    liar.headers = {"Content-Encoding": "gzip"}
    assert "more than 4 MiB" in _sentence(opened(liar.endpoint).newest_header)


def test_error_of_the_node_is_shown_harmlessly(
    liar: LyingEndpoint, opened: Callable[..., Node]
) -> None:
    """A JSON-RPC error keeps its message, without what steers or hides."""
    error = {"code": -32000, "message": "too \u202emany <b>requests</b>"}
    liar.twist = lambda request, _response: {"id": request["id"], "error": error}
    node = opened(liar.endpoint)
    sentence = _sentence(node.newest_header)
    assert sentence.startswith("liar refused eth_chainId: too ")
    assert "\u202e" not in sentence
    liar.twist = lambda request, _response: {"id": request["id"], "error": 5}
    assert "no reason given" in _sentence(node.newest_header)


def test_endpoint_that_takes_no_batches(
    chain: Demonstration, liar: LyingEndpoint, opened: Callable[..., Node]
) -> None:
    """An endpoint that refuses batches is asked one question at a time."""

    class NoBatches(LyingEndpoint):
        def answered(self, raw: bytes) -> bytes:
            if raw.startswith(b"["):
                return b'{"id": null, "error": {"code": -32005, "message": "no batches"}}'
            return super().answered(raw)

    with NoBatches(chain.endpoint.url) as single, closing(Node((single.endpoint,), 31337)) as node:
        balances = PinnedBlock.newest(node).balances([chain.safe] * 5)
    assert len(set(balances)) == 1


def test_two_endpoints_that_agree(
    chain: Demonstration, liar: LyingEndpoint, opened: Callable[..., Node]
) -> None:
    """Two endpoints that say the same are both named."""
    pinned = PinnedBlock.newest(opened(chain.endpoint, liar.endpoint))
    assert pinned.balances((chain.safe,))[0] > 0
    assert pinned.names == ("liar", "local node")


def _one_more(method: str) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    """Adds one wei to the answers of a method."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] == method:
            return response | {"result": hex(int(response["result"], 16) + 1)}
        return response

    return twist


def test_two_endpoints_that_disagree(
    chain: Demonstration, liar: LyingEndpoint, opened: Callable[..., Node]
) -> None:
    """A disagreement names the field, both answers and who gave them."""
    liar.twist = _one_more("eth_getBalance")
    pinned = PinnedBlock.newest(opened(chain.endpoint, liar.endpoint))
    sentence = _sentence(lambda: pinned.balances((chain.safe,)), Refused)
    honest = int(chain.rpc.ask("eth_getBalance", str(chain.safe), "latest"), 16)
    assert sentence == (
        f"The endpoints disagree on native balance of {chain.safe}: "
        f"local node says {honest}, liar says {honest + 1}."
    )


def test_two_of_three_are_believed(chain: Demonstration, opened: Callable[..., Node]) -> None:
    """Of three endpoints two agree; who says otherwise is not named among them."""
    with LyingEndpoint(chain.endpoint.url) as liar, LyingEndpoint(chain.endpoint.url, "b") as other:
        liar.twist = _one_more("eth_getBalance")
        node = opened(liar.endpoint, chain.endpoint, other.endpoint)
        pinned = PinnedBlock.newest(node)
        balance = pinned.balances((chain.safe,))[0]
        node.close()
    assert balance == int(chain.rpc.ask("eth_getBalance", str(chain.safe), "latest"), 16)
    assert pinned.names == ("b", "local node")


def test_two_and_two_is_no_majority(chain: Demonstration, opened: Callable[..., Node]) -> None:
    """Four endpoints of two opinions are a disagreement."""
    url = chain.endpoint.url
    with LyingEndpoint(url, "a") as first, LyingEndpoint(url, "b") as second:
        first.twist = second.twist = _one_more("eth_getBalance")
        honest_too = Endpoint(name="c", url=url)
        node = opened(first.endpoint, second.endpoint, chain.endpoint, honest_too)
        pinned = PinnedBlock.newest(node)
        sentence = _sentence(lambda: pinned.balances((chain.safe,)), Refused)
        node.close()
    assert "a and b says" in sentence


def test_one_of_two_is_not_enough(chain: Demonstration, opened: Callable[..., Node]) -> None:
    """When only one of two endpoints answers, nothing is believed and the reason is given."""
    sentence = _sentence(opened(chain.endpoint, NOWHERE).newest_header)
    assert sentence == (
        "1 of 2 endpoints answered, and 2 have to agree. absent node cannot be reached."
    )


def test_two_of_three_with_one_down(chain: Demonstration, opened: Callable[..., Node]) -> None:
    """Two of three endpoints suffice when the third is down."""
    again = Endpoint(name="second", url=chain.endpoint.url)
    pinned = PinnedBlock.newest(opened(NOWHERE, chain.endpoint, again))
    assert pinned.balances((chain.safe,))[0] > 0
    assert pinned.names == ("local node", "second")


def test_block_that_is_no_longer_there(chain: Demonstration, node: Node) -> None:
    """A block hash the node does not know cannot be read at."""
    gone = answers.Block(number=1, hash=b"\x11" * 32, timestamp=1)
    pinned = PinnedBlock(node, gone)
    assert "local node refused eth_call" in _sentence(
        lambda: pinned.calls((asking(chain.safe, "nonce()"),))
    )


def test_a_revert_is_an_answer(chain: Demonstration, node: Node) -> None:
    """A call that reverts is told with the contract's reason."""
    call = asking(
        chain.safe, "checkNSignatures(bytes32,bytes,bytes,uint256)", bytes(32), b"", b"", 1
    )
    (answer,) = PinnedBlock.newest(node).calls((call,))
    assert isinstance(answer, answers.Reverted)
    assert answer.reason == "GS020"


def test_words_of_one_endpoint_are_not_the_contracts(
    chain: Demonstration, opened: Callable[..., Node]
) -> None:
    """A revert without data has only a node's words, and no two nodes use the same ones."""
    url = chain.endpoint.url
    with LyingEndpoint(url, "a") as first, LyingEndpoint(url, "b") as second:
        for endpoint, words in ((first, "reverted: sign again at example.com"), (second, "revert")):
            endpoint.twist = _reverting(words)
        node = opened(first.endpoint, second.endpoint)
        pinned = PinnedBlock.newest(node)
        (answer,) = pinned.calls((asking(chain.safe, "nonce()"),))
        node.close()
    assert isinstance(answer, answers.Reverted)
    assert answer.reason == ""


def _reverting(words: str) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    """Says of every call that it reverted, in these words."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] != "eth_call":
            return response
        return {"id": request["id"], "error": {"code": 3, "message": words}}

    return twist


def test_asking_nothing(node: Node) -> None:
    """No question needs no answer."""
    assert node.ask_all(()).values == []

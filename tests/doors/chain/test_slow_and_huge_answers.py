"""Endpoints that keep us waiting or send too much: each request has its time and its size."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.chain import answers
from treasury_desktop.chain.batch import PinnedBlock
from treasury_desktop.chain.connection import Ask
from treasury_desktop.chain.node import CHAIN_ID, Node
from treasury_desktop.errors import Unavailable
from treasury_desktop.treasury.workspace import Endpoint

LOGS = Ask("eth_getLogs", ({},), answers.logs, "logs")
SOON = 5
"""Seconds: far fewer than a deaf endpoint may take, and far more than an honest one does."""


class RawServer:
    """Sends a beginning to whoever connects, and then a piece again and again until it closes."""

    def __init__(self, beginning: bytes, piece: bytes) -> None:
        self._beginning, self._piece = beginning, piece
        self._closing = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.05)
        self._threads = [threading.Thread(target=self._listen)]
        self._threads[0].start()
        self.endpoint = Endpoint(
            name="liar", url=f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        )

    def close(self) -> None:
        """Ends every conversation."""
        self._closing.set()
        for thread in list(self._threads):
            thread.join()
        self._listening.close()

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listening.accept()
            except TimeoutError:
                continue
            self._threads.append(threading.Thread(target=self._talk, args=(connection,)))
            self._threads[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                connection.sendall(self._beginning)
                while not self._closing.wait(0.02):
                    connection.sendall(self._piece)
            except OSError:  # the program hung up, as it should
                return


@pytest.fixture
def raw() -> Iterator[Callable[[bytes, bytes], Endpoint]]:
    """Servers that are closed when the test is over."""
    servers: list[RawServer] = []

    def serve(beginning: bytes, piece: bytes) -> Endpoint:
        servers.append(RawServer(beginning, piece))
        return servers[-1].endpoint

    yield serve
    for server in servers:
        server.close()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("beginning", "piece"),
    [
        (b"HTTP/1.1 200 O", b"K"),
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED + b"1;", b"a"),
        (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-T: a\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b'{"jsonrpc":"2.0","id":0,"result":"0x7a69"}', b" "),
    ],
)
def test_an_answer_that_never_ends_has_its_time(
    raw: Callable[[bytes, bytes], Endpoint], beginning: bytes, piece: bytes
) -> None:
    """Wherever it drips: status, headers, body, between chunks or behind them."""
    with closing(Node((raw(beginning, piece),), 31337, timeout_seconds=0.3)) as node:
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"^liar did not answer within 0\.3 seconds\.$"):
            node.ask(CHAIN_ID)
        assert time.monotonic() - began < SOON


def test_a_handshake_that_never_ends_has_its_time(
    raw: Callable[[bytes, bytes], Endpoint],
) -> None:
    """TLS has put its own socket in the place of the first one by then."""
    plain = raw(b"\x16\x03\x03\x40\x00", b"\x02")
    endpoint = replace(plain, url=plain.url.replace("http", "https"))
    with closing(Node((endpoint,), 31337, timeout_seconds=0.3)) as node:
        began = time.monotonic()
        with pytest.raises(Unavailable, match=r"^liar did not answer within 0\.3 seconds\.$"):
            node.ask(CHAIN_ID)
        assert time.monotonic() - began < SOON


def test_hanging_up_ends_what_is_waited_for(raw: Callable[[bytes, bytes], Endpoint]) -> None:
    """Whoever waits for an answer hears at once, and nothing is asked any more."""
    node = Node((raw(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),), 31337, timeout_seconds=60)
    said: list[str] = []

    def ask() -> None:
        try:
            node.ask(CHAIN_ID)
        except Unavailable as failure:
            said.append(failure.sentence)

    asking = threading.Thread(target=ask)
    asking.start()
    while not node.is_asking:
        pass
    node.hang_up()
    asking.join(SOON)
    assert said == ["liar is not asked any more: this desk is being closed."]
    ask()
    assert said[1:] == said[:1]


def test_an_endpoint_recovers_after_it_was_late(liar: LyingEndpoint) -> None:
    """The line is shut, not the endpoint: the next question opens another."""
    with closing(Node((liar.endpoint,), 31337, timeout_seconds=0.5)) as node:
        liar.drips = True
        with pytest.raises(Unavailable, match="did not answer"):
            node.newest_header()
        liar.drips = False
        assert node.newest_header().block.number > 0


# ── several endpoints, one of them slow ──────────────────────────────────────────────────────────


@pytest.fixture
def three(chain: Demonstration) -> Iterator[tuple[LyingEndpoint, ...]]:
    """Three endpoints of one chain."""
    url = chain.endpoint.url
    with LyingEndpoint(url, "a") as a, LyingEndpoint(url, "b") as b, LyingEndpoint(url, "c") as c:
        yield a, b, c


def test_one_deaf_endpoint_of_three_is_not_waited_for(
    chain: Demonstration, three: tuple[LyingEndpoint, ...]
) -> None:
    """Two that agree decide; the third is left alone for a while, so it costs its time once."""
    deaf = three[0]
    deaf.deaf = True
    endpoints = [each.endpoint for each in three]
    with closing(Node(endpoints, 31337, timeout_seconds=60, patience_seconds=0.1)) as node:
        began = time.monotonic()
        pinned = PinnedBlock.newest(node)
        for _ in range(5):
            pinned.balances((chain.safe,))
        assert time.monotonic() - began < SOON
        assert pinned.names == ("b", "c")
        assert deaf.requests == 1


def test_a_late_endpoint_is_asked_again_where_it_decides(
    chain: Demonstration, three: tuple[LyingEndpoint, ...]
) -> None:
    """It is left alone only as long as the others agree."""
    late, liar, _honest = three
    endpoints = [each.endpoint for each in three]
    late.deaf = True
    with closing(Node(endpoints, 31337, timeout_seconds=0.5, patience_seconds=0.1)) as node:
        pinned = PinnedBlock.newest(node)
        late.deaf = False
        liar.twist = _one_more
        assert pinned.balances((chain.safe,))[0] > 0
        assert pinned.names == ("a", "c")


def _one_more(request: dict[str, Any], response: dict[str, Any]) -> Any:
    if request["method"] != "eth_getBalance":
        return response
    return response | {"result": hex(int(response["result"], 16) + 1)}


def test_all_that_answer_in_time_are_named(
    chain: Demonstration, three: tuple[LyingEndpoint, ...]
) -> None:
    """Two of three suffice, yet the third is given a moment to agree."""
    with closing(Node([each.endpoint for each in three], 31337)) as node:
        pinned = PinnedBlock.newest(node)
        pinned.balances((chain.safe,))
    assert pinned.names == ("a", "b", "c")


def test_what_is_sent_goes_to_every_endpoint(three: tuple[LyingEndpoint, ...]) -> None:
    """Also to one that was late a moment ago."""
    late = three[0]
    late.deaf = True
    endpoints = [each.endpoint for each in three]
    with closing(Node(endpoints, 31337, timeout_seconds=0.5, patience_seconds=0.1)) as node:
        node.newest_header()
        late.deaf = False
        names = [name for name, _ in node.ask_each((CHAIN_ID,), everyone=True)]
        assert (names, late.asked) == (["a", "b", "c"], ["eth_chainId"])


# ── too much ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", [b"[" + b"[]," * (2 << 20) + b"0]", b" " * (5 << 20)])
def test_an_answer_has_its_size(liar: LyingEndpoint, body: bytes) -> None:
    """A few MiB where one thing was asked, whatever they are."""
    liar.body = body
    with (
        closing(Node((liar.endpoint,), 31337)) as node,
        pytest.raises(Unavailable, match="more than 4 MiB"),
    ):
        node.ask(CHAIN_ID)


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * (1 << 20) + b"0]",
        b"[" + b"{}," * (1 << 20) + b"0]",
        b"[" + b'{"a":0},' * (1 << 18) + b"0]",
        b"[" + b"0," * (1 << 20) + b"0]",
    ],
)
@pytest.mark.parametrize("ask", [CHAIN_ID, LOGS])
def test_an_answer_has_as_many_parts_as_its_size_allows(
    liar: LyingEndpoint, ask: Ask, body: bytes
) -> None:
    """Brackets cost a hundred times their bytes: what no honest answer looks like is not parsed."""
    liar.body = b'{"jsonrpc":"2.0","id":0,"result":' + body + b"}"
    with (
        closing(Node((liar.endpoint,), 31337)) as node,
        pytest.raises(Unavailable, match="liar does not answer in JSON-RPC"),
    ):
        node.ask(ask)


def test_logs_may_be_many(liar: LyingEndpoint) -> None:
    """Tens of thousands of the shortest logs there can be are read."""
    word = "0x" + "11" * 32
    log = (
        f'{{"address":"0x{"22" * 20}","topics":["{word}"],"data":"0x","blockNumber":"0x1",'
        f'"transactionHash":"{word}","transactionIndex":"0x0","blockHash":"{word}",'
        '"logIndex":"0x0","removed":false}'
    )
    many = ",".join([log] * 20_000)
    liar.twist = lambda request, response: response
    with closing(Node((liar.endpoint,), 31337)) as node:
        node.ask(CHAIN_ID)
        liar.body = f'{{"jsonrpc":"2.0","id":1,"result":[{many}]}}'.encode()
        assert len(node.ask(LOGS)) == 20_000

"""A node that lies on purpose: stands between the program and the real node on loopback."""

import json
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import urlsplit

from treasury_desktop.treasury.workspace import Endpoint

Twist = Callable[[dict[str, Any], dict[str, Any]], Any]
"""(request, honest response) → the response that is sent for it."""


class LyingEndpoint:
    """Passes every request on and may change each answer, or the whole body, or say nothing.

    `body` replaces the bytes of the whole answer, `headers` adds to its headers, `status` its
    status; `drips` sends it a byte at a time; `deaf` keeps the connection open in silence until
    the endpoint closes; `answers_left` counts down to where it starts cutting connections;
    `requests` counts what was sent to it, answered or not. It takes no program of gathered calls
    unless `takes_programs`, so that each call can be lied about.
    """

    def __init__(self, honest_url: str, name: str = "liar") -> None:
        self.twist: Twist = lambda _request, response: response
        self.body: bytes | None = None
        self.headers: dict[str, str] = {}
        self.status = 200
        self.deaf = False
        self.drips = False
        self.answers_left: int | None = None
        self.takes_programs = False
        self.asked: list[str] = []
        self.requests = 0
        self._honest = urlsplit(honest_url)
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.endpoint = Endpoint(
            name=name, url=f"http://127.0.0.1:{self._server.server_address[1]}/key-in-the-path"
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait_until_closing(self, seconds: float = 60) -> None:
        """Silence, as long as the test lasts."""
        self._closing.wait(seconds)

    @property
    def is_dead(self) -> bool:
        """Whether the endpoint cuts this connection instead of answering."""
        if self.answers_left is None:
            return False
        self.answers_left -= 1
        return self.answers_left < 0

    def answered(self, raw: bytes) -> bytes:
        """The body to send for a request's body."""
        request, honest = json.loads(raw), json.loads(self._passed_on(raw))
        self.asked += [each["method"] for each in _many(request)]
        if self.body is not None:
            return self.body
        if isinstance(request, dict):
            return json.dumps(self._said(request, honest)).encode()
        by_id = {each["id"]: each for each in honest}
        return json.dumps([self._said(each, by_id[each["id"]]) for each in request]).encode()

    def _said(self, request: dict[str, Any], honest: dict[str, Any]) -> Any:
        if is_program(request) and not self.takes_programs:
            error = {"code": -32602, "message": "missing receiver"}
            return {"jsonrpc": "2.0", "id": request["id"], "error": error}
        return self.twist(request, honest)

    def _passed_on(self, raw: bytes) -> bytes:
        connection = HTTPConnection(self._honest.hostname or "", self._honest.port, timeout=10)
        try:
            connection.request("POST", "/", raw, {"Content-Type": "application/json"})
            return connection.getresponse().read()
        finally:
            connection.close()


def is_program(request: dict[str, Any]) -> bool:
    """Whether a request runs init code of its own."""
    return request["method"] == "eth_call" and "to" not in request["params"][0]


def _many(request: Any) -> list[Any]:
    return request if isinstance(request, list) else [request]


def _handler(endpoint: LyingEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            endpoint.requests += 1
            if endpoint.deaf:
                endpoint.wait_until_closing()
                return
            if endpoint.is_dead:
                return
            body = endpoint.answered(raw)
            self.send_response(endpoint.status)
            for name, value in endpoint.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            size = 1 if endpoint.drips else max(len(body), 1)
            try:
                for at in range(0, len(body), size):
                    self.wfile.write(body[at : at + size])
                    if endpoint.drips:
                        endpoint.wait_until_closing(0.02)
            except OSError:  # the program hung up, as it should
                return

        def log_message(self, *_arguments: object) -> None:
            """Tests write nothing to standard error."""

    return Handler

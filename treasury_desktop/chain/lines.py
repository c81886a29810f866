"""Lines to endpoints that can be shut from outside, so that a request ends when its time is over.

requests limits the wait for every single piece it reads, not for all of them: an endpoint that
sends a byte of a header now and then would hold us for ever. Imported with web3, as late as web3.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_here = threading.local()


class Request:
    """One request with its time and its size. Entered, it is what this thread asks.

    `end` shuts the lines it uses, from any thread; whoever reads from one hears that it broke.
    """

    def __init__(self, *, seconds: float, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.until = time.monotonic() + seconds
        self.is_late = False
        self._lock = threading.Lock()
        self._is_over = False
        self._lines: list[socket.socket] = []
        self._clock = threading.Timer(seconds, self._end_late)
        self._clock.daemon = True

    def __enter__(self) -> Self:
        _here.request = self
        self._clock.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        _here.request = None
        with self._lock:
            while self._lines:
                self._lines.pop().close()
        self._clock.cancel()
        self._clock.join()

    def use(self, opened: socket.socket) -> None:
        """This socket is one of its lines.

        It is duplicated: TLS puts another in its place before the handshake, and an answer may
        outlive the connection's own. Shutting any of them shuts the line.
        """
        line = socket.fromfd(opened.fileno(), opened.family, opened.type)
        with self._lock:
            self._lines.append(line)
            if self._is_over:
                _shut(line)

    def end(self) -> None:
        """Shuts every line, and those that are opened later."""
        with self._lock:
            self._is_over = True
            for line in self._lines:
                _shut(line)

    def _end_late(self) -> None:
        self.is_late = True
        self.end()


def opened_session() -> requests.Session:
    """A session that believes nothing of the environment and whose lines can be shut."""
    session = requests.Session()
    session.trust_env = False  # no proxies, no .netrc passwords from the environment
    session.max_redirects = 0
    session.hooks["response"].append(_bounded)
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter())
    return session


def _shut(line: socket.socket) -> None:
    with suppress(OSError):  # it was shut at the other end before
        line.shutdown(socket.SHUT_RDWR)


class _Shuttable(HTTPConnection):
    """A connection whose socket is known to the request that uses it."""

    def _new_conn(self) -> socket.socket:
        opened = super()._new_conn()
        _here.request.use(opened)
        return opened

    def request(self, *what: Any, **how: Any) -> None:
        """Sends the request, maybe on a line that is open from before."""
        if self.sock is not None:
            _here.request.use(self.sock)
        super().request(*what, **how)


class _ShuttableTLS(_Shuttable, HTTPSConnection):
    """The same over TLS."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Shuttable


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _ShuttableTLS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *what: Any, **how: Any) -> None:
        super().init_poolmanager(*what, **how)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def _bounded(response: Any, **_settings: Any) -> Any:
    """A hook that limits how long and how large an answer may get before it is read."""
    response.raw = _BoundedBody(response.raw, _here.request)
    return response


class _BoundedBody:
    """The body of an HTTP answer that stops being read when it is too long or too slow."""

    def __init__(self, raw: Any, request: Request) -> None:
        self._raw = raw
        self._request = request

    def stream(self, size: int, *, decode_content: bool = True) -> Iterator[bytes]:
        """Chunks of the decompressed body."""
        total = 0
        # One read of the socket at a time: waiting for a full chunk would let a node that sends
        # a byte now and then hold us for hours.
        while chunk := self._raw.read1(size, decode_content=decode_content):
            total += len(chunk)
            if total > self._request.most_bytes:
                self._raw.close()
                raise requests.exceptions.ContentDecodingError("the answer is too long")
            if time.monotonic() > self._request.until:
                self._raw.close()
                raise requests.Timeout("the answer is too slow")
            yield chunk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

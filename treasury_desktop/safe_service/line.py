"""One HTTP request on a line of its own: it has its time, its size, and can be ended from outside.

The standard library's client is enough and does less behind our back than others: it follows no
redirect, keeps no cookie, unpacks nothing and asks the environment for no proxy. Imported with the
first request. What it has not, a limit to the whole and not to each piece, is here. Authorities
are certifi's, as for nodes, unless the service has its own.
"""

import socket
import ssl
import threading
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Self

import certifi

from treasury_desktop.safe_service.address import ServiceAddress
from treasury_desktop.safe_service.answers import MOST_BYTES, MOST_ERROR_BYTES, OK, Answer
from treasury_desktop.safe_service.name_lookup import NameLookup

PIECE = 64 << 10
PROBLEMS = (OSError, HTTPException, ValueError)
"""What the standard library raises on lines that break and on answers that are no HTTP."""


class Line:
    """One request with its time. `end` shuts it, from any thread."""

    def __init__(
        self, address: ServiceAddress, *, seconds: float, authorities: str | None = None
    ) -> None:
        self._address, self._authorities = address, authorities
        self._until = time.monotonic() + seconds
        self.is_late = False
        self._is_over = False
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._lookup = NameLookup(address.host, address.port)
        self._clock = threading.Timer(seconds, self._end_late)
        self._clock.daemon = True

    def __enter__(self) -> Self:
        self._clock.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        with self._lock:
            self._is_over = True
            while self._open:
                self._open.pop().close()
        self._clock.cancel()
        self._clock.join()

    def ask(self, method: str, place: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """What the service answers; one of `PROBLEMS` where the line or the answer is broken."""
        with self._connected() as opened:
            connection = HTTPConnection(self._address.host, self._address.port)
            connection.sock = opened
            fixed = {"Host": self._address.authority, "Accept-Encoding": "identity"}
            connection.request(method, place, body, {**fixed, **headers, "Connection": "close"})
            response = connection.getresponse()
            with response:
                return self._read(response)

    def end(self) -> None:
        """Shuts the line; whoever reads from it hears that it broke."""
        self._lookup.give_up()
        with self._lock:
            self._is_over = True
            for each in self._open:
                _shut(each)

    def _end_late(self) -> None:
        self.is_late = True
        self.end()

    def _read(self, response: HTTPResponse) -> Answer:
        most = MOST_BYTES if response.status == OK else MOST_ERROR_BYTES
        body = bytearray()
        # One read of the socket at a time: a piece that is not full is no reason to wait for more.
        while len(body) <= most and (piece := response.read1(PIECE)):
            body += piece
        is_cut = len(body) > most
        if not is_cut and response.length:
            raise HTTPException("the answer ends before it is whole")
        named = {name.lower(): text for name, text in response.getheaders()}
        return Answer(response.status, named, bytes(body[:most]), is_cut)

    def _connected(self) -> socket.socket:
        opened = self._dialled()
        if not self._address.is_secure:
            return opened
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # reads no SSLKEYLOGFILE, no SSL_CERT_*
        context.load_verify_locations(
            cafile=None if self._authorities else certifi.where(), cadata=self._authorities
        )
        with opened:  # TLS takes the socket over; where it fails it is to be closed
            return context.wrap_socket(opened, server_hostname=self._address.host)

    def _dialled(self) -> socket.socket:
        """A connection to the first of the host's addresses that takes it."""
        failure: OSError = OSError("the name has no address")
        for family, kind, protocol, _, where in self._lookup.addresses():
            opened = socket.socket(family, kind, protocol)
            try:
                self._use(opened)
                opened.settimeout(max(self._until - time.monotonic(), 0.001))
                opened.connect(where)
            except OSError as problem:
                opened.close()
                failure = problem
            else:
                return opened
        raise failure

    def _use(self, opened: socket.socket) -> None:
        """Duplicated: TLS puts another in its place, and shutting any of them shuts the line."""
        with self._lock:
            if self._is_over:
                raise OSError("the line was ended")
            self._open.append(opened.dup())


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):  # it was shut at the other end before, or never connected
        opened.shutdown(socket.SHUT_RDWR)

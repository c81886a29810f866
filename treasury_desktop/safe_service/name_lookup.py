"""Looking up a host's addresses, which can be given up: the system's own call cannot be ended.

A name service that is silent keeps `getaddrinfo` for half a minute. So it runs on a thread of its
own, which is left to itself when nobody waits for it any more.
"""

import socket
import threading

AddressFound = tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]


class NameLookup:
    """The addresses of one host. `give_up` ends the wait for them, from any thread."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._is_over = threading.Event()
        self._found: list[AddressFound] | None = None
        self._problem: Exception = OSError("nobody waits for the name service any more")

    def addresses(self) -> list[AddressFound]:
        """Those addresses; what `getaddrinfo` raises, or an OSError once it was given up."""
        threading.Thread(target=self._look_up, name="name lookup", daemon=True).start()
        self._is_over.wait()
        if self._found is None:
            raise self._problem
        return self._found

    def give_up(self) -> None:
        """Lets whoever waits go on without an answer."""
        self._is_over.set()

    def _look_up(self) -> None:
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except (OSError, ValueError) as problem:  # ValueError: what no name can be
            self._problem = problem
        else:
            self._found = list[AddressFound](found)
        finally:
            self._is_over.set()

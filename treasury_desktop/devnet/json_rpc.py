"""Ethereum JSON-RPC over one kept-alive loopback connection.

Building a year of history takes some ten thousand requests, one after the other; the standard
library does one in a quarter of a millisecond, and nothing here needs more than that.
"""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from treasury_desktop.errors import Unavailable

SECONDS_TO_ANSWER = 30.0
HASHES_ONLY = False  # how eth_getBlockByNumber is told not to send whole transactions


class JsonRpc:
    """A conversation with one node; used by one thread at a time."""

    def __init__(self, endpoint: str, *, seconds_to_answer: float = SECONDS_TO_ANSWER) -> None:
        address = urlsplit(endpoint)
        self._connection = http.client.HTTPConnection(
            address.hostname or "127.0.0.1", address.port, timeout=seconds_to_answer
        )

    def ask(self, method: str, *parameters: Any) -> Any:
        """The node's result; raises Unavailable when it does not answer or answers an error."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters})
        try:
            self._connection.request("POST", "/", body, {"Content-Type": "application/json"})
            answer = json.loads(self._connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as failure:
            self._connection.close()
            raise Unavailable(
                f"The demonstration chain's node does not answer {method} ({failure})."
            ) from failure
        if "error" in answer:
            reason = answer["error"].get("message", "no reason given")
            raise Unavailable(f"The demonstration chain's node refused {method}: {reason}")
        return answer["result"]

    def number(self, method: str, *parameters: Any) -> int:
        """A result that is a quantity."""
        return int(self.ask(method, *parameters), 16)

    def close(self) -> None:
        """End the conversation; the node goes on."""
        self._connection.close()

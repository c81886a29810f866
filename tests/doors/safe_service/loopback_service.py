"""A Safe Transaction Service on loopback that speaks the documented API, and lies when it is told.

It derives hashes by itself, as the real one does: with eth_account's reading of EIP-712.
"""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urlsplit

from eth_account.messages import _hash_eip191_message, encode_typed_data

from tests.samples import CHAIN_ID, a_safe
from treasury_desktop.assets.address import Address
from treasury_desktop.safe_service.address import ServiceAddress
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import parse_signature

PREFIX = "/tx-service/demo"
LIMIT, MOST = 100, 200
Json = Any
Twist = Callable[[Json], Json]
"""honest page → the page that is sent."""

UINTS = ("value", "operation", "safeTxGas", "baseGas", "gasPrice", "nonce")
ADDRESSES = ("to", "gasToken", "refundReceiver")
ZERO = "0x" + "00" * 20
TYPES = {
    "EIP712Domain": [
        {"name": "chainId", "type": "uint256"},
        {"name": "verifyingContract", "type": "address"},
    ],
    "SafeTx": [
        {"name": "to", "type": "address"},
        {"name": "value", "type": "uint256"},
        {"name": "data", "type": "bytes"},
        {"name": "operation", "type": "uint8"},
        {"name": "safeTxGas", "type": "uint256"},
        {"name": "baseGas", "type": "uint256"},
        {"name": "gasPrice", "type": "uint256"},
        {"name": "gasToken", "type": "address"},
        {"name": "refundReceiver", "type": "address"},
        {"name": "nonce", "type": "uint256"},
    ],
}


def hash_of(body: Json, safe: str, chain_id: int = CHAIN_ID) -> bytes:
    """The safeTxHash of a JSON body, by another library than ours."""
    message = {name: int(body[name]) for name in UINTS}
    message |= {name: body[name] or ZERO for name in ADDRESSES}
    message["data"] = bytes.fromhex((body["data"] or "0x")[2:])
    typed = {
        "types": TYPES,
        "primaryType": "SafeTx",
        "domain": {"chainId": chain_id, "verifyingContract": safe},
        "message": message,
    }
    return bytes(_hash_eip191_message(encode_typed_data(full_message=typed)))


def body_of(tx: SafeTx) -> dict[str, Json]:
    """The fields of a SafeTx as v2 of the API writes them."""
    return {
        "to": str(tx.to),
        "value": str(tx.value),
        "data": "0x" + tx.data.hex() if tx.data else None,
        "operation": int(tx.operation),
        "gasToken": str(tx.gas_token),
        "safeTxGas": str(tx.safe_tx_gas),
        "baseGas": str(tx.base_gas),
        "gasPrice": str(tx.gas_price),
        "refundReceiver": str(tx.refund_receiver),
        "nonce": str(tx.nonce),
    }


class LoopbackService:
    """Keeps what it is sent by safeTxHash.

    `twist` changes the JSON of a page, `raw` replaces everything that is sent (status line
    included), `headers` are added, `status` with `error` is answered instead; `drip` is sent
    again and again behind `raw` until the service is closed. `requests` is what it was asked.
    """

    def __init__(self) -> None:
        self.safe = a_safe()
        self.entries: dict[str, Json] = {}
        self.twist: Twist = lambda page: page
        self.raw: bytes | None = None
        self.drip = b""
        self.headers: dict[str, str] = {}
        self.status: int | None = None
        self.error: Json = None
        self.requests: list[tuple[str, str, dict[str, str], Json]] = []
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.port = self._server.server_address[1]
        self.address = ServiceAddress.parse(f"http://127.0.0.1:{self.port}{PREFIX}")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def is_closing(self) -> threading.Event:
        """Set when the test is over."""
        return self._closing

    def add(
        self,
        tx: SafeTx,
        *signatures: tuple[Address, bytes],
        trusted: bool = True,
        origin: str | None = None,
    ) -> str:
        """Keep a transaction with its confirmations as if clients had sent them."""
        body = body_of(tx)
        safe_tx_hash = "0x" + hash_of(body, str(self.safe.address)).hex()
        self.entries[safe_tx_hash] = {
            "safe": str(self.safe.address),
            **body,
            "executionDate": None,
            "submissionDate": "2026-11-22T12:00:00.000001Z",
            "modified": "2026-11-22T12:00:00.000001Z",
            "blockNumber": None,
            "transactionHash": None,
            "safeTxHash": safe_tx_hash,
            "proposer": str(self.safe.owners[0]) if isinstance(self.safe.owners, tuple) else None,
            "proposedByDelegate": None,
            "executor": None,
            "isExecuted": False,
            "isSuccessful": None,
            "ethGasPrice": None,
            "maxFeePerGas": None,
            "maxPriorityFeePerGas": None,
            "gasUsed": None,
            "fee": None,
            "payment": None,
            "origin": "{}" if origin is None else origin,
            "dataDecoded": {
                "method": "SERVICE_DECODED",
                "parameters": [{"name": "x", "type": "address", "value": "SERVICE_DECODED"}],
            },
            "confirmationsRequired": 2,
            "confirmations": [],
            "trusted": trusted,
            "signatures": None,
        }
        for owner, data in signatures:
            self._confirm(safe_tx_hash, owner, data)
        return safe_tx_hash

    def get(self, path: str, query: dict[str, list[str]]) -> tuple[int, Json]:
        """Status and JSON of the documented GET."""
        if path == f"{PREFIX}/api/v1/about/":
            return 200, {"name": "Safe Transaction Service", "version": "6.10.1", "settings": {}}
        if path != f"{PREFIX}/api/v2/safes/{self.safe.address}/multisig-transactions/":
            return 404, {"detail": "No MultisigTransaction matches the given query."}
        asked = {name: texts[-1] for name, texts in query.items()}
        trusted = asked.get("trusted", "true") == "true"
        least = int(asked.get("nonce__gte", "0"))
        found = [
            e for e in self.entries.values() if e["trusted"] is trusted and int(e["nonce"]) >= least
        ]
        found.sort(key=lambda e: int(e["nonce"]), reverse=asked.get("ordering") != "nonce")
        limit, offset = min(int(asked.get("limit", LIMIT)), MOST), int(asked.get("offset", "0"))
        following = None
        if offset + limit < len(found):
            again = urlencode({**asked, "limit": limit, "offset": offset + limit})
            following = f"http://127.0.0.1:{self.port}{path}?{again}"
        page = {
            "count": len(found),
            "next": following,
            "previous": None,
            "results": found[offset : offset + limit],
            "countUniqueNonce": len({e["nonce"] for e in found}),
        }
        return 200, json.loads(json.dumps(page))

    def post(self, path: str, body: Json) -> tuple[int, Json]:
        """Status and JSON of the documented POSTs."""
        if path == f"{PREFIX}/api/v2/safes/{self.safe.address}/multisig-transactions/":
            return self._propose(body)
        start, end = f"{PREFIX}/api/v1/multisig-transactions/", "/confirmations/"
        safe_tx_hash = path.removeprefix(start).removesuffix(end)
        if not path.startswith(start) or safe_tx_hash not in self.entries:
            return 404, {"detail": "Not found."}
        data = bytes.fromhex(body["signature"][2:])
        signer = parse_signature(data).signer_of(bytes.fromhex(safe_tx_hash[2:]))
        if signer is None or not self.safe.is_owner(signer):
            return 422, {"nonFieldErrors": [f"Signer={signer} is not an owner."]}
        self._confirm(safe_tx_hash, signer, data)
        return 201, {"signature": body["signature"]}

    def answered(self, method: str, target: str, headers: dict[str, str], raw: bytes) -> Json:
        """What is answered; notes the request first."""
        url = urlsplit(target)
        body = json.loads(raw) if raw else None
        self.requests.append((method, target, headers, body))
        if self.status is not None:
            return self.status, self.error
        if method == "POST":
            return self.post(url.path, body)
        status, page = self.get(url.path, parse_qs(url.query))
        return status, self.twist(page) if status == 200 else page

    def _propose(self, body: Json) -> tuple[int, Json]:
        expected = hash_of(body, str(self.safe.address))
        if body["contractTransactionHash"] != "0x" + expected.hex():
            return 422, {"nonFieldErrors": ["Contract-transaction-hash does not match"]}
        data = bytes.fromhex(body["signature"][2:])
        signer = parse_signature(data).signer_of(expected)
        if str(signer) != body["sender"] or signer is None or not self.safe.is_owner(signer):
            return 422, {"nonFieldErrors": ["Sender is not an owner"]}
        tx = SafeTx(
            **{name: Address.parse(body[key]) for name, key in _ADDRESS_NAMES.items()},
            **{name: int(body[key]) for name, key in _UINT_NAMES.items()},
            data=bytes.fromhex((body["data"] or "0x")[2:]),
        )
        self.add(tx, (signer, data), origin=body.get("origin"))
        return 201, None

    def _confirm(self, safe_tx_hash: str, owner: Address, data: bytes) -> None:
        self.entries[safe_tx_hash]["confirmations"].append(
            {
                "owner": str(owner),
                "submissionDate": "2026-11-22T12:00:00.000001Z",
                "transactionHash": None,
                "signature": "0x" + data.hex(),
                "signatureType": "EOA",
            }
        )


_ADDRESS_NAMES: dict[str, str] = {
    "to": "to",
    "gas_token": "gasToken",
    "refund_receiver": "refundReceiver",
}
_UINT_NAMES: dict[str, str] = {
    "value": "value",
    "operation": "operation",
    "safe_tx_gas": "safeTxGas",
    "base_gas": "baseGas",
    "gas_price": "gasPrice",
    "nonce": "nonce",
}


def _send(handler: BaseHTTPRequestHandler, status: int, value: Json, more: dict[str, str]) -> None:
    body = b"" if value is None else json.dumps(value).encode()
    handler.send_response(status)
    named = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    for name, text in (named | more).items():
        handler.send_header(name, text)
    handler.end_headers()
    handler.wfile.write(body)


def _send_raw(handler: BaseHTTPRequestHandler, service: LoopbackService, raw: bytes) -> None:
    handler.wfile.write(raw)
    while service.drip and not service.is_closing.wait(0.005):
        handler.wfile.write(service.drip)


def _handler(service: LoopbackService) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", b"")

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, method: str, raw: bytes) -> None:
            status, value = service.answered(method, self.path, dict(self.headers.items()), raw)
            with suppress(OSError):  # the program hung up, as it should
                if service.raw is not None:
                    _send_raw(self, service, service.raw)
                else:
                    _send(self, status, value, service.headers)

        def log_message(self, *_arguments: object) -> None:
            """Tests write nothing to standard error."""

    return Handler

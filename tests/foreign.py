"""Builders of what other programs write about one Safe transaction, right unless changed."""

import base64
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from treasury_desktop.application.headless_review import review_bytes
from treasury_desktop.application.incoming import Asked
from treasury_desktop.errors import TreasuryError
from treasury_desktop.review.report import report

Json = dict[str, Any]
SAFE = "0x5aFE3855358E112B5647B952709E6165e1c1eEEe"
PAYEE = "0x49d4450977E2c95362C13D3a31a09311E0Ea26A6"
ZERO = "0x" + 40 * "0"
TRANSACTION: Json = {
    "to": PAYEE,
    "value": "5",
    "data": "0x",
    "operation": 0,
    "safeTxGas": "0",
    "baseGas": "0",
    "gasPrice": "0",
    "gasToken": ZERO,
    "refundReceiver": ZERO,
    "nonce": 42,
}


def shown(content: bytes | str | Json, **asked: str) -> Json:
    """The report on what was sent."""
    if isinstance(content, dict):
        content = json.dumps(content)
    data = content.encode() if isinstance(content, str) else content
    made: Json = report(review_bytes(data, None, Asked(**asked)))
    return made


def codes(shown_report: Json) -> dict[str, str]:
    """Codes with severities; of one code the hardest."""
    return {f["code"]: f["severity"] for f in reversed(shown_report["findings"])}


def leaves(calls: list[Json]) -> list[Json]:
    """The calls that hold no others."""
    return [leaf for call in calls for leaf in (leaves(call["calls"]) or [call])]


def refusal_of(attempt: Callable[[], object]) -> TreasuryError | None:
    """Why an attempt was refused, or `None` where it was not; anything else is a bug of ours."""
    try:
        attempt()
    except TreasuryError as refused:
        return refused
    return None


def a_bundle_json(version: str = "1.3.0", **changes: Any) -> Json:
    """The same transaction as a bundle of ours."""
    return {
        "format": "treasury-desktop/bundle@1",
        "chain_id": 1,
        "safe": {"address": SAFE, "version": version, "nonce": 42},
        "transaction": {**TRANSACTION, **changes},
    }


def hashes_of(version: str = "1.3.0", **changes: Any) -> Json:
    """The three hashes the transaction has in a bundle of ours."""
    found: Json = shown(a_bundle_json(version, **changes))["hashes"]
    return found


def a_batch(*transactions: Json, **changes: Any) -> Json:
    """A batch file without a checksum."""
    return {
        "version": "1.0",
        "chainId": "1",
        "createdAt": 1646321521061,
        "meta": {"name": "Batch", "createdFromSafeAddress": SAFE},
        "transactions": list(transactions),
        **changes,
    }


def a_call(**changes: Any) -> Json:
    """One call of a batch file."""
    return {"to": PAYEE, "value": "5", "data": "0x", **changes}


def a_method(name: str, *inputs: Json) -> Json:
    """A `contractMethod`."""
    return {"inputs": list(inputs), "name": name, "payable": False}


def typed_data(version: str = "1.3.0", **changes: Any) -> Json:
    """The transaction as another wallet is asked to sign it."""
    has_chain = version >= "1.3.0"
    overhead = "baseGas" if version >= "1.0.0" else "dataGas"
    members = [
        ("address", "to"),
        ("uint256", "value"),
        ("bytes", "data"),
        ("uint8", "operation"),
        ("uint256", "safeTxGas"),
        ("uint256", overhead),
        ("uint256", "gasPrice"),
        ("address", "gasToken"),
        ("address", "refundReceiver"),
        ("uint256", "nonce"),
    ]
    domain = [("uint256", "chainId")] if has_chain else []
    values = {**TRANSACTION, "dataGas": TRANSACTION["baseGas"], **changes}
    return {
        "types": {
            "EIP712Domain": [
                {"name": name, "type": kind}
                for kind, name in (*domain, ("address", "verifyingContract"))
            ],
            "SafeTx": [{"name": name, "type": kind} for kind, name in members],
        },
        "primaryType": "SafeTx",
        "domain": {**({"chainId": 1} if has_chain else {}), "verifyingContract": SAFE},
        "message": {name: values[name] for _, name in members},
    }


def service_transaction(version: str = "1.3.0", **changes: Any) -> Json:
    """The transaction as the service answers it, its hash right for a Safe of that version."""
    return {
        "safe": SAFE,
        **TRANSACTION,
        "gasToken": None,
        "refundReceiver": None,
        "data": None,
        "safeTxHash": hashes_of(version)["safe_tx"],
        "confirmations": [],
        "dataDecoded": None,
        "origin": "{}",
        "isExecuted": False,
        "fee": None,
        **changes,
    }


def eternal_safe_link(
    content: Json | None = None, safe: str = f"eth:{SAFE}", rest: str = ""
) -> str:
    """A smart link of Eternal Safe."""
    made = content or {"signatures": {"dataType": "Map", "value": []}, "data": TRANSACTION}
    encoded = base64.urlsafe_b64encode(json.dumps(made).encode()).decode().rstrip("=")
    return f"https://eternalsafe.eth.limo/transactions/tx/?safe={safe}&tx={encoded}{rest}"


def localsafe_link(content: Json | None = None, name: str = "importTx", chain: str = "1") -> str:
    """A share link of localsafe."""
    made = content or {"tx": {"data": TRANSACTION, "signatures": []}}
    encoded = quote(base64.b64encode(json.dumps(made).encode()).decode(), safe="")
    return f"https://localsafe.eth.limo/#/safe/{SAFE}?{name}={encoded}&chainId={chain}"

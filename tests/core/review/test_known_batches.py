"""Known MultiSend batches through the whole review: decoded to the last call, or blocked."""

import json
from typing import Any

import pytest

from tests.shared_vectors import cases_of
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import read_bundle
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.review.report import report
from treasury_desktop.review.review import examine

SAFE = "0x5a5A5a5a5A5a5a5a5a5A5a5A5A5a5a5A5A5A5A5A"


@pytest.mark.parametrize("version", ["1.3.0", "1.4.1", "1.5.0"])
@pytest.mark.parametrize("case", cases_of("multisend"))
def test_known_batch(case: Any, version: str) -> None:
    """The calls of a batch are exactly the known ones; a batch that is none blocks by its name."""
    numbers = tuple(int(part) for part in version.split("."))
    library = official_address(1, "MultiSend", numbers)
    bundle = {
        "format": "treasury-desktop/bundle@1", "chain_id": 1,
        "safe": {"address": SAFE, "version": version, "nonce": 0},
        "transaction": {
            "to": str(library), "value": "0", "data": case["data"], "operation": 1,
            "safeTxGas": "0", "baseGas": "0", "gasPrice": "0", "gasToken": "0x" + "0" * 40,
            "refundReceiver": "0x" + "0" * 40, "nonce": 0,
        },
    }  # fmt: skip
    written = report(examine(read_bundle(json.dumps(bundle).encode())))
    codes = {finding["code"] for finding in written["findings"]}
    assert ("MALFORMED_MULTISEND" in codes) is not case["decodable"]
    assert case["decodable"] or written["verdict"] == "block"
    (root,) = written["calls"]
    if not case["decodable"]:
        return
    zero_is = SAFE if version == "1.5.0" else "0x" + "0" * 40
    assert [
        (call["operation"], call["to"], call["value"], call["data"]) for call in root["calls"]
    ] == [
        (
            ("call", "delegatecall")[known["operation"]],
            zero_is if int(known["to"], 16) == 0 else str(Address.parse(known["to"])),
            known["value"],
            known["data"],
        )
        for known in case["subTransactions"]
    ]

"""The Safe contracts are the official ones, at the official addresses."""

import json
from typing import Any

import pytest

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.devnet.packages import node_packages

RECORDS = node_packages() / "@safe-global/safe-deployments/dist/assets/v1.4.1"
NAMES = (
    "safe",
    "safe_l2",
    "safe_proxy_factory",
    "multi_send",
    "multi_send_call_only",
    "compatibility_fallback_handler",
    "sign_message_lib",
    "create_call",
    "simulate_tx_accessor",
)


@pytest.mark.parametrize("name", NAMES)
def test_address_and_code_are_the_official_ones(name: str, facts: Any, reader: Any) -> None:
    """Address and code hash equal the canonical record of @safe-global/safe-deployments."""
    record = json.loads((RECORDS / f"{name}.json").read_text())["deployments"]["canonical"]
    address = facts["safe_contracts"][name]
    code = bytes.fromhex(reader.rpc.ask("eth_getCode", address, "latest")[2:])
    assert address == record["address"]
    assert "0x" + keccak(code).hex() == record["codeHash"]


def test_safe_is_a_two_of_three_proxy_of_the_official_singleton(facts: Any, reader: Any) -> None:
    """Version, owners, threshold, nonce, singleton and fallback handler are as written down."""
    safe = facts["safe"]["address"]
    owners = reader.words(safe, "getOwners()")[2:]
    handler_slot = int.from_bytes(keccak(b"fallback_manager.handler.address"), "big")
    handler = facts["safe_contracts"]["compatibility_fallback_handler"]
    assert [f"0x{owner:040x}" for owner in owners] == [
        owner.lower() for owner in facts["safe"]["owners"]
    ]
    assert reader.words(safe, "getThreshold()") == [2]
    assert reader.words(safe, "nonce()") == [facts["safe"]["nonce"]]
    assert reader.storage(safe, 0) == int(facts["safe_contracts"]["safe"], 16)
    assert reader.storage(safe, handler_slot) == int(handler, 16)
    version = reader.words(safe, "VERSION()")
    assert version[2].to_bytes(32, "big")[: version[1]] == b"1.4.1"


def test_executor_is_never_an_owner(facts: Any) -> None:
    """The account that pays gas cannot confirm."""
    assert facts["roles"]["executor"] not in facts["safe"]["owners"]

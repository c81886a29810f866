"""The two transactions that wait: one honest, one hostile."""

import json
from pathlib import Path
from typing import Any

import pytest
from eth_keys import KeyAPI

from tests.demonstration_chain import running_demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle.reading import read_bundle
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.safes.hashes import safe_tx_hashes

FIELDS = "address,uint256,bytes,uint8,uint256,uint256,uint256,address,address"


def _bundle(prepared: Path, name: str) -> Any:
    return json.loads((prepared / "queue" / f"{name}.json").read_text())


def _arguments(transaction: Any) -> list[Any]:
    return [
        Address.parse(transaction["to"]).raw,
        int(transaction["value"]),
        bytes.fromhex(transaction["data"][2:]),
        transaction["operation"],
        int(transaction["safeTxGas"]),
        int(transaction["baseGas"]),
        int(transaction["gasPrice"]),
        Address.parse(transaction["gasToken"]).raw,
        Address.parse(transaction["refundReceiver"]).raw,
    ]


def _recovered(bundle: Any) -> str:
    blob = bytes.fromhex(bundle["signatures"][0]["data"][2:])
    signature = KeyAPI().Signature(blob[:64] + bytes([blob[64] - 27]))
    message_hash = bytes.fromhex(bundle["safe_tx_hash"][2:])
    return signature.recover_public_key_from_msg_hash(message_hash).to_checksum_address()


@pytest.mark.parametrize(("name", "ahead"), [("honest", 1), ("hostile", 2)])
def test_hash_is_what_the_contract_answers(
    name: str, ahead: int, prepared: Path, facts: Any, reader: Any
) -> None:
    """safe_tx_hash equals getTransactionHash, and the next nonce is left free."""
    bundle = _bundle(prepared, name)
    transaction = bundle["transaction"]
    arguments = [*_arguments(transaction), transaction["nonce"]]
    signature = f"getTransactionHash({FIELDS},uint256)"
    answered = reader.words(facts["safe"]["address"], signature, *arguments)
    assert f"0x{answered[0]:064x}" == bundle["safe_tx_hash"]
    assert transaction["nonce"] == facts["safe"]["nonce"] + ahead
    assert bundle["safe"]["nonce"] == facts["safe"]["nonce"]


@pytest.mark.parametrize("name", ["honest", "hostile"])
def test_file_is_a_bundle_the_program_reads(name: str, prepared: Path) -> None:
    """The strict reader takes the file, and the program's own hash equals the claimed one."""
    bundle = read_bundle((prepared / "queue" / f"{name}.json").read_bytes())
    assert safe_tx_hashes(bundle.safe, bundle.tx).safe_tx == bundle.claimed_hash


def test_honest_one_is_payroll_confirmed_by_the_absent_owner(prepared: Path, facts: Any) -> None:
    """A MultiSendCallOnly batch that carries owner C's signature."""
    bundle = _bundle(prepared, "honest")
    assert bundle["transaction"]["to"] == facts["safe_contracts"]["multi_send_call_only"]
    assert _recovered(bundle) == facts["roles"]["owner_c"] == bundle["signatures"][0]["signer"]


def test_hostile_one_is_signed_by_a_stranger_and_dressed_as_a_transfer(
    prepared: Path, facts: Any
) -> None:
    """A delegatecall whose bytes begin like an ERC-20 transfer, with a non-owner's signature."""
    bundle = _bundle(prepared, "hostile")
    assert bundle["transaction"]["operation"] == 1
    assert bundle["transaction"]["data"].startswith("0xa9059cbb")
    assert _recovered(bundle) == facts["roles"]["stranger"] == bundle["signatures"][0]["signer"]
    assert bundle["signatures"][0]["signer"] not in facts["safe"]["owners"]


def test_hostile_one_would_take_the_safe_over(prepared: Path, facts: Any, tmp_path: Path) -> None:
    """Were owners to approve it, the Safe's singleton would become the receiver."""
    safe, roles = facts["safe"]["address"], facts["roles"]
    transaction = _bundle(prepared, "hostile")["transaction"]
    arguments = _arguments(transaction)
    with running_demonstration(tmp_path / "demonstration") as chain:
        rpc = JsonRpc(chain.endpoint)

        def perform(sender: str, data: bytes) -> None:
            sent = {"from": sender, "to": safe, "data": "0x" + data.hex(), "gas": hex(500_000)}
            assert rpc.ask("eth_sendTransactionSync", sent)["status"] == "0x1"

        hashing = calldata(
            f"getTransactionHash({FIELDS},uint256)", *arguments, facts["safe"]["nonce"]
        )
        request = {"to": safe, "data": "0x" + hashing.hex()}
        approved = bytes.fromhex(rpc.ask("eth_call", request, "latest")[2:])
        blob = b""
        for owner in sorted((roles["owner_a"], roles["owner_b"]), key=lambda each: int(each, 16)):
            perform(owner, calldata("approveHash(bytes32)", approved))
            blob += Address.parse(owner).raw.rjust(32, b"\0") + bytes(32) + b"\1"
        execution = calldata(f"execTransaction({FIELDS},bytes)", *arguments, blob)
        perform(roles["executor"], execution)
        singleton = int(rpc.ask("eth_getStorageAt", safe, "0x" + "0" * 64, "latest"), 16)
        assert singleton == int(roles["payroll_b"], 16)
        rpc.close()

"""Rows about what protects the money: hashing, decoding, and a review as a process of its own."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eth_abi.abi import decode
from eth_account.messages import encode_typed_data

from tests.benchmarks.measuring import medians, process_seconds, seconds_per_call
from tests.benchmarks.rows import Row, Target
from tests.samples import CHAIN_ID, USDC_AT, a_deposit_tx, a_safe, a_safe_tx, an_address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.calls.decoded_call import Reading, decode_transaction
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.safes.hashes import hashes_by_constants, safe_tx_hashes
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.safes.typed_data import safe_tx_fields

CALLS_TO_HASH = 300
CALLS_IN_BATCH = 20_000
TRANSFER = bytes.fromhex("a9059cbb")
HEADER = 1 + 20 + 32 + 32


def hashing_rows(times: int) -> list[Row]:
    """One derivation of a Safe transaction's hashes, and both with their comparison."""
    safe, tx = a_safe(), a_deposit_tx()
    typed = _typed_data(safe, tx)
    if _hash_by_eth_account(typed) != safe_tx_hashes(safe, tx).safe_tx:
        raise RuntimeError("the peer hashes something else")

    def peer() -> float:
        return seconds_per_call(lambda: _hash_by_eth_account(typed), CALLS_TO_HASH) * 1e6

    def row(name: str, derive: Any, most: float) -> Row:
        ours, theirs = medians(
            lambda: seconds_per_call(lambda: derive(safe, tx), CALLS_TO_HASH) * 1e6, peer, times
        )
        return Row(
            name=name,
            ours=ours,
            peer=theirs,
            peer_name="eth_account encode_typed_data",
            unit="µs",
            target=Target(of="ratio", most=most),
        )

    return [
        row("hash a SafeTx, one derivation", hashes_by_constants, 0.1),
        row("hash a SafeTx, both derivations compared", safe_tx_hashes, 0.2),
    ]


def decoding_row(times: int) -> Row:
    """A batch of 20,000 token transfers as a call tree, against a loop that only reads it."""
    safe, tx = a_safe(), _batch()
    reading = Reading(known={USDC_AT: "ERC-20"})
    if len(decode_transaction(safe, tx, reading).calls) != CALLS_IN_BATCH:
        raise RuntimeError("our decoder did not read the whole batch")
    if len(_plain_loop(tx.data)) != CALLS_IN_BATCH:
        raise RuntimeError("the peer did not read the whole batch")
    ours, peer = medians(
        lambda: seconds_per_call(lambda: decode_transaction(safe, tx, reading), 1),
        lambda: seconds_per_call(lambda: _plain_loop(tx.data), 1),
        times,
    )
    return Row(
        name=f"decode a batch of {CALLS_IN_BATCH:,} calls",
        ours=ours,
        peer=peer,
        peer_name="plain loop over eth_abi.decode, no names, no checks",
        unit="s",
        target=Target(of="ratio", most=2),
    )


def reviewing_row(times: int) -> Row:
    """`treasury-desktop review` of a plain transfer, from process start to its end."""
    with TemporaryDirectory() as place:
        file = Path(place) / "plain.json"
        file.write_bytes(write_bundle(Bundle(safe=a_safe(), tx=a_safe_tx(), purpose="benchmark")))
        ours, peer = medians(
            lambda: process_seconds(_review_command(file)),
            lambda: process_seconds([sys.executable, "-c", "import eth_abi, eth_hash.auto"]),
            times,
        )
    return Row(
        name="review of a plain transaction, whole process",
        ours=ours,
        peer=peer,
        peer_name="process that imports eth_abi and eth_hash",
        unit="s",
        target=Target(of="ratio", most=0.5),
    )


def _review_command(file: Path) -> list[str]:
    """Any verdict will do: a benchmark does not care what a review finds."""
    told = f"from treasury_desktop.command_line import main; main(['review', {str(file)!r}])"
    return [sys.executable, "-c", told]


def _batch() -> SafeTx:
    calls = tuple(PackedCall(0, USDC_AT, 0, _transfer(number)) for number in range(CALLS_IN_BATCH))
    multisend = official_address(CHAIN_ID, "MultiSendCallOnly", (1, 4, 1))
    assert multisend is not None
    data = multisend_calldata(calls)
    return SafeTx(to=multisend, data=data, operation=Operation.DELEGATECALL, nonce=12)


def _transfer(number: int) -> bytes:
    to = bytes(12) + an_address(f"payee {number % 100}").raw
    return TRANSFER + to + number.to_bytes(32, "big")


def _plain_loop(data: bytes) -> list[tuple[str, int]]:
    """What a script would do: unpack the batch, decode each transfer, look at nothing else."""
    (packed,) = decode(["bytes"], data[4:])
    found, position = [], 0
    while position < len(packed):
        body = position + HEADER
        length = int.from_bytes(packed[body - 32 : body], "big")
        found.append(decode(["address", "uint256"], packed[body + 4 : body + length]))
        position = body + length
    return found


def _typed_data(safe: Safe, tx: SafeTx) -> dict[str, Any]:
    """The transaction in the JSON form that eth_account hashes."""
    return {
        "types": {
            "EIP712Domain": [
                {"name": "chainId", "type": "uint256"},
                {"name": "verifyingContract", "type": "address"},
            ],
            "SafeTx": [{"name": n, "type": kind} for kind, n in safe_tx_fields(safe.version)],
        },
        "primaryType": "SafeTx",
        "domain": {"chainId": safe.chain_id, "verifyingContract": str(safe.address)},
        "message": {
            "to": str(tx.to),
            "value": tx.value,
            "data": tx.data,
            "operation": int(tx.operation),
            "safeTxGas": tx.safe_tx_gas,
            "baseGas": tx.base_gas,
            "gasPrice": tx.gas_price,
            "gasToken": str(tx.gas_token),
            "refundReceiver": str(tx.refund_receiver),
            "nonce": tx.nonce,
        },
    }


def _hash_by_eth_account(typed: dict[str, Any]) -> bytes:
    message = encode_typed_data(full_message=typed)
    return keccak(b"\x19" + message.version + message.header + message.body)

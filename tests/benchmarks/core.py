"""Rows about what protects the money: hashing, decoding, and a review as a process of its own."""

import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from eth_abi.abi import decode
from eth_account.messages import encode_typed_data

from tests.benchmarks.measuring import (
    REPOSITORY,
    environment,
    line_from,
    medians,
    process_seconds,
    python_file,
    running,
    seconds_per_call,
    without_garbage,
)
from tests.benchmarks.processes.plain_loop import plain_loop
from tests.benchmarks.rows import Row, Target
from tests.samples import CHAIN_ID, PAYROLL, USDC_AT, a_deposit_tx, a_safe, a_safe_tx, an_address
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.bundle import Bundle, write_bundle
from treasury_desktop.calls.decoded_call import Reading, decode_transaction
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.safes.hashes import hashes_by_constants, safe_tx_hashes
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata, unpack_calls
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.safes.typed_data import safe_tx_fields
from treasury_desktop.treasury.evidence import BookEntry, Evidence

CALLS_TO_HASH = 300
CALLS_IN_BATCH = 20_000
PAYEES = 100
TRANSFER = bytes.fromhex("a9059cbb")
SAFE_ETH_PY = "safe-eth-py==7.27.0"
MOST_SECONDS = 1.5
MOST_BLOCKED_MS = 100
SECONDS_AT_REST = 5


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


def decoding_rows(times: int) -> list[Row]:
    """A batch of 20,000 token transfers as a call tree, against those who only unpack it."""
    safe, tx = a_safe(), _batch(PAYEES)
    reading = Reading(known={USDC_AT: "ERC-20"})
    if len(decode_transaction(safe, tx, reading).calls) != CALLS_IN_BATCH:
        raise RuntimeError("our decoder did not read the whole batch")
    if len(plain_loop(tx.data)) != CALLS_IN_BATCH:
        raise RuntimeError("the peer did not read the whole batch")

    def ours() -> float:
        return without_garbage(lambda: decode_transaction(safe, tx, reading))

    name = f"decode a batch of {CALLS_IN_BATCH:,} calls"
    first, loop = medians(ours, lambda: without_garbage(lambda: plain_loop(tx.data)), times)
    rows = [
        Row(
            name=name,
            ours=first,
            peer=loop,
            peer_name="plain loop over eth_abi.decode, no names, no checks",
            unit="s",
            target=Target(of="ratio", most=2),
        )
    ]
    packed = multisend_arguments(tx.data)
    safe_eth = _by_safe_eth(_python_with_safe_eth(), tx.data)
    # The promise compares the same work. The whole tree, with functions, arguments and whether they
    # are canonical, is far more than the peer does: its bound only keeps it from growing.
    for what, seconds, most in (
        (f"unpack a batch of {CALLS_IN_BATCH:,} calls", _unpacking(packed, times), 1 / 200),
        (f"{name}, every call a tree", first, 1 / 100),
    ):
        row = Row(
            name=what,
            ours=seconds,
            peer=safe_eth,
            peer_name="safe-eth-py, which unpacks it and no more",
            unit="s",
            target=Target(of="ratio", most=most),
        )
        rows.append(row)
    return rows


def multisend_arguments(data: bytes) -> bytes:
    """The packed calls in the calldata of `multiSend(bytes)`."""
    (packed,) = decode(["bytes"], data[4:])
    assert isinstance(packed, bytes)
    return packed


def _unpacking(packed: bytes, times: int) -> float:
    return median(without_garbage(lambda: unpack_calls(packed)) for _ in range(times))


def _python_with_safe_eth() -> str:
    """An interpreter that has safe-eth-py, whose requirements are not ours: made when missing."""
    folder = REPOSITORY / "build" / "peers" / "safe-eth-py"
    python = folder / "bin" / "python"
    if not python.is_file():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        command = [str(python), "-m", "pip", "install", "--quiet", SAFE_ETH_PY]
        subprocess.run(command, check=True, env=environment(), stderr=subprocess.DEVNULL)
    return str(python)


def _by_safe_eth(python: str, data: bytes) -> float:
    """Seconds that safe-eth-py takes in its own interpreter, its start not counted."""
    command = [python, python_file("safe_eth_decoder")[1]]
    done = subprocess.run(command, input=data.hex(), capture_output=True, text=True, check=True)
    count, seconds = done.stdout.split()
    if int(count) != CALLS_IN_BATCH:
        raise RuntimeError("safe-eth-py did not read the whole batch")
    return float(seconds)


def reviewing_rows(times: int) -> list[Row]:
    """`treasury-desktop review`, from process start to its end: a payment, and large batches."""
    payroll = an_evidence_of(PAYROLL)
    some, many = _batch(PAYEES), _batch(CALLS_IN_BATCH)
    with TemporaryDirectory() as place:
        plain = _written(Path(place) / "plain.json", a_safe_tx(), payroll)
        to_some = _written(Path(place) / "some.json", some, an_evidence_of(*_payees(PAYEES)))
        to_many = _written(Path(place) / "many.json", many, Evidence())
        imports = [sys.executable, "-c", "import eth_abi, eth_hash.auto"]
        return [
            _reviewing_row(
                "a plain transaction",
                (plain, imports, "process that imports eth_abi and eth_hash"),
                Target(of="ratio", most=0.5),
                times,
            ),
            *(
                _reviewing_row(
                    f"{CALLS_IN_BATCH:,} payments to {whom}",
                    (file, python_file("plain_loop", file), "process that decodes them, no more"),
                    Target(of="ours", most=MOST_SECONDS),
                    times,
                )
                for whom, file in ((f"{PAYEES} payees", to_some), ("as many strangers", to_many))
            ),
        ]


def _reviewing_row(
    what: str, measured: tuple[Path, list[str], str], target: Target, times: int
) -> Row:
    file, peer_command, peer_name = measured
    command = [sys.executable, "-m", "treasury_desktop", "review", str(file), "--json"]
    ours, peer = medians(
        lambda: process_seconds(command, any_verdict=True),
        lambda: process_seconds(peer_command),
        times,
    )
    return Row(
        name=f"review of {what}, whole process",
        ours=ours,
        peer=peer,
        peer_name=peer_name,
        unit="s",
        target=target,
    )


def window_row() -> Row:
    """How long the review page ever blocks the window on a batch of 20,000 payments."""
    with running(python_file("empty_window", "heartbeat", SECONDS_AT_REST)) as process:
        line_from(process)
        idle = float(line_from(process))
    window = [sys.executable, "-m", "tests.benchmarks.processes.batch_window"]
    with running(window) as process:
        ours = float(line_from(process))
    return Row(
        name=f"longest GUI block: review of {CALLS_IN_BATCH:,} payments to strangers",
        ours=ours,
        peer=idle,
        peer_name="empty QMainWindow, idle",
        unit="ms",
        target=Target(of="ours", most=MOST_BLOCKED_MS),
    )


def an_evidence_of(*payees: Address) -> Evidence:
    """An address book with these payees."""
    entries = (BookEntry(address=payee, name="payee", chain_id=CHAIN_ID) for payee in payees)
    return Evidence(address_book=tuple(entries))


def _written(file: Path, tx: SafeTx, evidence: Evidence) -> Path:
    bundle = Bundle(safe=a_safe(), tx=tx, purpose="benchmark", evidence=evidence)
    file.write_bytes(write_bundle(bundle))
    return file


def _batch(payees: int) -> SafeTx:
    """20,000 payments, to so many different addresses."""
    whom = _payees(payees)
    calls = tuple(
        PackedCall(0, USDC_AT, 0, _transfer(whom[number % payees], number))
        for number in range(CALLS_IN_BATCH)
    )
    multisend = official_address(CHAIN_ID, "MultiSendCallOnly", (1, 4, 1))
    assert multisend is not None
    data = multisend_calldata(calls)
    return SafeTx(to=multisend, data=data, operation=Operation.DELEGATECALL, nonce=12)


def _payees(count: int) -> tuple[Address, ...]:
    return tuple(an_address(f"payee {number}") for number in range(count))


def _transfer(to: Address, units: int) -> bytes:
    return TRANSFER + bytes(12) + to.raw + units.to_bytes(32, "big")


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

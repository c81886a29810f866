"""Rows about movements: rebuilding a hundred thousand from what nodes answered, and writing them.

Half of the executions pay in tokens and half in coin; every movement is in a block of its own,
which is the most there is to read.
"""

import csv
import gc
import io
import json
from collections.abc import Callable
from typing import Any

from eth_abi.abi import encode

from tests.benchmarks.measuring import medians, seconds_per_call
from tests.benchmarks.rows import Row, Target
from tests.samples import CHAIN_ID, PAYROLL, SAFE, STRANGER, USDC_AT, a_safe, a_workspace, an_owner
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.chain import answers
from treasury_desktop.chain.contract_call import selector
from treasury_desktop.chain.counterparts import Counterparts, liquidity_of
from treasury_desktop.chain.executions import EXECUTION_SUCCESS
from treasury_desktop.chain.movement_reader import (
    SAFE_RECEIVED,
    TRANSFER,
    executions_in,
    moved_amounts,
    told_movements,
)
from treasury_desktop.desk.account_movements import KnownOfMovements
from treasury_desktop.safes.hashes import hashes_by_constants
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.viewmodels.accounting_csv import accounting_csv
from treasury_desktop.viewmodels.journal import journal
from treasury_desktop.viewmodels.movements import movements_csv

MOVEMENTS = 100_000
EXECUTIONS = 30_000
RECEIVED = 10_000
MOST_TO_REBUILD, MOST_TO_WRITE, MOST_FOR_A_JOURNAL = 10, 2, 4
FIRST_TIME = 1_700_000_000
WORKSPACE = a_workspace()
_EXEC = "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
_TYPES = _EXEC[_EXEC.index("(") + 1 : -1].split(",")


def movement_benchmarks(times: int) -> list[Row]:
    """Rebuilding, and every form of writing, each against the least that it has to do."""
    safe = a_safe(nonce=EXECUTIONS)
    downloaded = _answers(safe)
    movements = _rebuilt(safe, downloaded)
    if len(movements) != MOVEMENTS or sum(m.safe_tx_hash is not None for m in movements) != (
        EXECUTIONS
    ):
        raise RuntimeError("not every movement was rebuilt")
    rebuilding = _row(
        f"rebuild {MOVEMENTS:,} movements from answers, {EXECUTIONS:,} of them executions",
        (lambda: _rebuilt(safe, downloaded), lambda: json.loads(downloaded)),
        "json.loads of the answers, no more",
        MOST_TO_REBUILD,
        times,
    )
    return [rebuilding, *_writing_rows(movements, times)]


def _writing_rows(movements: tuple[Movement, ...], times: int) -> list[Row]:
    known = KnownOfMovements()
    ways: tuple[tuple[str, Callable[[], str], float], ...] = (
        ("the table as CSV", lambda: movements_csv(movements, WORKSPACE), MOST_TO_WRITE),
        ("accounting CSV", lambda: accounting_csv(movements, WORKSPACE, known), MOST_TO_WRITE),
        ("a journal", lambda: journal(movements, WORKSPACE), MOST_FOR_A_JOURNAL),
    )
    finished = list(csv.reader(io.StringIO(accounting_csv(movements, WORKSPACE, known))))
    return [
        _row(
            f"{MOVEMENTS:,} movements as {name}",
            (write, lambda: _written(finished)),
            "csv.writer with finished cells of the accounting table",
            most,
            times,
        )
        for name, write, most in ways
    ]


def _row(
    name: str, sides: tuple[Callable[[], object], Callable[[], object]], peer: str,
    most: float, times: int,
) -> Row:  # fmt: skip
    first, second = medians(lambda: _seconds(sides[0]), lambda: _seconds(sides[1]), times)
    return Row(
        name=name,
        ours=first,
        peer=second,
        peer_name=peer,
        unit="s",
        target=Target(of="ours", most=most),
    )


def _seconds(work: Callable[[], object]) -> float:
    """With the collector off, as in the window and in every command."""
    gc.collect()
    gc.disable()
    try:
        return seconds_per_call(work, 1)
    finally:
        gc.enable()


def _written(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _rebuilt(safe: Safe, downloaded: str) -> tuple[Movement, ...]:
    """From the text that came over the line to movements, each execution proved by its hash."""
    came = json.loads(downloaded)
    safe_logs = answers.logs(came["safe logs"], "logs")
    token_logs = answers.logs(came["token logs"], "logs")
    sent = {
        found.hash: found
        for found in (answers.sent_transaction(each, "transaction") for each in came["sent"])
        if found is not None
    }
    headers = [answers.header(each, "block") for each in came["headers"]]
    executions = executions_in(safe_logs, (safe,), sent)
    moved = moved_amounts(safe_logs, token_logs, executions, frozenset({safe.address}))
    times = {each.block.number: each.block.timestamp for each in headers}
    counterparts = Counterparts(WORKSPACE, {}, liquidity_of(()))
    return told_movements(moved, executions, times, WORKSPACE, counterparts)


def _answers(safe: Safe) -> str:
    """What a node answers to everything that is asked, as the text it sends."""
    came: dict[str, list[Any]] = {"safe logs": [], "token logs": [], "sent": [], "headers": []}
    for number in range(MOVEMENTS):
        came["headers"].append(_header(number))
        if number < EXECUTIONS:
            _execute(safe, number, came)
        elif number < EXECUTIONS + RECEIVED:
            topics = (SAFE_RECEIVED, bytes(12) + STRANGER.raw)
            came["safe logs"].append(_log(number, 0, str(SAFE), topics, _word(number)))
        else:
            topics = (TRANSFER, bytes(12) + STRANGER.raw, bytes(12) + SAFE.raw)
            came["token logs"].append(_log(number, 0, str(USDC_AT), topics, _word(number)))
    return json.dumps(came)


def _execute(safe: Safe, number: int, came: dict[str, list[Any]]) -> None:
    """One execution: every other pays a token, the others coin."""
    is_token = number % 2
    arguments = encode(["address", "uint256"], [str(PAYROLL), number + 1])
    tx = SafeTx(
        to=USDC_AT if is_token else PAYROLL,
        value=0 if is_token else number + 1,
        data=selector("transfer(address,uint256)") + arguments if is_token else b"",
        nonce=number,
    )
    zero = "0x" + "00" * 20
    values = (str(tx.to), tx.value, tx.data, 0, 0, 0, 0, zero, zero, b"\x01" * 130)
    came["sent"].append(
        {
            "hash": _hash("tx", number),
            "from": str(an_owner()),
            "to": str(SAFE),
            "value": "0x0",
            "input": "0x" + (selector(_EXEC) + encode(_TYPES, values)).hex(),
        }
    )
    if is_token:
        topics = (TRANSFER, bytes(12) + SAFE.raw, bytes(12) + PAYROLL.raw)
        came["token logs"].append(_log(number, 0, str(USDC_AT), topics, _word(number)))
    data = hashes_by_constants(safe, tx).safe_tx + bytes(32)
    came["safe logs"].append(_log(number, 1, str(SAFE), (EXECUTION_SUCCESS,), data))


def _log(
    number: int, place: int, address: str, topics: tuple[bytes, ...], data: bytes
) -> dict[str, Any]:
    return {
        "address": address,
        "topics": ["0x" + topic.hex() for topic in topics],
        "data": "0x" + data.hex(),
        "blockNumber": hex(number + 1),
        "blockHash": _hash("block", number),
        "transactionHash": _hash("tx", number),
        "logIndex": hex(place),
    }


def _header(number: int) -> dict[str, str]:
    return {
        "number": hex(number + 1),
        "hash": _hash("block", number),
        "timestamp": hex(FIRST_TIME + 12 * number),
        "baseFeePerGas": hex(10**9),
        "gasLimit": hex(30_000_000),
    }


def _hash(kind: str, number: int) -> str:
    return "0x" + keccak(f"{CHAIN_ID} {kind} {number}".encode()).hex()


def _word(number: int) -> bytes:
    return (number + 1).to_bytes(32, "big")

"""What a Safe executed: the SafeTx rebuilt from its Ethereum transaction, checked by its hash.

A log alone says only that some hash was executed. So the transaction's input is read, the SafeTx
put together again, and the nonce found for which our own hash equals the one in the log.
Source: Safe.sol `execTransaction`; ExecutionSuccess has its hash in the data up to 1.4.1 and as a
topic since 1.5.0.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.chain.answers import Log, SentTransaction
from treasury_desktop.chain.contract_call import event_topic, selector
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.hashes import hashes_by_constants, hashes_by_types
from treasury_desktop.safes.multisend import MULTISEND_SELECTOR, PackedCall, unpack_calls
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.movement import GAS_REFUND_NOTE

EXECUTION_SUCCESS = event_topic("ExecutionSuccess(bytes32,uint256)")
EXECUTION_FAILURE = event_topic("ExecutionFailure(bytes32,uint256)")
MOST_NONCES_TRIED = 100_000
DEEPEST_BATCH = 4

_EXEC_TYPES = (
    "address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address",
    "bytes",
)  # fmt: skip
_EXEC_SELECTOR = selector(f"execTransaction({','.join(_EXEC_TYPES)})")
_WORD = 32
_EXEC_WORDS = tuple(range(4, 4 + 9 * _WORD, _WORD))
"""Where the arguments stand before the signatures: the hash proves what is read there."""

_EXEC_HEAD = 4 + len(_EXEC_TYPES) * _WORD
_ADDRESS_END = 2**160


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One executed Safe transaction. `tx` is `None` where it could not be rebuilt.

    `refund_base_units` is what the Safe paid the executor, in the gas token.
    """

    chain_id: int
    safe: Address
    log: Log
    safe_tx_hash: bytes
    is_success: bool
    refund_base_units: int
    executor: Address | None
    tx: SafeTx | None


@dataclass(frozen=True, slots=True)
class NativeLeg:
    """Native coin that a Safe transaction sent to somebody."""

    to: Address
    wei: int
    note: str = ""


def announced(log: Log) -> tuple[bytes, int, bool] | None:
    """safeTxHash, refund and success of an execution log of any version; `None` if neither."""
    if not log.topics or log.topics[0] not in (EXECUTION_SUCCESS, EXECUTION_FAILURE):
        return None
    words = b"".join(log.topics[1:]) + log.data
    if len(words) != 64:  # noqa: PLR2004  the hash and the payment, wherever they stand
        return None
    payment = int.from_bytes(words[32:], "big")
    return words[:32], payment, log.topics[0] == EXECUTION_SUCCESS


def rebuilt(safe: Safe, log: Log, sent: SentTransaction | None, first_nonce: int) -> Execution:
    """The execution a log announces, with its SafeTx where the transaction's input proves it.

    `first_nonce` is where the search for the nonce begins: the one after the last found.
    """
    found = announced(log)
    if found is None:
        raise Malformed(f"logs of Safe {safe.address}", "an execution log has another layout")
    safe_tx_hash, refund, is_success = found
    candidate = exec_transaction(safe, sent)
    return Execution(
        chain_id=safe.chain_id,
        safe=safe.address,
        log=log,
        safe_tx_hash=safe_tx_hash,
        is_success=is_success,
        refund_base_units=refund,
        executor=None if sent is None else sent.sender,
        tx=None if candidate is None else _with_nonce(safe, candidate, safe_tx_hash, first_nonce),
    )


def exec_transaction(safe: Safe, sent: SentTransaction | None) -> SafeTx | None:
    """The SafeTx (nonce still 0) that a transaction sent straight to the Safe carries."""
    if sent is None or sent.to != safe.address or sent.data[:4] != _EXEC_SELECTOR:
        return None
    words = [int.from_bytes(sent.data[at : at + _WORD], "big") for at in _EXEC_WORDS]
    to, value, data_at, operation, safe_tx_gas, base_gas, gas_price, gas_token, receiver = words
    data = _bytes_at(sent.data, 4 + data_at)
    is_sound = len(sent.data) >= _EXEC_HEAD and max(to, gas_token, receiver) < _ADDRESS_END
    if data is None or not is_sound or operation not in (Operation.CALL, Operation.DELEGATECALL):
        return None
    return SafeTx(
        to=_address(to),
        value=value,
        data=data,
        operation=Operation(operation),
        safe_tx_gas=safe_tx_gas,
        base_gas=base_gas,
        gas_price=gas_price,
        gas_token=_address(gas_token),
        refund_receiver=_address(receiver),
        nonce=0,
    )


def _bytes_at(data: bytes, at: int) -> bytes | None:
    """The `bytes` argument that begins at a place, or `None` where it is not all there."""
    if at + _WORD > len(data):
        return None
    begin = at + _WORD
    end = begin + int.from_bytes(data[at:begin], "big")
    return data[begin:end] if end <= len(data) else None


def native_sent(execution: Execution) -> Iterator[NativeLeg]:
    """Every sending of native coin by a rebuilt transaction, batches opened, and its gas refund."""
    tx = execution.tx
    if tx is None:
        return
    if execution.is_success:
        yield from _legs(
            execution.chain_id, PackedCall(tx.operation, tx.to, tx.value, tx.data), DEEPEST_BATCH
        )
    paid_to = execution.executor if tx.refund_receiver.is_zero else tx.refund_receiver
    if execution.refund_base_units and tx.gas_token.is_zero and paid_to is not None:
        yield NativeLeg(paid_to, execution.refund_base_units, GAS_REFUND_NOTE)


def _legs(chain_id: int, call: PackedCall, depth: int) -> Iterator[NativeLeg]:
    """Only official MultiSend contracts are believed to do what their calldata says."""
    if call.operation == Operation.CALL:
        if call.value:
            yield NativeLeg(call.to, call.value)
        return
    contract = official_contract(chain_id, call.to)
    if contract is None or not contract.is_multisend or not depth:
        return
    if call.data[:4] != MULTISEND_SELECTOR:
        return
    try:
        (packed,) = decode(("bytes",), call.data[4:])
        calls = unpack_calls(packed)
    except (DecodingError, OverflowError, Malformed):
        return
    for each in calls:
        yield from _legs(chain_id, each, depth - 1)


def _with_nonce(safe: Safe, tx: SafeTx, wanted: bytes, first_nonce: int) -> SafeTx | None:
    end = safe.nonce if isinstance(safe.nonce, int) else first_nonce + 1
    end = min(end, MOST_NONCES_TRIED)
    for nonce in chain(range(first_nonce, end), range(min(first_nonce, end))):
        candidate = replace(tx, nonce=nonce)
        if hashes_by_constants(safe, candidate).safe_tx == wanted:
            # The search uses one derivation for its speed; what it found has to satisfy both.
            return candidate if hashes_by_types(safe, candidate).safe_tx == wanted else None
    return None


def _address(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))

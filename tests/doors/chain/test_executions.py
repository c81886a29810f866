"""Executions are rebuilt only where their hash proves them, and coin is believed only then."""

from dataclasses import replace

from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.chain.answers import Log, SentTransaction
from treasury_desktop.chain.counterparts import COLLECT, DECREASE, INCREASE, liquidity_of
from treasury_desktop.chain.executions import (
    EXECUTION_FAILURE,
    EXECUTION_SUCCESS,
    Execution,
    NativeLeg,
    announced,
    native_sent,
    rebuilt,
)
from treasury_desktop.chain.movement_reader import SAFE_RECEIVED
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.multisend import PackedCall, multisend_calldata
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx

TYPES = (
    "address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address",
    "bytes",
)  # fmt: skip
SELECTOR = bytes.fromhex("6a761202")
HERE, THERE = Address(bytes(19) + b"\x01"), Address(bytes(19) + b"\x02")
SAFE = Safe(chain_id=1, address=HERE, version=SafeVersion(1, 4, 1), nonce=9)
MULTISEND = official_address(1, "MultiSendCallOnly", (1, 4, 1))
TX = SafeTx(to=THERE, value=7, nonce=5)
WORD_OF_FIVE = (5).to_bytes(32, "big")


def _log(*topics: bytes, data: bytes = b"", index: int = 3) -> Log:
    return Log(
        address=HERE,
        topics=topics,
        data=data,
        block_number=1,
        block_hash=bytes(32),
        transaction_hash=bytes(32),
        log_index=index,
    )


def _sent(tx: SafeTx, to: Address = HERE) -> SentTransaction:
    values = (
        tx.to.raw, tx.value, tx.data, int(tx.operation), tx.safe_tx_gas, tx.base_gas, tx.gas_price,
        tx.gas_token.raw, tx.refund_receiver.raw, b"",
    )  # fmt: skip
    data = SELECTOR + encode(TYPES, values)
    return SentTransaction(hash=bytes(32), sender=THERE, to=to, value=0, data=data)


def _success(tx: SafeTx) -> Log:
    return _log(EXECUTION_SUCCESS, data=safe_tx_hashes(SAFE, tx).safe_tx + bytes(32))


def test_both_layouts_of_the_event() -> None:
    """The hash is in the data up to 1.4.1 and a topic since 1.5.0; success and failure differ."""
    wanted = bytes(range(32))
    old = announced(_log(EXECUTION_SUCCESS, data=wanted + WORD_OF_FIVE))
    new = announced(_log(EXECUTION_FAILURE, wanted, data=WORD_OF_FIVE))
    assert old == (wanted, 5, True)
    assert new == (wanted, 5, False)
    assert announced(_log(EXECUTION_SUCCESS, data=wanted)) is None
    assert announced(_log(SAFE_RECEIVED, wanted, data=WORD_OF_FIVE)) is None
    assert announced(_log()) is None


@given(st.integers(0, 8), st.integers(0, 12))
def test_the_nonce_is_found_wherever_the_search_begins(nonce: int, first: int) -> None:
    """The executed transaction is rebuilt with its nonce, from any starting point."""
    tx = replace(TX, nonce=nonce)
    assert rebuilt(SAFE, _success(tx), _sent(tx), first).tx == tx


def test_nothing_is_rebuilt_without_proof() -> None:
    """Another hash, another receiver, other calldata or no transaction: not rebuilt."""
    assert rebuilt(SAFE, _success(TX), _sent(replace(TX, value=8)), 0).tx is None
    assert rebuilt(SAFE, _success(TX), _sent(TX, to=THERE), 0).tx is None
    assert rebuilt(SAFE, _success(TX), None, 0).tx is None
    for data in (b"", SELECTOR, SELECTOR + b"\xff" * 500):
        assert rebuilt(SAFE, _success(TX), replace(_sent(TX), data=data), 0).tx is None
    assert rebuilt(SAFE, _success(replace(TX, nonce=50)), _sent(TX), 0).tx is None


@given(st.binary(max_size=600))
def test_any_input_is_rebuilt_or_not(data: bytes) -> None:
    """No calldata makes rebuilding fail."""
    assert rebuilt(SAFE, _success(TX), replace(_sent(TX), data=SELECTOR + data), 0).tx in (None, TX)


def _execution(executed: SafeTx | None, **changes: object) -> Execution:
    found = Execution(
        chain_id=1,
        safe=HERE,
        log=_log(),
        safe_tx_hash=bytes(32),
        is_success=True,
        refund_base_units=0,
        executor=THERE,
        tx=executed,
    )
    return replace(found, **changes)


def test_coin_of_a_call_and_of_a_batch() -> None:
    """A call sends its value; an official MultiSend sends that of its legs, nested ones too."""
    assert list(native_sent(_execution(TX))) == [NativeLeg(THERE, 7)]
    assert MULTISEND is not None
    inner = multisend_calldata((PackedCall(0, HERE, 3, b""), PackedCall(0, HERE, 0, b"")))
    legs = (PackedCall(0, THERE, 2, b""), PackedCall(1, MULTISEND, 0, inner))
    batch = SafeTx(
        to=MULTISEND, data=multisend_calldata(legs), operation=Operation.DELEGATECALL, nonce=0
    )
    assert list(native_sent(_execution(batch))) == [NativeLeg(THERE, 2), NativeLeg(HERE, 3)]


def test_unknown_delegatecalls_are_not_believed() -> None:
    """What looks like a batch, for a contract nobody vouches for, moved nothing we know."""
    data = multisend_calldata((PackedCall(0, THERE, 2, b""),))
    stranger = SafeTx(to=THERE, data=data, operation=Operation.DELEGATECALL, nonce=0)
    assert list(native_sent(_execution(stranger))) == []
    assert MULTISEND is not None
    for damaged in (b"", data[:40], data[:-64] + b"\xff" * 64, b"\x00" * 200):
        tx = SafeTx(to=MULTISEND, data=damaged, operation=Operation.DELEGATECALL, nonce=0)
        assert list(native_sent(_execution(tx))) == []


def test_failures_send_nothing_but_the_refund() -> None:
    """A failed transaction sent no value; the executor's refund in coin is sent all the same."""
    assert list(native_sent(_execution(TX, is_success=False))) == []
    assert list(native_sent(_execution(TX, is_success=False, refund_base_units=9))) == [
        NativeLeg(THERE, 9, "gas refund")
    ]
    in_token = replace(TX, gas_token=THERE)
    assert list(native_sent(_execution(in_token, refund_base_units=9))) == [NativeLeg(THERE, 7)]
    to_other = replace(TX, refund_receiver=HERE)
    assert list(native_sent(_execution(to_other, refund_base_units=9)))[1].to == HERE
    assert list(native_sent(_execution(None))) == []


def _position_log(topic: bytes, amounts: tuple[int, int], transaction: int) -> Log:
    data = b"".join(number.to_bytes(32, "big") for number in (1, *amounts))
    found = _log(topic, WORD_OF_FIVE, data=data)
    return replace(found, transaction_hash=bytes([transaction]) * 32)


def test_principal_is_paid_before_fees() -> None:
    """What was withdrawn earlier is principal of the next collection, once; the rest is fees."""
    found = liquidity_of(
        (
            _position_log(INCREASE, (1, 1), 1),
            _position_log(DECREASE, (100, 50), 2),
            _position_log(COLLECT, (30, 60), 3),
            _position_log(COLLECT, (90, 5), 4),
            _log(COLLECT),
        )
    )
    assert found.minting == {b"\x01" * 32}
    assert found.collecting == {b"\x03" * 32, b"\x04" * 32}
    assert found.principal == {b"\x03" * 32: (30, 50), b"\x04" * 32: (70, 0)}

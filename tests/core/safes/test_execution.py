"""Calldata of execTransaction against the Safe's ABI, as eth_abi writes it."""

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.safes.execution import (
    EXEC_TRANSACTION_SELECTOR,
    exec_transaction_calldata,
    signatures_in,
)
from treasury_desktop.safes.safe_tx import Operation, SafeTx

TYPES = [
    "address", "uint256", "bytes", "uint8", "uint256", "uint256", "uint256", "address", "address",
    "bytes",
]  # fmt: skip
WORDS = st.integers(0, 2**256 - 1)
ADDRESSES = st.binary(min_size=20, max_size=20).map(Address)


def by_eth_abi(tx: SafeTx, signatures: bytes) -> bytes:
    """The same calldata by the library."""
    values = [
        str(tx.to), tx.value, tx.data, int(tx.operation), tx.safe_tx_gas, tx.base_gas,
        tx.gas_price, str(tx.gas_token), str(tx.refund_receiver), signatures,
    ]  # fmt: skip
    return EXEC_TRANSACTION_SELECTOR + encode(TYPES, values)


def test_selector_is_that_of_the_signature() -> None:
    """The selector is the start of the hash of the function's signature."""
    assert keccak(f"execTransaction({','.join(TYPES)})".encode())[:4] == EXEC_TRANSACTION_SELECTOR


@given(
    st.builds(
        SafeTx, to=ADDRESSES, value=WORDS, data=st.binary(max_size=99),
        operation=st.sampled_from(Operation), safe_tx_gas=WORDS, base_gas=WORDS, gas_price=WORDS,
        gas_token=ADDRESSES, refund_receiver=ADDRESSES, nonce=WORDS,
    ),
    st.binary(max_size=200),
)  # fmt: skip
def test_calldata_equals_the_librarys(tx: SafeTx, signatures: bytes) -> None:
    """Our bytes are the canonical ABI encoding for every transaction and blob."""
    assert exec_transaction_calldata(tx, signatures) == by_eth_abi(tx, signatures)
    assert signatures_in(by_eth_abi(tx, signatures), tx) == signatures


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 64, 130])
def test_padding_is_zero_and_whole_words(length: int) -> None:
    """Dynamic arguments are padded with zeros to whole words and no further."""
    tx = SafeTx(to=Address(bytes(20)), data=b"\xff" * length, nonce=0)
    calldata = exec_transaction_calldata(tx, b"")
    assert len(calldata) == 4 + 10 * 32 + 32 + -(-length // 32) * 32 + 32


@given(st.binary(max_size=200), st.integers(0, 700), st.integers(1, 255))
def test_signatures_are_found_in_canonical_calldata_only(blob: bytes, at: int, change: int) -> None:
    """Another byte outside of them, a cut or something behind: it is not this execution."""
    tx = SafeTx(to=Address(bytes(19) + b"\x01"), data=b"data", nonce=3)
    calldata = bytearray(exec_transaction_calldata(tx, blob))
    assert signatures_in(bytes(calldata) + b"\0", tx) is None
    assert signatures_in(bytes(calldata[:-1]), tx) is None
    assert signatures_in(b"", tx) is None
    at %= len(calldata)
    calldata[at] ^= change
    found = signatures_in(bytes(calldata), tx)
    assert found is None or (found != blob and len(found) == len(blob))

"""Packed batches: known ones, round trips, and bytes that are none."""

from typing import Any

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from tests.shared_vectors import cases_of
from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import Problem, Reading, decode_transaction
from treasury_desktop.calls.known_contracts import official_address
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.multisend import (
    MULTISEND_SELECTOR,
    PackedCall,
    multisend_calldata,
    pack_calls,
    unpack_calls,
)
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx

CALLS = st.lists(
    st.builds(
        PackedCall,
        st.integers(0, 255),
        st.binary(min_size=20, max_size=20).map(Address),
        st.integers(0, 2**256 - 1),
        st.binary(max_size=100),
    ),
    max_size=6,
).map(tuple)
SAFE = Safe(chain_id=1, address=Address(b"\x5a" * 20), version=SafeVersion(1, 4, 1))
MULTISEND = official_address(1, "MultiSend", (1, 4, 1))


def decoded(data: bytes) -> Any:
    """The call tree of a batch run by the official MultiSend 1.4.1."""
    assert MULTISEND is not None
    tx = SafeTx(to=MULTISEND, data=data, operation=Operation.DELEGATECALL, nonce=0)
    return decode_transaction(SAFE, tx, Reading())


@pytest.mark.parametrize("case", cases_of("multisend"))
def test_known_batches(case: Any) -> None:
    """Every known batch gives exactly its calls, or is refused as malformed."""
    call = decoded(bytes.fromhex(case["data"][2:]))
    is_malformed = {
        Problem.MALFORMED_MULTISEND, Problem.MALFORMED_CALLDATA,
    } & set(call.problems)  # fmt: skip
    assert bool(is_malformed) is not case["decodable"]
    if case["decodable"]:
        assert [
            {
                "operation": inner.operation,
                "to": str(inner.to),
                "value": str(inner.value),
                "data": "0x" + inner.data.hex(),
            }
            for inner in call.calls
        ] == [{**entry, "to": str(Address.parse(entry["to"]))} for entry in case["subTransactions"]]


@given(CALLS)
def test_packing_and_unpacking_is_identity(calls: tuple[PackedCall, ...]) -> None:
    """What was packed comes back, nonsense operations too."""
    assert unpack_calls(pack_calls(calls)) == calls


@given(CALLS)
def test_calldata_is_that_of_eth_abi(calls: tuple[PackedCall, ...]) -> None:
    """The batch's calldata is canonical ABI."""
    expected = MULTISEND_SELECTOR + encode(["bytes"], [pack_calls(calls)])
    assert multisend_calldata(calls) == expected


@given(st.binary(max_size=400))
def test_no_bytes_crash(packed: bytes) -> None:
    """Any bytes unpack or are malformed; what unpacks packs to the same bytes."""
    try:
        calls = unpack_calls(packed)
    except Malformed as flaw:
        assert flaw.field == "transactions"  # noqa: PT017  nothing else may be raised
        return
    assert pack_calls(calls) == packed


@given(CALLS, st.data())
def test_cut_batches_are_malformed(calls: tuple[PackedCall, ...], data: st.DataObject) -> None:
    """A batch cut off within a call is refused, never read in part."""
    packed = pack_calls(calls)
    ends = {0}
    for call in calls:
        ends.add(max(ends) + 85 + len(call.data))
    cut = data.draw(st.integers(0, len(packed)))
    if cut in ends:
        assert len(unpack_calls(packed[:cut])) == sorted(ends).index(cut)
    else:
        with pytest.raises(Malformed):
            unpack_calls(packed[:cut])


@given(st.binary(max_size=300))
def test_decoder_takes_any_batch(data: bytes) -> None:
    """The decoder makes something of any bytes behind multiSend's selector."""
    call = decoded(MULTISEND_SELECTOR + data)
    assert call.calls or call.problems or call.function is not None

"""Raw transactions as read by us: eth-account's reader and writer say the same."""

import contextlib
from typing import Any

import pytest
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as some

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.fees import Fees
from treasury_desktop.desk.signed_transaction import SignedTransaction, read_signed
from treasury_desktop.errors import Malformed

KEY = bytes(31) + b"\x07"
ME = Address.parse(Account.from_key(KEY).address)


def a_raw(**changes: Any) -> bytes:
    """A transaction signed by the key that is seven."""
    fields = {
        "type": 2, "chainId": 31337, "nonce": 5, "to": "0x" + "22" * 20, "value": 0,
        "data": b"\x6a\x76\x12\x02" + bytes(200), "gas": 250_000, "maxFeePerGas": 30 * 10**9,
        "maxPriorityFeePerGas": 10**9, "accessList": [],
    }  # fmt: skip
    return bytes(Account.sign_transaction(fields | changes, KEY).raw_transaction)


FIELDS = some.fixed_dictionaries(
    {
        "chainId": some.integers(1, 2**63 - 1),
        "nonce": some.integers(0, 2**64 - 2),
        "to": some.one_of(some.none(), some.binary(min_size=20, max_size=20)),
        "value": some.integers(0, 2**256 - 1),
        "data": some.one_of(some.binary(max_size=70), some.binary(min_size=250, max_size=300)),
        "gas": some.integers(0, 2**63 - 1),
        "maxPriorityFeePerGas": some.integers(0, 2**128),
    }
)


@given(FIELDS, some.integers(0, 2**128), some.integers(1, 2**255))
def test_what_eth_account_writes_is_read_the_same(
    fields: dict[str, Any], above: int, key: int
) -> None:
    """Every field, and the account that signed."""
    account = Account.from_key(key.to_bytes(32, "big"))
    tip, to = fields["maxPriorityFeePerGas"], fields.pop("to")
    whom = {} if to is None else {"to": str(Address(to))}
    whole = fields | whom | {"type": 2, "maxFeePerGas": tip + above}
    assert read_signed(bytes(account.sign_transaction(whole).raw_transaction)) == SignedTransaction(
        chain_id=fields["chainId"],
        sender=Address.parse(account.address),
        account_nonce=fields["nonce"],
        to=None if to is None else Address(to),
        value=fields["value"],
        data=fields["data"],
        gas=fields["gas"],
        fees=Fees(max_fee_per_gas=tip + above, max_priority_fee_per_gas=tip),
    )


@given(some.integers(0, 400), some.integers(1, 255))
def test_another_byte_is_another_transaction_or_none(at: int, change: int) -> None:
    """What was altered is never taken for what this account signed."""
    raw = bytearray(a_raw())
    raw[at % len(raw)] ^= change
    with contextlib.suppress(Malformed):
        assert read_signed(bytes(raw)).sender != ME


@given(some.binary(max_size=120))
def test_bytes_that_are_none_are_malformed(noise: bytes) -> None:
    """And nothing else happens."""
    for raw in (noise, b"\x02" + noise, b"\x02\xf8" + noise, a_raw() + noise + b"\0"):
        with pytest.raises(Malformed, match="raw transaction"):
            read_signed(raw)


@pytest.mark.parametrize("length", range(0, len(a_raw()), 11))
def test_what_is_cut_off_is_malformed(length: int) -> None:
    """Wherever it ends."""
    with pytest.raises(Malformed):
        read_signed(a_raw()[:length])


def encoded(*items: bytes) -> bytes:
    """A list of these encoded items as a transaction."""
    content = b"".join(items)
    return b"\x02" + bytes([0xC0 + len(content)]) + content


NUMBERS = [b"\x01"] * 5
REST = [b"\x80", b"\x80", b"\x80", b"\xc0", b"\x80", b"\x01", b"\x01"]


@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([*NUMBERS, *REST, b"\x01"], "more fields"),
        ([*NUMBERS, *REST[:-1]], "fewer fields"),
        ([b"\xc1\x01", *NUMBERS[1:], *REST], "a list where"),
        ([b"\x81\x01", *NUMBERS[1:], *REST], "canonical form"),
        ([b"\xb8\x01\x01", *NUMBERS[1:], *REST], "canonical form"),
        ([b"\x82\x00\x01", *NUMBERS[1:], *REST], "not in canonical form"),
        ([*NUMBERS, b"\x82\x01\x02", *REST[1:]], "none that this program makes"),
        ([*NUMBERS, *REST[:3], b"\x80", *REST[4:]], "none that this program makes"),
        ([*NUMBERS, *REST[:4], b"\x02", b"\x01", b"\x01"], "not signed by anybody"),
        ([*NUMBERS, *REST[:4], b"\x80", b"\x80", b"\x01"], "not signed by anybody"),
        ([b"\x01", b"\x01", b"\x02", b"\x01", b"\x01", *REST], "impossible fees"),
    ],
)
def test_what_this_program_never_makes_is_malformed(items: list[bytes], problem: str) -> None:
    """With what is wrong with it."""
    with pytest.raises(Malformed, match=problem):
        read_signed(encoded(*items))


def test_a_cancellation_only_uses_the_account_nonce() -> None:
    """Nothing, to oneself; everything else is something else."""
    assert read_signed(a_raw(to=str(ME), data=b"")).is_cancellation
    assert not read_signed(a_raw(to=str(ME), data=b"", value=1)).is_cancellation
    assert not read_signed(a_raw(to=str(ME))).is_cancellation
    assert not read_signed(a_raw(data=b"")).is_cancellation
    assert read_signed(a_raw()).place == (ME, 5)

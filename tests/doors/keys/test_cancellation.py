"""Replacements in the signer process: two shapes, one place, fees that are bounded."""

from typing import Any

import pytest
from eth_account import Account

from tests.doors.keys.key_samples import (
    PASSPHRASE,
    PUBLIC_KEYS,
    Case,
    address_of,
    ask,
    blob,
    execution,
)
from treasury_desktop.desk.doors import ExecutionTransaction
from treasury_desktop.desk.fees import raised
from treasury_desktop.desk.signed_transaction import read_signed
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.keys.cancellation_job import SignCancellation
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.jobs import SignExecution, answered_bytes, job_text, parse_job

HIGHER: dict[str, Any] = {
    "max_fee_per_gas": 3_375_000_000,
    "max_priority_fee_per_gas": 1_125_000_000,
}
"""An eighth more than the sample execution."""


def sent(job: SignExecution, index: int, **changes: Any) -> bytes:
    """The raw bytes of an execution, signed by a public account without the program."""
    wanted = job.transaction
    fields = {
        "type": 2, "chainId": wanted.chain_id, "nonce": wanted.account_nonce,
        "to": str(wanted.to), "value": 0, "data": wanted.data, "gas": wanted.gas,
        "maxFeePerGas": wanted.max_fee_per_gas,
        "maxPriorityFeePerGas": wanted.max_priority_fee_per_gas,
    }  # fmt: skip
    key = bytes.fromhex(PUBLIC_KEYS[index])
    return bytes(Account.sign_transaction(fields | changes, key).raw_transaction)


def index_of(key: EncryptedKey) -> int:
    """Which public account a key is."""
    return next(index for index in PUBLIC_KEYS if address_of(index) == key.address)


def first_of(case: Case, key: EncryptedKey, **changes: Any) -> bytes:
    """What the executor sent first."""
    return sent(execution(case, key, blob(case, 1, 2)), index_of(key), **changes)


def faster(case: Case, key: EncryptedKey, replaces: bytes, **changes: Any) -> SignExecution:
    """The same execution with higher fees."""
    job = execution(case, key, blob(case, 1, 2), **(HIGHER | changes))
    return SignExecution(
        key=job.key,
        bundle=job.bundle,
        signatures=job.signatures,
        transaction=job.transaction,
        replaces=replaces,
    )


def cancelling(key: EncryptedKey, replaces: bytes, **changes: Any) -> SignCancellation:
    """An empty transfer in its place, or with one thing different."""
    fields: dict[str, Any] = {
        "chain_id": 31337, "sender": key.address, "account_nonce": 5, "to": key.address,
        "data": b"", "gas": 25_200,
    }  # fmt: skip
    wanted = ExecutionTransaction(**(fields | HIGHER | changes))
    return SignCancellation(key=key, transaction=wanted, replaces=replaces)


def test_a_cancellation_is_signed_by_the_executor(executor_key: EncryptedKey, honest: Case) -> None:
    """Nothing, to itself, in the place of what it sent."""
    first = first_of(honest, executor_key)
    answer = ask(cancelling(executor_key, first), PASSPHRASE)
    found = read_signed(answered_bytes(answer, "raw_transaction"))  # type: ignore[arg-type]
    assert found.is_cancellation
    assert found.place == read_signed(first).place
    assert found.fees == raised(read_signed(first).fees)


def test_a_speed_up_is_signed_like_an_execution(executor_key: EncryptedKey, honest: Case) -> None:
    """The same calldata in the same place."""
    first = first_of(honest, executor_key)
    answer = ask(faster(honest, executor_key, first), PASSPHRASE)
    found = read_signed(answered_bytes(answer, "raw_transaction"))  # type: ignore[arg-type]
    assert found.data == read_signed(first).data
    assert found.place == read_signed(first).place


def test_a_cancellation_may_be_cancelled_with_higher_fees(
    executor_key: EncryptedKey, honest: Case
) -> None:
    """It is this key's own, and empty."""
    me = str(executor_key.address)
    first = first_of(honest, executor_key, to=me, data=b"")
    assert "raw_transaction" in ask(cancelling(executor_key, first), PASSPHRASE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"to": address_of(1)}, "carries nothing, from the executor to itself"),
        ({"data": b"\x01"}, "carries nothing, from the executor to itself"),
        ({"sender": address_of(1)}, "is of .*, not of"),
        ({"gas": 1_000_001}, "more than an empty transfer ever takes"),
        ({"chain_id": 1}, "is on chain 31337, not 1"),
        ({"account_nonce": 6}, "has account nonce 5, not 6"),
        ({"max_fee_per_gas": 3_374_999_999}, "replaces nothing"),
        ({"max_priority_fee_per_gas": 1_124_999_999}, "replaces nothing"),
        ({"max_priority_fee_per_gas": 4_000_000_000}, "larger than the whole fee"),
        ({"max_fee_per_gas": 10**13 + 1}, "more than the 10,000 this program signs"),
    ],
)
def test_altered_cancellation_is_refused(
    executor_key: EncryptedKey, honest: Case, changes: dict[str, Any], why: str
) -> None:
    """Another shape, another place, another price: no signature."""
    first = first_of(honest, executor_key)
    with pytest.raises(Refused, match=why):
        ask(cancelling(executor_key, first, **changes), PASSPHRASE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"data": b"\xa9\x05\x9c\xbb"}, "no execution of a Safe transaction"),
        ({"value": 1}, "no execution of a Safe transaction"),
        ({"chainId": 1}, "is on chain 1, not 31337"),
    ],
)
def test_only_what_this_program_sends_is_cancelled(
    executor_key: EncryptedKey, honest: Case, changes: dict[str, Any], why: str
) -> None:
    """Something else of that account is somebody else's business."""
    with pytest.raises(Refused, match=why):
        ask(cancelling(executor_key, first_of(honest, executor_key, **changes)), PASSPHRASE)


def test_what_another_account_sent_is_not_replaced(
    executor_key: EncryptedKey, honest: Case
) -> None:
    """Neither cancelled nor sped up; and bytes that are none are malformed."""
    job = execution(honest, executor_key, blob(honest, 1, 2))
    foreign = sent(job, 1)
    with pytest.raises(Refused, match="sent what would be replaced"):
        ask(cancelling(executor_key, foreign), PASSPHRASE)
    with pytest.raises(Refused, match="sent what would be replaced"):
        ask(faster(honest, executor_key, foreign), PASSPHRASE)
    with pytest.raises(Malformed, match="no EIP-1559 transaction"):
        ask(cancelling(executor_key, b"\x01"), PASSPHRASE)


def test_an_owners_key_cancels_nothing(owner_key: EncryptedKey, honest: Case) -> None:
    """It pays for nothing."""
    first = first_of(honest, owner_key)
    with pytest.raises(Refused, match="owner's key never pays"):
        ask(cancelling(owner_key, first), PASSPHRASE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"account_nonce": 6}, "has account nonce 5, not 6"),
        ({"max_fee_per_gas": 3_000_000_000}, "replaces nothing"),
    ],
)
def test_altered_speed_up_is_refused(
    executor_key: EncryptedKey, honest: Case, changes: dict[str, Any], why: str
) -> None:
    """Another place is a second sending; the same fees replace nothing."""
    first = first_of(honest, executor_key)
    with pytest.raises(Refused, match=why):
        ask(faster(honest, executor_key, first, **changes), PASSPHRASE)


def test_a_speed_up_replaces_the_same_execution_only(
    executor_key: EncryptedKey, honest: Case
) -> None:
    """Not a cancellation, nor the same calldata to another Safe, nor with coin of its own."""
    me = str(executor_key.address)
    for changes in ({"to": me, "data": b""}, {"to": str(address_of(1))}, {"value": 1}):
        other = first_of(honest, executor_key, **changes)
        with pytest.raises(Refused, match="not this execution"):
            ask(faster(honest, executor_key, other), PASSPHRASE)


def test_jobs_survive_the_pipe(executor_key: EncryptedKey, honest: Case) -> None:
    """Every member comes out as it went in."""
    first = first_of(honest, executor_key)
    for job in (cancelling(executor_key, first), faster(honest, executor_key, first)):
        assert parse_job(job_text(job))[0] == job

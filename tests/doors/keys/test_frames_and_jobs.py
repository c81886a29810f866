"""What our processes say to each other: bounded, versioned, and read strictly."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from tests.doors.keys.key_samples import Case, a_safe, address_of, secret
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.doors import ExecutionTransaction, WorkspaceFacts
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.keys.encrypted_key import EncryptedKey, WrongPassphrase
from treasury_desktop.keys.frames import read_frame, read_secrets, write_frame, write_secrets
from treasury_desktop.keys.jobs import (
    Job,
    SignExecution,
    SignSafeTx,
    failure_text,
    job_text,
    parse_answer,
    parse_job,
)
from treasury_desktop.keys.key_jobs import (
    ChangePassphrase,
    CreateKey,
    ExportKeystore,
    ImportDemonstration,
    ImportKeystore,
    ImportPrivateKey,
    ImportWords,
    RenameKey,
)
from treasury_desktop.treasury.deny_list import DenyList, DenyLists
from treasury_desktop.treasury.evidence import Deployed, OwnPosition
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.strategy import Strategy


@contextmanager
def pipe() -> Iterator[tuple[io.FileIO, io.FileIO]]:
    """Both ends of a pipe, reading first."""
    reading, writing = os.pipe()
    with io.FileIO(reading, "rb") as read_end, io.FileIO(writing, "wb") as write_end:
        yield read_end, write_end


def test_frames_and_secrets_arrive_as_they_were_sent() -> None:
    """A header and its secrets pass through a pipe unchanged."""
    with pipe() as (reading, writing):
        write_frame(writing, b"header")
        write_secrets(writing, [secret("one"), secret("")])
        assert read_frame(reading) == b"header"
        assert [bytes(each.content) for each in read_secrets(reading)] == [b"one", b""]


@pytest.mark.parametrize("sent", [b"", b"\x00\x00", b"\x00\x00\x00\x05abc"])
def test_cut_off_frame_is_malformed(sent: bytes) -> None:
    """A message that ends too early is refused."""
    with pipe() as (reading, writing):
        writing.write(sent)
        writing.close()
        with pytest.raises(Malformed, match="ends too early"):
            read_frame(reading)


def test_oversized_frame_is_refused_before_it_is_read() -> None:
    """A length beyond the limit is refused although no byte of it has come."""
    with pipe() as (reading, writing):
        writing.write(b"\xff\xff\xff\xff")
        with pytest.raises(Malformed, match="larger than allowed"):
            read_frame(reading)


def test_too_many_secrets_are_refused() -> None:
    """Nobody needs more than four passphrases."""
    with pipe() as (reading, writing):
        writing.write(b"\x00\x00\x00\x05")
        with pytest.raises(Malformed, match="too many secrets"):
            read_secrets(reading)


SOMEWHERE = Address(b"\x31" * 20)
ELSEWHERE = Address(b"\x35" * 20)
WORKSPACE = WorkspaceFacts(
    own_safes=frozenset({SOMEWHERE, Address(b"\x32" * 20)}),
    strategies=(
        Strategy(
            name="Vault",
            group="G",
            venue="erc4626",
            contracts=(SOMEWHERE,),
            asset=SOMEWHERE,
            protocol="Morpho",
        ),
        Strategy(
            name="Pool",
            group="G",
            venue="uniswap_v3",
            contracts=(),
            pool=SOMEWHERE,
            position_manager=Address(b"\x33" * 20),
        ),
    ),
    positions=(
        OwnPosition(manager=SOMEWHERE, token_id=2**200, token0=SOMEWHERE, token1=SOMEWHERE),
    ),
    count_own_token=True,
    judge_outsiders=False,
    safes=(a_safe(), a_safe(address=SOMEWHERE, guard=SOMEWHERE, modules=UNKNOWN)),
    further=FurtherLimits(
        protocol_limit_bps=1, window_limit_bps=2, window_days=3, stable_floor_bps=4,
        runway_months=5, monthly_spend_usd=6,
    ),
    stablecoins=frozenset({str(SOMEWHERE), "native"}),
    deployed=(Deployed(strategy="Vault", token=str(SOMEWHERE), base_units=2**200, timestamp=7),),
    denied=DenyLists(
        read=(
            DenyList(
                name="L", published=date(2026, 11, 1), addresses=frozenset({SOMEWHERE, ELSEWHERE})
            ),
        ),
        unread=("One is not known.",),
    ),
)  # fmt: skip


@pytest.fixture
def jobs(owner_key: EncryptedKey, executor_key: EncryptedKey, honest: Case) -> tuple[Job, ...]:
    """One job of each kind."""
    execution = ExecutionTransaction(
        chain_id=31337,
        sender=address_of(4),
        account_nonce=2**64,
        to=honest.safe.address,
        data=b"\x6a",
        gas=1,
        max_fee_per_gas=2**128,
        max_priority_fee_per_gas=0,
    )
    return (
        SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash),
        SignSafeTx(
            key=owner_key,
            bundle=b"",
            reviewed_hash=bytes(32),
            already_signed=bytes(32),
            acknowledged=frozenset({"OWNER_ADDED", "NONCE_CONFLICT"}),
            workspace=WORKSPACE,
        ),
        SignExecution(
            key=executor_key,
            bundle=honest.bundle,
            signatures=b"x",
            transaction=execution,
            workspace=WORKSPACE,
        ),
        CreateKey(label="Desk B", role="owner"),
        ImportWords(label="Desk B", role="owner"),
        ImportPrivateKey(label="Gas", role="executor"),
        ImportKeystore(label="Desk B", role="owner", keystore='{"version":3}'),
        ExportKeystore(key=owner_key),
        RenameKey(key=owner_key, label="Desk C"),
        ImportDemonstration(label="Gas", role="executor", index=4, chain_id=31337),
        ChangePassphrase(key=owner_key),
    )


def test_jobs_arrive_as_they_were_sent(jobs: tuple[Job, ...]) -> None:
    """Every job is read back equal, with the wish of how to show it beside it."""
    for job in jobs:
        assert parse_job(job_text(job)) == (job, {})
        assert parse_job(job_text(job, {"theme": "dark"})) == (job, {"theme": "dark"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"treasury-desktop/job@1"', b'"treasury-desktop/job@2"'),
        (b'"job":"create"', b'"job":"print"'),
        (b'"job":"create"', b'"job":"rename"'),
        (b'"role":"owner"', b'"role":"admin"'),
        (b'"role":"owner"', b'"role":"owner","private_key":"x"'),
        (b'"label":"Desk B"', b'"label":5'),
        (b'"label":"Desk B",', b""),
        (b'"label":"Desk B"', b'"label":"Desk B","label":"Desk C"'),
    ],
)
def test_altered_job_is_refused(old: bytes, new: bytes) -> None:
    """Another version, unknown, missing or doubled members are refused."""
    text = job_text(CreateKey(label="Desk B", role="owner"))
    assert old in text
    with pytest.raises(Malformed):
        parse_job(text.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"own_safes":["0x', b'"own_safes":["1x'),
        (b'"own_safes":[', b'"own":true,"own_safes":['),
        (b'"count_own_token":true', b'"count_own_token":1'),
        (b',"judge_outsiders":false', b""),
        (b'"name":"Vault"', b'"name":""'),
        (b'"token_id":"', b'"token_id":"x'),
        (b'"acknowledged":["NONCE_CONFLICT"', b'"acknowledged":[5'),
        (b'"acknowledged":["NONCE_CONFLICT","OWNER_ADDED"]', b'"acknowledged":"OWNER_ADDED"'),
        (b'"workspace":{', b'"workspace":[],"else":{'),
        (b'"protocol_limit_bps":"1"', b'"protocol_limit_bps":"10001"'),
        (b'"protocol_limit_bps":"1"', b'"protocol_limit_bps":1'),
        (b'"window_days":"3"', b'"window_days":null'),
        (b'"further":{', b'"farther":{},"further":{'),
        (b'"stablecoins":[', b'"stablecoins":[5,'),
        (b'"deployed":[', b'"deployed":[{},'),
        (b'"published":"2026-11-01"', b'"published":"2026-11-31"'),
        (b'"published":"2026-11-01"', b'"published":""'),
        (b'"unread_deny_lists":[', b'"unread_deny_lists":[5,'),
        (b'"deny_lists":[{', b'"deny_lists":[{},{'),
    ],
)
def test_altered_facts_of_the_workspace_are_refused(
    jobs: tuple[Job, ...], old: bytes, new: bytes
) -> None:
    """A member of another type, missing, unknown or impossible: nothing is signed."""
    text = job_text(jobs[1])
    assert text.count(old) == 1
    with pytest.raises(Malformed):
        parse_job(text.replace(old, new))


@pytest.mark.parametrize(
    "failure",
    [
        Refused("No."),
        Unavailable("Gone."),
        Malformed("key", "is broken"),
        Cancelled("Enough."),
        WrongPassphrase(),
    ],
)
def test_failures_arrive_as_what_they_were(failure: TreasuryError) -> None:
    """Kind and sentence survive the pipe."""
    with pytest.raises(type(failure)) as caught:
        parse_answer(failure_text(failure))
    assert caught.value.sentence == failure.sentence
    assert type(caught.value) is type(failure)

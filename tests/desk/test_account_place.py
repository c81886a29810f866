"""The account nonce of an execution: nodes name it, and what was sent before has the last word."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryChain
from tests.desk.test_execute_transaction import confirmed, our_facts
from tests.desk.test_replacing import AT_FIRST, EXECUTOR, Desk, RealSigner
from tests.desk.test_replacing import desk as desk  # noqa: PLC0414  the fixture
from tests.samples import NOW, a_safe
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.execute_transaction import execute_transaction
from treasury_desktop.desk.fees import AgreedCost, raised
from treasury_desktop.desk.signed_transaction import read_signed
from treasury_desktop.errors import Refused
from treasury_desktop.safes.lifecycle import Event
from treasury_desktop.safes.rejection import rejection


def rivals_hash(desk: Desk) -> bytes:
    """The confirmed rejection of the same nonce, put into the same records."""
    rivals = confirmed(1, 2, tx=rejection(a_safe(), a_safe().nonce), strategy=None)
    (rival,) = rivals.kept.values()
    desk.records.kept[rival.safe_tx_hash] = rival
    desk.records.signed += rivals.signed
    return rival.safe_tx_hash


def execute(
    desk: Desk,
    safe_tx_hash: bytes,
    executor: KeyLabel = EXECUTOR,
    agreed: AgreedCost = AT_FIRST,
) -> bytes:
    """Send one of several."""
    return execute_transaction(
        safe_tx_hash, our_facts(), executor, agreed, signer=desk.signer, reader=desk.chain,
        broadcaster=desk.chain, records=desk.records, now=NOW,
    )  # fmt: skip


def nonces(desk: Desk, safe_tx_hash: bytes) -> list[int]:
    """The account nonces at which it was sent."""
    sent = desk.records.sendings(safe_tx_hash)
    return [read_signed(one.raw_transaction).account_nonce for one in sent]


def test_what_nobody_has_is_signed_anew_for_the_same_place() -> None:
    """A node that hides it and counts it would have both mined, the second for nothing."""
    desk = Desk(confirmed(1, 2), MemoryChain(account_nonces=[4, 5]), RealSigner())
    desk.chain.nonces_used = 4
    desk.execute()
    desk.lost()
    execute(desk, desk.hash, agreed=replace(AT_FIRST, fees=raised(AT_FIRST.fees)))
    assert nonces(desk, desk.hash) == [4, 4]


def test_a_place_that_is_used_is_not_taken_again() -> None:
    """Another transaction of the account was mined there."""
    desk = Desk(confirmed(1, 2), MemoryChain(account_nonces=[4, 5]), RealSigner())
    desk.execute()
    desk.lost()
    desk.chain.nonces_used = 5
    desk.execute()
    assert nonces(desk, desk.hash) == [4, 5]


def test_a_place_that_a_liar_named_too_high_is_left_behind() -> None:
    """It would wait there for ever."""
    desk = Desk(confirmed(1, 2), MemoryChain(account_nonces=[2**62, 5]), RealSigner())
    desk.execute()
    desk.lost()
    desk.execute()
    assert nonces(desk, desk.hash) == [2**62, 5]


def test_another_accounts_place_binds_nobody() -> None:
    """What nobody has was sent by somebody else."""
    desk = Desk(confirmed(1, 2), MemoryChain(account_nonces=[4, 5]), RealSigner())
    desk.execute()
    desk.lost()
    other = replace(EXECUTOR, address=a_safe().address)
    execute(desk, desk.hash, other)
    assert desk.signer.transactions[-1].account_nonce == 5


def test_nothing_is_signed_where_another_of_ours_waits(desk: Desk) -> None:
    """A node that does not count what waits would have it replaced, and nobody asked for that."""
    rival = rivals_hash(desk)
    with pytest.raises(Refused, match=r"Account nonce 0 of .* is taken by what was sent for"):
        execute(desk, rival)
    assert len(desk.signer.transactions) == 1
    assert desk.records.sendings(rival) == ()


def test_where_another_of_ours_was_lost_its_place_is_free(desk: Desk) -> None:
    """No node has it."""
    rival = rivals_hash(desk)
    desk.lost()
    execute(desk, rival)
    assert nonces(desk, rival) == [0]


def test_signed_anew_behind_another_of_ours_in_its_old_place() -> None:
    """The first was lost, the other took its place and waits there."""
    desk = Desk(confirmed(1, 2), MemoryChain(account_nonces=[0, 0, 1]), RealSigner())
    first = desk.hash
    desk.execute()
    desk.lost()
    other = rivals_hash(desk)
    execute(desk, other)
    desk.records.kept[other] = replace(
        desk.records.kept[other], tx=replace(desk.records.kept[other].tx, nonce=99)
    )  # no rival: of another nonce
    execute(desk, first)
    assert nonces(desk, other) == [0]
    assert nonces(desk, first) == [0, 1]


def test_a_rival_behind_one_that_waits_is_not_sent(desk: Desk) -> None:
    """The earlier one runs first, so the later would fail, and cost its gas."""
    rival = rivals_hash(desk)
    desk.chain.account_nonces = [1]
    with pytest.raises(Refused, match="would run first; cancel it before"):
        execute(desk, rival)
    assert len(desk.signer.transactions) == 1


def test_a_rival_is_sent_behind_a_cancellation(desk: Desk) -> None:
    """What waits is nothing; the execution it replaced is known to nobody."""
    desk.cancel()
    rival = rivals_hash(desk)
    desk.chain.forgotten = desk.chain.sent[:1]
    desk.chain.account_nonces = [1]
    execute(desk, rival)
    assert nonces(desk, rival) == [1]


def test_what_was_sent_without_its_bytes_names_no_place(desk: Desk) -> None:
    """An older version kept the hash alone: nobody knows which account sent it."""
    rival = rivals_hash(desk)
    for hash_, sendings in desk.records.sent.items():
        desk.records.sent[hash_] = tuple(replace(one, raw_transaction=b"") for one in sendings)
    execute(desk, rival)
    assert nonces(desk, rival) == [0]


def test_the_place_of_what_ran_is_not_looked_at(desk: Desk) -> None:
    """Years of history are not read again for each execution."""
    rival = rivals_hash(desk)
    hash_ = next(each for each in desk.records.kept if each != rival)
    desk.records.record_event(hash_, Event.EXECUTION_SUCCEEDED)
    execute(desk, rival)
    assert nonces(desk, rival) == [0]

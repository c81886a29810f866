"""Transactions and confirmations only gain, whatever arrives how often in which order."""

import itertools
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.doors.store.record_samples import Samples
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.desk.doors import Sending
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.store.records import RECORDS_NAME, RecordStore, open_records

MAX = 2**256 - 1


def test_a_transaction_comes_back_as_it_was_kept(records: RecordStore, samples: Samples) -> None:
    """Every field survives, the largest numbers too."""
    tx = SafeTx(
        to=samples.payee,
        value=MAX,
        data=bytes(range(256)),
        operation=Operation.DELEGATECALL,
        safe_tx_gas=MAX,
        base_gas=MAX,
        gas_price=MAX,
        gas_token=samples.safe,
        refund_receiver=samples.payee,
        nonce=MAX,
    )
    queued = samples.queued(
        tx=tx, strategy="Vault", drafted_here=False, bundle=b"{}", transaction_hash=b"\x11" * 32
    )
    queued = replace(
        queued,
        confirmations=(samples.confirmation(queued, 2), samples.confirmation(queued, 1)),
        quarantined=(samples.quarantined(queued),),
    )
    records.keep_transaction(queued)
    assert records.transaction(queued.safe_tx_hash) == queued
    assert records.transactions(samples.safe) == (queued,)
    assert records.transaction(b"\x00" * 32) is None
    assert records.transactions(samples.payee) == ()


def test_order_and_repetition_of_arrival_change_nothing(tmp_path: Path, samples: Samples) -> None:
    """All orders of three partial copies lead to the same set of confirmations."""
    bare = samples.queued()
    copies = [
        replace(bare, confirmations=(samples.confirmation(bare, 1),), purpose=""),
        replace(bare, confirmations=(samples.confirmation(bare, 2), samples.confirmation(bare, 1))),
        replace(bare, quarantined=(samples.quarantined(bare),)),
    ]
    outcomes = set()
    for number, order in enumerate(itertools.permutations(copies)):
        records = open_records(tmp_path / str(number))
        for copy in (*order, *order):
            records.keep_transaction(copy)
        kept = records.transaction(bare.safe_tx_hash)
        outcomes.add((frozenset(kept.confirmations), kept.quarantined, kept.purpose))
        records.close()
    assert len(outcomes) == 1


def test_a_known_transaction_only_gains_what_it_did_not_have(
    records: RecordStore, samples: Samples
) -> None:
    """Purpose, strategy and bundle are filled in once and never replaced; the state stays."""
    first = samples.queued(purpose="", bundle=b"")
    records.keep_transaction(first)
    records.record_event(first.safe_tx_hash, Event.CONFIRMATION_ADDED)
    records.keep_transaction(replace(first, purpose="ours", strategy="A", bundle=b"1"))
    records.keep_transaction(replace(first, purpose="theirs", strategy="B", bundle=b"2"))
    kept = records.transaction(first.safe_tx_hash)
    assert (kept.purpose, kept.strategy, kept.bundle) == ("ours", "A", b"1")
    assert kept.state is State.COLLECTING


def test_two_transactions_cannot_share_a_hash(records: RecordStore, samples: Samples) -> None:
    """Whoever comes second with other fields is refused and changes nothing."""
    queued = samples.queued()
    records.keep_transaction(queued)
    other = replace(queued, tx=replace(queued.tx, value=2), purpose="changed")
    with pytest.raises(Refused, match="Two different transactions"):
        records.keep_transaction(other)
    assert records.transaction(queued.safe_tx_hash) == queued


def test_rivals_for_one_nonce_both_stay(records: RecordStore, samples: Samples) -> None:
    """Nothing is keyed by the nonce."""
    rivals = (samples.queued(7, value=1), samples.queued(7, value=2))
    for queued in (samples.queued(10), *rivals, samples.queued(9)):
        records.keep_transaction(queued)
    kept = records.transactions(samples.safe)
    assert [queued.tx.nonce for queued in kept] == [7, 7, 9, 10]
    assert set(rivals) <= set(kept)


def test_the_same_signature_is_new_only_once(records: RecordStore, samples: Samples) -> None:
    """keep_confirmation says whether it added anything."""
    queued = samples.queued()
    records.keep_transaction(queued)
    confirmation = samples.confirmation(queued)
    assert records.keep_confirmation(confirmation)
    assert not records.keep_confirmation(confirmation)
    assert records.transaction(queued.safe_tx_hash).confirmations == (confirmation,)


def test_an_owner_who_signed_twice_counts_once(records: RecordStore, samples: Samples) -> None:
    """Both signatures are kept, the first one counts: execTransaction takes one per owner."""
    queued = samples.queued()
    records.keep_transaction(queued)
    first, second = (samples.confirmation(queued, is_eth_sign=is_it) for is_it in (False, True))
    assert records.keep_confirmation(first)
    assert records.keep_confirmation(second)
    assert records.transaction(queued.safe_tx_hash).confirmations == (first,)


def test_a_confirmation_of_nothing_is_refused(records: RecordStore, samples: Samples) -> None:
    """A confirmation belongs to a transaction that is there."""
    with pytest.raises(Refused, match="No transaction with the hash 0x"):
        records.keep_confirmation(samples.confirmation(samples.queued()))
    with pytest.raises(Refused, match="No transaction"):
        records.record_event(b"\x01" * 32, Event.BROADCAST)


def test_signatures_set_aside_are_kept_once_each(records: RecordStore, samples: Samples) -> None:
    """Again is harmless, also for a transaction that comes later."""
    queued = samples.queued()
    records.keep_quarantined(samples.quarantined(queued))
    records.keep_quarantined(samples.quarantined(queued))
    records.keep_transaction(queued)
    kept = records.transaction(queued.safe_tx_hash)
    assert kept.quarantined == (samples.quarantined(queued),)


def test_what_was_signed_for_a_nonce_is_remembered(records: RecordStore, samples: Samples) -> None:
    """The first hash a signer signed for a nonce is found, and nobody else's."""
    first, rival = samples.queued(7, value=1), samples.queued(7, value=2)
    for queued in (first, rival):
        records.keep_transaction(queued)
        records.keep_confirmation(samples.confirmation(queued, 1))
    owner, stranger = samples.owner(1), samples.owner(2)
    assert records.signed_hash_for(samples.safe, 7, owner) == first.safe_tx_hash
    assert records.signed_hash_for(samples.safe, 7, stranger) is None
    assert records.signed_hash_for(samples.safe, 8, owner) is None
    assert records.signed_hash_for(samples.payee, 7, owner) is None


def test_events_move_it_along_the_lifecycle(records: RecordStore, samples: Samples) -> None:
    """States follow the table; a later broadcast brings its own transaction hash."""
    safe_tx_hash = samples.queued().safe_tx_hash
    records.keep_transaction(samples.queued())
    steps = [
        (Event.CONFIRMATION_ADDED, None),
        (Event.THRESHOLD_REACHED, None),
        (Event.BROADCAST, b"\x01" * 32),
        (Event.NEVER_MINED, None),
        (Event.BROADCAST, b"\x02" * 32),
        (Event.EXECUTION_SUCCEEDED, None),
    ]
    states = [records.record_event(safe_tx_hash, *step) for step in steps]
    assert states[-1] is State.EXECUTED
    assert records.transaction(safe_tx_hash).transaction_hash == b"\x02" * 32
    assert records.events(safe_tx_hash) == tuple(event for event, _ in steps)


def test_a_receipt_seen_by_two_threads_is_recorded_once(
    records: RecordStore, samples: Samples
) -> None:
    """Looking and moving are one step: of eight at once one moves it, the others hear that."""
    safe_tx_hash = samples.queued().safe_tx_hash
    records.keep_transaction(samples.queued(state=State.SENT))
    said: list[bool] = []

    def settle() -> None:
        said.append(records.record_if_possible(safe_tx_hash, Event.EXECUTION_SUCCEEDED))

    threads = [threading.Thread(target=settle) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False] * 7 + [True]
    assert records.events(safe_tx_hash) == (Event.EXECUTION_SUCCEEDED,)


def test_what_was_sent_cannot_be_overwritten(records: RecordStore, samples: Samples) -> None:
    """The database itself refuses to change or delete a sending."""
    queued = samples.queued(state=State.CONFIRMED)
    records.keep_transaction(queued)
    sending = Sending(transaction_hash=keccak(b"raw"), raw_transaction=b"raw")
    records.record_sending(queued.safe_tx_hash, sending)
    for statement in ("DELETE FROM sendings", "UPDATE sendings SET raw_transaction = X''"):
        with (
            pytest.raises(sqlite3.IntegrityError, match="never"),
            records._database.writing() as connection,
        ):
            connection.execute(statement)
    assert records.sendings(queued.safe_tx_hash) == (sending,)


def test_bytes_of_another_hash_say_nothing_of_what_was_sent(
    records: RecordStore, samples: Samples
) -> None:
    """The hash is still looked for; what stands beside it is not read as its execution."""
    queued = samples.queued(state=State.CONFIRMED)
    records.keep_transaction(queued)
    altered = Sending(transaction_hash=b"\x01" * 32, raw_transaction=b"raw")
    records.record_sending(queued.safe_tx_hash, altered)
    assert records.sendings(queued.safe_tx_hash) == (replace(altered, raw_transaction=b""),)


def test_an_impossible_event_changes_nothing(records: RecordStore, samples: Samples) -> None:
    """A drafted transaction cannot be broadcast."""
    queued = samples.queued()
    records.keep_transaction(queued)
    with pytest.raises(Refused, match="cannot have: broadcast"):
        records.record_event(queued.safe_tx_hash, Event.BROADCAST, b"\x01" * 32)
    assert records.transaction(queued.safe_tx_hash) == queued
    assert records.events(queued.safe_tx_hash) == ()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE transactions SET state = 'signed'",
        "UPDATE transactions SET value = '-1'",
        "UPDATE transactions SET nonce = '1e5'",
        "UPDATE transactions SET operation = 9",
    ],
)
def test_a_damaged_row_is_reported_never_half_read(
    damage: str, folder: Path, samples: Samples
) -> None:
    """What is not a transaction is not shown as one."""
    records = open_records(folder)
    queued = samples.queued()
    records.keep_transaction(queued)
    records.keep_confirmation(samples.confirmation(queued))
    records.close()
    vandal = sqlite3.connect(folder / RECORDS_NAME)
    vandal.executescript(damage)
    vandal.close()
    records = open_records(folder)
    with pytest.raises(Malformed, match="its row in the records is damaged"):
        records.transaction(queued.safe_tx_hash)
    records.close()


def test_confirmations_cannot_be_overwritten_even_by_mistake(
    records: RecordStore, samples: Samples
) -> None:
    """The database itself refuses to change or delete one."""
    queued = samples.queued()
    records.keep_transaction(queued)
    records.keep_confirmation(samples.confirmation(queued))
    for statement in ("DELETE FROM confirmations", "UPDATE confirmations SET arrival = 9"):
        with (
            pytest.raises(sqlite3.IntegrityError, match="never"),
            records._database.writing() as connection,
        ):
            connection.execute(statement)
    assert len(records.transaction(queued.safe_tx_hash).confirmations) == 1

"""What the desk's own tests keep in memory behaves as the store does: every fact on both."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.doors.store.record_samples import CHAIN_ID, Samples
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.desk.doors import Records, Sending
from treasury_desktop.errors import Refused
from treasury_desktop.safes.lifecycle import TRANSITIONS, Event, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.store.records import RecordStore, open_records

FIRST = Sending(transaction_hash=keccak(b"first"), raw_transaction=b"first")
SECOND = Sending(transaction_hash=keccak(b"second"), raw_transaction=b"second")


@pytest.fixture(name="fresh", params=["store", "memory"])
def fresh_fixture(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Records]]:
    """Makes empty records of one kind."""
    opened: list[RecordStore] = []

    def fresh() -> Records:
        if request.param == "memory":
            return MemoryRecords()
        opened.append(open_records(tmp_path / str(len(opened))))
        return opened[-1]

    yield fresh
    for store in opened:
        store.close()


@pytest.fixture(name="both")
def both_fixture(fresh: Callable[[], Records]) -> Records:
    """Empty records."""
    return fresh()


def known(records: Records, queued: QueuedTransaction) -> QueuedTransaction:
    """What is kept of a transaction."""
    kept = records.transaction(queued.safe_tx_hash)
    assert kept is not None
    return kept


def test_what_is_kept_together_is_kept_whole_or_not_at_all(
    fresh: Callable[[], Records], samples: Samples
) -> None:
    """A failure between two things takes the first back, whatever was there before stays."""
    records = fresh()
    before, queued = samples.queued(nonce=3), samples.queued(nonce=4)
    records.keep_transaction(before)

    def half() -> None:
        with records.together():
            records.keep_transaction(queued)
            records.note("imported", {}, 1)
            raise Refused("It ended half-way.")

    with pytest.raises(Refused, match="half-way"):
        half()
    assert records.transaction(queued.safe_tx_hash) is None
    assert known(records, before).tx.nonce == 3
    with records.together():
        records.keep_transaction(queued)
        with records.together():
            records.note("imported", {}, 1)
    assert known(records, queued).tx.nonce == 4


# ── transactions that arrive more than once ──────────────────────────────────────────────────────


def test_our_own_draft_wins_over_a_strangers_copy(
    fresh: Callable[[], Records], samples: Samples
) -> None:
    """In either order it is drafted here, with our purpose, strategy and bundle."""
    ours = samples.queued(purpose="ours", strategy="Vault", bundle=b"ours")
    theirs = replace(ours, drafted_here=False, purpose="theirs", strategy="Other", bundle=b"theirs")
    for order in itertools.permutations((ours, theirs)):
        records = fresh()
        for copy in (*order, *order):
            records.keep_transaction(copy)
        assert known(records, ours) == ours


def test_a_stranger_puts_no_words_into_our_draft(both: Records, samples: Samples) -> None:
    """Where we stated no purpose and no strategy, none is stated afterwards either."""
    ours = samples.queued(purpose="", strategy=None, bundle=b"ours")
    both.keep_transaction(ours)
    both.keep_transaction(
        replace(ours, drafted_here=False, purpose="theirs", strategy="Other", bundle=b"theirs")
    )
    assert known(both, ours) == ours


def test_gaps_are_filled_once(both: Records, samples: Samples) -> None:
    """Among copies of one origin the first that says something stands."""
    first = samples.queued(purpose="", bundle=b"", drafted_here=False)
    both.keep_transaction(first)
    both.keep_transaction(replace(first, purpose="why", strategy="A", bundle=b"1"))
    both.keep_transaction(replace(first, purpose="no", strategy="B", bundle=b"2"))
    assert known(both, first) == replace(first, purpose="why", strategy="A", bundle=b"1")


def test_a_draft_without_a_bundle_takes_the_one_there_is(both: Records, samples: Samples) -> None:
    """Only an empty bundle is replaced by a stranger's."""
    ours = samples.queued(bundle=b"")
    both.keep_transaction(ours)
    both.keep_transaction(replace(ours, drafted_here=False, bundle=b"theirs"))
    assert known(both, ours) == replace(ours, bundle=b"theirs")


def test_signatures_of_every_copy_are_kept(both: Records, samples: Samples) -> None:
    """Confirmations and signatures set aside add up, each once."""
    queued = samples.queued()
    one, two = samples.confirmation(queued, 1), samples.confirmation(queued, 2)
    aside = samples.quarantined(queued)
    both.keep_transaction(replace(queued, confirmations=(one,)))
    both.keep_transaction(replace(queued, confirmations=(two, one), quarantined=(aside,)))
    both.keep_transaction(replace(queued, quarantined=(aside, aside)))
    assert known(both, queued) == replace(queued, confirmations=(one, two), quarantined=(aside,))


def test_two_transactions_cannot_share_a_hash(both: Records, samples: Samples) -> None:
    """The second is refused and changes nothing."""
    queued = samples.queued()
    both.keep_transaction(queued)
    with pytest.raises(Refused, match="Two different transactions"):
        both.keep_transaction(replace(queued, tx=replace(queued.tx, value=2)))
    assert known(both, queued) == queued


def test_a_transaction_carries_signatures_over_its_own_hash_only(
    both: Records, samples: Samples
) -> None:
    """Anything else is a mistake of ours, and nothing is kept."""
    queued, other = samples.queued(7), samples.queued(8)
    for wrong in (
        {"confirmations": (samples.confirmation(other),)},
        {"quarantined": (samples.quarantined(other),)},
    ):
        with pytest.raises(ValueError, match="its own hash"):
            both.keep_transaction(replace(queued, **wrong))
    assert both.transaction(queued.safe_tx_hash) is None


def test_by_nonce_and_then_by_arrival(both: Records, samples: Samples) -> None:
    """The order of a Safe's transactions."""
    kept = [samples.queued(10), samples.queued(7, value=2), samples.queued(7, value=1)]
    for queued in kept:
        both.keep_transaction(queued)
    assert both.transactions(samples.safe) == (kept[1], kept[2], kept[0])


# ── confirmations ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_owner_counts_once(both: Records, samples: Samples, order: tuple[int, int]) -> None:
    """Of two signatures of one owner both are kept, and the plain one counts, in any order."""
    queued = samples.queued()
    both.keep_transaction(queued)
    made = [samples.confirmation(queued, is_eth_sign=is_it) for is_it in (False, True)]
    first, second = (made[place] for place in order)
    assert [both.keep_confirmation(each) for each in (first, second, first, second)] == [
        True, True, False, False,
    ]  # fmt: skip
    assert known(both, queued).confirmations == (made[0],)


def test_what_belongs_to_no_transaction(both: Records, samples: Samples) -> None:
    """Confirmations, events and sendings are refused; a signature set aside waits for it."""
    queued = samples.queued()
    with pytest.raises(Refused, match="in the records"):
        both.keep_confirmation(samples.confirmation(queued))
    for record in (both.record_event, both.record_if_possible):
        with pytest.raises(Refused, match="in the records"):
            record(queued.safe_tx_hash, Event.BROADCAST)
    with pytest.raises(Refused, match="in the records"):
        both.record_sending(queued.safe_tx_hash, FIRST)
    both.keep_quarantined(samples.quarantined(queued))
    both.keep_transaction(queued)
    assert known(both, queued).quarantined == (samples.quarantined(queued),)


def test_the_first_hash_signed_for_a_nonce(both: Records, samples: Samples) -> None:
    """By the order of signing, not of arrival of the transactions."""
    early, late = samples.queued(7, value=1), samples.queued(7, value=2)
    for queued in (early, late):
        both.keep_transaction(queued)
    for queued in (late, early):
        both.keep_confirmation(samples.confirmation(queued, 1))
    owner = samples.owner(1)
    assert both.signed_hash_for(samples.safe, 7, owner) == late.safe_tx_hash
    assert both.signed_hash_for(samples.safe, 8, owner) is None
    assert both.signed_hash_for(samples.payee, 7, owner) is None
    assert both.signed_hash_for(samples.safe, 7, samples.owner(2)) is None


# ── sendings ─────────────────────────────────────────────────────────────────────────────────────


def confirmed(records: Records, samples: Samples) -> bytes:
    """The hash of a kept transaction that may be sent."""
    queued = samples.queued()
    records.keep_transaction(queued)
    records.record_event(queued.safe_tx_hash, Event.THRESHOLD_REACHED)
    return queued.safe_tx_hash


def test_a_sending_is_kept_with_its_bytes(both: Records, samples: Samples) -> None:
    """Oldest first; the last one's hash is the transaction's."""
    sent = confirmed(both, samples)
    assert both.sendings(sent) == ()
    for sending in (FIRST, SECOND):
        both.record_sending(sent, sending)
        assert known(both, samples.queued()).transaction_hash == sending.transaction_hash
    assert both.sendings(sent) == (FIRST, SECOND)
    assert known(both, samples.queued()).state is State.SENT


def test_the_same_bytes_again_are_one_sending(both: Records, samples: Samples) -> None:
    """Account nonce and fee unchanged, the same transaction is made a second time."""
    sent = confirmed(both, samples)
    both.record_sending(sent, FIRST)
    both.record_sending(sent, FIRST)
    assert both.sendings(sent) == (FIRST,)


@pytest.mark.parametrize("state", [State.DRAFTED, State.EXECUTED])
def test_what_cannot_be_sent_is_not_kept_as_sent(
    both: Records, samples: Samples, state: State
) -> None:
    """Too early, or settled while the passphrase was typed: refused, and nothing is kept."""
    queued = samples.queued(state=state)
    both.keep_transaction(queued)
    with pytest.raises(Refused, match="cannot have: broadcast"):
        both.record_sending(queued.safe_tx_hash, FIRST)
    assert known(both, queued) == queued
    assert both.sendings(queued.safe_tx_hash) == ()


# ── events ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_recorded_where_it_is_possible(
    both: Records, samples: Samples, state: State, event: Event
) -> None:
    """The lifecycle decides; what it does not allow is no error and changes nothing."""
    queued = samples.queued(state=state, transaction_hash=FIRST.transaction_hash)
    both.keep_transaction(queued)
    is_possible = (state, event) in TRANSITIONS
    said = both.record_if_possible(queued.safe_tx_hash, event, FIRST.transaction_hash)
    assert said is is_possible
    assert known(both, queued).state is TRANSITIONS.get((state, event), state)


def test_only_the_last_sending_can_be_the_one_that_was_never_mined(
    both: Records, samples: Samples
) -> None:
    """While a later one is under way an earlier one's revert settles nothing."""
    sent = confirmed(both, samples)
    both.record_sending(sent, FIRST)
    both.record_sending(sent, SECOND)
    assert not both.record_if_possible(sent, Event.NEVER_MINED, FIRST.transaction_hash)
    assert known(both, samples.queued()).state is State.SENT
    assert both.record_if_possible(sent, Event.NEVER_MINED, SECOND.transaction_hash)
    assert known(both, samples.queued()).state is State.CONFIRMED


def test_what_was_mined_gives_its_hash(both: Records, samples: Samples) -> None:
    """The earlier of two sendings may be the one."""
    sent = confirmed(both, samples)
    both.record_sending(sent, FIRST)
    both.record_sending(sent, SECOND)
    assert both.record_if_possible(sent, Event.EXECUTION_SUCCEEDED, FIRST.transaction_hash)
    assert known(both, samples.queued()).transaction_hash == FIRST.transaction_hash


# ── snapshots and movements ──────────────────────────────────────────────────────────────────────


def test_the_snapshot_kept_last(both: Records, samples: Samples) -> None:
    """Whatever its block; the newest one again changes nothing, an older one is the newest then."""
    later = replace(samples.snapshot(300), nodes=("later",))
    for snapshot in (samples.snapshot(300), later, samples.snapshot(100), samples.snapshot(300)):
        both.keep_snapshot(snapshot)
        assert both.latest_snapshot(CHAIN_ID) == snapshot
    assert both.latest_snapshot(5) is None


def test_the_snapshot_of_a_block(both: Records, samples: Samples) -> None:
    """Each block once, lowest first; of several snapshots of one block the last."""
    first, again = samples.snapshot(300), replace(samples.snapshot(300), nodes=("later",))
    for snapshot in (first, samples.snapshot(100), again):
        both.keep_snapshot(snapshot)
    lower, higher = both.snapshot_blocks(CHAIN_ID)
    assert (lower.number, higher) == (100, first.block)
    assert both.snapshot_at(CHAIN_ID, higher) == again
    assert both.snapshot_at(CHAIN_ID, replace(higher, number=301)) is None
    assert both.snapshot_blocks(5) == ()


def test_movements_and_how_far_they_were_read(both: Records, samples: Samples) -> None:
    """Newest first, each log once, by chain; the last block read may be a lower one."""
    old = samples.movement(3, 50)
    new = samples.movement(4, 55, timestamp=old.timestamp + 60)
    both.keep_movements(CHAIN_ID, (old,), 60)
    both.keep_movements(CHAIN_ID, (new, replace(old, note="again")), 52)
    assert both.movements(CHAIN_ID) == (new, old)
    assert both.movements_read_up_to(CHAIN_ID) == 52
    assert both.movements(5) == ()
    assert both.movements_read_up_to(5) is None
    assert both.movements_since(CHAIN_ID, old.timestamp) == (new, old)
    assert both.movements_since(CHAIN_ID, new.timestamp) == (new,)
    assert both.movements_since(CHAIN_ID, new.timestamp + 1) == ()
    assert both.movements_since(5, 0) == ()


def test_movements_read_anew_take_the_place_of_what_was_kept(
    both: Records, samples: Samples
) -> None:
    """From the first block read on, also beyond the last; older ones and other chains stay."""
    kept, gone, far = (samples.movement(at, block) for at, block in ((1, 40), (2, 50), (3, 5_000)))
    elsewhere = samples.movement(4, 50, chain_id=5, amount=None)
    both.keep_movements(CHAIN_ID, (kept, gone, far), 5_000)
    both.keep_movements(5, (elsewhere,), 50)
    both.keep_movements(CHAIN_ID, (samples.movement(5, 55),), 60, first_block=50)
    assert both.movements(CHAIN_ID) == (samples.movement(5, 55), kept)
    assert both.movements_read_up_to(CHAIN_ID) == 60
    assert both.movements(5) == (elsewhere,)


@pytest.mark.parametrize(
    "bare", [b"", b'{"purpose":"x"}', b'{"evidence":{"queue":[]},"policy":{}}']
)
@pytest.mark.parametrize(
    "whole", [b'{"strategy":"core"}', b'{"evidence":{"tokens":[{}]}}', b'{"exceptions":[{}]}']
)
def test_a_bare_copy_of_a_strangers_gives_way(
    both: Records, samples: Samples, bare: bytes, whole: bytes
) -> None:
    """Of two strangers the one whose bundle can be judged stands, whichever came first."""
    for nonce, is_bare_first in ((7, True), (8, False)):
        first = samples.queued(
            nonce, purpose="bare", strategy=None, bundle=bare, drafted_here=False
        )
        second = replace(first, purpose="whole", bundle=whole)
        for copy in (first, second) if is_bare_first else (second, first):
            both.keep_transaction(copy)
        assert known(both, first) == second


def test_our_own_bare_draft_gives_way_to_nobody(both: Records, samples: Samples) -> None:
    """What we drafted stands, however little it says."""
    ours = samples.queued(bundle=b"{}")
    both.keep_transaction(ours)
    for is_ours in (False, True):
        both.keep_transaction(
            replace(ours, drafted_here=is_ours, purpose="other", bundle=b'{"strategy":"core"}')
        )
    assert known(both, ours) == ours


# ── tokens that were found ───────────────────────────────────────────────────────────────────────


def test_found_tokens_are_kept_once_for_each_safe(both: Records, samples: Samples) -> None:
    """By address, each once, and only of the Safe and chain they were kept for."""
    one, two = samples.payee, samples.owner(1)
    both.keep_found_tokens(CHAIN_ID, samples.safe, (two, one), 40)
    both.keep_found_tokens(CHAIN_ID, samples.safe, (one,), 60)
    assert both.found_tokens(CHAIN_ID, samples.safe) == tuple(sorted((one, two)))
    assert both.found_tokens_read_up_to(CHAIN_ID, samples.safe) == 60
    for chain_id, safe in ((CHAIN_ID, samples.payee), (1, samples.safe)):
        assert both.found_tokens(chain_id, safe) == ()
        assert both.found_tokens_read_up_to(chain_id, safe) is None


def test_how_far_tokens_were_looked_for_may_go_back(both: Records, samples: Samples) -> None:
    """A node that is behind is believed; what was found stays."""
    both.keep_found_tokens(CHAIN_ID, samples.safe, (samples.payee,), 60)
    both.keep_found_tokens(CHAIN_ID, samples.safe, (), 50)
    assert both.found_tokens_read_up_to(CHAIN_ID, samples.safe) == 50
    assert both.found_tokens(CHAIN_ID, samples.safe) == (samples.payee,)


def test_found_tokens_of_one_safe_are_forgotten(both: Records, samples: Samples) -> None:
    """Those of another Safe stay."""
    for safe in (samples.safe, samples.payee):
        both.keep_found_tokens(CHAIN_ID, safe, (samples.owner(1),), 60)
    both.forget_found_tokens(CHAIN_ID, samples.safe)
    assert both.found_tokens(CHAIN_ID, samples.safe) == ()
    assert both.found_tokens_read_up_to(CHAIN_ID, samples.safe) is None
    assert both.found_tokens(CHAIN_ID, samples.payee) == (samples.owner(1),)

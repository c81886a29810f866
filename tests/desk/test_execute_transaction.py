"""Executing: fresh state, enough confirmations, a key that owns nothing, and what became of it."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryChain, MemoryRecords, MemorySigner, a_key
from tests.samples import (
    BLOCK_TIME,
    NOW,
    VAULT_STRATEGY,
    a_confirmation,
    a_deposit_tx,
    a_movement,
    a_safe,
    a_snapshot,
    a_workspace,
    an_address,
    an_agreed_cost,
)
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.doors import KeyLabel, Sending
from treasury_desktop.desk.execute_transaction import (
    execute_transaction,
    transaction_hash_of,
)
from treasury_desktop.desk.follow_sendings import follow_execution
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.desk.refresh_treasury import settle_passed_nonces, settle_sent
from treasury_desktop.desk.review_transaction import bundle_with_our_evidence
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.confirmation import packed_signatures
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.movement import FAILED_NOTE

EXECUTOR = a_key(7, role="executor")


def our_facts(*queue: QueuedTransaction) -> LocalFacts:
    """What the sample desk knows."""
    return local_facts(a_workspace(), a_snapshot(), queue)


def confirmed(*owners: int, tx: SafeTx | None = None, **changes: object) -> MemoryRecords:
    """Records with one transaction that these owners confirmed."""
    records = MemoryRecords()
    bundle = bundle_with_our_evidence(
        a_safe(), tx or a_deposit_tx(), our_facts(), purpose="", strategy=VAULT_STRATEGY.name
    )
    queued = queued_from(bundle, now=NOW, drafted_here=True)
    state = State.CONFIRMED if len(owners) > 1 else State.COLLECTING
    confirmations = tuple(a_confirmation(queued.safe_tx_hash, owner) for owner in owners)
    records.keep_transaction(
        replace(queued, **{"state": state, "confirmations": confirmations, **changes})
    )
    return records


def the_one(records: MemoryRecords) -> QueuedTransaction:
    """The one transaction in the records."""
    (queued,) = records.transactions(a_safe().address)
    return queued


def execute(
    records: MemoryRecords, chain: MemoryChain, executor: KeyLabel = EXECUTOR, now: int = NOW
) -> bytes:
    """Execute the one transaction."""
    return execute_transaction(
        the_one(records).safe_tx_hash,
        our_facts(),
        executor,
        an_agreed_cost(),
        signer=MemorySigner(),
        reader=chain,
        broadcaster=chain,
        records=records,
        now=now,
    )


def refused(records: MemoryRecords, chain: MemoryChain, **how: object) -> str:
    """The sentence of the refusal; nothing was sent and nothing recorded."""
    before = the_one(records).state
    with pytest.raises(Refused) as refusal:
        execute(records, chain, **how)
    assert not chain.sent
    assert the_one(records).state is before
    assert all(kind != "broadcasting" for kind, _, _ in records.notes)
    return refusal.value.sentence


def test_execution_is_on_record_before_it_is_sent() -> None:
    """Two signatures ascending by owner, sent once, with the hash it will have on record."""
    records, chain = confirmed(3, 1, 2), MemoryChain()
    sent = execute(records, chain)
    queued = the_one(records)
    in_order = sorted(queued.confirmations, key=lambda c: c.owner)[:2]
    calldata = exec_transaction_calldata(queued.tx, packed_signatures(tuple(in_order)))
    assert chain.sent == [b"raw 0 " + calldata]
    assert records.sendings(queued.safe_tx_hash) == (
        Sending(transaction_hash=sent, raw_transaction=chain.sent[0]),
    )
    assert sent == queued.transaction_hash == transaction_hash_of(chain.sent[0])
    assert queued.state is State.SENT
    assert [kind for kind, _, _ in records.notes] == ["broadcasting"]


def test_node_that_fails_while_sending() -> None:
    """After a failed sending the record says sent: the truth is looked for, never assumed."""
    records = confirmed(1, 2)
    chain = MemoryChain(refuses=Unavailable("The node does not answer."))
    with pytest.raises(Unavailable):
        execute(records, chain)
    assert the_one(records).state is State.SENT
    chain.refuses = None
    execute(records, chain)
    assert len(chain.sent) == 1
    assert the_one(records).state is State.SENT


def test_already_executed_is_not_sent_again() -> None:
    """What the chain announced meanwhile is settled instead of being sent again."""
    records, chain = confirmed(1, 2), MemoryChain()
    sent = execute(records, chain)
    chain.answer(sent, success=True)
    with pytest.raises(Refused, match="executed already"):
        execute(records, chain)
    assert len(chain.sent) == 1
    assert the_one(records).state is State.EXECUTED


@pytest.mark.parametrize("nonce", [11, 13, UNKNOWN])
def test_not_the_next_nonce(nonce: object) -> None:
    """Only the transaction at the Safe's nonce of now can run."""
    chain = MemoryChain(safe=a_safe(nonce=nonce))
    assert "is not next" in refused(confirmed(1, 2), chain)


def test_not_enough_confirmations() -> None:
    """Confirmations of owners of now, as many as the threshold of now."""
    assert "1 of 2 confirmations" in refused(confirmed(1), MemoryChain())
    assert "2 of 3" in refused(confirmed(1, 2), MemoryChain(safe=a_safe(threshold=3)))
    gone = a_safe(owners=a_safe().owners[1:])
    assert "1 of 2" in refused(confirmed(1, 2), MemoryChain(safe=gone))
    unknown = a_safe(threshold=UNKNOWN)
    assert "confirmations" in refused(confirmed(1, 2), MemoryChain(safe=unknown))


def test_threshold_that_was_lowered_meanwhile() -> None:
    """Where fewer confirmations suffice by now, what was collecting can be executed."""
    records, chain = confirmed(1), MemoryChain(safe=a_safe(threshold=1))
    execute(records, chain)
    assert the_one(records).state is State.SENT


def test_owner_as_executor() -> None:
    """An owner's key pays for nothing."""
    chain = MemoryChain()
    assert "must not be an owner's key" in refused(confirmed(1, 2), chain, executor=a_key(2))


def test_owner_of_a_safe_that_may_be_an_owner_as_executor() -> None:
    """An executor of one Safe of the treasury owns none of the others either."""
    inner = a_safe(address=an_address("inner"), owners=(EXECUTOR.address,), threshold=1)
    records, chain = confirmed(1, 2), MemoryChain()
    with pytest.raises(Refused, match=f"must not be an owner's key; .* of {inner.address}"):
        execute_transaction(
            the_one(records).safe_tx_hash, replace(our_facts(), others=(inner,)), EXECUTOR,
            an_agreed_cost(), signer=MemorySigner(), reader=chain, broadcaster=chain,
            records=records, now=NOW,
        )  # fmt: skip
    assert not records.sent


def test_chain_that_derives_another_hash() -> None:
    """When the contract derives another hash than we signed, nothing is sent."""
    chain = MemoryChain(derives=lambda _: bytes(32))
    assert "another hash" in refused(confirmed(1, 2), chain)


def test_policy_is_judged_again() -> None:
    """Stale prices and a limit reached meanwhile stop an execution too."""
    sentence = refused(confirmed(1, 2), MemoryChain(), now=BLOCK_TIME + 3601)
    assert sentence.startswith("It must not be executed")
    over = confirmed(1, 2, tx=a_deposit_tx(1_200_000))
    assert "limit" in refused(over, MemoryChain())


def test_transaction_nobody_knows() -> None:
    """What is not in the queue cannot be executed or followed."""
    records, chain = MemoryRecords(), MemoryChain()
    with pytest.raises(Refused, match="not in the queue"):
        execute_transaction(
            bytes(32), our_facts(), EXECUTOR, an_agreed_cost(),
            signer=MemorySigner(), reader=chain, broadcaster=chain, records=records, now=NOW,
        )  # fmt: skip


# ── what became of it ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("success", "state"),
    [(True, State.EXECUTED), (False, State.FAILED), (None, State.CONFIRMED)],
)
def test_receipts(success: bool | None, state: State) -> None:
    """Announced success, announced failure, and a revert that leaves the nonce unused."""
    records, chain = confirmed(1, 2), MemoryChain()
    expected = chain.answer(execute(records, chain), success)
    found = follow_execution(
        the_one(records).safe_tx_hash, chain, records,
        pause=lambda: None, is_cancelled=lambda: False, now=NOW,
    )  # fmt: skip
    assert found == expected
    assert the_one(records).state is state
    assert records.notes[-1][0] == "receipt"


@pytest.mark.parametrize("is_cancelled", [True, False])
def test_no_receipt_is_unknown_and_not_failed(is_cancelled: bool) -> None:
    """While there is no receipt nothing is said to have failed."""
    records, chain = confirmed(1, 2), MemoryChain()
    execute(records, chain)
    pauses: list[int] = []
    with pytest.raises(Unavailable, match="unknown"):
        follow_execution(
            the_one(records).safe_tx_hash, chain, records,
            pause=lambda: pauses.append(1), is_cancelled=lambda: is_cancelled, now=NOW,
        )  # fmt: skip
    assert the_one(records).state is State.SENT
    assert len(pauses) == (0 if is_cancelled else 120)


def test_following_what_was_never_sent() -> None:
    """There is no receipt to look for."""
    records = confirmed(1, 2)
    with pytest.raises(Refused, match="has not been sent"):
        follow_execution(
            the_one(records).safe_tx_hash, MemoryChain(), records,
            pause=lambda: None, is_cancelled=lambda: False, now=NOW,
        )  # fmt: skip


def test_restart_finds_what_became_of_it() -> None:
    """After a kill the next start looks for the receipt of what was sent, and settles it once."""
    records, chain = confirmed(1, 2), MemoryChain()
    sent = execute(records, chain)
    settle_sent(chain, records, a_workspace(), now=NOW)
    assert the_one(records).state is State.SENT
    chain.answer(sent, success=True)
    for _ in range(2):
        settle_sent(chain, records, a_workspace(), now=NOW)
    assert the_one(records).state is State.EXECUTED
    assert [kind for kind, _, _ in records.notes] == ["broadcasting", "receipt"]


@pytest.mark.parametrize(
    ("note", "nonce", "announced", "state"),
    [
        ("", 13, True, State.EXECUTED),
        (FAILED_NOTE, 13, True, State.FAILED),
        ("", 13, False, State.REPLACED),
        ("", 12, False, State.CONFIRMED),
        ("", UNKNOWN, False, State.CONFIRMED),
    ],
)
def test_passed_nonces_are_told_apart(
    note: str, nonce: object, announced: bool, state: State
) -> None:
    """Executed by somebody else, failed, replaced, or still waiting: by what the Safe announced."""
    records = confirmed(1, 2)
    movement = a_movement(
        safe_tx_hash=the_one(records).safe_tx_hash if announced else keccak(b"other"), note=note
    )
    snapshot = a_snapshot(safes=(a_safe(nonce=nonce),))
    for _ in range(2):
        settle_passed_nonces(records, snapshot, (movement,))
    assert the_one(records).state is state

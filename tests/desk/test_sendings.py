"""Sending again: nothing new is signed while the first is on its way; each one is looked for."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.desk.in_memory import MemoryChain, MemoryRecords, MemorySigner, a_key
from tests.desk.test_execute_transaction import confirmed, execute, our_facts, the_one
from tests.samples import (
    NOW,
    SAFE,
    VAULT_STRATEGY,
    a_deposit_tx,
    a_movement,
    a_safe,
    a_snapshot,
    a_workspace,
    an_agreed_cost,
)
from treasury_desktop.bundle import read_bundle, write_bundle
from treasury_desktop.desk.doors import ExecutionTransaction, Receipt, Sending
from treasury_desktop.desk.execute_transaction import (
    execute_transaction,
    transaction_hash_of,
)
from treasury_desktop.desk.follow_sendings import follow_execution
from treasury_desktop.desk.refresh_treasury import (
    Refreshed,
    settle_contradicted,
    settle_passed_nonces,
    settle_sent,
)
from treasury_desktop.desk.reorganisation import DEEPEST
from treasury_desktop.errors import Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.safes.lifecycle import Event, State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.evidence import QueueEntry
from treasury_desktop.treasury.movement import FAILED_NOTE, Movement
from treasury_desktop.treasury.terms import PolicyTerms


def follow(records: MemoryRecords, chain: MemoryChain) -> Receipt:
    """Follows the one transaction, one look."""
    return follow_execution(
        the_one(records).safe_tx_hash, chain, records,
        pause=lambda: None, is_cancelled=lambda: True, now=NOW,
    )  # fmt: skip


# ── pressing Execute again ───────────────────────────────────────────────────────────────────────


def test_while_it_is_on_its_way_the_same_bytes_are_sent_again() -> None:
    """No receipt, and a node has it: nobody is asked for a passphrase, nothing new is signed."""
    records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
    first = execute(records, chain)
    again = execute(records, chain)
    assert again == first
    assert len(chain.sent) == 2
    assert len(set(chain.sent)) == 1
    assert len(records.sendings(the_one(records).safe_tx_hash)) == 1
    assert the_one(records).state is State.SENT
    assert [kind for kind, _, _ in records.notes] == ["broadcasting"]


@pytest.mark.parametrize("trouble", [Refused("underpriced"), Unavailable("silence")])
def test_sending_the_same_bytes_again_may_fail(trouble: TreasuryError) -> None:
    """A node has it already, so what another says to it changes nothing."""
    records, chain = confirmed(1, 2), MemoryChain()
    first = execute(records, chain)
    chain.refuses = trouble
    assert execute(records, chain) == first
    assert the_one(records).state is State.SENT


def test_what_was_sent_before_its_bytes_were_kept_is_waited_for() -> None:
    """Where an older version kept the hash alone there is nothing to send again."""
    records, chain = confirmed(1, 2), MemoryChain()
    first = execute(records, chain)
    hash_ = the_one(records).safe_tx_hash
    records.sent[hash_] = (Sending(transaction_hash=first, raw_transaction=b""),)
    assert execute(records, chain) == first
    assert len(chain.sent) == 1


def test_what_no_node_has_heard_of_is_signed_and_sent_anew() -> None:
    """Lost on the way: both sendings stay on record, and the later one is the transaction's."""
    records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
    first = execute(records, chain)
    chain.forgotten.append(chain.sent[0])
    second = execute(records, chain)
    assert first != second
    sent = records.sendings(the_one(records).safe_tx_hash)
    assert [each.transaction_hash for each in sent] == [first, second]
    assert the_one(records).transaction_hash == second
    assert the_one(records).state is State.SENT


def test_while_nobody_says_whether_they_have_it_nothing_is_signed() -> None:
    """A node that does not answer may have it."""
    records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
    execute(records, chain)
    chain.silent = Unavailable("The node does not answer.")
    with pytest.raises(Unavailable):
        execute(records, chain)
    assert len(chain.sent) == 1
    assert the_one(records).state is State.SENT


@pytest.mark.parametrize("success", [True, False])
def test_an_earlier_one_that_ran_is_found(success: bool) -> None:
    """Of two sendings the first was mined: that settles it, whatever became of the second."""
    for second_receipt in (None, "reverted"):
        records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
        first = execute(records, chain)
        chain.forgotten.append(chain.sent[0])
        second = execute(records, chain)
        expected = chain.answer(first, success)
        if second_receipt:
            chain.answer(second, None)
        assert follow(records, chain) == expected
        assert the_one(records).state is (State.EXECUTED if success else State.FAILED)
        assert the_one(records).transaction_hash == first
        with pytest.raises(Refused, match="executed already"):
            execute(records, chain)
        assert len(chain.sent) == 2


def test_one_that_reverted_settles_nothing_while_another_is_open() -> None:
    """Only when all were mined and none was announced is it certain that it did not run."""
    records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
    first = execute(records, chain)
    chain.forgotten.append(chain.sent[0])
    second = execute(records, chain)
    chain.answer(first, None)
    with pytest.raises(Unavailable, match=second.hex()):
        follow(records, chain)
    settle_sent(chain, records, a_workspace(), now=NOW)
    assert the_one(records).state is State.SENT
    chain.answer(second, None)
    assert follow(records, chain).transaction_hash == second
    assert the_one(records).state is State.CONFIRMED


def test_one_that_reverted_is_signed_anew() -> None:
    """Mined, not announced: the Safe's nonce is untouched, and the next try is a new one."""
    records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
    chain.answer(execute(records, chain), None)
    execute(records, chain)
    assert len(set(chain.sent)) == 2
    assert the_one(records).state is State.SENT


def test_what_every_node_refused_can_be_tried_again() -> None:
    """It is on nobody's way; should a node have lied, the next try finds its receipt first."""
    records, chain = confirmed(1, 2), MemoryChain(refuses=Refused("underpriced"))
    with pytest.raises(Refused, match="underpriced"):
        execute(records, chain)
    assert the_one(records).state is State.CONFIRMED
    (sending,) = records.sendings(the_one(records).safe_tx_hash)
    chain.refuses = None
    chain.answer(sending.transaction_hash, success=True)
    with pytest.raises(Refused, match="executed already"):
        execute(records, chain)
    assert chain.sent == []
    assert the_one(records).state is State.EXECUTED


# ── who settles it first ─────────────────────────────────────────────────────────────────────────


def test_refresh_that_settles_it_first_spoils_nothing() -> None:
    """Following finds the receipt that a refresh recorded; it is noted once."""
    records, chain = confirmed(1, 2), MemoryChain()
    sent = execute(records, chain)

    def refresh() -> None:
        chain.answer(sent, success=True)
        settle_sent(chain, records, a_workspace(), now=NOW)

    receipt = follow_execution(
        the_one(records).safe_tx_hash, chain, records,
        pause=refresh, is_cancelled=lambda: False, now=NOW,
    )  # fmt: skip
    assert receipt.execution_success is True
    assert the_one(records).state is State.EXECUTED
    assert [kind for kind, _, _ in records.notes] == ["broadcasting", "receipt"]


class MovesOn(MemoryRecords):
    """Records in which something else settles the transaction right after it was looked up."""

    def transactions(self, safe: object) -> tuple[QueuedTransaction, ...]:
        """What is kept, which is over a moment later."""
        found = super().transactions(safe)  # type: ignore[arg-type]
        for queued in found:
            self.record_if_possible(queued.safe_tx_hash, Event.EXECUTION_SUCCEEDED)
        return found


def test_receipt_that_settles_it_during_a_refresh_spoils_nothing() -> None:
    """A refresh that comes second records nothing and refuses nothing."""
    kept = confirmed(1, 2)
    records = MovesOn(kept=kept.kept, signed=kept.signed)
    settle_passed_nonces(records, a_snapshot(safes=(a_safe(nonce=13),)), ())
    (queued,) = records.kept.values()
    assert queued.state is State.EXECUTED


def test_settled_while_the_passphrase_was_typed() -> None:
    """What somebody else executed meanwhile is not recorded as sent, and not sent."""
    records, chain = confirmed(1, 2), MemoryChain()

    class Slow(MemorySigner):
        def sign_execution(self, *asked: object, **how: object) -> bytes:
            records.record_event(the_one(records).safe_tx_hash, Event.EXECUTION_SUCCEEDED)
            return super().sign_execution(*asked, **how)  # type: ignore[arg-type]

    with pytest.raises(Refused, match="cannot have: broadcast"):
        execute_transaction(
            the_one(records).safe_tx_hash, our_facts(), a_key(7, role="executor"), an_agreed_cost(),
            signer=Slow(), reader=chain, broadcaster=chain, records=records, now=NOW,
        )  # fmt: skip
    assert not chain.sent
    assert not records.sent


@pytest.mark.parametrize("change", [{"nonce": 13}, {"threshold": 1}, {"modules": (SAFE,)}])
def test_a_safe_that_changed_while_the_passphrase_was_typed(change: dict[str, object]) -> None:
    """What was signed is not sent, and not on record: it never left this program."""
    records, chain = confirmed(1, 2), MemoryChain()

    class Slow(MemorySigner):
        def sign_execution(self, *asked: object, **how: object) -> bytes:
            chain.safe = replace(chain.safe, **change)  # type: ignore[arg-type]
            return super().sign_execution(*asked, **how)  # type: ignore[arg-type]

    with pytest.raises(Refused, match="changed while the execution was being signed"):
        execute_transaction(
            the_one(records).safe_tx_hash, our_facts(), a_key(7, role="executor"), an_agreed_cost(),
            signer=Slow(), reader=chain, broadcaster=chain, records=records, now=NOW,
        )  # fmt: skip
    assert not chain.sent
    assert not records.sent
    assert the_one(records).state is State.CONFIRMED


def test_a_dry_run_that_fails_while_the_passphrase_was_typed() -> None:
    """A pool moved, or the place was used: what reverts is not sent."""
    records = confirmed(1, 2)

    class Moves(MemoryChain):
        def prepare_execution(self, *asked: object, **how: object) -> ExecutionTransaction:
            if how.get("account_nonce") is not None:
                raise Refused("The Safe would refuse the execution.")
            return super().prepare_execution(*asked, **how)  # type: ignore[arg-type]

    chain = Moves()
    with pytest.raises(Refused, match="would refuse the execution"):
        execute(records, chain)
    assert not chain.sent
    assert not records.sent


@pytest.mark.parametrize(
    "trouble",
    [Refused("The endpoints disagree."), Malformed("receipt", "is odd"), Unavailable("silence")],
)
def test_after_sending_trouble_is_never_called_a_refusal(trouble: TreasuryError) -> None:
    """It was sent: whatever goes wrong while looking, what became of it is unknown."""
    records, chain = confirmed(1, 2), MemoryChain()
    execute(records, chain)
    chain.silent = trouble
    with pytest.raises(Unavailable, match="unknown"):
        follow(records, chain)
    assert the_one(records).state is State.SENT


# ── by which facts ───────────────────────────────────────────────────────────────────────────────


def test_treasury_read_at_another_nonce_judges_nothing() -> None:
    """Something ran since the treasury was read: its figures are those of before."""
    records = confirmed(1, 2, tx=a_deposit_tx(nonce=13))
    chain = MemoryChain(safe=a_safe(nonce=13))
    with pytest.raises(Refused, match=r"at nonce 13, and its treasury was read at nonce 12"):
        execute(records, chain)
    facts = replace(our_facts(), safe=None)
    with pytest.raises(Refused, match=r"was read never; refresh first"):
        execute_transaction(
            the_one(records).safe_tx_hash, facts, a_key(7, role="executor"), an_agreed_cost(),
            signer=MemorySigner(), reader=chain, broadcaster=chain, records=records, now=NOW,
        )  # fmt: skip
    assert not chain.sent


def with_claims(records: MemoryRecords, **claims: object) -> None:
    """The one transaction's stored bundle says this as well."""
    queued = the_one(records)
    bundle = replace(read_bundle(queued.bundle), **claims)
    records.kept[queued.safe_tx_hash] = replace(
        records.kept[queued.safe_tx_hash], bundle=write_bundle(bundle)
    )


def test_senders_stricter_terms_bind_an_execution() -> None:
    """What the review refused by them is not executed either."""
    records, chain = confirmed(1, 2), MemoryChain()
    with_claims(
        records, terms=PolicyTerms(limit_bps=500, advised_low_bps=100, advised_high_bps=200)
    )
    with pytest.raises(Refused, match="must not be executed"):
        execute(records, chain)
    assert not chain.sent


def test_senders_queue_counts_in_an_execution() -> None:
    """What they claim to be queued counts beside what we know."""
    records, chain = confirmed(1, 2), MemoryChain()
    evidence = read_bundle(the_one(records).bundle).evidence
    claimed = QueueEntry(nonce=13, strategy=VAULT_STRATEGY.name, usd=Fraction(900_000))
    with_claims(records, evidence=replace(evidence, queue=(claimed,)))
    with pytest.raises(Refused, match="must not be executed"):
        execute(records, chain)
    assert not chain.sent


def test_signer_gets_the_senders_claims_too() -> None:
    """The executor's signer judges by the same terms and the same queue."""
    records, chain, signer = confirmed(1, 2), MemoryChain(), MemorySigner()
    terms = PolicyTerms(limit_bps=900)
    with_claims(records, terms=terms)
    execute_transaction(
        the_one(records).safe_tx_hash, our_facts(), a_key(7, role="executor"), an_agreed_cost(),
        signer=signer, reader=chain, broadcaster=chain, records=records, now=NOW,
    )  # fmt: skip
    assert read_bundle(signer.asked[0]).terms == terms
    assert signer.workspaces[0].strategies == our_facts().strategies
    assert transaction_hash_of(chain.sent[0]) == the_one(records).transaction_hash


# ── what one node said once ──────────────────────────────────────────────────────────────────────


def refreshed(nonce: int, *, blocks_back: int = 0) -> Refreshed:
    """A refresh that found the Safe at a nonce."""
    snapshot = a_snapshot(safes=(a_safe(nonce=nonce),))
    return Refreshed(snapshot=snapshot, queue=(), blocks_back=blocks_back)


def settle(
    records: MemoryRecords,
    nonce: int,
    *movements: Movement,
    chain: MemoryChain | None = None,
    blocks_back: int = 0,
) -> State:
    """What the state is after a refresh that found this."""
    found = refreshed(nonce, blocks_back=blocks_back)
    settle_passed_nonces(records, found.snapshot, movements)
    settle_contradicted(chain or MemoryChain(), records, found)
    return the_one(records).state


def test_a_nonce_that_was_named_once_ends_nothing_for_good() -> None:
    """The Safe still waits for it: the transaction is as executable as it was."""
    records = confirmed(1, 2)
    assert settle(records, 100) is State.REPLACED
    assert settle(records, 12) is State.CONFIRMED
    assert settle(records, 13) is State.REPLACED


@pytest.mark.parametrize(("signers", "state"), [((), State.DRAFTED), ((1,), State.COLLECTING)])
def test_with_too_few_confirmations_it_goes_on(signers: tuple[int, ...], state: State) -> None:
    """Opened again it is where its confirmations have brought it."""
    records = confirmed(*signers)
    settle(records, 100)
    assert settle(records, 12) is state


@pytest.mark.parametrize("blocks_back", [1, DEEPEST])
def test_a_node_that_is_a_little_behind_opens_nothing(blocks_back: int) -> None:
    """It has not seen yet what another one saw; on another chain it does."""
    records = confirmed(1, 2)
    settle(records, 13)
    assert settle(records, 12, blocks_back=blocks_back) is State.REPLACED
    assert settle(records, 12, blocks_back=DEEPEST + 1) is State.CONFIRMED


@pytest.mark.parametrize("said", [True, False])
def test_a_receipt_that_was_forged_once_ends_nothing_for_good(said: bool) -> None:
    """What was sent is waited for again, and what became of it is found."""
    records, chain = confirmed(1, 2), MemoryChain()
    sent = execute(records, chain)
    chain.answer(sent, success=said)
    settle_sent(chain, records, a_workspace(), now=NOW)
    chain.receipts.clear()
    assert settle(records, 12, chain=chain) is State.SENT
    chain.answer(sent, success=True)
    settle_sent(chain, records, a_workspace(), now=NOW)
    assert the_one(records).state is State.EXECUTED


def test_a_receipt_that_stands_is_believed_before_a_late_node() -> None:
    """The Safe was read a block before the execution: it ran all the same."""
    records, chain = confirmed(1, 2), MemoryChain()
    chain.answer(execute(records, chain), success=True)
    settle_sent(chain, records, a_workspace(), now=NOW)
    assert settle(records, 12, chain=chain) is State.EXECUTED


@pytest.mark.parametrize(
    ("first", "then", "state"),
    [
        ("replaced", "", State.EXECUTED),
        ("replaced", FAILED_NOTE, State.FAILED),
        (FAILED_NOTE, "", State.EXECUTED),
        ("", FAILED_NOTE, State.FAILED),
    ],
)
def test_what_the_safe_announced_corrects_what_was_said(
    first: str, then: str, state: State
) -> None:
    """Logs that are read later stand against the word of before."""
    records = confirmed(1, 2)
    hash_ = the_one(records).safe_tx_hash
    before = () if first == "replaced" else (a_movement(safe_tx_hash=hash_, note=first),)
    settle(records, 13, *before)
    now = a_movement(safe_tx_hash=hash_, note=then)
    assert settle(records, 13, now) is state
    assert settle(records, 13, now) is state


def test_a_log_of_an_execution_whose_nonce_is_open_is_not_believed() -> None:
    """The Safe itself says that nothing took the nonce."""
    records = confirmed(1, 2)
    assert settle(records, 12, a_movement(safe_tx_hash=the_one(records).safe_tx_hash)) is (
        State.CONFIRMED
    )


def test_mined_with_success_and_not_announced_settles_nothing() -> None:
    """A Safe announces what it ran and what failed: without that the receipt is no evidence."""
    records, chain = confirmed(1, 2), MemoryChain(account_nonces=[1, 2])
    sent = execute(records, chain)
    chain.receipts[sent] = replace(chain.answer(sent, None), status=1)
    with pytest.raises(Unavailable, match="unknown"):
        follow(records, chain)
    settle_sent(chain, records, a_workspace(), now=NOW)
    assert the_one(records).state is State.SENT
    assert execute(records, chain) == sent
    assert len(set(chain.sent)) == 1


@pytest.mark.parametrize("trouble", [Refused("They disagree."), Malformed("receipt", "is odd")])
def test_trouble_with_one_receipt_holds_up_no_refresh(trouble: TreasuryError) -> None:
    """It stays as it was, and what else was sent is settled."""
    records, chain = confirmed(1, 2), MemoryChain()
    execute(records, chain)
    chain.silent = trouble
    settle_sent(chain, records, a_workspace(), now=NOW)
    assert the_one(records).state is State.SENT
    chain.silent = None
    chain.answer(the_one(records).transaction_hash or b"", success=True)
    settle_sent(chain, records, a_workspace(), now=NOW)
    chain.silent = trouble
    assert settle(records, 12, chain=chain) is State.EXECUTED
    chain.silent = None
    chain.receipts.clear()
    assert settle(records, 12, chain=chain) is State.SENT

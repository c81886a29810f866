"""What is said before and after a key signs, and after an executor sends."""

import pytest

from tests.samples import a_block, a_confirmation, a_deposit_tx
from tests.signing_desk import (
    EXECUTOR_KEY,
    OTHER_OWNER_KEY,
    OWNER_KEY,
    WATCHED_KEY,
    a_kept,
    a_signing_desk,
)
from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.review.review import Review
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.viewmodels.figures import block_text
from treasury_desktop.viewmodels.signing import (
    execution_outcome,
    keys_to_execute,
    keys_to_sign,
    signed_outcome,
    unknown_outcome,
)

BLOCK = block_text(a_block())


def a_review(signed_by: tuple[int, ...] = (), tx: SafeTx | None = None) -> Review:
    """The review of the sample deposit."""
    queued = a_kept(tx, signed_by=signed_by)
    review = a_signing_desk((queued,)).review(queued.safe_tx_hash)
    assert isinstance(review, Review)
    return review


@pytest.mark.parametrize(
    ("signed_by", "keys", "why"),
    [
        ((), (OWNER_KEY, EXECUTOR_KEY), ""),
        ((1,), (OWNER_KEY, EXECUTOR_KEY), "Every owner key of this desk has signed"),
        ((), (EXECUTOR_KEY,), "None of this desk's keys belongs to an owner"),
        ((), (WATCHED_KEY, EXECUTOR_KEY), "The key of Ledger is elsewhere. Export"),
        ((), (), "This desk has no key yet"),
    ],
)
def test_only_owner_keys_that_have_not_signed_are_offered(
    signed_by: tuple[int, ...], keys: tuple[KeyLabel, ...], why: str
) -> None:
    """Everything else says why there is none."""
    choice = keys_to_sign(a_review(signed_by), keys)
    assert choice.keys == ((OWNER_KEY,) if not why else ())
    assert choice.why_none.startswith(why)


def test_after_signing_the_cosigner_comes_next() -> None:
    """One of two: export. Two of two: execute."""
    first = a_review()
    mine = a_confirmation(first.hashes.safe_tx, 1)
    keys = (OWNER_KEY, EXECUTOR_KEY)
    assert signed_outcome(mine, first, OWNER_KEY, keys).next_step == "export"
    second = a_review(signed_by=(2,))
    outcome = signed_outcome(mine, second, OWNER_KEY, keys)
    assert outcome.next_step == "execute"
    assert outcome.sentence.startswith("2 of 2 needed confirmations, 3 owners.")


def test_without_an_executor_key_signing_does_not_lead_to_executing() -> None:
    """It is said here, before somebody goes to the queue for it."""
    second = a_review(signed_by=(2,))
    outcome = signed_outcome(
        a_confirmation(second.hashes.safe_tx, 1), second, OWNER_KEY, (OWNER_KEY,)
    )
    assert outcome.next_step == "export"
    assert "This desk has no executor key to send it with" in outcome.sentence


def test_a_later_nonce_is_shown_in_the_queue_and_not_executed() -> None:
    """Enough confirmations do not jump the queue."""
    later = a_review(signed_by=(2,), tx=a_deposit_tx(5_000, nonce=14))
    mine = a_confirmation(later.hashes.safe_tx, 1)
    outcome = signed_outcome(mine, later, OWNER_KEY, (OWNER_KEY, EXECUTOR_KEY))
    assert (outcome.next_step, outcome.next_words) == ("queue", "Show it in the queue")
    assert "It waits for nonce 12." in outcome.sentence


def test_an_owner_key_never_pays_for_execution() -> None:
    """Only executor keys are offered."""
    assert keys_to_execute((OWNER_KEY, EXECUTOR_KEY)).keys == (EXECUTOR_KEY,)
    assert "owner's key is never used" in keys_to_execute((OTHER_OWNER_KEY,)).why_none


@pytest.mark.parametrize(
    ("success", "status", "title", "why_not_again"),
    [
        (True, 1, f"Executed in {BLOCK}", f"Executed in {BLOCK}."),
        (
            False,
            1,
            "The Safe executed it and its calls failed",
            f"Its calls failed in {BLOCK}, and its nonce is used.",
        ),
        (None, 0, "Included, but not executed", ""),
    ],
)
def test_the_outcome_is_what_the_chain_announced(
    success: bool | None, status: int, title: str, why_not_again: str
) -> None:
    """A receipt alone is not success: the Safe has to announce our hash."""
    receipt = Receipt(
        transaction_hash=bytes(32),
        status=status,
        block=a_block(),
        gas_used=1,
        execution_success=success,
    )
    outcome = execution_outcome(receipt)
    assert (outcome.title, outcome.why_not_again) == (title, why_not_again)
    assert dict(outcome.facts)["Block"].startswith(BLOCK.removeprefix("block "))


def test_unknown_is_never_called_failed() -> None:
    """Nobody is invited to build another transaction for the nonce."""
    outcome = unknown_outcome("There is no receipt yet.")
    assert outcome.title == "Unknown"
    assert "fail" not in outcome.sentence
    assert outcome.next_step == "look again"

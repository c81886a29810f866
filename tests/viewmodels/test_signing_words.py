"""What is said before and after a key signs, and after an executor sends."""

import pytest

from tests.samples import a_block, a_confirmation
from tests.signing_desk import EXECUTOR_KEY, OTHER_OWNER_KEY, OWNER_KEY, a_kept, a_signing_desk
from treasury_desktop.desk.doors import KeyLabel, Receipt
from treasury_desktop.review.review import Review
from treasury_desktop.viewmodels.signing import (
    execution_outcome,
    keys_to_execute,
    keys_to_sign,
    signed_outcome,
    unknown_outcome,
)


def a_review(signed_by: tuple[int, ...] = ()) -> Review:
    """The review of the sample deposit."""
    queued = a_kept(signed_by=signed_by)
    review = a_signing_desk((queued,)).review(queued.safe_tx_hash)
    assert isinstance(review, Review)
    return review


@pytest.mark.parametrize(
    ("signed_by", "keys", "why"),
    [
        ((), (OWNER_KEY, EXECUTOR_KEY), ""),
        ((1,), (OWNER_KEY, EXECUTOR_KEY), "Every owner key of this desk has signed"),
        ((), (EXECUTOR_KEY,), "None of this desk's keys belongs to an owner"),
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
    assert signed_outcome(mine, first, OWNER_KEY).next_step == "export"
    second = a_review(signed_by=(2,))
    outcome = signed_outcome(mine, second, OWNER_KEY)
    assert outcome.next_step == "execute"
    assert outcome.sentence.startswith("2 of 2 owners signed.")


def test_an_owner_key_never_pays_for_execution() -> None:
    """Only executor keys are offered."""
    assert keys_to_execute((OWNER_KEY, EXECUTOR_KEY)).keys == (EXECUTOR_KEY,)
    assert "owner's key is never used" in keys_to_execute((OTHER_OWNER_KEY,)).why_none


@pytest.mark.parametrize(
    ("success", "status", "title"),
    [
        (True, 1, "Executed"),
        (False, 1, "The Safe executed it and its calls failed"),
        (None, 0, "Included, but not executed"),
    ],
)
def test_the_outcome_is_what_the_chain_announced(
    success: bool | None, status: int, title: str
) -> None:
    """A receipt alone is not success: the Safe has to announce our hash."""
    receipt = Receipt(
        transaction_hash=bytes(32),
        status=status,
        block=a_block(),
        gas_used=1,
        execution_success=success,
    )
    assert execution_outcome(receipt).title == title


def test_unknown_is_never_called_failed() -> None:
    """Nobody is invited to build another transaction for the nonce."""
    outcome = unknown_outcome("There is no receipt yet.")
    assert outcome.title == "Unknown"
    assert "fail" not in outcome.sentence
    assert outcome.next_step == "look again"

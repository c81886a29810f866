"""Until when a transaction is good, in words."""

import pytest

from tests.samples import NOW, a_deposit_tx, a_safe, a_workspace
from tests.signing_desk import EXECUTOR_KEY, OWNER_KEY, a_kept
from treasury_desktop.review.validity import FOR_EVER, Cause, Validity
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.queue import queue_view
from treasury_desktop.viewmodels.validity import validity_remark

DAY = 86_400


@pytest.mark.parametrize(
    ("validity", "words", "kind"),
    [
        (Validity(runs_until=NOW - 3 * 3600), "Expired 3 h ago: it had to run by ", "danger"),
        (Validity(runs_until=NOW), "Valid until ", "advice"),
        (Validity(runs_until=NOW + 3 * DAY), "Valid until ", ""),
        (Validity(judged_until=NOW + 60), "Judged until ", ""),
        (Validity(judged_until=NOW - 60), "Its prices are too old to sign by since ", "advice"),
        (
            Validity(judged_until=NOW - 60, cause=Cause.EXCEPTION),
            "The owners' exception ended at ",
            "advice",
        ),
        (Validity(runs_until=NOW + 30, judged_until=NOW + 60), "Valid until ", "advice"),
        (Validity(runs_until=NOW + 90, judged_until=NOW + 60), "Judged until ", ""),
        (Validity(runs_until=NOW - 90, judged_until=NOW - 120), "Expired 1 min ago", "danger"),
    ],
)
def test_what_ends_first_is_told(validity: Validity, words: str, kind: str) -> None:
    """What is over comes before what will be."""
    remark = validity_remark(validity, NOW)
    assert remark is not None
    assert remark.text.startswith(words)
    assert remark.kind == kind


def test_what_never_ends_says_nothing() -> None:
    """No line is better than one that says for ever."""
    assert validity_remark(FOR_EVER, NOW) is None


@pytest.mark.parametrize("signers", [(2,), (1, 2)])
def test_what_expired_is_neither_signed_nor_executed(signers: tuple[int, ...]) -> None:
    """It is read, and its lane offers the rejection that frees the nonce."""
    state = State.CONFIRMED if len(signers) > 1 else State.DRAFTED
    queued = a_kept(a_deposit_tx(400_000), signed_by=signers, state=state)
    keys = (OWNER_KEY, EXECUTOR_KEY)

    def step_at(now: int) -> tuple[Step, str]:
        validities = {queued.safe_tx_hash: Validity(runs_until=NOW)}
        (lane,) = queue_view(
            (queued,), a_safe(), a_workspace(), keys, {}, validities=validities, now=now
        ).lanes
        return lane.cards[0].step, lane.rejects

    before = Step.EXECUTE if state is State.CONFIRMED else Step.SIGN
    assert step_at(NOW) == (before, "Draft a rejection of nonce 12")
    assert step_at(NOW + 1) == (Step.READ, "Draft a rejection of nonce 12")

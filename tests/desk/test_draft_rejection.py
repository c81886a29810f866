"""A rejection takes a nonce back; it is drafted only where that is still open."""

from dataclasses import replace

import pytest

from tests.samples import SAFE, STRANGER, a_safe, a_safe_tx, a_snapshot, a_workspace
from tests.signing_desk import a_kept
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.desk.draft_rejection import draft_rejection
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.errors import Refused
from treasury_desktop.review.review import examine
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.treasury.snapshot import TreasurySnapshot


def a_draft(
    nonce: int, *queue: QueuedTransaction, snapshot: TreasurySnapshot | None = None
) -> Bundle:
    """The rejection by the sample desk, whose Safe is at nonce 12."""
    return draft_rejection(SAFE, nonce, a_workspace(), snapshot or a_snapshot(), queue)


def test_a_rejection_says_what_it_takes_the_nonce_from() -> None:
    """Its review is calm, and names the transactions that can no longer run."""
    rival = a_kept(a_safe_tx(12))
    bundle = a_draft(12, rival)
    assert is_rejection(bundle.safe, bundle.tx)
    assert (bundle.tx.nonce, bundle.purpose) == (
        12,
        "Rejection: takes nonce 12 from what was proposed for it",
    )
    review = examine(bundle, local_facts(a_workspace(), a_snapshot(), (rival,)))
    assert review.verdict == "ok"
    assert any("rejects 1 other queued" in f.sentence for f in review.findings)


def test_a_gap_is_filled_by_a_rejection() -> None:
    """Nothing was proposed for the nonce; what comes behind can run."""
    assert a_draft(13).purpose.startswith("Rejection: uses nonce 13 up")


@pytest.mark.parametrize(
    ("nonce", "snapshot", "problem"),
    [
        (11, a_snapshot(), "nonce 11 was used already"),
        (12, a_snapshot(safes=(a_safe(nonce=UNKNOWN),)), "not known; refresh first"),
        (12, a_snapshot(safes=()), "not known; refresh first"),
        (12, a_snapshot(safes=(a_safe(threshold=0),)), "cannot go into the queue"),
    ],
)
def test_a_rejection_that_is_no_use_is_refused(
    nonce: int, snapshot: TreasurySnapshot, problem: str
) -> None:
    """Used nonces, a Safe nobody read, and whatever the review forbids."""
    with pytest.raises(Refused, match=problem):
        a_draft(nonce, snapshot=snapshot)


def test_what_is_on_its_way_is_waited_for() -> None:
    """Whether it runs is open; another Safe's transaction of that nonce does not matter."""
    sent = a_kept(a_safe_tx(12), state=State.SENT)
    with pytest.raises(Refused, match="on its way"):
        a_draft(12, sent)
    assert a_draft(12, replace(sent, safe=STRANGER)).tx.nonce == 12

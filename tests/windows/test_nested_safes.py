"""Confirming for a Safe that is an owner, from the queue page and the sign page."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.nested_safes import (
    COUNCIL,
    both_read,
    nested_facts,
    outer_queued,
    signed_inside,
    two_safes,
)
from tests.samples import NOW, an_owner
from tests.signing_desk import EXECUTOR_KEY, OWNER_KEY, a_signing_desk
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.draft_approval import draft_approval
from treasury_desktop.desk.import_transaction import queued_from
from treasury_desktop.desk.review_transaction import review_queued
from treasury_desktop.desk.sign_for_nested import SignedInside
from treasury_desktop.errors import Refused
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.viewmodels.review import review_view
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.queue.page import QueuePage
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.page import SignPage

Show = Callable[..., None]
COUNCIL_KEY = KeyLabel(label="Council key", address=an_owner(4), role="owner", kept_in="memory")
KEYS = (COUNCIL_KEY, EXECUTOR_KEY)


def a_session(*queue: QueuedTransaction) -> Session:
    """Both Safes read, and this queue."""
    session = Session()
    session.take_snapshot(both_read())
    session.take_queue(queue)
    return session


def a_queue_page(errands: Errands, *queue: QueuedTransaction, **answers: Any) -> QueuePage:
    """The page at the desk of both Safes."""
    told = {"keys": KEYS, **answers}
    desk = a_signing_desk(queue, workspace=two_safes(), snapshot=both_read(), **told)
    session = a_session(*queue)
    page = QueuePage(session, errands, desk)
    session.setParent(page)
    return page


def approval_of(queued: QueuedTransaction) -> QueuedTransaction:
    """Its approval by the council."""
    draft = draft_approval(queued, COUNCIL, two_safes(), both_read(), (queued,))
    return queued_from(draft.bundle, now=NOW, drafted_here=True)


# ── the queue ────────────────────────────────────────────────────────────────────────────────────


def test_an_approval_is_drafted_and_its_review_offered(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """One press drafts it; what follows is its own review, like that of everything."""
    queued = outer_queued()
    made = approval_of(queued)
    page = a_queue_page(errands, queued, draft_approval=made)
    show(page, 1000, 800)
    page.cards[0].nested_buttons[f"draft {COUNCIL}"].click()
    qtbot.waitUntil(lambda: "Approve nonce 12 of Treasury" in page.says.text())
    assert ("draft_approval", (queued.safe_tx_hash, COUNCIL)) in page._actions.asked  # type: ignore[attr-defined]
    with qtbot.waitSignal(page.page_asked) as asked:
        page._on_step(Step.READ, made.safe_tx_hash)
    assert asked.args == ["review"]


def test_a_draft_that_is_refused_says_why(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The sentence of the refusal, and nothing in the queue."""
    queued = outer_queued()
    page = a_queue_page(errands, queued, draft_approval=Refused("It cannot be approved: because."))
    show(page, 1000, 800)
    page.cards[0].nested_buttons[f"draft {COUNCIL}"].click()
    qtbot.waitUntil(lambda: "No approval was drafted. It cannot be approved" in page.says.text())


def test_what_is_drafted_already_is_shown(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Its button leads to the approval's own review."""
    queued = outer_queued()
    made = approval_of(queued)
    page = a_queue_page(errands, queued, made)
    show(page, 1000, 800)
    with qtbot.waitSignal(page.page_asked) as asked:
        page.cards[0].nested_buttons[f"approval {COUNCIL}"].click()
    assert asked.args == ["review"]
    assert page._session.selection == made.safe_tx_hash


@pytest.mark.parametrize("keys", [KEYS, (OWNER_KEY, *KEYS)])
def test_signing_inside_goes_through_the_review(
    errands: Errands, show: Show, qtbot: QtBot, keys: tuple[KeyLabel, ...]
) -> None:
    """As the card's own step, or beside that of an owner's own key; by keyboard too."""
    queued = signed_inside(outer_queued(), 5)
    page = a_queue_page(errands, queued, keys=keys)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.cards[0].card.step is Step.SIGN)
    card = page.cards[0]
    button = card.buttons[Step.SIGN] if keys == KEYS else card.nested_buttons[f"sign {COUNCIL}"]
    assert button.text() == "Sign as owner of Council"
    assert button.accessibleName().startswith("Sign as owner of Council")
    button.setFocus()
    with qtbot.waitSignal(page.page_asked) as asked:
        qtbot.keyClick(button, Qt.Key.Key_Space)
    assert asked.args == ["review"]
    assert page._session.selection == queued.safe_tx_hash


# ── signing ──────────────────────────────────────────────────────────────────────────────────────


def test_signing_for_a_safe(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The key says for whom, the desk is asked so, and the outcome tells how many are inside."""
    queued = signed_inside(outer_queued(), 5)
    asked: list[Any] = []

    def sign(review: Any, inner: Any, key: KeyLabel) -> SignedInside:
        asked.append((review.hashes.safe_tx, inner, key))
        return SignedInside(
            safe_tx_hash=queued.safe_tx_hash, inner=inner, owner=key.address, signed=2, threshold=2
        )

    desk = a_signing_desk(
        (queued,), workspace=two_safes(), snapshot=both_read(), keys=KEYS, sign_for_nested=sign
    )
    session, acknowledged = a_session(queued), Acknowledged()
    page = SignPage(session, errands, desk, acknowledged)
    session.setParent(page)
    acknowledged.setParent(page)
    session.select(queued.safe_tx_hash)
    show(page, 1000, 800)
    review = review_queued(queued, nested_facts(queued))
    acknowledged.take(review, review_view(review))
    qtbot.waitUntil(lambda: page.key.count() == 1)
    assert page.key.itemText(0).endswith("as owner of Council")
    assert page.sign.button.text() == "Sign with Council key for Council…"
    qtbot.waitUntil(page.sign.button.isEnabled, timeout=4000)
    page.sign.button.click()
    qtbot.waitUntil(lambda: page.outcome.outcome is not None)
    assert asked == [(queued.safe_tx_hash, COUNCIL, COUNCIL_KEY)]
    assert page.outcome.outcome is not None
    assert page.outcome.outcome.title == "Signed with Council key for Council"
    assert page.key.count() == 0

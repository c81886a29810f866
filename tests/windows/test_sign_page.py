"""The sign page: only what was reviewed, only with an owner's key, and what comes after."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.samples import a_confirmation, a_snapshot
from tests.signing_desk import (
    EXECUTOR_KEY,
    OTHER_OWNER_KEY,
    OWNER_KEY,
    a_hostile_tx,
    a_kept,
    a_signing_desk,
)
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.review.review import Review
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.viewmodels.review import review_view
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.sign.page import SignPage
from treasury_desktop.windows.untrusted import texts_in

Show = Callable[..., None]


def a_page(errands: Errands, queued: QueuedTransaction, **answers: Any) -> SignPage:
    """The page after the review of one transaction."""
    desk = a_signing_desk((queued,), **answers)
    session, acknowledged = Session(), Acknowledged()
    session.take_snapshot(a_snapshot())
    session.take_queue((queued,))
    session.select(queued.safe_tx_hash)
    page = SignPage(session, errands, desk, acknowledged)
    session.setParent(page)
    acknowledged.setParent(page)
    review = desk.review(queued.safe_tx_hash)
    assert isinstance(review, Review)
    acknowledged.take(review, review_view(review))
    return page


def signs(review: Review, _key: object) -> Any:
    """A desk whose signer process agrees."""
    return a_confirmation(review.hashes.safe_tx, 1)


def press(page: SignPage, qtbot: QtBot) -> None:
    """Waits for the button to open and presses it."""
    qtbot.waitUntil(page.sign.button.isEnabled, timeout=4000)
    page.sign.button.click()


def test_signing_ends_with_the_next_step(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """One of two signatures: the cosigner gets the bundle."""
    page = a_page(errands, a_kept(), sign=signs)
    show(page, 1000, 800)
    press(page, qtbot)
    qtbot.waitUntil(lambda: page.outcome.is_shown)
    assert page.outcome.outcome is not None
    assert page.outcome.outcome.title == "Signed with Signer A"
    assert page.outcome.outcome.next_step == "export"


def test_after_signing_no_key_is_offered_and_the_keyboard_goes_on(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The form is gone; the next step has the focus, not whatever stands next on the page."""
    page = a_page(errands, a_kept(), sign=signs)
    show(page, 1000, 800)
    qtbot.waitUntil(page.sign.button.isEnabled, timeout=4000)
    page.sign.button.setFocus()
    qtbot.keyClick(page.sign.button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.outcome.is_shown)
    assert not page.sign.isVisible()
    assert not page.key.isVisible()
    assert page.outcome.next.hasFocus()


def test_a_second_owner_key_can_sign_after_the_first(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What came of the first stands above; only the key that has not signed is offered."""
    page = a_page(errands, a_kept(), sign=signs, keys=(OWNER_KEY, OTHER_OWNER_KEY))
    show(page, 1000, 800)
    press(page, qtbot)
    qtbot.waitUntil(lambda: page.outcome.is_shown)
    qtbot.waitUntil(lambda: page.key.count() == 1)
    assert page.key.itemText(0).startswith("Signer B")
    assert page.sign.isVisible()


def test_a_desk_without_an_executor_key_hears_it_after_signing(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Before the queue would say so."""
    page = a_page(errands, a_kept(signed_by=(2,)), sign=signs, keys=(OWNER_KEY,))
    show(page, 1000, 800)
    press(page, qtbot)
    qtbot.waitUntil(lambda: page.outcome.is_shown)
    assert page.outcome.outcome is not None
    assert page.outcome.outcome.next_words == "Export for another desk…"
    assert any("This desk has no executor key" in text for text in texts_in(page))


@pytest.mark.parametrize(
    ("key", "modifier"),
    [
        (Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier),
    ],
)
def test_keys_lead_back_to_the_queue(
    errands: Errands, show: Show, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    """Esc and Alt+Left press the button that says so."""
    page = a_page(errands, a_kept())
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.key.count() == 1)
    with qtbot.waitSignal(page.page_asked) as asked:
        qtbot.keyClick(page, key, modifier)
    assert asked.args == ["queue"]
    with qtbot.waitSignal(page.page_asked):
        page.back.click()


def test_the_keys_page_is_offered_only_where_a_key_is_lacking(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Where every owner key has signed, another one would not help."""
    page = a_page(errands, a_kept(signed_by=(1,)))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: "has signed this transaction already" in page.sign.reason)
    assert not page.to_keys.isVisible()


def test_a_refusal_is_shown_and_nothing_is_kept(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The signer's own sentence stands on the page."""
    page = a_page(errands, a_kept(), sign=Refused("Cancelled in the passphrase window."))
    show(page, 1000, 800)
    press(page, qtbot)
    qtbot.waitUntil(lambda: page.outcome.is_shown)
    assert page.outcome.outcome is not None
    assert page.outcome.outcome.sentence.startswith("Cancelled in the passphrase window.")
    assert page.sign.button.isVisible()
    assert page.sign.button.hasFocus()


def test_only_owner_keys_are_offered(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """An executor key cannot sign a Safe transaction."""
    page = a_page(errands, a_kept(), keys=(EXECUTOR_KEY, OWNER_KEY))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.key.count() == 1)
    assert page.key.itemText(0).startswith("Signer A · owner · 0x")


def test_without_a_key_the_page_says_why(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The disabled button carries the sentence."""
    page = a_page(errands, a_kept(), keys=())
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: "no key yet" in page.sign.reason)
    assert page.to_keys.isVisible()


def test_unreadable_keys_are_said(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A locked key ring is named, with a way to try again."""
    page = a_page(errands, a_kept(), keys=Unavailable("The key ring is locked."))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: any("The key ring is locked." in text for text in texts_in(page)))


def test_a_blocked_review_never_reaches_the_button(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The page stays empty and leads back to the review."""
    page = a_page(errands, a_kept(a_hostile_tx(), strategy=None))
    show(page, 1000, 800)
    assert page.pane.state == "message"
    assert not page.sign.isVisible()
    page._on_sign()
    assert not errands.is_acting("sign")

"""The review page: every word of it, the way to Sign, and large batches."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.samples import NOW, PAYROLL, STRANGER, USDC, a_deposit_tx, a_safe, a_snapshot
from tests.signing_desk import (
    OWNER_KEY,
    a_batch_of_sixty,
    a_hostile_tx,
    a_kept,
    a_signing_desk,
    a_transfer_data,
)
from treasury_desktop.bundle import read_bundle
from treasury_desktop.deployments.calls import Call, safe_tx_of
from treasury_desktop.errors import Unavailable
from treasury_desktop.review.review import examine
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.review.acknowledged import Acknowledged
from treasury_desktop.windows.review.page import ReviewPage
from treasury_desktop.windows.session import Session

Show = Callable[..., None]
TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "bundles.json"
GOLDEN = ("case-001", "case-012", "case-042", "case-057", "case-084", "case-101", "case-124")


def a_page(
    errands: Errands, queue: tuple[QueuedTransaction, ...], selected: int = 0, **answers: Any
) -> ReviewPage:
    """The page on one queue at the sample desk."""
    session = Session()
    session.take_snapshot(a_snapshot())
    session.take_queue(queue)
    if queue:
        session.select(queue[selected].safe_tx_hash)
    page = ReviewPage(session, errands, a_signing_desk(queue, **answers), Acknowledged())
    session.setParent(page)
    return page


def is_ready(page: ReviewPage) -> bool:
    """Whether the review has arrived."""
    return page.pane.state == "content" and page.acknowledged.review is not None


def a_stranger_is_paid() -> SafeTx:
    """5,000 USDC to somebody nobody knows."""
    assert USDC.address is not None
    return SafeTx(to=USDC.address, data=a_transfer_data(STRANGER.raw, 5_000_000_000), nonce=12)


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def cases() -> dict[str, dict[str, Any]]:
    """The sample bundles by name, where the folder is there."""
    found = json.loads(VECTORS.read_text("utf-8"))["cases"] if VECTORS.exists() else ()
    return {case["name"]: case for case in found}


@pytest.mark.skipif(not VECTORS.exists(), reason="the sample bundles are not beside this clone")
@pytest.mark.parametrize("name", GOLDEN)
def test_every_word_of_the_page_is_as_agreed(
    name: str, errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The page's words are the security property: a change of any of them is looked at."""
    bundle = read_bundle(json.dumps(cases()[name]["input"]).encode())
    review = examine(bundle)
    session = Session()
    session.select(review.hashes.safe_tx)
    desk = a_signing_desk(review=review)
    page = ReviewPage(session, errands, desk, Acknowledged())
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    said = "\n".join(" ".join(line.split()) for line in page.lines()) + "\n"
    golden = TRANSCRIPTS / f"review-{name}.txt"
    if os.environ.get("WRITE_TRANSCRIPTS"):
        golden.write_text(said, "utf-8")
    assert said == golden.read_text("utf-8")


def test_text_of_a_stranger_is_dead_text(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Tags and direction marks are shown as characters."""
    page = a_page(errands, (a_kept(purpose="<a href='x'>ok</a>\u202e"),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    assert any("<a href='x'>ok</a>⟨U+202E⟩" in line for line in page.lines())


def test_owners_go_by_the_same_names_as_in_the_queue(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Our own key is named beside its whole address."""
    page = a_page(errands, (a_kept(),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    qtbot.waitUntil(lambda: "Signer A (this desk)" in page.lines())
    at = page.lines().index("Signer A (this desk)")
    assert page.lines()[at + 1] == str(OWNER_KEY.address)


# ── the way to Sign ──────────────────────────────────────────────────────────────────────────────


def test_a_harmless_transaction_can_go_on_to_sign(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The button opens after the moment in which what changed is to be read."""
    page = a_page(errands, (a_kept(a_deposit_tx(50_000)),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    assert page.sign.reason == "Just changed: read it once more."
    assert not page.sign.button.isEnabled()
    qtbot.waitUntil(page.sign.button.isEnabled, timeout=4000)
    with qtbot.waitSignal(page.page_asked) as asked:
        page.sign.button.click()
    assert asked.args == ["sign"]


def test_a_button_and_esc_lead_back_to_the_queue(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Nobody has to go on to leave the page."""
    page = a_page(errands, (a_kept(),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    for leave in (page.back.click, lambda: qtbot.keyClick(page, Qt.Key.Key_Escape)):
        with qtbot.waitSignal(page.page_asked) as asked:
            leave()
        assert asked.args == ["queue"]


def test_a_blocked_transaction_never_can(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The reason stands beside the button, and no field offers to acknowledge it."""
    page = a_page(errands, (a_kept(a_hostile_tx(), strategy=None),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    assert not page.sign.button.isEnabled()
    assert page.sign.reason.startswith("Blocked: ")
    assert not page.acknowledge.isVisible()


def test_a_danger_is_named_before_anybody_signs(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Only the words of this very danger open the way."""
    page = a_page(errands, (a_kept(a_stranger_is_paid(), strategy=None),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    assert page.acknowledged.why_not == "Acknowledge 1 danger by name first."
    qtbot.keyClicks(page.acknowledge.field, "whatever")
    assert page.acknowledged.missing
    page.acknowledge.field.clear()
    qtbot.keyClicks(page.acknowledge.field, "recipient not in address book")
    assert not page.acknowledged.missing
    assert page.acknowledged.why_not == ""
    assert not page.acknowledge.isVisible()


def test_another_review_voids_what_was_acknowledged(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What was named for one transaction is not named for the next."""
    queue = (
        a_kept(a_stranger_is_paid(), strategy=None),
        a_kept(a_deposit_tx(50_000, nonce=13)),
    )
    page = a_page(errands, queue)
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    (row,) = page.acknowledged.missing
    page.acknowledged.name(row, row.words)
    page._session.select(queue[1].safe_tx_hash)
    qtbot.waitUntil(
        lambda: (
            page.acknowledged.view is not None
            and page.acknowledged.view.safe_tx_hash == queue[1].safe_tx_hash
        )
    )
    page._session.select(queue[0].safe_tx_hash)
    qtbot.waitUntil(lambda: bool(page.acknowledged.missing))


def test_a_finding_leads_to_its_call(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Pressing Enter on a finding chooses the call it is about."""
    page = a_page(errands, (a_kept(a_stranger_is_paid(), strategy=None),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    page.findings.setCurrentIndex(page.findings.model().index(0, 0))
    page.findings._on_chosen(page.findings.currentIndex())
    chosen = page.tree.call_model.line_at(page.tree.currentIndex())
    assert chosen is not None
    assert chosen.title.startswith("Pay 5,000 USDC")


def test_a_row_is_copied_whole(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Ctrl+C takes the exact address, not the groups that are painted."""
    page = a_page(errands, (a_kept(a_stranger_is_paid(), strategy=None),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    model = page.tree.call_model
    page.tree.setCurrentIndex(model.index(1, 0, model.index(0, 0)))
    qtbot.keyClick(page.tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == str(STRANGER)


def test_a_transaction_that_cannot_be_reviewed_says_so(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What failed, and that nothing can be signed; trying again is one button."""
    page = a_page(errands, (a_kept(),), review=Unavailable("The record cannot be read."))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: page.pane.state == "message")
    assert page.acknowledged.review is None


def test_without_a_selection_the_page_leads_to_the_queue(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """An empty page says what it is for."""
    page = a_page(errands, ())
    show(page, 1100, 900)
    assert page.pane.state == "message"


def test_offline_is_said_above_the_review(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """What is shown stays, with the sentence that it is from before."""
    page = a_page(errands, (a_kept(),))
    page._session.chain_failed("The node does not answer.", NOW)
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    notices = [w for w in page.findChildren(QWidget) if w.accessibleName().startswith("The node")]
    assert notices


# ── large batches ────────────────────────────────────────────────────────────────────────────────


def a_payroll(calls: int) -> SafeTx:
    """Many payments in one batch."""
    assert USDC.address is not None
    one = Call(to=USDC.address, data=a_transfer_data(PAYROLL.raw, 1), purpose="pay")
    return safe_tx_of((one,) * calls, a_safe(), 12)


def test_twenty_thousand_calls_do_not_hold_up_the_window(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The tree makes rows when they come into sight; showing them takes a frame or two."""
    queued = a_kept(a_payroll(20_000), strategy=None)
    review = a_signing_desk((queued,)).review(queued.safe_tx_hash)
    page = a_page(errands, (queued,), review=review)
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page), timeout=20_000)
    started = time.perf_counter()
    page.tree.show_path("0.19999")
    assert time.perf_counter() - started < 0.5
    chosen = page.tree.call_model.line_at(page.tree.currentIndex())
    assert chosen is not None
    assert chosen.detail.startswith("call 0.19999")


def test_the_worst_call_of_a_batch_is_in_sight(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A new owner in the thirty-seventh place of sixty; a calm batch begins at its top."""
    page = a_page(errands, (a_kept(a_batch_of_sixty(), strategy=None),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    chosen = page.tree.call_model.line_at(page.tree.currentIndex())
    assert chosen is not None
    assert chosen.detail.startswith("call 0.36 ")
    assert page.tree.visualRect(page.tree.currentIndex()).top() >= 0
    calm = a_page(errands, (a_kept(a_payroll(60), strategy=None),))
    show(calm, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(calm))
    assert calm.tree.verticalScrollBar().value() == 0


def test_the_call_model_keeps_qts_rules(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Qt's own tester finds nothing while rows are fetched."""
    page = a_page(errands, (a_kept(a_payroll(450), strategy=None),))
    show(page, 1100, 900)
    qtbot.waitUntil(lambda: is_ready(page))
    model = page.tree.call_model
    # Earlier it would fetch in the middle of the reset, which no view does.
    mode = QAbstractItemModelTester.FailureReportingMode.Fatal
    tester = QAbstractItemModelTester(model, mode, page)
    while model.canFetchMore(model.index(0, 0)):
        model.fetchMore(model.index(0, 0))
    assert model.rowCount(model.index(0, 0)) == 451
    assert tester.model() is model

"""The deploy page: judged while typing, stale drafts dropped, refusals with figures."""

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.samples import NOW, a_snapshot, a_workspace
from tests.signing_desk import a_hostile_tx, a_kept, a_signing_desk
from treasury_desktop.errors import Unavailable
from treasury_desktop.windows.deploy.page import DeployPage
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.untrusted import labels_in, texts_in

Show = Callable[..., None]


def a_page(errands: Errands, *, has_snapshot: bool = True, **answers: Any) -> DeployPage:
    """The page at the sample desk."""
    session = Session()
    if has_snapshot:
        session.take_snapshot(a_snapshot())
    page = DeployPage(session, errands, a_signing_desk(**answers))
    session.setParent(page)
    return page


def test_an_amount_is_judged_while_it_is_typed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A moment after the last key the verdict stands there and the draft can be kept."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    assert page._drafted is not None
    assert page._drafted.view.verdict == "within"
    assert page.judgement.sentence.text() == page._drafted.view.sentence


def test_a_refused_amount_cannot_be_kept_and_says_why(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The reason beside the button carries the figures."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "12%")
    qtbot.waitUntil(lambda: "the limit is 10.00%" in page.keep.reason)
    assert not page.keep.button.isEnabled()


def test_a_misplaced_comma_is_refused_below_its_field(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The field is marked, the words stand right under it, and nothing is moved by them."""
    page = a_page(errands)
    show(page, 1030, 680)
    before = page.form.purpose.geometry()
    qtbot.keyClicks(page.form.amount, "1,00")
    qtbot.waitUntil(lambda: page.form.amount.property("kind") == "block")
    assert "between thousands" in page.keep.reason
    said = page.form._below_amount
    assert said.text() == "Commas stand only between thousands, as in 400,000.50."
    assert said.property("kind") == "block"
    assert page.form.amount.geometry().bottom() < said.y() < page.form.purpose.y()
    assert page.form.purpose.geometry() == before


def test_an_amount_as_the_program_prints_it_is_taken(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """With its commas between thousands."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50,000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    assert page.form._below_amount.text() == "Goes in: 50,000.000000 USDC"


@pytest.mark.parametrize(("width", "height"), [(1030, 680), (774, 580)])
def test_a_huge_amount_moves_no_column(
    errands: Errands, show: Show, qtbot: QtBot, width: int, height: int
) -> None:
    """Three columns of one width, whatever stands in them; the figures only say "over"."""
    page = a_page(errands)
    show(page, width, height)
    columns = (page.form, page.judgement, page.transaction)
    before = [(each.x(), each.width()) for each in columns]
    page.form.amount.setText("9" * 60)
    qtbot.waitUntil(lambda: page._drafted is not None)
    assert page.judgement._figures[0].text() == "over $99 billion"
    assert [(each.x(), each.width()) for each in columns] == before
    for label in labels_in(page):
        if label.isVisibleTo(page):
            inside = label.mapTo(page, label.rect().topRight()).x()
            column = next((each for each in columns if each.isAncestorOf(label)), page)
            assert inside <= column.geometry().right()


def test_definitions_take_the_place_of_the_figures(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """They are read whole, and the button below stays where it is."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    before = page.keep.mapTo(page, page.keep.rect().topLeft())
    qtbot.mouseClick(page.judgement._more, Qt.MouseButton.LeftButton)
    said = page.judgement._definitions
    assert said.isVisible()
    assert "Advice: 3% to 5%." in said.text()
    assert said.height() >= said.heightForWidth(said.width())
    assert page.keep.mapTo(page, page.keep.rect().topLeft()) == before
    qtbot.mouseClick(page.judgement._more, Qt.MouseButton.LeftButton)
    assert page.judgement._figures[0].isVisible()


def test_a_rival_of_a_stranger_is_named_beside_the_nonce(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The draft keeps the lowest nonce nobody here holds."""
    sent = a_kept(a_hostile_tx(), drafted_here=False, strategy=None)
    page = a_page(errands, queue=(sent,))
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    words = " ".join(texts_in(page.transaction))
    assert "Nonce 12 also holds a transaction that nobody here signed." in words
    page.form.amount.setText("")
    qtbot.waitUntil(lambda: not page.transaction._rival.isVisible())


def test_only_the_newest_text_is_drafted(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """An older draft that arrives late is dropped: the figures belong to what stands there."""
    page = a_page(errands)
    show(page, 1030, 680)
    page.form.amount.setText("12%")
    page._on_typed()
    page.form.amount.setText("50000")
    page._on_typed()
    qtbot.waitUntil(lambda: page._drafted is not None)
    assert page._drafted is not None
    assert page._drafted.view.amounts == ("50,000.000000 USDC",)


def test_an_older_draft_cannot_be_kept_while_typing(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """With the first changed character the button is shut, before anything was drafted anew."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    qtbot.keyClicks(page.form.amount, "1")
    assert not page.keep.button.isEnabled()
    assert page._drafted is None


def test_the_largest_amount_is_one_press_away(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Using it types it, and it is judged within."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "4%")
    qtbot.waitUntil(page.judgement._use[0].isEnabled)
    page.judgement._use[0].click()
    qtbot.waitUntil(lambda: page._drafted is not None and page._drafted.view.verdict == "within")


def test_a_range_brings_the_second_amount(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The pool's price fills the fields; the other token follows from them."""
    page = a_page(errands)
    show(page, 1030, 680)
    page.form.strategy.setCurrentIndex(1)
    page.form._on_strategy()
    qtbot.waitUntil(lambda: bool(page.form.low.text()))
    qtbot.keyClicks(page.form.amount, "4")
    qtbot.waitUntil(lambda: " and " in page.form._below_amount.text())
    assert "USDC per WETH" in page.form._below_range.text()
    page.form.low.setText("9,000")
    qtbot.waitUntil(lambda: page.form.high.property("kind") == "block")
    assert page.form._below_range.text() == "The upper price must be above the lower one."
    page.form.low.setText("2400")
    page.form.hours.setText("soon")
    qtbot.waitUntil(lambda: page.form._below_terms.text() == "Write whole hours such as 48.")


def test_a_pool_that_cannot_be_read_says_so(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Nothing is drafted on a price nobody has read."""
    page = a_page(errands, pool_state=Unavailable("The node does not answer."))
    show(page, 1030, 680)
    page.form.strategy.setCurrentIndex(1)
    page.form._on_strategy()
    page.form.amount.setText("4")
    qtbot.waitUntil(lambda: "The pool's price cannot be read." in page.keep.reason)


def test_keeping_leads_to_the_review(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The draft is in the queue, selected, and the page asks for its review."""
    kept = a_kept()
    page = a_page(errands, keep_draft=kept)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    with qtbot.waitSignal(page.page_asked) as asked:
        page.keep.button.click()
    assert asked.args == ["review"]
    assert page._session.selection == kept.safe_tx_hash
    assert kept in page._session.queue


def test_a_draft_that_cannot_be_kept_says_why(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A full disk is a sentence beside the button."""
    page = a_page(errands, keep_draft=Unavailable("The disk is full."))
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "50000")
    qtbot.waitUntil(page.keep.button.isEnabled)
    page.keep.button.click()
    qtbot.waitUntil(lambda: page.keep.reason == "Not kept: The disk is full.")


def test_an_unread_treasury_offers_to_read_it(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Nothing can be judged before."""
    page = a_page(errands, has_snapshot=False)
    show(page, 1030, 680)
    assert page.pane.state == "message"
    page._session.take_snapshot(a_snapshot())
    assert page.pane.state == "content"


def test_without_strategies_the_page_says_where_they_come_from(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """They are written down in the workspace, once governance approved them."""
    page = a_page(errands, workspace=a_workspace(strategies=()))
    show(page, 1030, 680)
    assert page.pane.state == "message"


def test_offline_stays_usable(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A line says that older figures are used."""
    page = a_page(errands)
    page._session.chain_failed("The node does not answer.", NOW)
    show(page, 1030, 680)
    assert page.pane.state == "content"

"""The deploy page: judged while typing, stale drafts dropped, refusals with figures."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from tests.samples import NOW, a_snapshot, a_workspace
from tests.signing_desk import a_kept, a_signing_desk
from treasury_desktop.errors import Unavailable
from treasury_desktop.windows.deploy.page import DeployPage
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.session import Session

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


def test_a_comma_is_refused_where_it_is_typed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Thousands to some and decimals to others: the field is marked and nothing is drafted."""
    page = a_page(errands)
    show(page, 1030, 680)
    qtbot.keyClicks(page.form.amount, "1,000")
    qtbot.waitUntil(lambda: page.form.amount.property("kind") == "block")
    assert "decimal point" in page.keep.reason


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
    qtbot.waitUntil(lambda: " and " in page.form._follows.text())
    assert "USDC per WETH" in page.form._snapped.text()


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

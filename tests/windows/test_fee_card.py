"""The cost before the passphrase: loading, failed, stale, offline, and what is agreed to."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

from tests.samples import NOW, a_snapshot, an_estimate
from tests.signing_desk import EXECUTOR_KEY, a_signing_desk
from tests.windows.test_queue_page import a_page, open_execution, ready
from treasury_desktop.desk.fees import GWEI, Speed
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.queue.fee_card import FeeCard
from treasury_desktop.windows.session import Session

Show = Callable[..., None]


def a_card(errands: Errands, **answers: Any) -> tuple[FeeCard, Session]:
    """The card at the sample desk, told what to estimate."""
    session = Session()
    session.take_snapshot(a_snapshot())
    desk = a_signing_desk((), **answers)
    card = FeeCard(session, errands, desk)
    session.setParent(card)
    card.estimate_for(lambda _p: desk.sending.estimate(bytes(32), EXECUTOR_KEY))
    return card, session


def test_nothing_is_agreed_to_before_the_cost_is_known(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Then the normal speed is what is agreed to."""
    card, _ = a_card(errands)
    show(card, 800, 500)
    assert (card.agreed, card.why_not) == (None, "The cost is being estimated.")
    qtbot.waitUntil(lambda: card.agreed is not None)
    assert card.agreed is not None
    assert card.agreed.highest_wei == 257_173 * 26 * GWEI
    assert card.why_not == ""


def test_a_data_fee_has_its_row_where_a_rollup_charges_one(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Elsewhere there is nothing to explain."""
    for estimate, is_shown in ((an_estimate(), False), (an_estimate(data_fee_wei=7), True)):
        card, _ = a_card(errands, estimate=estimate)
        show(card, 800, 500)
        qtbot.waitUntil(lambda card=card: card.agreed is not None)  # type: ignore[misc]  bound now
        assert [label.isVisible() for label in card._of_rollups] == [is_shown] * 2


def test_another_speed_is_another_cost(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Picked with a click."""
    card, _ = a_card(errands)
    show(card, 800, 500)
    qtbot.waitUntil(lambda: card.agreed is not None)
    card.picks[Speed.FAST].click()
    assert card.agreed is not None
    assert card.agreed.fees.max_priority_fee_per_gas == 2_500_000_000


def test_own_fees_begin_as_the_ones_chosen_before(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What is typed then counts at once; what cannot work says why beside it."""
    card, _ = a_card(errands)
    show(card, 800, 500)
    qtbot.waitUntil(lambda: card.agreed is not None)
    card.picks[None].click()
    assert (card.max_fee.text(), card.tip.text()) == ("26", "1")
    card.max_fee.setText("12")
    assert card.agreed is None
    assert "below the base fee" in card.why_not
    card.max_fee.setText("x")
    assert card.max_fee.property("kind") == "block"
    card.max_fee.setText("40")
    assert card.agreed is not None
    assert card.agreed.fees.max_fee_per_gas == 40 * GWEI


def test_a_cost_that_cannot_be_estimated_says_why(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """And can be asked for again."""
    sentence = "The Safe would refuse the execution."
    card, _ = a_card(errands, estimate=Refused(sentence))
    show(card, 800, 500)
    qtbot.waitUntil(lambda: card.why_not == sentence)
    assert card.pane.state == "message"
    assert card.agreed is None
    card.estimate()
    assert card.why_not == "The cost is being estimated."


def test_old_figures_stay_and_are_said_to_be_old(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """They bound what is signed all the same."""
    card, _ = a_card(errands, estimate=an_estimate(estimated_at=NOW - 200))
    show(card, 800, 500)
    qtbot.waitUntil(lambda: card.agreed is not None)
    assert "Estimated 3 min ago" in card.pane._notice.text()


def test_offline_nothing_is_asked_and_it_is_made_up_for(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """When the chain answers again, the cost is asked for by itself."""
    session = Session()
    session.chain_failed("No node answers.", NOW)
    session.take_snapshot(a_snapshot())
    desk = a_signing_desk(())
    card = FeeCard(session, errands, desk)
    session.setParent(card)
    card.estimate_for(lambda _p: desk.sending.estimate(bytes(32), EXECUTOR_KEY))
    show(card, 800, 500)
    assert card.why_not == "No node answers."
    assert all(name != "estimate" for name, _ in desk.asked)
    session.chain_answered()
    qtbot.waitUntil(lambda: card.agreed is not None)
    session.chain_failed("No node answers.", NOW)
    assert card.pane._notice.text() == "No node answers."


def test_what_was_shown_is_what_is_asked_for(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The desk is given the cost that was in sight when the button was pressed."""
    page = a_page(errands, (ready(),), execute=Unavailable("no receipt yet"))
    show(page, 1000, 900)
    open_execution(page, qtbot)
    page.execute.cost.picks[Speed.ECONOMY].click()
    agreed = page.execute.cost.agreed
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    desk: Any = page._actions
    (asked,) = [arguments for name, arguments in desk.asked if name == "execute"]
    assert asked[2] == agreed


def test_a_cost_that_rose_is_shown_anew(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Nothing was sent, and the person sees the new figures before pressing again."""
    estimates = [an_estimate(), an_estimate(gas_limit=300_000)]
    risen = Refused("The base fee has risen; look at the cost again.")
    page = a_page(errands, (ready(),), execute=risen, estimate=lambda *_: estimates.pop(0))
    show(page, 1000, 900)
    open_execution(page, qtbot)
    page.execute.send.button.click()
    qtbot.waitUntil(lambda: page.execute.outcome.is_shown)
    assert page.execute.outcome.outcome is not None
    assert page.execute.outcome.outcome.title == "Not sent"
    qtbot.waitUntil(
        lambda: (
            page.execute.cost.agreed is not None and page.execute.cost.agreed.gas_limit == 300_000
        )
    )

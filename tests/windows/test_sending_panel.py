"""What is on its way: told apart, sped up, cancelled; never called failed."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.samples import NOW, a_block, an_estimate
from tests.signing_desk import OWNER_KEY, a_kept
from tests.waiting_at_hand import SENDER_KEY, a_waiting
from tests.windows.test_queue_page import a_page
from treasury_desktop.desk.doors import Receipt
from treasury_desktop.desk.fees import Fees, raised
from treasury_desktop.desk.follow_sendings import Fate
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.viewmodels.next_step import Step
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.queue.page import QueuePage

Show = Callable[..., None]
SENT = a_kept(signed_by=(1, 2), state=State.SENT, transaction_hash=bytes(range(32)))
LEAST = raised(Fees(max_fee_per_gas=26 * 10**9, max_priority_fee_per_gas=10**9))
CANCELLED = Receipt(
    transaction_hash=bytes(32), status=1, block=a_block(), gas_used=21_000,
    execution_success=None, is_cancellation=True,
)  # fmt: skip


def opened(errands: Errands, show: Show, qtbot: QtBot, **answers: Any) -> QueuePage:
    """The page with what is on its way in place of the lanes."""
    known = {
        "keys": (OWNER_KEY, SENDER_KEY),
        "waiting": a_waiting(),
        "estimate_replacement": an_estimate(least=LEAST),
    }
    page = a_page(errands, (SENT,), **(known | answers))
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: page._keys is not None)
    page.cards[0].buttons[Step.LOOK_AGAIN].click()
    qtbot.waitUntil(page.sending.look.button.isEnabled)
    return page


def asked(page: QueuePage, action: str) -> list[tuple[Any, ...]]:
    """What the desk was asked under a name."""
    desk: Any = page._actions
    return [arguments for name, arguments in desk.asked if name == action]


def test_looking_again_shows_where_it_is(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """And asks for a refresh as well: what was mined meanwhile is found."""
    page = opened(errands, show, qtbot)
    assert page.sending.isVisible()
    assert page._session.is_refreshing
    assert page.sending._chip.text() == "waiting for a block"
    qtbot.waitUntil(page.sending.send.button.isEnabled)


@pytest.mark.parametrize(("cancels", "button"), [(False, "Speed up…"), (True, "Cancel it…")])
def test_a_replacement_is_sent_at_the_cost_in_sight(
    errands: Errands, show: Show, qtbot: QtBot, button: str, *, cancels: bool
) -> None:
    """One of two ways, an eighth dearer at least."""
    page = opened(errands, show, qtbot, replace_sending=CANCELLED)
    panel = page.sending
    panel.picks[cancels].click()
    assert panel.send.button.text() == button
    qtbot.waitUntil(panel.send.button.isEnabled)
    agreed = panel.cost.agreed
    assert agreed is not None
    assert agreed.fees.max_fee_per_gas >= LEAST.max_fee_per_gas
    panel.send.button.click()
    qtbot.waitUntil(lambda: panel.outcome.is_shown)
    assert asked(page, "replace_sending") == [(SENT.safe_tx_hash, agreed, cancels)]
    assert panel.outcome.outcome is not None
    assert panel.outcome.outcome.title.startswith("Cancelled in block")
    assert "nothing failed" in panel.outcome.outcome.sentence


def test_a_refusal_says_that_nothing_was_replaced(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """What waited still waits, and is looked for again."""
    page = opened(errands, show, qtbot, replace_sending=Refused("underpriced"))
    qtbot.waitUntil(page.sending.send.button.isEnabled)
    page.sending.send.button.click()
    qtbot.waitUntil(lambda: page.sending.outcome.is_shown)
    assert page.sending.outcome.outcome is not None
    assert page.sending.outcome.outcome.title == "Not replaced"
    qtbot.waitUntil(lambda: len(asked(page, "waiting")) == 2)


def test_no_receipt_is_unknown(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """It was sent; nothing is called failed. Looking again looks at both."""
    page = opened(errands, show, qtbot, replace_sending=Unavailable("There is no receipt yet."))
    qtbot.waitUntil(page.sending.send.button.isEnabled)
    page.sending.send.button.click()
    qtbot.waitUntil(lambda: page.sending.outcome.is_shown)
    assert page.sending.outcome.outcome is not None
    assert page.sending.outcome.outcome.title == "Unknown"
    page._session.end_refresh()
    page.sending.outcome.next.click()
    assert page._session.is_refreshing


@pytest.mark.parametrize(
    ("fate", "chip"),
    [(Fate.DROPPED, "dropped"), (Fate.REPLACED, "replaced"), (Fate.UNKNOWN, "unknown")],
)
def test_what_does_not_wait_is_not_replaced(
    errands: Errands, show: Show, qtbot: QtBot, fate: Fate, chip: str
) -> None:
    """It says why; where nothing waits any more it can be executed again."""
    page = opened(errands, show, qtbot, waiting=a_waiting(fate))
    panel = page.sending
    assert panel._chip.text() == chip
    assert panel.send.reason == "Nothing that a node has waits to be replaced."
    assert not panel.cost.isVisible()
    assert panel.again.isVisible() is (fate is not Fate.UNKNOWN)
    if fate is not Fate.UNKNOWN:
        panel.again.button.click()
        assert page.execute.isVisible()
    else:
        panel.closed.emit()
        assert page.cards[0].isVisible()


def test_only_the_key_that_sent_it_replaces_it(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """It may lie on another desk."""
    page = opened(errands, show, qtbot, keys=(OWNER_KEY,))
    assert "which sent it, is not on this desk" in page.sending.send.reason


def test_what_was_sent_without_its_bytes_is_only_looked_for(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """By an older version."""
    page = opened(errands, show, qtbot, waiting=replace(a_waiting(), signed=None))
    assert "did not keep its bytes" in page.sending.send.reason


def test_a_cancellation_can_only_be_cancelled(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """With higher fees."""
    page = opened(errands, show, qtbot, waiting=a_waiting(cancels=True))
    assert page.sending._chip.text() == "cancellation waiting"
    assert not page.sending.picks[False].isEnabled()
    assert page.sending.picks[True].isChecked()
    qtbot.waitUntil(page.sending.send.button.isEnabled)


def test_what_was_settled_meanwhile_is_said(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The look itself found the receipt."""
    page = opened(errands, show, qtbot, waiting=None)
    assert "Nothing waits any more" in page.sending.says.text()
    assert not page.sending.pane.isVisible()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.EXECUTED, "It was executed."),
        (State.CONFIRMED, "nothing failed"),
        (State.FAILED, "its calls failed"),
        (State.REPLACED, "used its nonce"),
    ],
)
def test_a_refresh_that_settles_it_is_seen(
    errands: Errands, show: Show, qtbot: QtBot, state: State, words: str
) -> None:
    """Nobody replaces what is over."""
    page = opened(errands, show, qtbot)
    page._session.take_queue((replace(SENT, state=state),))
    assert words in page.sending.says.text()
    assert not page.sending.pane.isVisible()


def test_offline_it_is_unknown(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """And can be asked for again."""
    page = opened(errands, show, qtbot, waiting=Unavailable("Nobody answers."))
    assert page.sending.pane.state == "message"
    page._session.chain_failed("No node answers.", NOW)
    page.sending.look_again()
    assert len(asked(page, "waiting")) == 1
    assert page.sending.send.reason == "What waits is not known yet."


def test_stopped_signing_stops_replacing(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """After a fault of ours no key is used."""
    page = opened(errands, show, qtbot)
    qtbot.waitUntil(page.sending.send.button.isEnabled)
    page._session.stop_signing("A fault was met.")
    assert page.sending.send.reason == "A fault was met."


def test_under_way_nothing_is_sent_twice(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Until it is known what came of it."""
    go_on = threading.Event()

    def replaced(*_asked: object) -> Receipt:
        go_on.wait(5)
        return CANCELLED

    page = opened(errands, show, qtbot, replace_sending=replaced)
    qtbot.waitUntil(page.sending.send.button.isEnabled)
    page.sending.send.button.click()
    assert page.sending.send.reason.startswith("Under way")
    go_on.set()
    qtbot.waitUntil(lambda: page.sending.outcome.is_shown)

"""Facts about the session: it says what changed, once, after it did."""

from pytestqt.qtbot import QtBot

from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.windows.session import Session


def a_snapshot(number: int) -> TreasurySnapshot:
    """An empty treasury at a block."""
    block = Block(number=number, hash=bytes(32), timestamp=1_700_000_000)
    return TreasurySnapshot(chain_id=31337, block=block, safes=(), holdings=(), quotes=())


def test_a_snapshot_is_current_when_its_arrival_is_told(qtbot: QtBot) -> None:
    """Listeners read the new one; an equal one is not told again."""
    session, seen = Session(), []
    session.snapshot_arrived.connect(lambda: seen.append(session.snapshot))
    session.take_snapshot(a_snapshot(10**18))
    session.take_snapshot(a_snapshot(10**18))
    assert seen == [a_snapshot(10**18)]


def test_a_selection_that_is_not_queued_selects_nothing(qtbot: QtBot) -> None:
    """The hash stays, the transaction is None."""
    session = Session()
    with qtbot.waitSignal(session.selection_changed):
        session.select(bytes(32))
    assert session.selection == bytes(32)
    assert session.selected is None


def test_trouble_keeps_the_time_of_its_first_failure(qtbot: QtBot) -> None:
    """Until the chain answers again."""
    session, told = Session(), []
    session.chain_status_changed.connect(lambda: told.append(session.chain_trouble))
    session.chain_failed("The node does not answer.", now=100)
    session.chain_failed("The node does not answer.", now=150)
    session.chain_failed("The node is on another chain.", now=200)
    assert session.trouble_since == 100
    session.chain_answered()
    session.chain_answered()
    assert session.trouble_since is None
    assert told == ["The node does not answer.", "The node is on another chain.", ""]


def test_a_refresh_is_asked_once_until_it_ended(qtbot: QtBot) -> None:
    """Pressing F5 ten times reads the chain once."""
    session, asked = Session(), []
    session.refresh_asked.connect(lambda: asked.append(1))
    session.ask_refresh()
    session.ask_refresh()
    session.end_refresh()
    session.ask_refresh()
    assert len(asked) == 2
    session.end_refresh()
    assert not session.is_refreshing


def test_a_refresh_asked_anew_follows_the_one_under_way(qtbot: QtBot) -> None:
    """Once, and only then: that one asks nodes of before."""
    session, asked = Session(), list[bool]()
    session.refresh_asked.connect(lambda: asked.append(True))
    session.ask_refresh()
    session.ask_refresh_anew()
    assert len(asked) == 1
    session.end_refresh()
    assert (len(asked), session.is_refreshing) == (2, True)
    session.end_refresh()
    assert (len(asked), session.is_refreshing) == (2, False)
    session.ask_refresh_anew()
    session.end_refresh()
    assert (len(asked), session.is_refreshing) == (3, False)

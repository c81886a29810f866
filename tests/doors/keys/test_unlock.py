"""How long a key stays unlocked, by three clocks, and what a passphrase in memory is worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.keys.kept_passphrase import keep_out_of_swap
from treasury_desktop.keys.unlock import (
    Ending,
    Moment,
    ending_by_clock,
    moment,
    seconds_left,
)

BEGUN = Moment(awake=1000.0, with_sleep=5000.0, wall=1_700_000_000.0)


def after(awake: float, asleep: float = 0, set_forward: float = 0) -> Moment:
    """So many seconds later, of which some were slept, with a clock that somebody set."""
    return Moment(
        awake=BEGUN.awake + awake,
        with_sleep=BEGUN.with_sleep + awake + asleep,
        wall=BEGUN.wall + awake + asleep + set_forward,
    )


@pytest.mark.parametrize(
    ("now", "ending"),
    [
        (after(0), None),
        (after(299.9), None),
        (after(300), Ending.TIME),
        (after(10, asleep=1), Ending.SLEEP),
        (after(1, asleep=10_000), Ending.SLEEP),
        (after(10, set_forward=290), Ending.TIME),
        (after(10, set_forward=-5000), None),
        (after(300, set_forward=-5000), Ending.TIME),
    ],
)
def test_time_is_over_by_whichever_clock_is_first(now: Moment, ending: Ending | None) -> None:
    """Sleep ends it at all; a clock set back prolongs nothing."""
    assert ending_by_clock(BEGUN, now, 300) == ending


@given(st.floats(0, 1000), st.floats(0, 1000), st.floats(-1000, 1000))
def test_no_clock_prolongs_it(awake: float, asleep: float, forward: float) -> None:
    """What is left is never more than what the clock of the time awake leaves."""
    assert seconds_left(BEGUN, after(awake, asleep, forward), 300) <= 300 - awake + 1e-6


def test_clocks_go_forward() -> None:
    """The real clocks begin with nothing gone and nothing slept."""
    begun = moment()
    assert ending_by_clock(begun, moment(), 300) is None
    assert 290 < seconds_left(begun, moment(), 300) <= 300


def test_locking_memory_leaves_the_passphrase_as_it_is() -> None:
    """Whether or not the system allows it."""
    content = bytearray(b"kept")
    keep_out_of_swap(content)
    assert content == b"kept"
    content[:] = bytes(4)
    assert not keep_out_of_swap(bytearray())

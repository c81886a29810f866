"""Wrong passphrases: five are free, then the key has to be waited for, longer each time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.doors.keys.key_samples import address_of
from treasury_desktop.errors import Refused
from treasury_desktop.keys.back_off import LONGEST_WAIT, BackOff

KEY, OTHER = address_of(1), address_of(2)


class Clock:
    """Seconds, as a test says."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Now."""
        return self.now


def test_five_tries_are_free_and_the_sixth_waits() -> None:
    """Thirty seconds after the fifth, for this key alone."""
    clock = Clock()
    back_off = BackOff(clock)
    back_off.note(KEY, 3, is_opened=False)
    back_off.require_no_wait(KEY)
    back_off.note(KEY, 2, is_opened=False)
    with pytest.raises(Refused, match=r"5 wrong passphrases in a row: .* in 30 s"):
        back_off.require_no_wait(KEY)
    back_off.require_no_wait(OTHER)
    clock.now += 29.5
    with pytest.raises(Refused, match="in 1 s"):
        back_off.require_no_wait(KEY)
    clock.now += 0.5
    back_off.require_no_wait(KEY)


def test_each_further_try_doubles_the_wait_up_to_a_quarter_of_an_hour() -> None:
    """One minute after the sixth, two after the seventh, and never more than fifteen."""
    clock = Clock()
    back_off = BackOff(clock)
    back_off.note(KEY, 6, is_opened=False)
    with pytest.raises(Refused, match="in 1 min 0 s"):
        back_off.require_no_wait(KEY)
    back_off.note(KEY, 1, is_opened=False)
    with pytest.raises(Refused, match="in 2 min 0 s"):
        back_off.require_no_wait(KEY)
    back_off.note(KEY, 10_000, is_opened=False)
    with pytest.raises(Refused, match="in 15 min 0 s"):
        back_off.require_no_wait(KEY)


def test_opening_the_key_forgets_the_wrong_ones() -> None:
    """A slip of the finger long ago does not count."""
    back_off = BackOff(Clock())
    back_off.note(KEY, 4, is_opened=False)
    back_off.note(KEY, 0, is_opened=True)
    back_off.note(KEY, 4, is_opened=False)
    back_off.require_no_wait(KEY)


def test_cancelling_is_no_wrong_try() -> None:
    """A window that was closed neither counts nor begins the wait anew."""
    clock = Clock()
    back_off = BackOff(clock)
    back_off.note(KEY, 5, is_opened=False)
    clock.now += 30
    back_off.note(KEY, 0, is_opened=False)
    back_off.require_no_wait(KEY)


@given(st.lists(st.tuples(st.integers(0, 3), st.floats(0, 100)), max_size=40))
def test_the_wait_never_ends_early_and_never_exceeds_its_bound(
    windows: list[tuple[int, float]],
) -> None:
    """Whatever comes when: after the bound a key can be tried again."""
    clock = Clock()
    back_off = BackOff(clock)
    for wrong, seconds in windows:
        back_off.note(KEY, wrong, is_opened=False)
        clock.now += seconds
    clock.now += LONGEST_WAIT
    back_off.require_no_wait(KEY)

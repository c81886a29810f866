"""The errands that have a passphrase window opened go by one list."""

from treasury_desktop.windows.actions import KEY_ACTS
from treasury_desktop.windows.keys.page import CHANGE, CREATE
from treasury_desktop.windows.queue.execute_panel import ACT as EXECUTE
from treasury_desktop.windows.sign.page import ACT as SIGN


def test_key_acts_are_those_of_the_pages() -> None:
    """Closing and cancelling end exactly these."""
    assert frozenset({SIGN, EXECUTE, CREATE, CHANGE}) == KEY_ACTS

"""Inputs made by chance: nothing but a refusal at reading, no fault after it, no hang.

Another seed each time; `python -m tests.fuzz --minutes N` tries many more.
"""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from tests.fuzz.kinds import KINDS
from tests.fuzz.oracle import try_one

A_HANG = timedelta(seconds=1)


@pytest.mark.parametrize("kind", KINDS)
@settings(
    max_examples=3_000,
    deadline=A_HANG,
    derandomize=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(draw=st.randoms(use_true_random=False) | st.randoms(use_true_random=True))
def test_inputs_made_by_chance(kind: str, draw: Random) -> None:
    """Each is refused with a sentence or reviewed to the end, within a second."""
    data = KINDS[kind](draw)
    note(repr(data[:4_000]))
    try_one(data)

"""What can become of a transaction."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Refused
from treasury_desktop.safes.lifecycle import FINAL, TRANSITIONS, Event, State, next_state

LEGAL = {
    "drafted": {
        "confirmation added": "collecting", "threshold reached": "confirmed",
        "execution succeeded": "executed", "execution failed": "failed",
        "nonce taken by another transaction": "replaced",
    },
    "collecting": {
        "confirmation added": "collecting", "threshold reached": "confirmed",
        "execution succeeded": "executed", "execution failed": "failed",
        "nonce taken by another transaction": "replaced",
    },
    "confirmed": {
        "confirmation added": "confirmed", "broadcast": "sent",
        "execution succeeded": "executed", "execution failed": "failed",
        "nonce taken by another transaction": "replaced",
    },
    "sent": {
        "broadcast": "sent", "never mined": "confirmed", "sending cancelled": "confirmed",
        "account nonce taken by another transaction of the executor": "confirmed",
        "execution succeeded": "executed", "execution failed": "failed",
        "nonce taken by another transaction": "replaced",
    },
    "executed": {"execution failed": "failed", "nonce found open": "drafted"},
    "failed": {"execution succeeded": "executed", "nonce found open": "drafted"},
    "replaced": {
        "execution succeeded": "executed", "execution failed": "failed",
        "nonce found open": "drafted",
    },
}  # fmt: skip


@pytest.mark.parametrize(("state", "event"), list(itertools.product(State, Event)))
def test_every_pair_of_state_and_event(state: State, event: Event) -> None:
    """The table, once more: what it does not list is refused and changes nothing."""
    before = dict(TRANSITIONS)
    expected = LEGAL[state.value].get(event.value)
    if expected is None:
        with pytest.raises(Refused, match=state.value):
            next_state(state, event)
    else:
        assert next_state(state, event) is State(expected)
    assert before == TRANSITIONS


def test_only_the_chain_moves_what_is_final() -> None:
    """What was executed, failed or replaced by one node's word is corrected by a later one's."""
    told_by_the_chain = {"execution succeeded", "execution failed", "nonce found open"}
    final = {state for state, events in LEGAL.items() if set(events) <= told_by_the_chain}
    assert {state.value for state in FINAL} == final


@given(st.lists(st.sampled_from(Event)))
def test_only_a_confirmed_transaction_is_ever_sent(events: list[Event]) -> None:
    """Whatever happens in whichever order, sending follows a reached threshold."""
    state, has_threshold = State.DRAFTED, False
    for event in events:
        try:
            state = next_state(state, event)
        except Refused:
            continue
        has_threshold |= event is Event.THRESHOLD_REACHED
        assert has_threshold or state is not State.SENT

"""What can become of a transaction, and the words by which people compare hashes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Refused
from treasury_desktop.resources import read_resource
from treasury_desktop.safes import comparison
from treasury_desktop.safes.comparison import comparison_code
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
        "never mined": "confirmed", "execution succeeded": "executed",
        "execution failed": "failed", "nonce taken by another transaction": "replaced",
    },
    "executed": {}, "failed": {}, "replaced": {},
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


def test_final_states_stay() -> None:
    """Nothing happens any more to what was executed, failed or replaced."""
    assert {state.value for state in FINAL} == {s for s, events in LEGAL.items() if not events}


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


WORDS = read_resource("words/bip39_english.txt").decode().split()


@given(st.binary(min_size=32, max_size=32))
def test_comparison_code_is_the_first_88_bits(safe_tx_hash: bytes) -> None:
    """Eight words of the BIP-39 list, eleven bits each, from the hash's beginning."""
    bits = f"{int.from_bytes(safe_tx_hash, 'big'):0256b}"
    by_hand = [WORDS[int(bits[at : at + 11], 2)] for at in range(0, 88, 11)]
    assert comparison_code(safe_tx_hash).split() == by_hand


@given(st.binary(min_size=32, max_size=32), st.integers(0, 87))
def test_comparison_code_changes_with_each_of_its_bits(safe_tx_hash: bytes, bit: int) -> None:
    """Hashes that differ in one of the first 88 bits have different codes."""
    number = int.from_bytes(safe_tx_hash, "big") ^ (1 << (255 - bit))
    assert comparison_code(number.to_bytes(32, "big")) != comparison_code(safe_tx_hash)


def test_known_comparison_codes() -> None:
    """The extremes of the list stand for the extremes of the bits."""
    assert comparison_code(bytes(32)) == " ".join(["abandon"] * 8)
    assert comparison_code(b"\xff" * 32) == " ".join(["zoo"] * 8)


def test_short_word_list_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of another length would make other codes than everybody else's."""
    comparison._words.cache_clear()
    monkeypatch.setattr(comparison, "read_resource", lambda _: b"abandon ability")
    with pytest.raises(ValueError, match="2 words"):
        comparison_code(bytes(32))
    comparison._words.cache_clear()

"""What can become of a Safe transaction: one table, all of it here.

An event the table does not list is refused and changes nothing.
"""

from enum import Enum

from treasury_desktop.errors import Refused


class State(Enum):
    """Where a transaction of the queue stands."""

    DRAFTED = "drafted"
    COLLECTING = "collecting"
    CONFIRMED = "confirmed"
    SENT = "sent"
    EXECUTED = "executed"
    FAILED = "failed"
    REPLACED = "replaced"


class Event(Enum):
    """What happens to it."""

    CONFIRMATION_ADDED = "confirmation added"
    THRESHOLD_REACHED = "threshold reached"
    BROADCAST = "broadcast"
    EXECUTION_SUCCEEDED = "execution succeeded"
    EXECUTION_FAILED = "execution failed"
    NEVER_MINED = "never mined"
    SENDING_CANCELLED = "sending cancelled"
    ACCOUNT_NONCE_TAKEN = "account nonce taken by another transaction of the executor"
    NONCE_TAKEN = "nonce taken by another transaction"
    NONCE_OPEN = "nonce found open"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.DRAFTED, Event.CONFIRMATION_ADDED): State.COLLECTING,
    (State.DRAFTED, Event.THRESHOLD_REACHED): State.CONFIRMED,
    (State.COLLECTING, Event.CONFIRMATION_ADDED): State.COLLECTING,
    (State.COLLECTING, Event.THRESHOLD_REACHED): State.CONFIRMED,
    (State.CONFIRMED, Event.CONFIRMATION_ADDED): State.CONFIRMED,
    (State.CONFIRMED, Event.BROADCAST): State.SENT,
    (State.SENT, Event.BROADCAST): State.SENT,  # once more: no node had heard of the first
    (State.SENT, Event.NEVER_MINED): State.CONFIRMED,
    (State.SENT, Event.SENDING_CANCELLED): State.CONFIRMED,
    (State.SENT, Event.ACCOUNT_NONCE_TAKEN): State.CONFIRMED,
    (State.SENT, Event.EXECUTION_SUCCEEDED): State.EXECUTED,
    (State.SENT, Event.EXECUTION_FAILED): State.FAILED,
    (State.SENT, Event.NONCE_TAKEN): State.REPLACED,
}
# The chain may tell us at any time that somebody else executed or replaced what we hold.
for _state in (State.DRAFTED, State.COLLECTING, State.CONFIRMED):
    TRANSITIONS[_state, Event.EXECUTION_SUCCEEDED] = State.EXECUTED
    TRANSITIONS[_state, Event.EXECUTION_FAILED] = State.FAILED
    TRANSITIONS[_state, Event.NONCE_TAKEN] = State.REPLACED
# A node may have lied, or its block may have been reorganised away: later evidence corrects it.
TRANSITIONS[State.REPLACED, Event.EXECUTION_SUCCEEDED] = State.EXECUTED
TRANSITIONS[State.REPLACED, Event.EXECUTION_FAILED] = State.FAILED
TRANSITIONS[State.FAILED, Event.EXECUTION_SUCCEEDED] = State.EXECUTED
TRANSITIONS[State.EXECUTED, Event.EXECUTION_FAILED] = State.FAILED
for _state in (State.EXECUTED, State.FAILED, State.REPLACED):
    TRANSITIONS[_state, Event.NONCE_OPEN] = State.DRAFTED

SENDING_OVER = frozenset({Event.NEVER_MINED, Event.SENDING_CANCELLED, Event.ACCOUNT_NONCE_TAKEN})
"""What ends a sending and leaves the transaction as executable as it was."""

FINAL = frozenset({State.EXECUTED, State.FAILED, State.REPLACED})
"""What only the chain moves any further, by evidence against what it seemed to say before."""


def next_state(state: State, event: Event) -> State:
    """The state after an event; refuses events that cannot happen in this state."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Refused(f"A {state.value} transaction cannot have: {event.value}.") from None

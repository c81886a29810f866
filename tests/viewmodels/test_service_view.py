"""What pages say of the optional Safe Transaction Service."""

from dataclasses import replace

import pytest

from tests.samples import a_queued, a_safe, a_safe_tx, an_owner
from tests.service_at_hand import OFF, ON, TURNED_OFF, USED_UP, listing, troubled
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.exchange_with_service import UNSIGNED, ApartTransaction, ServiceReading
from treasury_desktop.desk.served_transactions import RefusedEntry
from treasury_desktop.desk.service_settings import ServiceState
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.service import (
    BELIEVED,
    LEARNS,
    MOST_SHOWN,
    ServiceBarView,
    ServiceRowView,
    reading_view,
    service_bar,
    service_row,
    service_view,
)

UNREACHABLE = troubled("unreachable", "safe.example cannot be reached.")
SIGNED = a_queued(a_safe_tx(12), signed_by=(1,))


def bar(state: ServiceState, **changes: object) -> ServiceBarView:
    """The bar of a desk that can ask."""
    given = {"has_safe": True, "chain_trouble": "", "is_asking": False} | changes
    return service_bar(state, **given)


def row(
    state: ServiceState,
    queued: QueuedTransaction = SIGNED,
    safe: Safe | None = None,
    mine: int = 1,
) -> ServiceRowView:
    """What can be sent of one transaction."""
    return service_row(queued, safe or a_safe(), state, (an_owner(mine),), bar(state))


def test_what_it_learns_and_that_it_is_not_believed_is_said() -> None:
    """IP address, Safes, what is sent; and never by itself."""
    for word in ("IP address", "which Safes", "every transaction", "press a button"):
        assert word in LEARNS
    assert "Nothing it says is believed" in BELIEVED


@pytest.mark.parametrize(
    ("state", "chip", "words"),
    [
        (OFF, "off", "no connection is opened"),
        (TURNED_OFF, "off", "no connection is opened"),
        (ON, "on", "Nothing has been asked"),
        (replace(ON, answer="6.10.1"), "on", "safe.example answers; it calls itself version 6"),
        (USED_UP, "out of budget", "The budget of 2026-11 is spent"),
        (replace(OFF, damage="budget: is none."), "off", "budget: is none. It counts as off."),
        (UNREACHABLE, "unreachable", "cannot be reached"),
        (troubled("wrong address", "Is it right?"), "wrong address", "Is it right?"),
        (troubled("key refused", "Not with this key."), "key refused", "Not with this key."),
    ],
)
def test_every_state_has_its_chip_and_its_sentence(
    state: ServiceState, chip: str, words: str
) -> None:
    """On the settings page, and the chip on the queue too."""
    view = service_view(state)
    assert view.chip.text == bar(state).chip.text == chip
    assert words in view.sentence


def test_the_key_is_said_to_be_kept_and_where() -> None:
    """With one, and before there is one."""
    assert service_view(ON).key_words.startswith("Kept in the key ring of this system")
    assert service_view(OFF).key_words.startswith("It would be kept in the key ring")
    assert service_view(OFF).main == "Turn on"
    assert service_view(ON).main == "Keep changes"


def test_the_meter_counts_in_words() -> None:
    """With thin spaces above a thousand."""
    assert service_view(ON).meter == "31 of 200 requests this month"
    many = replace(ON, settings=replace(ON.settings, requests_per_month=5_000))
    assert service_view(many).meter == "31 of 5\u2009000 requests this month"


@pytest.mark.parametrize(
    ("state", "changes", "why_not"),
    [
        (ON, {}, ""),
        (ON, {"is_asking": True}, "Under way"),
        (TURNED_OFF, {}, "turned off in Settings"),
        (USED_UP, {}, "All 200 requests of this month"),
        (ON, {"chain_trouble": "The node is down."}, "The node is down."),
        (ON, {"has_safe": False}, "Refresh first"),
    ],
)
def test_why_it_cannot_be_asked_is_said(
    state: ServiceState, changes: dict[str, object], why_not: str
) -> None:
    """The first reason that applies."""
    said = bar(state, **changes).why_not
    assert why_not in said
    assert bool(said) == bool(why_not)


def test_the_bar_is_there_where_an_address_was_chosen() -> None:
    """A desk that never wanted a service sees nothing of it."""
    assert not bar(OFF).is_there
    assert bar(TURNED_OFF).is_there
    assert bar(UNREACHABLE).sentence == "safe.example cannot be reached."


def test_what_can_be_sent_of_a_transaction() -> None:
    """Propose what is not listed, confirm what is, and nothing twice."""
    assert (row(ON).action, row(ON).why_not) == ("Propose to service", "")
    assert row(ON).note == "Whether the service has it is not known."
    assert row(listing()).note == "Not listed there."
    there = row(listing((SIGNED.safe_tx_hash, (2,))))
    assert (there.action, there.why_not) == ("Send my confirmation", "")
    assert there.note == "The service has 1 verified confirmation of it."
    has_ours = row(listing((SIGNED.safe_tx_hash, (1, 2))))
    assert has_ours.why_not.startswith("Nothing new to send")
    assert row(ON, mine=2).why_not == "Nothing to send: you have not signed it."
    assert row(USED_UP).why_not == "All 200 requests of this month are used."


def test_a_used_nonce_is_nothing_to_send() -> None:
    """By the chain's word; without it the desk says so when it is asked."""
    assert row(ON, replace(SIGNED, state=State.EXECUTED)).why_not == "Nonce 12 is used up."
    assert row(ON, safe=a_safe(nonce=13)).why_not == "Nonce 12 is used up."
    assert row(ON, safe=a_safe(nonce=UNKNOWN)).why_not == ""
    assert service_row(SIGNED, None, ON, (an_owner(1),), bar(ON)).why_not == ""


def test_who_brought_it_is_said_and_not_believed() -> None:
    """Harmless characters only: the records may come from somebody else."""
    brought = replace(ON, brought_by={SIGNED.safe_tx_hash: "evil\u202e.example"})
    assert row(brought).origin == "served by evil⟨U+202E⟩.example, not believed"
    assert row(ON).origin == ""


def test_a_clean_reading_is_one_sentence() -> None:
    """Counts in words."""
    reading = ServiceReading(brought=(bytes(32),), new_confirmations=2)
    view = reading_view(reading, "safe.example")
    assert view.sentence == "Read safe.example: 1 new transaction, 2 new confirmations."
    assert (view.kind, view.has_more) == ("good", False)
    assert reading_view(ServiceReading(), "safe.example").sentence.endswith("nothing new.")


def test_each_lie_has_its_line() -> None:
    """Where it stands, whether it could be read, and the whole reason; strangers apart."""
    reading = ServiceReading(
        quarantined=1,
        refused=(
            RefusedEntry("entry 1", bytes(32), "is a transaction on chain 1."),
            RefusedEntry("entry 2", None, "to: must be \u202e an address"),
        ),
        apart=(ApartTransaction(bytes(32), a_safe_tx(13, value=1), "Trust me", UNSIGNED),),
        remarks=("The service counts with a threshold of 1, the Safe with 2.",),
    )
    view = reading_view(reading, "safe.example")
    assert view.kind == "advice"
    assert view.sentence.endswith("1 signature kept aside, not counted. 2 statements set aside.")
    assert [(one.place, one.kind, one.reason) for one in view.aside] == [
        ("entry 1", "not true", "Is a transaction on chain 1."),
        ("entry 2", "unread", "to: must be ⟨U+202E⟩ an address"),
    ]
    (apart,) = view.apart
    assert (apart.title, apart.recipient) == ("Nonce 13", str(a_safe_tx(13).to))
    assert "Trust me" not in repr(view)
    assert view.has_more


def test_a_flood_of_lies_is_cut_and_counted() -> None:
    """Nobody waits for a thousand rows."""
    lies = tuple(RefusedEntry(f"entry {n}", None, "is no object") for n in range(1_000))
    strange = ApartTransaction(bytes(32), a_safe_tx(13), "", UNSIGNED)
    view = reading_view(ServiceReading(refused=lies, apart=(strange,) * 500), "safe.example")
    assert (len(view.aside), view.more_aside) == (MOST_SHOWN, "and 970 more")
    assert (len(view.apart), view.more_apart) == (MOST_SHOWN, "and 470 more")

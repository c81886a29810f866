"""The optional service on the settings page and on the queue, its answers laid out."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from tests.samples import a_deposit_tx, a_safe_tx, a_snapshot, an_owner
from tests.service_at_hand import ADDRESS, OFF, ON, TURNED_OFF, USED_UP, ServiceAtHand, troubled
from tests.signing_desk import a_kept, a_signing_desk
from treasury_desktop.desk.exchange_with_service import UNSIGNED, ApartTransaction, ServiceReading
from treasury_desktop.desk.served_transactions import RefusedEntry
from treasury_desktop.errors import Cancelled, Malformed, TreasuryError, Unavailable
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.windows.errands import Errands
from treasury_desktop.windows.queue.page import QueuePage
from treasury_desktop.windows.session import Session
from treasury_desktop.windows.settings.page import SettingsPage
from treasury_desktop.windows.settings.service_card import ServiceCard
from treasury_desktop.windows.untrusted import rich_labels, texts_in

Show = Callable[..., None]
KEY = "public-test-value"
MINE = a_kept(signed_by=(1,))
THEIRS = a_kept(a_deposit_tx(5, nonce=13), signed_by=(2,))


def a_card(errands: Errands, service: ServiceAtHand, show: Show, qtbot: QtBot) -> ServiceCard:
    """The card on the settings page, once it knows what is kept."""
    page = SettingsPage(a_signing_desk(service=service), errands)
    show(page, 1000, 900)
    card = page.service
    card.page = page  # type: ignore[attr-defined]  kept alive with it
    qtbot.waitUntil(lambda: bool(card.chip.text()))
    return card


def write(card: ServiceCard, **fields: str) -> None:
    """Types into fields, as a person does."""
    for name, text in fields.items():
        field = card.fields[name.replace("_", " ")]
        field.clear()
        QTest.keyClicks(field, text)


def a_queue(
    errands: Errands,
    service: ServiceAtHand,
    queue: tuple[QueuedTransaction, ...] = (MINE, THEIRS),
    **answers: Any,
) -> QueuePage:
    """The queue page of a desk with that service."""
    session = Session()
    session.take_snapshot(a_snapshot())
    session.take_queue(queue)
    desk = a_signing_desk(queue, service=service, **answers)
    page = QueuePage(session, errands, desk)
    session.setParent(page)
    return page


def rows(page: QueuePage) -> list[tuple[str, str]]:
    """Each card's action for the service, and why it cannot be pressed."""
    return [
        (card.service.send.button.text(), card.service.send.reason)
        for card in page.cards
        if card.service is not None and card.service.isVisible()
    ]


# ── settings ─────────────────────────────────────────────────────────────────────────────────────


def test_turning_on_hands_over_what_was_typed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Address, budget and key; the key's field is empty afterwards and was never legible."""
    service = ServiceAtHand(OFF, turn_on=lambda *_: ON)
    card = a_card(errands, service, show, qtbot)
    assert card.main.reason == "Type the address of a service first."
    assert card.fields["service key"].echoMode() is QLineEdit.EchoMode.Password
    write(card, service=ADDRESS, budget="200", service_key=KEY)
    with qtbot.waitSignal(card.changed):
        card.main.button.click()
    assert service.asked == [("turn_on", (ADDRESS, "200", KEY))]
    assert card.fields["service key"].text() == ""
    assert not any(KEY in text for text in texts_in(card))
    assert (card.chip.text(), card.main.reason) == ("on", "Nothing was changed.")
    assert "Kept in the key ring of this system" in " ".join(texts_in(card))
    assert rich_labels(card) == []


@pytest.mark.parametrize(
    ("field", "begins"),
    [("service", "Address: "), ("service key", "API key: "), ("budget", "Requests a month: ")],
)
def test_a_refusal_stands_beside_its_field(
    errands: Errands, show: Show, qtbot: QtBot, field: str, begins: str
) -> None:
    """With the keyboard in it; the first correction takes the sentence away."""
    service = ServiceAtHand(OFF, turn_on=Malformed(field, "is not so"))
    card = a_card(errands, service, show, qtbot)
    write(card, service="x")
    card.main.button.click()
    qtbot.waitUntil(card.refusals[field].isVisible)
    assert card.refusals[field].text() == f"{begins}is not so."
    assert card.fields[field].hasFocus()
    assert sum(label.isVisible() for label in card.refusals.values()) == 1
    QTest.keyClicks(card.fields[field], "y")
    assert not card.refusals[field].isVisible()


def test_another_refusal_is_said_on_the_card(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """A key ring that is locked is no field's fault; what was typed stays."""
    service = ServiceAtHand(OFF, turn_on=Unavailable("The key ring is locked."))
    card = a_card(errands, service, show, qtbot)
    write(card, service=ADDRESS, service_key=KEY)
    card.main.button.click()
    qtbot.waitUntil(lambda: card.says.text() == "The key ring is locked.")
    assert card.fields["service"].text() == ADDRESS
    assert card.fields["service key"].text() == KEY


def test_off_asks_nothing_and_offers_nothing_to_ask(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """There is no connection to try."""
    service = ServiceAtHand(TURNED_OFF)
    card = a_card(errands, service, show, qtbot)
    assert not card.attempt.isVisible()
    assert not card.off.isVisible()
    assert card.main.reason == ""
    assert service.asked == []


@pytest.mark.parametrize("kind", ["unreachable", "wrong address", "key refused"])
def test_a_connection_that_fails_is_told_on_the_card(
    errands: Errands, show: Show, qtbot: QtBot, kind: str
) -> None:
    """The chip and the sentence; nothing else changes."""
    service = ServiceAtHand(ON, try_connection=troubled(kind, "It says why."))
    card = a_card(errands, service, show, qtbot)
    card.attempt.click()
    qtbot.waitUntil(lambda: card.chip.text() == kind)
    assert "It says why." in texts_in(card)


def test_a_used_up_budget_tries_nothing(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The sentence says what helps."""
    card = a_card(errands, ServiceAtHand(USED_UP), show, qtbot)
    assert not card.attempt.isEnabled()
    assert "or you allow more" in " ".join(texts_in(card))


def test_it_is_turned_off_and_its_key_forgotten(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Two buttons, each with its sentence."""
    keyless = replace(ON, settings=replace(ON.settings, key_entry=""))
    service = ServiceAtHand(ON, turn_off=TURNED_OFF, forget_key=keyless)
    card = a_card(errands, service, show, qtbot)
    card.forget.click()
    qtbot.waitUntil(lambda: card.says.text() == "The API key is forgotten.")
    assert not card.forget.isVisible()
    card.off.click()
    qtbot.waitUntil(lambda: card.chip.text() == "off")


def test_return_in_a_field_keeps_what_was_typed(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """The keyboard alone is enough; with nothing to keep it does nothing."""
    service = ServiceAtHand(ON, turn_on=lambda *_: ON)
    card = a_card(errands, service, show, qtbot)
    QTest.keyClick(card.fields["budget"], Qt.Key.Key_Return)
    assert service.asked == []
    write(card, budget="300")
    QTest.keyClick(card.fields["budget"], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: service.asked == [("turn_on", (ADDRESS, "300", ""))])
    qtbot.waitUntil(lambda: card.says.text() == "It is on.")


# ── queue ────────────────────────────────────────────────────────────────────────────────────────


def test_a_desk_without_a_service_sees_nothing_of_it(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """Neither a bar nor a button."""
    page = a_queue(errands, ServiceAtHand(OFF))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.service._state is not None)
    assert not page.service.isVisible()
    assert rows(page) == []


def test_nothing_is_asked_by_itself(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Showing the queue, its transactions, and a new queue asks no service."""
    service = ServiceAtHand(ON)
    page = a_queue(errands, service)
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: len(rows(page)) == 2)
    page._session.take_queue((MINE,))
    qtbot.waitUntil(lambda: len(rows(page)) == 1)
    assert service.asked == []


def test_each_transaction_says_what_can_be_sent(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Mine can be proposed; what I have not signed cannot."""
    page = a_queue(errands, ServiceAtHand(ON))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: rows(page)[:1] == [("Propose to service", "")])
    assert rows(page)[1] == ("Propose to service", "Nothing to send: you have not signed it.")


@pytest.mark.parametrize(
    ("state", "why_not"),
    [
        (TURNED_OFF, "The service is turned off in Settings."),
        (USED_UP, "All 200 requests of this month are used."),
    ],
)
def test_why_nothing_can_be_asked_stands_beside_each_button(
    errands: Errands, show: Show, qtbot: QtBot, state: Any, why_not: str
) -> None:
    """For reading and for sending alike."""
    page = a_queue(errands, ServiceAtHand(state))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.service.read.reason == why_not)
    qtbot.waitUntil(lambda: rows(page)[:1] == [("Propose to service", why_not)])


def test_offline_nothing_is_asked(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Owners and nonce come from the chain."""
    page = a_queue(errands, ServiceAtHand(ON))
    show(page, 1000, 800)
    qtbot.waitUntil(lambda: page.service.read.reason == "")
    qtbot.waitUntil(lambda: bool(rows(page)))
    page._session.chain_failed("The node is down.", 0)
    assert page.service.read.reason.endswith("The node is down.")
    qtbot.waitUntil(lambda: rows(page)[0][1].endswith("The node is down."))
    page._session.chain_answered()
    assert page.service.read.reason == ""


def test_a_lying_reading_names_each_lie(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Set aside with its reason, strangers apart, and the queue is read again."""
    lying = ServiceReading(
        new_confirmations=1,
        quarantined=1,
        refused=(RefusedEntry("entry 3", None, "to: <b>is</b> no address"),),
        apart=(ApartTransaction(bytes(32), a_safe_tx(15), "<b>Trust me</b>", UNSIGNED),),
        remarks=("The service counts with a threshold of 1, the Safe with 2.",),
    )
    service = ServiceAtHand(ON, read=lying)
    page = a_queue(errands, service, (MINE,))
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: page.service.read.reason == "")
    page.service.with_untrusted.setChecked(True)
    page.service.read.button.click()
    qtbot.waitUntil(lambda: page.service.reading is not None)
    qtbot.waitUntil(lambda: "Nonce 15" in texts_in(page.service))
    words = " ".join(texts_in(page.service))
    assert "0 new transactions, 1 new confirmation" in words
    for said in ("entry 3", "to: <b>is</b> no address", "threshold of 1", "Nonce 15", UNSIGNED):
        assert said in words
    assert "Trust me" not in words
    assert rich_labels(page) == []
    assert service.asked[0][1][0] is True
    qtbot.waitUntil(lambda: ("queue", ()) in page._actions.asked)  # type: ignore[attr-defined]
    page.service.reading.closed.emit()  # type: ignore[union-attr]
    assert page.service.reading is None


def test_a_reading_shows_how_far_it_is_and_is_cancelled(
    errands: Errands, show: Show, qtbot: QtBot
) -> None:
    """The errand is asked to stop, and says so."""
    begun = threading.Event()

    def read(_untrusted: bool, on_progress: Any, is_cancelled: Any) -> ServiceReading:
        on_progress(0, 1, "Asking safe.example what waits…")
        begun.set()
        while not is_cancelled():
            threading.Event().wait(0.01)
        raise Cancelled

    page = a_queue(errands, ServiceAtHand(ON, read=read))
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: page.service.read.reason == "")
    page.service.read.button.click()
    qtbot.waitUntil(page.service.progress.isVisible)
    assert begun.is_set()
    assert page.service.read.reason.startswith("Under way")
    assert rows(page)[0][1].startswith("Under way")
    with qtbot.waitSignal(errands.stop_asked) as asked:
        page.service.progress._cancel.click()
    assert asked.args == ["read service"]
    qtbot.waitUntil(lambda: page.service.says.text() == Cancelled().sentence)
    assert not page.service.progress.isVisible()
    assert page.service.read.reason == ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [("Proposed to safe.example.", "Proposed to safe.example."), (Unavailable("No."), "No.")],
)
def test_sending_says_what_came_of_it(
    errands: Errands, show: Show, qtbot: QtBot, answer: str | TreasuryError, words: str
) -> None:
    """One transaction, once, and the sentence stays on the page."""
    service = ServiceAtHand(ON, send=answer)
    page = a_queue(errands, service)
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: rows(page)[:1] == [("Propose to service", "")])
    row = page.cards[0].service
    assert row is not None
    row.send.button.click()
    qtbot.waitUntil(lambda: page.service.says.text() == words)
    assert service.asked == [("send", (MINE.safe_tx_hash,))]


def test_what_the_service_brought_is_marked(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """By a chip that says that it is not believed."""
    state = replace(
        ON,
        is_read=True,
        brought_by={THEIRS.safe_tx_hash: "safe.example"},
        listed={MINE.safe_tx_hash: frozenset({an_owner(1)})},
    )
    page = a_queue(errands, ServiceAtHand(state))
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: "served by safe.example, not believed" in texts_in(page))
    assert rows(page)[0] == (
        "Send my confirmation",
        "Nothing new to send: the service has your confirmation.",
    )


def test_the_trouble_is_said_until_it_answers(errands: Errands, show: Show, qtbot: QtBot) -> None:
    """Once, not twice: the notice of a failed reading is the same sentence."""
    trouble = troubled("unreachable", "safe.example cannot be reached.")
    service = ServiceAtHand(trouble, read=Unavailable("safe.example cannot be reached."))
    page = a_queue(errands, service)
    show(page, 1000, 900)
    qtbot.waitUntil(lambda: "safe.example cannot be reached." in texts_in(page.service))
    page.service.read.button.click()
    qtbot.waitUntil(page.service.says.isVisible)
    qtbot.waitUntil(lambda: texts_in(page.service).count("safe.example cannot be reached.") == 1)
    service.now_in = ON
    page.service.reload()
    qtbot.waitUntil(lambda: page.service.chip.text() == "on")

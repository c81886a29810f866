"""The optional service in the real window: turned on, read, proposed to, confirmed; and lied to."""

import copy
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.doors.safe_service.desks import a_desk, a_folder
from tests.doors.safe_service.loopback_service import LoopbackService
from tests.journeys.conftest import Ceremony, drafted, key_of
from tests.samples import (
    STRANGER,
    a_confirmation,
    a_queued,
    a_safe,
    a_safe_tx,
    an_owner,
)
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.window import DeskWindow
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.windows.queue.page import QueuePage
from treasury_desktop.windows.queue.queue_card import TransactionCard
from treasury_desktop.windows.settings.page import SettingsPage
from treasury_desktop.windows.untrusted import rich_labels, texts_in

KEY = "public-test-value-of-a-key"


@contextmanager
def a_window(desk: OpenDesk) -> Iterator[DeskWindow]:
    """The shown window of a desk; closed at the end."""
    opened = DeskWindow(lambda: desk)
    opened.open()
    opened.window.resize(1280, 900)
    opened.window.show()
    try:
        yield opened
    finally:
        opened.window.close()


def settings_of(opened: DeskWindow) -> SettingsPage:
    """The settings page, shown."""
    opened.show("settings")
    page = opened.window.page_widget("settings")
    assert isinstance(page, SettingsPage)
    return page


def queue_of(opened: DeskWindow) -> QueuePage:
    """The queue page, shown."""
    opened.show("queue")
    page = opened.window.page_widget("queue")
    assert isinstance(page, QueuePage)
    return page


def turn_on(opened: DeskWindow, service: LoopbackService, qtbot: QtBot, *, key: str = "") -> None:
    """Types address and key, presses the button, and tries the connection."""
    card = settings_of(opened).service
    qtbot.waitUntil(lambda: card.chip.text() == "off")
    QTest.keyClicks(card.fields["service"], str(service.address))
    QTest.keyClicks(card.fields["service key"], key)
    assert service.requests == []
    card.main.button.click()
    qtbot.waitUntil(lambda: card.chip.text() == "on")
    assert service.requests == []
    card.attempt.click()
    qtbot.waitUntil(lambda: "calls itself version 6.10.1" in " ".join(texts_in(card)))


def read(page: QueuePage, qtbot: QtBot) -> str:
    """Presses the button; the sentence that says what came."""
    qtbot.waitUntil(lambda: page.service.read.reason == "")
    page.service.read.button.click()
    assert page.service.says.text() == ""
    qtbot.waitUntil(lambda: page.service.says.text() != "", timeout=30_000)
    return page.service.says.text()


def card_of(page: QueuePage, safe_tx_hash: bytes) -> TransactionCard | None:
    """The card of a transaction, where there is one with its row for the service."""
    found = (one for one in page.cards if one.card.safe_tx_hash == safe_tx_hash)
    return next((one for one in found if one.service is not None), None)


def send(page: QueuePage, safe_tx_hash: bytes, qtbot: QtBot, action: str) -> str:
    """Presses the button of that name on a card; the sentence that came of it."""

    def is_offered() -> bool:
        card = card_of(page, safe_tx_hash)
        shown = None if card is None or card.service is None else card.service.send
        return shown is not None and (shown.button.text(), shown.reason) == (action, "")

    qtbot.waitUntil(is_offered)
    card = card_of(page, safe_tx_hash)
    assert card is not None
    assert card.service is not None
    page.service.says.say("")
    card.service.send.button.click()
    qtbot.waitUntil(lambda: page.service.says.text() not in ("", "Sending…"), timeout=30_000)
    return page.service.says.text()


# ── two desks, the real chain, the real key ring ─────────────────────────────────────────────────


def test_two_desks_confirm_through_a_service(ceremony: Ceremony, qtbot: QtBot) -> None:
    """One proposes in the window, the other confirms, and the window reads that it is enough."""
    first, second = ceremony.desk(), ceremony.desk(as_second_signer=True)
    safe = first.refresh().snapshot.safes[0]
    second.refresh()
    queued = first.keep_draft(drafted(first, 4))
    first.sign(first.review(queued.safe_tx_hash), key_of(first, "Owner A"))
    with LoopbackService() as service, a_window(first) as opened:
        service.safe = safe
        turn_on(opened, service, qtbot, key=KEY)
        page = queue_of(opened)
        said = send(page, queued.safe_tx_hash, qtbot, "Propose to service")
        assert said == f"Proposed to {service.address.authority}."
        assert {one[2].get("Authorization") for one in service.requests} == {f"Bearer {KEY}"}

        second.service.turn_on(str(service.address), "200", "")
        came = second.service.read(
            with_untrusted=False, on_progress=lambda *_: None, is_cancelled=lambda: False
        )
        assert came.brought == (queued.safe_tx_hash,)
        second.sign(second.review(queued.safe_tx_hash), key_of(second, "Owner B"))
        second.service.send(queued.safe_tx_hash)

        assert "1 new confirmation" in read(page, qtbot)
        qtbot.waitUntil(lambda: _state(opened, queued.safe_tx_hash) is State.CONFIRMED)
        qtbot.waitUntil(lambda: "3 of 1\u2009000 requests" in page.service.meter.text())
        assert rich_labels(page) == []
        first.service.forget_key()


def _state(opened: DeskWindow, safe_tx_hash: bytes) -> State:
    return next(one.state for one in opened.session.queue if one.safe_tx_hash == safe_tx_hash)


# ── a window without any node, and a service that lies ───────────────────────────────────────────


MEMBERS = (
    *("safe", "to", "value", "data", "operation", "gasToken", "safeTxGas", "baseGas", "gasPrice"),
    *("refundReceiver", "nonce", "safeTxHash", "isExecuted", "trusted", "confirmations"),
)
OURS, THEIRS = a_queued(a_safe_tx(12), signed_by=(1,)), a_safe_tx(13, value=3)


def lies_in_every_field(page: Any) -> Any:
    """For each member that is read an entry that lies in it alone, three times over."""
    honest = page["results"][0]
    entries = []
    for member in MEMBERS:
        for lie in ("\u202eSERVICE_LIE", str(STRANGER)[:-1], {"SERVICE_LIE": True}):
            entry = copy.deepcopy(honest)
            entry[member] = lie
            entries.append(entry)
    return page | {"results": entries}


@pytest.fixture(name="window")
def window_fixture(tmp_path: Path, qtbot: QtBot) -> Iterator[DeskWindow]:
    """The window of a desk that knows its Safe and has no node."""
    with a_desk(a_folder(tmp_path)) as desk:
        desk.records.keep_transaction(OURS)
        with a_window(desk) as opened:
            yield opened


@pytest.fixture(name="service")
def service_fixture() -> Iterator[LoopbackService]:
    """A service of the sample Safe that has another transaction, which owner 3 signed."""
    with LoopbackService() as service:
        theirs = safe_tx_hashes(a_safe(), THEIRS).safe_tx
        service.add(THEIRS, (an_owner(3), a_confirmation(theirs, 3).signature.encoded))
        yield service


def test_every_lie_ends_in_a_sentence(
    window: DeskWindow, service: LoopbackService, qtbot: QtBot
) -> None:
    """Forty-five lies, forty-five statements set aside; nothing came in, nothing was counted."""
    turn_on(window, service, qtbot)
    service.twist = lies_in_every_field
    page = queue_of(window)
    said = read(page, qtbot)
    number = 3 * len(MEMBERS)
    assert said.endswith(f"nothing new. {number} statements set aside.")
    qtbot.waitUntil(lambda: f"and {number - 30} more" in texts_in(page.service))
    words = " ".join(texts_in(page.service))
    assert "SERVICE_DECODED" not in words
    assert "\u202e" not in words
    assert [one.tx for one in window.desk.queue()] == [OURS.tx]
    assert [one.owner for one in window.desk.queue()[0].confirmations] == [an_owner(1)]
    assert rich_labels(page) == []


def test_the_decode_of_the_service_is_never_shown(
    window: DeskWindow, service: LoopbackService, qtbot: QtBot
) -> None:
    """What came in honestly is shown by our own reading, with who brought it."""
    turn_on(window, service, qtbot)
    page = queue_of(window)
    assert "1 new transaction, 1 new confirmation" in read(page, qtbot)
    origin = f"served by {service.address.authority}, not believed"
    qtbot.waitUntil(lambda: origin in texts_in(page))
    qtbot.waitUntil(lambda: "1 of 2 signed" in texts_in(page.cards[-1]))
    window.session.select(safe_tx_hashes(a_safe(), THEIRS).safe_tx)
    window.show("review")
    qtbot.waitUntil(lambda: any("13" in text for text in texts_in(window.window)))
    assert "SERVICE_DECODED" not in " ".join(texts_in(window.window))


def forged(page: Any) -> Any:
    """A stranger's signature as that of owner 2, and a threshold of one."""
    entry = page["results"][0]
    safe_tx_hash = bytes.fromhex(entry["safeTxHash"][2:])
    entry["confirmations"].append({
        "owner": str(an_owner(2)),
        "signature": "0x" + a_confirmation(safe_tx_hash, 8).signature.encoded.hex(),
    })  # fmt: skip
    return page | {"results": [entry | {"confirmationsRequired": 1}]}


def test_a_forged_confirmation_is_never_counted(
    window: DeskWindow, service: LoopbackService, qtbot: QtBot
) -> None:
    """Set aside with its reason; one of two signed, whatever threshold the service names."""
    turn_on(window, service, qtbot)
    service.twist = forged
    page = queue_of(window)
    said = read(page, qtbot)
    assert "1 signature kept aside, not counted. 1 statement set aside." in said
    qtbot.waitUntil(lambda: len(page.cards) == 2)
    qtbot.waitUntil(lambda: "1 of 2 signed" in texts_in(page.cards[-1]))
    qtbot.waitUntil(lambda: "A signature does not count" in " ".join(texts_in(page)))
    assert "counts with a threshold of 1, the Safe with 2" in " ".join(texts_in(page))


def answers_nonsense(service: LoopbackService) -> None:
    """No HTTP at all."""
    service.raw = b"\x00\xff no http \r\n\r\n"


def answers_elsewhere(service: LoopbackService) -> None:
    """A redirect."""
    service.status, service.headers = 302, {"Location": "http://127.0.0.1:9/"}


def refuses_the_key(service: LoopbackService) -> None:
    """Unauthorized."""
    service.status = 401


def answers_a_page_of_html(service: LoopbackService) -> None:
    """Some web page."""
    service.headers = {"Content-Type": "text/html"}


def answers_no_list(service: LoopbackService) -> None:
    """JSON that is no page."""
    service.twist = lambda _page: {"results": "\u202eall of them"}


@pytest.mark.parametrize(
    ("breaks", "chip"),
    [
        (answers_nonsense, "unreachable"),
        (answers_elsewhere, "wrong address"),
        (refuses_the_key, "key refused"),
        (answers_a_page_of_html, "wrong address"),
        (answers_no_list, "no answer of use"),
    ],
)
def test_a_broken_service_is_one_sentence_and_a_chip(
    window: DeskWindow,
    service: LoopbackService,
    qtbot: QtBot,
    breaks: Callable[[LoopbackService], None],
    chip: str,
) -> None:
    """Everything else goes on; the next honest answer takes it away."""
    turn_on(window, service, qtbot)
    page = queue_of(window)
    breaks(service)
    assert service.address.authority in read(page, qtbot)
    qtbot.waitUntil(lambda: page.service.chip.text() == chip)
    assert [one.tx for one in window.desk.queue()] == [OURS.tx]
    service.raw, service.status, service.headers, service.twist = None, None, {}, lambda page: page
    assert "1 new transaction" in read(page, qtbot)
    qtbot.waitUntil(lambda: page.service.chip.text() == "on")


def test_closing_the_window_ends_a_reading(
    tmp_path: Path, service: LoopbackService, qtbot: QtBot
) -> None:
    """A service that drips for ever keeps nobody waiting."""
    with a_desk(a_folder(tmp_path)) as desk, a_window(desk) as opened:
        turn_on(opened, service, qtbot)
        page = queue_of(opened)
        service.raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
        service.drip = b" "
        qtbot.waitUntil(lambda: page.service.read.reason == "")
        page.service.read.button.click()
        qtbot.waitUntil(lambda: len(service.requests) == 2)
        opened.window.close()
        assert opened.errands.is_quiet
        assert not opened.errands.has_given_up


def test_cancelling_ends_a_reading(
    window: DeskWindow, service: LoopbackService, qtbot: QtBot
) -> None:
    """At once, although no more of the page comes; the service is not blamed."""
    turn_on(window, service, qtbot)
    page = queue_of(window)
    service.raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    service.drip = b" "
    qtbot.waitUntil(lambda: page.service.read.reason == "")
    page.service.read.button.click()
    qtbot.waitUntil(lambda: len(service.requests) == 2)
    page.service.progress._cancel.click()
    qtbot.waitUntil(lambda: page.service.says.text() == "Cancelled; nothing was changed.")
    qtbot.waitUntil(lambda: page.service.chip.text() == "on")


OFF_WINDOW = """
import sys, pathlib
seen = []
sys.addaudithook(lambda event, _: event.startswith("socket.") and seen.append(event))
from PySide6.QtCore import QEventLoop
from tests.doors.safe_service.desks import a_desk
from treasury_desktop.application.window import DeskWindow, started_application
from treasury_desktop.desk.service_settings import ServiceSettings
application = started_application("light")
with a_desk(pathlib.Path({folder!r})) as desk:
    desk.records.keep_service_settings(ServiceSettings(address={address!r}))
    opened = DeskWindow(lambda: desk)
    opened.open()
    opened.window.show()
    def until(is_so):
        while not is_so():
            application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 50)
    for name in ("settings", "queue", "settings", "queue"):
        opened.show(name)
        until(lambda: opened.errands.is_quiet)
    page = opened.window.page_widget("queue")
    page.service.read.button.click()
    page.service.send(bytes(32))
    until(lambda: opened.errands.is_quiet)
    print(page.service.says.text())
    print(page.service.read.reason)
    opened.window.close()
ours = "treasury_desktop.safe_service"
print(seen, [name for name in sys.modules if name.startswith(ours)])
"""


def test_a_window_whose_service_is_off_opens_no_socket(
    tmp_path: Path, service: LoopbackService
) -> None:
    """By the interpreter's own account, both pages shown and every button pressed."""
    code = OFF_WINDOW.format(folder=str(a_folder(tmp_path)), address=str(service.address))
    answer = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert answer.stdout.splitlines() == [
        "The Safe Transaction Service is turned off in Settings; nothing was asked.",
        "The service is turned off in Settings.",
        "[] []",
    ]
    assert service.requests == []

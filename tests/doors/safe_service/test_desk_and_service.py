"""A whole desk with a real service on loopback: turned on and off, read, sent to, out of budget."""

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.doors.safe_service.conftest import KEY_TEXT
from tests.doors.safe_service.desks import a_desk, a_folder
from tests.doors.safe_service.loopback_service import LoopbackService, hash_of
from tests.samples import SAFE, a_confirmation, a_queued, a_safe, a_safe_tx, an_owner
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.service_desk import OFF, ServiceDesk
from treasury_desktop.desk import exchange_with_service
from treasury_desktop.desk.doors import ServedTransaction
from treasury_desktop.desk.exchange_with_service import ServiceReading
from treasury_desktop.desk.served_transactions import ServedEntry, put_together
from treasury_desktop.desk.service_settings import RequestCount, ServiceSettings
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable
from treasury_desktop.safe_service.service import TransactionService
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.safe_tx import SafeTx

THEIRS = a_safe_tx(13, value=3)
OURS = a_queued(a_safe_tx(12), signed_by=(1,))


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """The desk's folder."""
    return a_folder(tmp_path)


@pytest.fixture(name="desk")
def desk_fixture(folder: Path) -> Iterator[OpenDesk]:
    """The desk, with a transaction of ours that owner 1 signed."""
    with a_desk(folder) as desk:
        desk.records.keep_transaction(OURS)
        yield desk


@pytest.fixture(name="on")
def on_fixture(desk: OpenDesk, served: LoopbackService) -> ServiceDesk:
    """The service, turned on with a key; nothing holds requests back."""
    desk.service.turn_on(str(served.address), "200", KEY_TEXT)
    return desk.service


def hash_of_tx(tx: SafeTx) -> bytes:
    """Its hash, by the sample Safe."""
    return safe_tx_hashes(a_safe(), tx).safe_tx


def signed(tx: SafeTx, number: int) -> tuple[Any, bytes]:
    """An owner and their real signature."""
    return an_owner(number), a_confirmation(hash_of_tx(tx), number).signature.encoded


def read(service: ServiceDesk, *, with_untrusted: bool = False) -> ServiceReading:
    """What came of reading."""
    return service.read(
        with_untrusted=with_untrusted,
        on_progress=lambda *_: None,
        is_cancelled=lambda: False,
    )


# ── off ──────────────────────────────────────────────────────────────────────────────────────────


def asks(desk: OpenDesk) -> tuple[Callable[[], object], ...]:
    """Everything that would ask a service."""
    service = desk.service
    return (service.try_connection, lambda: read(service), lambda: service.send(OURS.safe_tx_hash))


def test_off_asks_nothing(desk: OpenDesk, served: LoopbackService) -> None:
    """Before it was ever turned on, and after it was turned off, with an address that answers."""
    for _ in range(2):
        for ask in asks(desk):
            with pytest.raises(Refused, match="turned off in Settings"):
                ask()
        desk.service.turn_on(str(served.address), "200", "")
        state = desk.service.turn_off()
        assert (state.is_on, state.settings.address) == (False, str(served.address))
    assert served.requests == []
    assert desk.service.state().used.requests == 0


def test_turning_on_asks_nothing(on: ServiceDesk, served: LoopbackService) -> None:
    """The first request is the first button that says so."""
    assert on.state().is_on
    assert served.requests == []


def test_off_opens_no_socket(folder: Path) -> None:
    """Proved by the interpreter's own account of what was done, in a process of its own."""
    asked = f"""
import sys, pathlib
seen = []
sys.addaudithook(lambda event, _: event.startswith("socket.") and seen.append(event))
from tests.doors.safe_service.desks import a_desk
from treasury_desktop.errors import Refused
with a_desk(pathlib.Path({str(folder)!r})) as desk:
    service = desk.service
    service.turn_on("https://safe.example/tx", "200", "public-test-value")
    service.turn_off()
    for ask in (service.try_connection, lambda: service.send(bytes(32)),
                lambda: service.read(with_untrusted=True, on_progress=print, is_cancelled=bool)):
        try:
            ask()
        except Refused:
            continue
        raise SystemExit("it asked")
    service.state()
    desk.local_facts()
print([event for event in seen if event not in ("socket.__new__",)], seen.count("socket.__new__"))
import socket
socket.socket().close()
print("the account is kept" if "socket.__new__" in seen else "it is not")
"""
    answer = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines() == ["[] 0", "the account is kept"]


# ── where it is set ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (("http://safe.example", "200", ""), "service"),
        (("safe.example", "200", ""), "service"),
        (("https://user:secret@safe.example", "200", ""), "service"),
        (("", "200", ""), "service"),
        (("https://safe.example", "0", ""), "budget"),
        (("https://safe.example", "-3", ""), "budget"),
        (("https://safe.example", "1.5", ""), "budget"),
        (("https://safe.example", "\u0663", ""), "budget"),
        (("https://safe.example", "10000000", ""), "budget"),
        (("https://safe.example", "9" * 5000, ""), "budget"),
        (("https://safe.example", "200", "two words"), "service key"),
        (("https://safe.example", "200", "short"), "service key"),
        (("https://safe.example", "200", "a" * 1_400), "service key"),
    ],
)
def test_what_cannot_be_kept_is_named_by_its_field(
    desk: OpenDesk, folder: Path, typed: tuple[str, str, str], field: str
) -> None:
    """It stays off, and nothing is kept of it."""
    with pytest.raises(Malformed) as refusal:
        desk.service.turn_on(*typed)
    assert refusal.value.field == field
    assert not typed[2] or typed[2] not in refusal.value.sentence
    assert not desk.service.state().is_on
    assert not list((folder / "service-keys").glob("*"))


def test_the_key_is_in_a_private_file_and_nowhere_else(on: ServiceDesk, folder: Path) -> None:
    """Neither in the records nor in the state that pages get; the file is the person's alone."""
    (file,) = (folder / "service-keys").iterdir()
    assert KEY_TEXT in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    for other in folder.rglob("*"):
        assert other == file or other.is_dir() or KEY_TEXT.encode() not in other.read_bytes()
    assert KEY_TEXT not in repr(on.state())


def test_the_key_is_told_to_the_address_it_was_given_for(
    desk: OpenDesk, served: LoopbackService, on: ServiceDesk
) -> None:
    """Somebody who writes another address into the records does not get it."""
    on.try_connection()
    assert served.requests[-1][2]["Authorization"] == f"Bearer {KEY_TEXT}"
    with LoopbackService() as thief:
        settings = desk.records.service_settings()
        desk.records.keep_service_settings(replace(settings, address=str(thief.address)))
        with pytest.raises(Refused, match="was given for another address"):
            on.try_connection()
        assert thief.requests == []


def test_another_address_forgets_the_key(on: ServiceDesk, folder: Path) -> None:
    """The new one has none until it is entered."""
    state = on.turn_on("https://safe.example", "200", "")
    assert state.settings.key_entry == ""
    assert not list((folder / "service-keys").iterdir())


def test_a_budget_alone_keeps_the_key(on: ServiceDesk, served: LoopbackService) -> None:
    """An empty field changes nothing: the key is never shown again."""
    before = on.state().settings
    after = on.turn_on(str(served.address), "1,500", "").settings
    assert after.requests_per_month == 1_500
    assert after.key_entry == before.key_entry != ""


def test_a_new_key_takes_the_place_of_the_old(on: ServiceDesk, folder: Path) -> None:
    """One file, with the new one."""
    on.turn_on(on.state().settings.address, "200", "another-public-value")
    (file,) = (folder / "service-keys").iterdir()
    assert "another-public-value" in file.read_text()


def test_a_forgotten_key_is_gone(on: ServiceDesk, served: LoopbackService, folder: Path) -> None:
    """The service is asked without one."""
    assert on.forget_key().settings.key_entry == ""
    assert not list((folder / "service-keys").iterdir())
    on.try_connection()
    assert "Authorization" not in served.requests[-1][2]


def test_a_key_that_is_lost_is_said(on: ServiceDesk, served: LoopbackService, folder: Path) -> None:
    """Nothing is asked without it."""
    (file,) = (folder / "service-keys").iterdir()
    file.write_text('{"format": "something else"}')
    with pytest.raises(Refused, match="is damaged; enter it again"):
        read(on)
    file.unlink()
    with pytest.raises(Refused, match="is no longer in a file that only you can read"):
        read(on)
    assert served.requests == []


def test_settings_somebody_spoiled_count_as_off(
    desk: OpenDesk, folder: Path, served: LoopbackService
) -> None:
    """The state says why; choosing anew takes their place."""
    desk.service.turn_on(str(served.address), "200", "")
    spoiling = sqlite3.connect(folder / "records.sqlite", isolation_level=None)
    spoiling.execute("UPDATE service_settings SET key_entry = 'index'")
    spoiling.close()
    state = desk.service.state()
    assert not state.is_on
    assert state.damage.startswith("What was kept of a service cannot be read: service key: ")
    for ask in asks(desk):
        with pytest.raises(TreasuryError):
            ask()
    assert served.requests == []
    assert desk.service.turn_on(str(served.address), "200", "").damage == ""


def test_a_desk_that_only_looks_turns_nothing_on(
    desk: OpenDesk, folder: Path, served: LoopbackService
) -> None:
    """And leaves no key behind."""
    with a_desk(folder) as looking:
        assert looking.records.is_read_only
        with pytest.raises(Unavailable, match="reading only"):
            looking.service.turn_on(str(served.address), "200", KEY_TEXT)
    assert not list((folder / "service-keys").iterdir())


# ── the connection ───────────────────────────────────────────────────────────────────────────────


def test_the_connection_is_tried_without_naming_the_safe(
    on: ServiceDesk, served: LoopbackService
) -> None:
    """One request about the service itself; its version is its own word."""
    state = on.try_connection()
    assert (state.answer, state.trouble) == ("6.10.1", None)
    ((method, target, _, body),) = served.requests
    assert (method, target.removeprefix("/tx-service/demo"), body) == (
        "GET",
        "/api/v1/about/",
        None,
    )
    assert str(SAFE) not in target


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (401, None, "key refused"),
        (403, {"detail": "no"}, "key refused"),
        (404, None, "wrong address"),
        (302, None, "wrong address"),
        (200, ["not", "it"], "wrong address"),
        (200, {"name": "something else"}, "wrong address"),
        (200, {"version": 7}, "wrong address"),
        (503, None, "no answer of use"),
        (429, {"detail": "Slow down"}, "no answer of use"),
    ],
)
def test_what_is_wrong_with_it_is_told_apart(
    on: ServiceDesk, served: LoopbackService, status: int, error: object, kind: str
) -> None:
    """Each with its sentence; nothing raises, because the card says it."""
    served.status, served.error = status, error
    state = on.try_connection()
    assert state.trouble is not None
    assert state.trouble.kind == kind
    assert served.address.authority in state.trouble.sentence


def test_nobody_there_is_unreachable(on: ServiceDesk, desk: OpenDesk) -> None:
    """A port at which nobody listens; the next answer takes the trouble away."""
    on.turn_on("http://127.0.0.1:9", "200", "")
    state = on.try_connection()
    assert state.trouble is not None
    assert state.trouble.kind == "unreachable"
    with LoopbackService() as there:
        assert on.turn_on(str(there.address), "200", "").trouble is None
        assert on.try_connection().trouble is None


# ── reading and sending ──────────────────────────────────────────────────────────────────────────


def test_read_propose_and_confirm(on: ServiceDesk, desk: OpenDesk, served: LoopbackService) -> None:
    """What waits comes in, ours is proposed, and theirs is confirmed once we signed it."""
    served.add(THEIRS, signed(THEIRS, 3))
    reading = read(on)
    assert (reading.new_transactions, reading.new_confirmations) == (1, 1)
    state = on.state()
    assert state.brought_by == {hash_of_tx(THEIRS): served.address.authority}
    assert state.listed == {hash_of_tx(THEIRS): frozenset({an_owner(3)})}

    assert on.send(OURS.safe_tx_hash) == f"Proposed to {served.address.authority}."
    desk.records.keep_confirmation(a_confirmation(hash_of_tx(THEIRS), 1))
    assert on.send(hash_of_tx(THEIRS)).startswith("Your confirmation was sent to ")

    theirs = served.entries["0x" + hash_of_tx(THEIRS).hex()]
    assert [one["owner"] for one in theirs["confirmations"]] == [
        str(an_owner(3)),
        str(an_owner(1)),
    ]
    ours = served.entries["0x" + OURS.safe_tx_hash.hex()]
    assert hash_of(ours, str(SAFE)) == OURS.safe_tx_hash
    assert ours["origin"] == "{}"
    for sent in (OURS.safe_tx_hash, hash_of_tx(THEIRS)):
        with pytest.raises(Refused, match="has your confirmation already"):
            on.send(sent)


def test_the_purpose_of_a_transaction_is_not_sent(on: ServiceDesk, served: LoopbackService) -> None:
    """The service learns what it has to; our words stay here."""
    on.send(OURS.safe_tx_hash)
    assert OURS.purpose not in str(served.requests)


def test_what_nobody_here_signed_is_not_sent(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService
) -> None:
    """A confirmation of another owner is theirs to send."""
    other = a_queued(a_safe_tx(14), signed_by=(2,))
    desk.records.keep_transaction(other)
    with pytest.raises(Refused, match="No owner of this desk has signed it"):
        on.send(other.safe_tx_hash)
    with pytest.raises(Refused, match="is not in the queue"):
        on.send(bytes(32))
    assert served.requests == []


def test_without_a_reading_of_the_treasury_nothing_is_asked(
    tmp_path: Path, served: LoopbackService
) -> None:
    """Owners and nonce come from the chain."""
    folder = a_folder(tmp_path)
    (folder / "records.sqlite").unlink()
    with a_desk(folder) as desk:
        desk.service.turn_on(str(served.address), "200", "")
        with pytest.raises(Refused, match="Refresh first"):
            read(desk.service)
    assert served.requests == []


def test_a_confirmation_counted_twice_by_a_liar_counts_once(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService
) -> None:
    """Forged ones end aside with a sentence; the queue shows who really signed."""
    name = served.add(THEIRS, signed(THEIRS, 3), (an_owner(2), signed(THEIRS, 8)[1]))
    served.entries[name]["confirmationsRequired"] = 1
    reading = read(on)
    (theirs,) = (one for one in desk.queue() if one.tx == THEIRS)
    assert [one.owner for one in theirs.confirmations] == [an_owner(3)]
    assert len(theirs.quarantined) == 1
    assert len(reading.refused) == 1
    assert len(reading.remarks) == 1


def test_what_a_stranger_proposed_is_apart(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService
) -> None:
    """Listed when asked for, kept nowhere, counted nowhere."""
    served.add(THEIRS, signed(THEIRS, 3), trusted=False)
    assert read(on).apart == ()
    (apart,) = read(on, with_untrusted=True).apart
    assert apart.tx == THEIRS
    assert [one.tx for one in desk.queue()] == [OURS.tx]


def test_a_reading_that_is_cancelled_keeps_nothing(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService
) -> None:
    """While a page drips in for ever; the service is not blamed for it."""
    served.raw, served.drip = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" "
    cancelled, failures = threading.Event(), list[BaseException]()

    def work() -> None:
        try:
            on.read(
                with_untrusted=False, on_progress=lambda *_: None, is_cancelled=cancelled.is_set
            )
        except Cancelled as failure:
            failures.append(failure)

    reader = threading.Thread(target=work)
    reader.start()
    while not served.requests:
        reader.join(0.01)
    cancelled.set()
    on.stop()
    reader.join()
    assert [str(each) for each in failures] == ["Cancelled; nothing was changed."]
    assert on.state().trouble is None
    assert [one.tx for one in desk.queue()] == [OURS.tx]


def test_turning_it_off_ends_what_is_being_asked(on: ServiceDesk, served: LoopbackService) -> None:
    """Whoever waits hears it at once."""
    served.raw, served.drip = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" "
    failures = list[Unavailable]()

    def work() -> None:
        try:
            read(on)
        except Unavailable as failure:
            failures.append(failure)

    reader = threading.Thread(target=work)
    reader.start()
    while not served.requests:
        reader.join(0.01)
    on.turn_off()
    reader.join()
    assert [each.sentence for each in failures] == [
        f"{served.address.authority} is not asked any more: we hung up."
    ]


def test_turning_it_off_ends_what_is_being_verified(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer is here and would take long: nothing of it is kept."""
    served.add(THEIRS, signed(THEIRS, 3))

    def off_meanwhile(listed: Iterable[ServedTransaction]) -> tuple[ServedEntry, ...]:
        on.turn_off()
        return put_together(listed)

    monkeypatch.setattr(exchange_with_service, "put_together", off_meanwhile)
    with pytest.raises(Cancelled, match="nothing was changed"):
        read(on)
    assert [one.tx for one in desk.queue()] == [OURS.tx]


def test_turning_it_off_at_the_last_moment_counts(
    on: ServiceDesk, served: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the settings and the first request there is another look."""
    opened = on._opened

    def turned_off_meanwhile(settings: ServiceSettings) -> TransactionService:
        service = opened(settings)
        on.turn_off()
        return service

    monkeypatch.setattr(on, "_opened", turned_off_meanwhile)
    with pytest.raises(Refused, match="turned off in Settings"):
        read(on)
    assert served.requests == []


def test_cancelling_between_two_safes_says_what_is_kept(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each Safe is read whole or not at all; the first one was."""
    served.add(THEIRS, signed(THEIRS, 3))
    monkeypatch.setattr(on, "_safes", lambda: (a_safe(), a_safe()))
    begun = list[str]()
    with pytest.raises(Cancelled, match="for another Safe before is kept"):
        on.read(
            with_untrusted=False,
            on_progress=lambda _done, _total, label: begun.append(label),
            is_cancelled=lambda: len(begun) == 2,
        )
    assert THEIRS in [one.tx for one in desk.queue()]


# ── the budget ───────────────────────────────────────────────────────────────────────────────────


def test_the_count_is_on_the_disk_before_the_request_leaves(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService
) -> None:
    """The service sees the count that is kept while it is asked: a crash cannot count too few."""
    seen = list[int]()

    def look(page: Any) -> Any:
        seen.append(desk.records.service_use("2026-11").requests)
        return page

    served.twist = look
    read(on)
    read(on)
    assert seen == [1, 2]


KILLED = """
import sys, pathlib
from tests.doors.safe_service.desks import a_desk
with a_desk(pathlib.Path({folder!r})) as desk:
    desk.service.turn_on({address!r}, "200", "")
    desk.service.try_connection()
    desk.service.read(with_untrusted=False, on_progress=print, is_cancelled=bool)
"""


def test_a_process_that_is_killed_while_it_asks_has_counted(
    folder: Path, served: LoopbackService
) -> None:
    """Killed in the middle of the second answer, it left the count of two behind."""

    def drip(page: Any) -> Any:
        if "results" in page:
            served.raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
            served.drip = b" "
        return page

    served.twist = drip
    code = KILLED.format(folder=str(folder), address=str(served.address))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL) as asking:
        while len(served.requests) < 2 and asking.poll() is None:
            threading.Event().wait(0.01)
        asking.kill()
    with a_desk(folder) as desk:
        assert desk.service.state().used.requests == len(served.requests) == 2


def test_a_used_up_budget_asks_nothing_and_survives_a_restart(
    folder: Path, served: LoopbackService
) -> None:
    """Only a larger budget or another month brings more."""
    with a_desk(folder) as desk:
        desk.service.turn_on(str(served.address), "1", "")
        desk.service.try_connection()
    with a_desk(folder) as desk:
        state = desk.service.state()
        assert (state.used, state.is_used_up) == (RequestCount(month="2026-11", requests=1), True)
        with pytest.raises(Refused, match="All 1 requests of 2026-11"):
            desk.service.try_connection()
        assert len(served.requests) == 1
        assert not desk.service.turn_on(str(served.address), "2", "").is_used_up
        desk.service.try_connection()
    assert len(served.requests) == 2


def test_another_month_brings_a_new_budget(folder: Path, served: LoopbackService) -> None:
    """A clock that is set back does not."""
    now = [1_795_000_000]  # 2026-11
    with a_desk(folder, clock=lambda: now[0]) as desk:
        desk.service.turn_on(str(served.address), "1", "")
        desk.service.try_connection()
        now[0] += 31 * 86_400
        assert desk.service.state().used.requests == 0
        desk.service.try_connection()
        now[0] -= 31 * 86_400
        assert desk.service.state().is_used_up


def test_a_clock_that_once_ran_ahead_pins_no_month(folder: Path, served: LoopbackService) -> None:
    """All of a far month's budget was spent in it; this month has its own, and so has the next."""
    november = 1_795_000_000
    now = [november + 4 * 365 * 86_400]
    with a_desk(folder, clock=lambda: now[0]) as desk:
        for month in range(3):
            desk.service.turn_on(str(served.address), "1", "")
            desk.service.try_connection()
            assert desk.service.state().is_used_up
            now[0] = november + month * 31 * 86_400
            assert desk.service.state().used.requests == 0


def test_a_budget_that_is_changed_while_it_is_used_counts_every_request(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService
) -> None:
    """Two requests at the same time, under two budgets: both are counted."""
    first = on._opened(desk.records.service_settings())
    on.turn_on(str(served.address), "300", "")
    second = on._opened(desk.records.service_settings())
    first.version()
    second.version()
    assert on.state().used.requests == 2


def test_where_the_count_cannot_be_kept_nothing_is_sent(
    on: ServiceDesk, desk: OpenDesk, served: LoopbackService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is no reason to forget a request."""

    def full(_use: RequestCount) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(desk.records, "keep_service_use", full)
    with pytest.raises(Unavailable, match="The disk is full"):
        on.try_connection()
    assert served.requests == []


def test_off_is_said_in_one_sentence() -> None:
    """It names the page."""
    assert OFF.endswith("turned off in Settings; nothing was asked.")

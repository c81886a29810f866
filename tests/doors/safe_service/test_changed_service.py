"""What one service said, after the person turned to another: it is said of the other by nobody."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doors.safe_service.desks import a_desk, a_folder
from tests.doors.safe_service.loopback_service import LoopbackService
from tests.samples import a_queued, a_safe_tx, an_owner
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.application.service_desk import ServiceDesk
from treasury_desktop.errors import Refused, TreasuryError, Unavailable
from treasury_desktop.keys.service_key import ServiceKeys

OURS = a_queued(a_safe_tx(12), signed_by=(1,))
SIGNED = (an_owner(1), OURS.confirmations[0].signature.encoded)


@pytest.fixture(name="desk")
def desk_fixture(tmp_path: Path) -> Iterator[OpenDesk]:
    """A desk with a transaction that owner 1 signed here."""
    with a_desk(a_folder(tmp_path)) as desk:
        desk.records.keep_transaction(OURS)
        yield desk


@pytest.fixture(name="first")
def first_fixture(desk: OpenDesk, served: LoopbackService) -> LoopbackService:
    """The service that was chosen first; it has our transaction and our confirmation."""
    served.add(OURS.tx, SIGNED)
    desk.service.turn_on(str(served.address), "200", "")
    return served


@pytest.fixture(name="second")
def second_fixture() -> Iterator[LoopbackService]:
    """Another service, which has nothing."""
    with LoopbackService() as service:
        yield service


def read(service: ServiceDesk) -> object:
    """A reading of everything that is trusted."""
    return service.read(
        with_untrusted=False, on_progress=lambda *_: None, is_cancelled=lambda: False
    )


def when_asked(asked: LoopbackService, act: Callable[[], object]) -> None:
    """Does something while a service is being asked, before it answers."""
    honest = asked.answered

    def answered(*arguments: Any) -> Any:
        asked.answered = honest  # type: ignore[method-assign]  # once
        act()
        return honest(*arguments)

    asked.answered = answered  # type: ignore[method-assign]  # the server calls what stands there


def test_what_the_first_has_is_not_thought_to_be_at_the_second(
    desk: OpenDesk, first: LoopbackService, second: LoopbackService
) -> None:
    """A reading that is under way ends where the address changes; ours is proposed to the other."""
    when_asked(first, lambda: desk.service.turn_on(str(second.address), "200", ""))
    with pytest.raises(Unavailable, match="not asked any more"):
        read(desk.service)
    assert (desk.service.state().is_read, desk.service.state().listed) == (False, {})
    assert desk.service.send(OURS.safe_tx_hash).startswith("Proposed")
    assert list(second.entries) == ["0x" + OURS.safe_tx_hash.hex()]


@pytest.mark.parametrize("act", ["keep_brought", "note"])
def test_a_change_at_the_last_moment_counts(
    desk: OpenDesk,
    first: LoopbackService,
    second: LoopbackService,
    monkeypatch: pytest.MonkeyPatch,
    act: str,
) -> None:
    """The first one answered everything, and what came of it is only about to be remembered."""
    kept: Callable[..., object] = getattr(desk.records, act)

    def changed_first(*arguments: Any) -> None:
        desk.service.turn_on(str(second.address), "200", "")
        kept(*arguments)

    if act == "note":  # the last note of a sending is made when the service took it
        first.entries.clear()
        monkeypatch.setattr(
            desk.records,
            act,
            lambda what, *rest: (changed_first if what.startswith("proposed") else kept)(
                what, *rest
            ),
        )
        desk.service.send(OURS.safe_tx_hash)
    else:
        monkeypatch.setattr(desk.records, act, changed_first)
        with pytest.raises(TreasuryError, match="turned off or changed meanwhile"):
            read(desk.service)
    assert (desk.service.state().is_read, desk.service.state().listed) == (False, {})


def test_a_version_of_the_first_is_not_the_seconds(
    desk: OpenDesk, first: LoopbackService, second: LoopbackService
) -> None:
    """Nor is its silence held against it."""
    when_asked(first, lambda: desk.service.turn_on(str(second.address), "200", ""))
    with pytest.raises(Unavailable, match="not asked any more"):
        desk.service.try_connection()
    assert (desk.service.state().answer, desk.service.state().trouble) == ("", None)


def test_a_key_that_cannot_be_forgotten_keeps_nothing_of_the_first(
    desk: OpenDesk,
    first: LoopbackService,
    second: LoopbackService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key ring is locked while the address changes: what the first one has is forgotten."""
    desk.service.turn_on(str(first.address), "200", "public-test-value")
    read(desk.service)
    assert desk.service.state().listed

    def locked(_keys: ServiceKeys, _entry: str) -> None:
        raise Unavailable("The key ring is locked.")

    monkeypatch.setattr(ServiceKeys, "forget", locked)
    with pytest.raises(Unavailable, match="locked"):
        desk.service.turn_on(str(second.address), "200", "")
    assert desk.service.state().settings.address == str(second.address)
    assert (desk.service.state().is_read, desk.service.state().listed) == (False, {})


def test_the_silence_of_the_first_is_not_the_seconds(
    desk: OpenDesk, first: LoopbackService, second: LoopbackService
) -> None:
    """The first one says that no request is left for an hour; the second one is asked at once."""
    first.status, first.headers = 429, {"Retry-After": "3000"}
    desk.service.try_connection()
    with pytest.raises(Refused, match="no request is left"):
        desk.service.try_connection()
    desk.service.turn_on(str(second.address), "200", "")
    assert desk.service.try_connection().answer == "6.10.1"
    assert desk.service.state().used.requests == 2

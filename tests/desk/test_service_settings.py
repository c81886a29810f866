"""What was decided about a service, and what a failure says about it."""

import pytest

from treasury_desktop.desk.service_settings import (
    MOST_REQUESTS_PER_MONTH,
    KeyNotAccepted,
    NotReached,
    NotTheService,
    RequestCount,
    ServiceProblem,
    ServiceSettings,
    ServiceState,
    month_after,
    trouble_of,
)
from treasury_desktop.errors import Cancelled, Malformed, Refused, TreasuryError, Unavailable


def test_nothing_is_on_by_itself() -> None:
    """No address, no key, and off."""
    usual = ServiceSettings()
    assert (usual.address, usual.is_on, usual.key_entry) == ("", False, "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"requests_per_month": 0}, "budget"),
        ({"requests_per_month": MOST_REQUESTS_PER_MONTH + 1}, "budget"),
        ({"is_on": True}, "service"),
        ({"address": "https://" + "a" * 300}, "service"),
        ({"key_entry": "service-1234"}, "service key"),
        ({"key_entry": "watched"}, "service key"),
    ],
)
def test_a_choice_that_cannot_be_one_is_refused(changes: dict[str, object], field: str) -> None:
    """The field is named."""
    with pytest.raises(Malformed) as refusal:
        ServiceSettings(**changes)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    "count", [("2026-13", 0), ("26-11", 0), ("2026-11", -1), ("\u0662026-11", 0)]
)
def test_a_count_is_of_a_month_and_never_below_zero(count: tuple[str, int]) -> None:
    """Whatever a file says."""
    with pytest.raises(Malformed, match="service use"):
        RequestCount(month=count[0], requests=count[1])


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (KeyNotAccepted("x"), "key refused"),
        (NotReached("x"), "unreachable"),
        (NotTheService("x"), "wrong address"),
        (ServiceProblem("x"), "no answer of use"),
        (Malformed("", "x"), "no answer of use"),
        (Unavailable("The disk is full."), None),
        (Refused("x"), None),
        (Cancelled(), None),
    ],
)
def test_the_service_is_blamed_for_its_own_failures(
    failure: TreasuryError, kind: str | None
) -> None:
    """And neither for our rules nor for our disk."""
    trouble = trouble_of(failure)
    assert (trouble and trouble.kind) == kind


def test_the_host_is_named_with_its_port() -> None:
    """As pages call the service."""
    for address, host in (
        ("https://safe.example/tx-service/eth", "safe.example"),
        ("http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("", ""),
    ):
        state = ServiceState(
            settings=ServiceSettings(address=address), used=RequestCount(month="2026-11")
        )
        assert state.host == host
        assert not state.is_on
        assert not state.is_used_up


@pytest.mark.parametrize(
    ("month", "after"), [("2026-11", "2026-12"), ("2026-12", "2027-01"), ("0999-09", "0999-10")]
)
def test_a_month_has_one_after_it(month: str, after: str) -> None:
    """Across the year's end, and always as long."""
    assert month_after(month) == after

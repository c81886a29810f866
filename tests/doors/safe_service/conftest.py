"""A service on loopback for each test, and the door to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.doors.safe_service.loopback_service import LoopbackService
from tests.samples import NOW
from treasury_desktop.safe_service.address import ServiceKey
from treasury_desktop.safe_service.meter import Budget, Meter, MonthlyUse
from treasury_desktop.safe_service.service import TransactionService

KEY_TEXT = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2lnbmF0dXJl-public-test-value"


@pytest.fixture
def served() -> Iterator[LoopbackService]:
    """An empty service of the sample Safe."""
    with LoopbackService() as service:
        yield service


def a_meter(**changes: Any) -> Meter:
    """A meter that holds nothing back."""
    budget = Budget(requests_per_month=10_000, requests_per_second=1_000_000)
    given = {"on_use": lambda _use: None, "now": lambda: NOW} | changes
    return Meter(
        given.pop("budget", budget), given.pop("use", MonthlyUse(month="2026-11")), **given
    )


Opened = Callable[..., TransactionService]


@pytest.fixture
def opened(served: LoopbackService) -> Opened:
    """Makes the door to that service."""

    def open_door(**changes: Any) -> TransactionService:
        given = {"meter": a_meter(), "key": ServiceKey(KEY_TEXT), "timeout_seconds": 10} | changes
        address = given.pop("address", served.address)
        return TransactionService(address, given.pop("meter"), **given)

    return open_door

"""What the records keep of a Safe Transaction Service: a choice, a count, and who brought what."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doors.store.record_samples import Samples
from treasury_desktop.desk.service_settings import RequestCount, ServiceSettings
from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.store.records import (
    RECORDS_NAME,
    RecordStore,
    open_records,
    open_records_to_read,
)

CHOSEN = ServiceSettings(
    address="https://safe.example/tx",
    is_on=True,
    requests_per_month=200,
    key_entry="service-" + "ab" * 16,
)


@pytest.fixture(name="folder")
def folder_fixture(tmp_path: Path) -> Path:
    """Where the records will be."""
    return tmp_path / "workspace"


@pytest.fixture(name="records")
def records_fixture(folder: Path) -> Iterator[RecordStore]:
    """New records."""
    store = open_records(folder)
    yield store
    store.close()


def test_it_is_off_until_somebody_turns_it_on(records: RecordStore) -> None:
    """New records know no service and have counted nothing."""
    assert records.service_settings() == ServiceSettings()
    assert not records.service_settings().is_on
    assert records.service_use("2026-11") == RequestCount(month="2026-11")
    assert records.brought_by() == {}


def test_the_choice_and_the_count_survive(folder: Path) -> None:
    """Both are there when the desk is opened again."""
    first = open_records(folder)
    first.keep_service_settings(ServiceSettings(address="https://other.example"))
    first.keep_service_settings(CHOSEN)
    first.keep_service_use(RequestCount(month="2026-11", requests=31))
    first.close()
    again = open_records(folder)
    assert again.service_settings() == CHOSEN
    assert again.service_use("2026-11") == RequestCount(month="2026-11", requests=31)
    again.close()


def test_the_count_of_a_month_never_falls(records: RecordStore) -> None:
    """Whoever counted less does not take back what was sent."""
    for requests in (5, 3):
        records.keep_service_use(RequestCount(month="2026-11", requests=requests))
    assert records.service_use("2026-11") == RequestCount(month="2026-11", requests=5)
    records.keep_service_use(RequestCount(month="2026-12", requests=1))
    assert records.service_use("2026-12") == RequestCount(month="2026-12", requests=1)
    assert records.service_use("2026-11") == RequestCount(month="2026-11", requests=5)


def test_a_clock_that_ran_ahead_costs_no_budget(records: RecordStore) -> None:
    """What was counted of a far month is that month's; the next month's stays counted in this."""
    records.keep_service_use(RequestCount(month="2031-02", requests=900))
    assert records.service_use("2026-12") == RequestCount(month="2026-12")
    records.keep_service_use(RequestCount(month="2027-01", requests=7))
    assert records.service_use("2026-12") == RequestCount(month="2026-12", requests=7)


def test_the_first_who_brought_it_is_remembered(records: RecordStore, samples: Samples) -> None:
    """Another host that lists it later does not take the place."""
    queued = samples.queued()
    records.keep_transaction(queued)
    records.keep_brought((queued.safe_tx_hash,), "first.example")
    records.keep_brought((queued.safe_tx_hash,), "second.example")
    assert records.brought_by() == {queued.safe_tx_hash: "first.example"}


def test_a_desk_that_only_looks_changes_nothing(records: RecordStore, folder: Path) -> None:
    """It can turn nothing on, and count nothing: so it can ask nothing."""
    records.keep_service_settings(CHOSEN)
    looking = open_records_to_read(folder)
    assert looking.service_settings() == CHOSEN
    with pytest.raises(Unavailable, match="reading only"):
        looking.keep_service_settings(ServiceSettings())
    with pytest.raises(Unavailable, match="reading only"):
        looking.keep_service_use(RequestCount(month="2026-11", requests=1))
    looking.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("key_entry", "the index of all keys"),
        ("address", ""),
        ("address", "https://" + "a" * 300),
        ("requests_per_month", 10**9),
    ],
)
def test_a_choice_that_nobody_made_here_is_refused(
    folder: Path, column: str, value: str | int
) -> None:
    """A folder may have been packed by somebody else; the sentence names the field."""
    store = open_records(folder)
    store.keep_service_settings(CHOSEN)
    store.close()
    packed = sqlite3.connect(folder / RECORDS_NAME, isolation_level=None)
    packed.execute(f"UPDATE service_settings SET {column} = ?", (value,))  # noqa: S608  ours
    packed.close()
    again = open_records(folder)
    with pytest.raises(Malformed, match=r"^(service|budget)"):
        again.service_settings()
    again.close()

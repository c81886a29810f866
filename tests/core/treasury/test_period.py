"""A period is whole days in UTC, both ends included."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.period import Period, parse_day


def at(text: str) -> int:
    """Unix seconds of a moment in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_both_ends_belong_to_it() -> None:
    """To the second."""
    month = Period(first=date(2026, 1, 1), last=date(2026, 1, 31))
    assert month.has(at("2026-01-01T00:00:00"))
    assert month.has(at("2026-01-31T23:59:59"))
    assert not month.has(at("2025-12-31T23:59:59"))
    assert not month.has(at("2026-02-01T00:00:00"))


def test_an_open_side_has_everything() -> None:
    """Also what no calendar has."""
    assert Period().has(0)
    assert Period().has(2**62)
    assert Period(last=date.max).has(2**62)
    assert not Period(last=date(2026, 1, 1)).has(2**62)
    assert not Period(first=date(2026, 1, 1)).has(0)


def test_an_end_before_the_begin_is_refused() -> None:
    """Rather than an account of nothing."""
    with pytest.raises(Malformed, match="before it begins"):
        Period(first=date(2026, 1, 2), last=date(2026, 1, 1))


@given(st.dates(min_value=date(1970, 1, 1)))
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    """And only so."""
    assert parse_day(f" {day.isoformat()} ", "--from") == day


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-1-1", "20260101", "2026-01-01T00", "01.01.2026", "٢٠٢٦-01-01", "x"]
)
def test_what_is_no_day_is_refused_by_the_name_of_its_field(text: str) -> None:
    """One sentence."""
    with pytest.raises(Malformed) as refused:
        parse_day(text, "--from")
    assert refused.value.field == "--from"


def test_nothing_written_is_no_day() -> None:
    """It leaves the side open."""
    assert parse_day(" ", "--to") is None

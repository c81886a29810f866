"""A period of an account: whole days in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from treasury_desktop.errors import Malformed

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the begin of `first` to the end of `last`, both included; `None` leaves a side open."""

    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise Malformed("period", f"it ends on {self.last}, before it begins on {self.first}")

    @property
    def seconds(self) -> tuple[int, int | None]:
        """Unix seconds: the first that belongs to it, and the first that no longer does."""
        begin = 0 if self.first is None else _begin_of(self.first)
        if self.last is None or self.last == date.max:
            return begin, None
        return begin, _begin_of(self.last + _A_DAY)

    def has(self, timestamp: int) -> bool:
        """Whether a moment lies in it."""
        begin, end = self.seconds
        return timestamp >= begin and (end is None or timestamp < end)


def parse_day(text: str, field: str) -> date | None:
    """The day that YYYY-MM-DD names; `None` where nothing was written."""
    written = text.strip()
    if not written:
        return None
    if _DAY.fullmatch(written) is None:
        raise Malformed(field, "write a day as YYYY-MM-DD, such as 2026-01-31")
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise Malformed(field, f"no calendar has the day {written}") from None


def _begin_of(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())

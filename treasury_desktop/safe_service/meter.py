"""What is left of a service's budget, so that nobody runs out of it on the day of signing.

A service grants so many requests a month and a second, and tells in headers what it thinks is
left. Our own count decides; the service's word can only make us wait, and an hour at most. Without
a key Safe's own service grants 2 a second and 5,000 a month (docs.safe.global, API pricing).
"""

import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from treasury_desktop.errors import Refused

LONGEST_WAIT_SECONDS = 2.0
"""For so long a request is held back; where it would take longer it is refused."""
LONGEST_WORD_SECONDS = 3_600
"""So long the service's word that nothing is left is taken for good."""
FIRST_POINT_IN_TIME = 10**9
"""From here on a reset is a time in Unix seconds; below it is seconds from now."""
TOO_MANY_REQUESTS = 429
_MONTH = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])", re.ASCII)
_FIGURE = re.compile(r"\d{1,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How many requests the person allows; never more than the service grants for their key."""

    requests_per_month: int = 5_000
    requests_per_second: int = 2

    def __post_init__(self) -> None:
        if self.requests_per_month < 1 or self.requests_per_second < 1:
            raise ValueError("a budget allows one request at least")


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyUse:
    """How many requests were sent in a month (UTC, "2026-11"); what the application stores."""

    month: str
    requests: int = 0

    def __post_init__(self) -> None:
        if not _MONTH.fullmatch(self.month) or self.requests < 0:
            raise ValueError('a month is like "2026-11", and no count is below zero')


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """What the service said last about its own count; `resets_at` is in Unix seconds."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: int | None = None


class Meter:
    """Counts requests before they are sent. Several threads may ask.

    `on_use` gets the new count and keeps it durably; where it raises, nothing is sent. `counted_in`
    tells what was counted of another month, when the clock comes to it.
    """

    def __init__(
        self,
        budget: Budget,
        use: MonthlyUse,
        *,
        on_use: Callable[[MonthlyUse], None],
        counted_in: Callable[[str], int] = lambda _month: 0,
        now: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget, self._use, self._on_use = budget, use, on_use
        self._counted_in = counted_in
        self._now, self._ticks = now, ticks
        self._next_tick = ticks()
        self._quota = Quota()
        self._silent_until = 0.0
        """In ticks: a clock that is set back makes no hour longer."""
        self._lock = threading.Lock()

    @property
    def use(self) -> MonthlyUse:
        """What was used so far."""
        return self._use

    @property
    def quota(self) -> Quota:
        """What the service said last; shown as its word."""
        return self._quota

    def allow(self, budget: Budget) -> None:
        """Goes on with another budget; what was counted stays counted."""
        with self._lock:
            self._budget = budget

    def turn_to_another(self) -> None:
        """Forgets what one service said about its count: the next request goes to another one."""
        with self._lock:
            self._quota, self._silent_until = Quota(), 0.0

    def admit(self) -> float:
        """Count one request and return for how many seconds to hold it back; refuses too many."""
        with self._lock:
            now = self._now()
            use = self._counted(now)
            wait = self._wait_for_the_service(now)
            self._on_use(use)
            self._use = use
            tick = max(self._ticks(), self._next_tick)
            self._next_tick = tick + 1 / self._budget.requests_per_second
            return max(wait, tick - self._ticks())

    def hear(self, status: int, headers: Mapping[str, str]) -> None:
        """Read what the service says about its own count; `headers` by lower-case names."""
        with self._lock:
            now = int(self._now())
            quota = Quota(
                limit=_figure(headers.get("x-ratelimit-limit")),
                remaining=_figure(headers.get("x-ratelimit-remaining")),
                resets_at=_time(headers.get("x-ratelimit-reset"), now),
            )
            if status == TOO_MANY_REQUESTS:
                later = _time(headers.get("retry-after"), now) or quota.resets_at
                quota = replace(quota, remaining=0, resets_at=later)
            if quota != Quota():
                self._quota = quota
            silence = 0
            if quota.remaining == 0 and quota.resets_at is not None:
                silence = max(0, min(quota.resets_at - now, LONGEST_WORD_SECONDS))
            self._silent_until = self._ticks() + silence

    def _counted(self, now: float) -> MonthlyUse:
        """The use with one request more; what another month had is asked for, not guessed."""
        month = datetime.fromtimestamp(now, tz=UTC).strftime("%Y-%m")
        use = self._use
        if month != use.month:
            use = MonthlyUse(month=month, requests=self._counted_in(month))
        if use.requests >= self._budget.requests_per_month:
            raise Refused(
                f"All {self._budget.requests_per_month:,} requests of {use.month} to the Safe "
                "Transaction Service are used; nothing was sent."
            )
        return replace(use, requests=use.requests + 1)

    def _wait_for_the_service(self, now: float) -> float:
        wait = max(0.0, self._silent_until - self._ticks())
        if wait > LONGEST_WAIT_SECONDS:
            until = datetime.fromtimestamp(now + wait, tz=UTC).strftime("%H:%M:%S")
            raise Refused(
                "The Safe Transaction Service says that no request is left; the next one is sent "
                f"after {until} UTC."
            )
        return wait


def _figure(text: str | None) -> int | None:
    """A whole number in a header, or `None` for whatever else stands there."""
    return int(text) if text is not None and _FIGURE.fullmatch(text) else None


def _time(text: str | None, now: int) -> int | None:
    figure = _figure(text)
    return now + figure if figure is not None and figure < FIRST_POINT_IN_TIME else figure

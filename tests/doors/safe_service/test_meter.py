"""The budget: counted before a request is sent, refused before it is passed."""

import pytest

from tests.doors.safe_service.conftest import a_meter
from tests.samples import NOW
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.safe_service.meter import Budget, Meter, MonthlyUse, Quota

SMALL = Budget(requests_per_month=3, requests_per_second=1_000_000)


class Clock:
    """A time that is told."""

    def __init__(self) -> None:
        self.now: float = NOW
        self.tick: float = 0

    def passes(self, seconds: float) -> None:
        """So much later."""
        self.now, self.tick = self.now + seconds, self.tick + seconds


def clocked(clock: Clock, budget: Budget = SMALL) -> Meter:
    """A meter by that clock."""
    return a_meter(budget=budget, now=lambda: clock.now, ticks=lambda: clock.tick)


def test_every_request_is_stored_before_it_is_sent() -> None:
    """The application is told each count, and a month's budget is never passed."""
    stored: list[MonthlyUse] = []
    meter = a_meter(budget=SMALL, on_use=stored.append)
    for _ in range(3):
        meter.admit()
    with pytest.raises(Refused, match=r"^All 3 requests of 2026-11 .* nothing was sent\.$"):
        meter.admit()
    assert stored == [MonthlyUse(month="2026-11", requests=n) for n in (1, 2, 3)]
    assert meter.use == stored[-1]


def test_a_stored_count_goes_on() -> None:
    """Starting the program again brings no new budget."""
    meter = a_meter(budget=SMALL, use=MonthlyUse(month="2026-11", requests=3))
    with pytest.raises(Refused, match="All 3 requests"):
        meter.admit()


def test_another_month_has_its_own_count() -> None:
    """A new one begins at nought; of one that was there before, what was counted is asked for."""
    clock, stored = Clock(), dict[str, int]()
    meter = a_meter(
        budget=SMALL,
        now=lambda: clock.now,
        on_use=lambda use: stored.update({use.month: use.requests}),
        counted_in=lambda month: stored.get(month, 0),
    )
    for _ in range(2):
        meter.admit()
    clock.now += 31 * 86_400
    meter.admit()
    assert meter.use == MonthlyUse(month="2026-12", requests=1)
    clock.now = NOW
    meter.admit()
    assert stored == {"2026-11": 3, "2026-12": 1}
    with pytest.raises(Refused, match="All 3 requests of 2026-11"):
        meter.admit()


def test_silence_outlasts_no_clock_that_is_set_back() -> None:
    """The hour began while the clock was far ahead; it is over after an hour all the same."""
    clock = Clock()
    clock.now = NOW + 10 * 365 * 86_400
    meter = clocked(clock)
    meter.hear(429, {"retry-after": "600"})
    clock.now = NOW
    with pytest.raises(Refused, match="no request is left"):
        meter.admit()
    clock.tick += 601
    assert meter.admit() == 0


def test_another_service_is_not_silenced() -> None:
    """What one service said of its count says nothing of another's."""
    meter = clocked(Clock())
    meter.hear(429, {"retry-after": "600"})
    meter.turn_to_another()
    assert (meter.admit(), meter.quota) == (0, Quota())


def test_what_cannot_be_stored_is_not_sent() -> None:
    """A count that is lost would be spent twice."""

    def full(_use: MonthlyUse) -> None:
        raise Unavailable("The disk is full.")

    meter = a_meter(on_use=full)
    with pytest.raises(Unavailable, match="disk is full"):
        meter.admit()
    assert meter.use.requests == 0


def test_requests_are_spaced() -> None:
    """Two a second: the third at once waits a whole second, later ones not at all."""
    clock = Clock()
    meter = clocked(clock, Budget(requests_per_second=2))
    assert [meter.admit() for _ in range(3)] == [0, 0.5, 1]
    clock.tick = 10
    assert meter.admit() == 0


@pytest.mark.parametrize("reset", [600, NOW + 600])
def test_the_service_says_that_nothing_is_left(reset: int) -> None:
    """Nothing is sent until its reset, told in seconds or as a time."""
    clock = Clock()
    meter = clocked(clock)
    said = {"x-ratelimit-limit": "5", "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(reset)}
    meter.hear(200, said)
    assert meter.quota == Quota(limit=5, remaining=0, resets_at=NOW + 600)
    with pytest.raises(Refused, match=r"says that no request is left; .* after \d\d:\d\d:\d\d UTC"):
        meter.admit()
    assert meter.use.requests == 0
    clock.passes(599)
    assert meter.admit() == 1
    clock.passes(1)
    assert meter.admit() == 0


@pytest.mark.parametrize("reset", ["999999999999999", "999999999", str(NOW + 10**9)])
def test_a_lie_about_the_reset_lasts_an_hour(reset: str) -> None:
    """After that the service is asked again."""
    clock = Clock()
    meter = clocked(clock)
    meter.hear(200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})
    clock.passes(3_590)
    with pytest.raises(Refused, match="no request is left"):
        meter.admit()
    clock.passes(10)
    assert meter.admit() == 0


@pytest.mark.parametrize("text", ["", "-1", "1.5", "NaN", "0x10", "1e9", "١", "9" * 400, "soon"])
def test_headers_that_are_no_figures_say_nothing(text: str) -> None:
    """Neither wait nor refusal follows from them."""
    meter = a_meter()
    meter.hear(200, dict.fromkeys(("x-ratelimit-remaining", "x-ratelimit-reset"), text))
    assert meter.quota == Quota()
    assert meter.admit() == 0


def test_too_many_requests_are_followed_by_silence() -> None:
    """429 with a time is kept to; without one the next request asks again."""
    clock = Clock()
    meter = clocked(clock)
    meter.hear(429, {})
    assert meter.admit() == 0
    meter.hear(429, {"retry-after": "60"})
    with pytest.raises(Refused, match="no request is left"):
        meter.admit()


@pytest.mark.parametrize("month", ["2026-13", "26-11", "2026-11 ", ""])
def test_a_month_is_a_month(month: str) -> None:
    """What the application stored is checked when it comes back."""
    with pytest.raises(ValueError, match="month"):
        MonthlyUse(month=month)


@pytest.mark.parametrize("figures", [{"requests_per_month": 0}, {"requests_per_second": 0}])
def test_a_budget_of_nothing_is_none(figures: dict[str, int]) -> None:
    """Whoever wants no request switches the service off."""
    with pytest.raises(ValueError, match="at least"):
        Budget(**figures)

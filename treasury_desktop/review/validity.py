"""Until when a transaction is good: before a deadline passes or nobody can judge it any more.

What is signed today and executed in a week may run into a deadline of its own, and its judgement
rests on prices and exceptions that grow too old. Each is told before it happens.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.decoded_call import Certainty
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review, examine
from treasury_desktop.review.venue_steps import steps_of

DEADLINES = ("deadline", "sig_deadline")
"""Past these a contract refuses the call; an allowance that ends by itself stops nothing."""
NO_DEADLINE = 4_102_444_800
"""The year 2100: whoever writes such a moment means none."""


class Cause(Enum):
    """What grows too old for a judgement to stand."""

    PRICES = "prices"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """The last seconds (Unix) at which it can run and at which it may be signed; `None` for ever.

    `cause` is what ends the judgement then.
    """

    runs_until: int | None = None
    judged_until: int | None = None
    cause: Cause = Cause.PRICES


FOR_EVER = Validity()


def validity_of(review: Review, local: LocalFacts) -> Validity:
    """Until when it is good, by its own deadlines and by the evidence as it will age.

    What the review forbids already has no judgement that could end.
    """
    runs_until = min(_deadlines(review), default=None)
    causes = dict(_moments(review))
    moments = sorted(causes)

    def is_blocked(moment: int) -> bool:
        return bool(examine(review.bundle, local, now=moment).blocks)

    if review.blocks or not moments or is_blocked(moments[0] - 1):
        return Validity(runs_until=runs_until)
    # Prices never get younger and exceptions never come back: once blocked, it stays so.
    first = bisect_left(moments, True, key=is_blocked)  # noqa: FBT003  the value that is looked for
    if first == len(moments):
        return Validity(runs_until=runs_until)
    end = moments[first]
    return Validity(runs_until=runs_until, judged_until=end - 1, cause=causes[end])


def _deadlines(review: Review) -> Iterator[int]:
    """The deadlines of everything it calls, as far as our own side can read them."""
    for step in steps_of(review.call):
        if step.call.certainty is not Certainty.GUESS:
            for name in DEADLINES:
                yield from (moment for moment in step.numbers(name) if moment < NO_DEADLINE)


def _moments(review: Review) -> Iterator[tuple[int, Cause]]:
    """When something changes by itself: the first second a quote is stale, an exception over."""
    evidence, oldest = review.facts.evidence, review.facts.terms.max_quote_age_seconds
    yield from ((each.expires, Cause.EXCEPTION) for each in review.bundle.exceptions)
    if isinstance(evidence.block, Unknown) or isinstance(evidence.quotes, Unknown):
        return
    for quote in evidence.quotes:
        if quote.age_seconds is not None and 0 <= quote.age_seconds <= oldest:
            yield evidence.block.timestamp + oldest - quote.age_seconds + 1, Cause.PRICES

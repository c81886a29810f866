"""Until when a transaction is good: its own deadlines, and the age of what it is judged by."""

from dataclasses import replace

import pytest

from tests.core.review.test_exceptions import LARGE, LATER, an_exception
from tests.matters import (
    BLOCK,
    PAYROLL,
    a_price,
    a_treasury_safe,
    a_tx,
    an_evidence,
    entering,
    local,
    pay,
)
from tests.venue_calls import SOON, a_mint, a_swap, plan
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.bundle import Bundle
from treasury_desktop.deployments.calls import Call
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import examine
from treasury_desktop.review.validity import FOR_EVER, NO_DEADLINE, Cause, Validity, validity_of
from treasury_desktop.safes.safe_tx import SafeTx

HOUR = 3600


def validity(*calls: Call | SafeTx, facts: LocalFacts | None = None, **claims: object) -> Validity:
    """Until when a transaction of these calls is good, by our own facts."""
    first = calls[0]
    tx = first if isinstance(first, SafeTx) else a_tx(*(c for c in calls if isinstance(c, Call)))
    known = local() if facts is None else facts
    bundle = Bundle(safe=a_treasury_safe(), tx=tx, **claims)  # type: ignore[arg-type]
    return validity_of(examine(bundle, known), known)


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_earliest_deadline_decides(*, wrapped: bool) -> None:
    """One call of a batch that is refused takes all the others with it."""
    later = a_mint(deadline=SOON + 500)
    first = plan(b"", deadline=SOON) if wrapped else a_swap()
    assert validity(later, first).runs_until == SOON


@pytest.mark.parametrize("moment", [NO_DEADLINE, 2**256 - 1])
def test_a_deadline_beyond_all_calendars_is_none(moment: int) -> None:
    """Whoever writes the end of time means that there is no end."""
    assert validity(a_mint(deadline=moment)).runs_until is None


def test_a_payment_is_good_for_ever() -> None:
    """It has no deadline, and prices decide nothing about it that could turn into a block."""
    assert validity(pay(1_000, PAYROLL)).runs_until is None


def test_a_deployment_is_judged_until_its_prices_are_stale() -> None:
    """To the second: at the last good one it can be signed, one later it blocks."""
    tx, facts = a_tx(*entering(400_000)), local()
    found = validity(tx)
    assert found.judged_until is not None
    bundle = Bundle(safe=a_treasury_safe(), tx=tx)
    assert examine(bundle, facts, now=found.judged_until).blocks == ()
    assert examine(bundle, facts, now=found.judged_until + 1).blocks
    assert (found.runs_until, found.cause) == (None, Cause.PRICES)


def test_the_oldest_price_that_decides_ends_it() -> None:
    """Two prices of one token: the older one goes stale first."""
    young, old = a_price(age_seconds=60), a_price(age_seconds=600, source="another feed")
    both = local(an_evidence(quotes=(young, old)))
    only = local(an_evidence(quotes=(young,)))
    tx = a_tx(*entering(400_000))
    assert validity(tx, facts=only).judged_until == BLOCK.timestamp + HOUR - 60
    assert validity(tx, facts=both).judged_until == BLOCK.timestamp + HOUR - 600


def test_an_exception_ends_when_it_says() -> None:
    """What it lifted blocks again."""
    found = validity(LARGE, exceptions=(an_exception(),))
    assert (found.judged_until, found.cause) == (LATER - 1, Cause.EXCEPTION)


@pytest.mark.parametrize(
    "changes", [{"block": UNKNOWN}, {"quotes": UNKNOWN}, {"quotes": (a_price(age_seconds=None),)}]
)
def test_nobody_knows_the_end_of_what_has_no_age(changes: dict[str, object]) -> None:
    """Nothing is invented; what cannot be judged at all is forbidden already."""
    assert validity(a_tx(*entering(400_000)), facts=local(an_evidence(**changes))) == FOR_EVER


def test_what_is_forbidden_already_has_no_judgement_to_lose() -> None:
    """Only its own deadline is told."""
    assert validity(*entering(1_200_000), a_swap()) == Validity(runs_until=SOON)


def test_what_only_a_sender_explains_ends_nothing() -> None:
    """A name in a sender's ABI is a claim."""
    mint = a_mint()
    stranger = replace(mint, to=PAYROLL)
    assert validity(stranger).runs_until in {None, SOON}
    assert validity(mint).runs_until == SOON

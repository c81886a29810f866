"""The limits a DAO has switched on beside the one for every group (treasury/further_limits.py).

Each binds only what makes it worse: what prices or payments of the past did to it refuses nothing,
and neither does a transaction that leaves it alone. What nobody can measure cannot be judged.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.usd import percent_beside, percent_text, usd_text, whole_usd_text
from treasury_desktop.deployments.case import Case, reaches
from treasury_desktop.deployments.judgement import Verdict
from treasury_desktop.deployments.policy import PROBLEM_SENTENCES
from treasury_desktop.deployments.queued_value import EVERY_LIMIT, limits_named
from treasury_desktop.deployments.shared_limits import as_read
from treasury_desktop.deployments.stablecoins import (
    Idle,
    idle_stablecoins,
    stablecoins_taken,
    takes_stablecoins,
)
from treasury_desktop.deployments.worth import (
    NOTHING,
    UNKNOWN_DOLLARS,
    DollarRange,
    value_of,
    value_of_token,
)
from treasury_desktop.treasury.terms import BPS

DAY = 86_400
UNKNOWN_DEPLOYED = (
    "It cannot be judged: what is there, was deployed lately or waits in the queue is not known "
    "whole."
)
UNKNOWN_STABLECOINS = (
    "It cannot be judged: what is taken of the stablecoins, by it or by the queue, is not known "
    "whole."
)


class LimitOutcome(NamedTuple):
    """What one further limit says of a transaction.

    `name` says which limit, and of what; `figure` is what would be, beside what may be. Of its
    dollars `counted_usd` are this transaction's; `room_usd` more, or fewer where it is negative,
    would just reach the limit, and pass where it `may_be_reached`. `None` where nobody can say.
    """

    name: str
    verdict: Verdict
    sentence: str
    codes: tuple[str, ...] = ()
    figure: str = ""
    counted_usd: Fraction | None = None
    room_usd: Fraction | None = None
    may_be_reached: bool = False


def judge_limits(case: Case) -> tuple[LimitOutcome, ...]:
    """What every further limit says that the transaction touches, worst first."""
    if case.matter.terms.further.are_none:
        return ()
    caps = (sorted(some(case), key=lambda outcome: outcome.name) for some in (_protocols, _windows))
    found = (*chain.from_iterable(caps), *_floors(case))
    return tuple(sorted(found, key=lambda outcome: -outcome.verdict))


# ── caps ─────────────────────────────────────────────────────────────────────────────────────────


class _Cap(NamedTuple):
    """So much of the treasury at most; `what` is what is measured, in words.

    `added` is what this transaction adds to it.
    """

    name: str
    what: str
    bps: int
    code: str
    added: DollarRange


def _protocols(case: Case) -> Iterator[LimitOutcome]:
    """All groups at a protocol that the transaction adds to, together."""
    bps = case.matter.terms.further.protocol_limit_bps
    if bps is None:
        return
    for protocol, limits in _limits_by_protocol(case).items():
        if limits.isdisjoint(case.flows):
            continue
        there = (case.existing, case.queue)
        held = [part.get(limit, NOTHING) for part in there for limit in (*limits, EVERY_LIMIT)]
        added = _sum([_amount(case, limit) for limit in limits if limit in case.flows])
        cap = _Cap(f"Protocol {protocol}", f"at {protocol}", bps, "POLICY_PROTOCOL_LIMIT", added)
        yield _capped(case, cap, _sum(held) + added)


def _limits_by_protocol(case: Case) -> dict[str, frozenset[str]]:
    """The limits of the strategies at each protocol, by the name it was first given."""
    names: dict[str, str] = {}
    limits: dict[str, set[str]] = {}
    for strategy in case.matter.strategies:
        name = names.setdefault(as_read(strategy.runs_at).casefold(), strategy.runs_at)
        limits.setdefault(name, set()).add(case.matter.limits.of_group[strategy.group])
    return {name: frozenset(some) for name, some in limits.items()}


def _windows(case: Case) -> Iterator[LimitOutcome]:
    """What went into each group lately, waits for it, and goes there now; exits free nothing."""
    further = case.matter.terms.further
    bps, days = further.window_limit_bps, further.window_days
    if bps is None or days is None:
        return
    for limit in case.flows:
        if case.matter.is_outsider(limit):
            continue
        span = "the last day" if days == 1 else f"{days:,} days"
        name, added = f"{limit} within {span}", _amount(case, limit)
        cap = _Cap(name, f"into {name}", bps, "POLICY_WINDOW_LIMIT", added)
        lately = _deployed_lately(case, limit, days)
        yield _capped(case, cap, lately + case.queued_for(limit) + added)


def _deployed_lately(case: Case, limit: str, days: int) -> DollarRange:
    """What was deployed under a limit in the days before the evidence's block, by its prices."""
    matter, block = case.matter, case.matter.evidence.block
    deployed = matter.evidence.deployed
    if isinstance(deployed, Unknown) or isinstance(block, Unknown):
        return UNKNOWN_DOLLARS
    since = block.timestamp - days * DAY
    total = NOTHING
    for one in deployed:
        # Under a name that no strategy has it went nobody knows where: it counts everywhere.
        if one.timestamp >= since and limit in (limits_named(matter, one.strategy) or (limit,)):
            total += value_of_token(matter, one.token, one.base_units)
    return total


def _amount(case: Case, limit: str) -> DollarRange:
    return value_of(case.matter, case.flows[limit])


def _sum(parts: list[DollarRange]) -> DollarRange:
    total = NOTHING
    for part in parts:
        total += part
    return total


def _capped(case: Case, cap: _Cap, dollars: DollarRange) -> LimitOutcome:
    net, inclusive = case.treasury.net_usd, case.matter.terms.limit_is_inclusive
    if net is not None and reaches(dollars.low, net, cap.bps, inclusive=inclusive):
        return _cap_outcome(case, cap, dollars.low, net)
    unknown = _why_unknown(case, dollars)
    if unknown is not None:
        return unknown_outcome(cap.name, *unknown)
    assert net is not None  # or it would have been said
    assert dollars.high is not None
    return _cap_outcome(case, cap, dollars.high, net)


def _cap_outcome(case: Case, cap: _Cap, dollars: Fraction, net: Fraction) -> LimitOutcome:
    inclusive = case.matter.terms.limit_is_inclusive
    mark = Fraction(cap.bps, BPS)
    is_refused = reaches(dollars, net, cap.bps, inclusive=inclusive)
    share = percent_beside(dollars / net, mark)
    sentence = (
        f"{usd_text(dollars)} {cap.what} would be {share} of the "
        f"treasury's {usd_text(net)}; the limit is {percent_text(mark)}"
        f"{'' if inclusive else ', which must not be reached'}."
    )
    return LimitOutcome(
        name=cap.name,
        verdict=Verdict.REFUSED if is_refused else Verdict.WITHIN,
        sentence=sentence,
        codes=(cap.code,) if is_refused else (),
        figure=f"{share}, limit {percent_text(mark)}",
        counted_usd=cap.added.high,
        room_usd=net * mark - dollars,
        may_be_reached=inclusive,
    )


# ── floors ───────────────────────────────────────────────────────────────────────────────────────


class _Floor(NamedTuple):
    """So many dollars of idle stablecoins at least; `least` says how many in words.

    `taken` is what this transaction takes of them.
    """

    name: str
    dollars: Fraction
    least: str
    code: str
    taken: DollarRange


def _floors(case: Case) -> Iterator[LimitOutcome]:
    """What has to stay in stablecoins that the Safes hold, where the transaction takes of them."""
    further, net = case.matter.terms.further, case.treasury.net_usd
    share, runway = further.stable_floor_bps, further.least_idle_usd
    if (share is None and runway is None) or not takes_stablecoins(case):
        return
    if share is not None and net is None:
        yield unknown_outcome(
            "Idle stablecoins",
            f"It cannot be judged: {case.treasury.why_unknown}.",
            ("STATE_UNKNOWN",),
        )
    after, taken = idle_stablecoins(case), stablecoins_taken(case)
    if share is not None and net is not None:
        least = f"{percent_text(Fraction(share, BPS))} of the treasury's {usd_text(net)}"
        code = "POLICY_STABLECOIN_FLOOR"
        yield _kept(_Floor("Idle stablecoins", net * share / BPS, least, code, taken), after)
    if runway is not None:
        assert further.monthly_spend_usd is not None
        months = f"{further.runway_months:,} month{'' if further.runway_months == 1 else 's'}"
        least = f"{months} of {usd_text(Fraction(further.monthly_spend_usd))}"
        code = "POLICY_RUNWAY_FLOOR"
        yield _kept(_Floor("Runway", Fraction(runway), least, code, taken), after)


def _kept(floor: _Floor, after: Idle) -> LimitOutcome:
    if after.high is not None and after.high < floor.dollars:
        return _floor_outcome(floor, after.high)
    is_short = after.low < floor.dollars
    if not after.is_whole or (is_short and (after.high is None or after.problems)):
        reasons = [PROBLEM_SENTENCES[problem] for problem in after.problems]
        reasons += [] if reasons else [UNKNOWN_STABLECOINS]
        codes = after.problems or ("STATE_UNKNOWN",)
        return unknown_outcome(floor.name, " ".join(reasons), codes)
    return _floor_outcome(floor, after.low)


def _floor_outcome(floor: _Floor, left: Fraction) -> LimitOutcome:
    is_refused, text = left < floor.dollars, _beside(left, floor.dollars)
    return LimitOutcome(
        name=floor.name,
        verdict=Verdict.REFUSED if is_refused else Verdict.WITHIN,
        sentence=(
            f"{text} of stablecoins would stay in the Safes, queue included; the least is "
            f"{floor.least}, {usd_text(floor.dollars)}."
        ),
        codes=(floor.code,) if is_refused else (),
        figure=f"{_beside(left, floor.dollars, whole_usd_text)}, "
        f"least {whole_usd_text(floor.dollars)}",
        counted_usd=floor.taken.high,
        room_usd=left - floor.dollars,
        may_be_reached=True,
    )


def _beside(left: Fraction, least: Fraction, words: Callable[[Fraction], str] = usd_text) -> str:
    """Dollars that say on which side they are of those which they would read as."""
    text = words(left)
    is_told = left == least or text != words(least)
    return text if is_told else f"just {'above' if left > least else 'below'} {text}"


# ── what nobody knows ────────────────────────────────────────────────────────────────────────────


def unknown_outcome(name: str, sentence: str, codes: tuple[str, ...]) -> LimitOutcome:
    """A limit that cannot be judged."""
    return LimitOutcome(name=name, verdict=Verdict.CANNOT_BE_JUDGED, sentence=sentence, codes=codes)


def _why_unknown(case: Case, dollars: DollarRange) -> tuple[str, tuple[str, ...]] | None:
    """Why figures cannot be compared, with the codes that go with it; `None` where they can."""
    reasons = [PROBLEM_SENTENCES[problem] for problem in dollars.problems]
    codes = dollars.problems
    if case.treasury.net_usd is None:
        reasons.append(f"It cannot be judged: {case.treasury.why_unknown}.")
        codes = ("STATE_UNKNOWN", *codes)
    elif not reasons and dollars.high is None:
        reasons.append(UNKNOWN_DEPLOYED)
        codes = ("STATE_UNKNOWN",)
    return (" ".join(reasons), codes) if reasons else None

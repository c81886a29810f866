"""The DAO's rule: no deployment reaches the limit, whatever it is called and however it is cut.

One judgement per group of strategies (product.md, "The policy"). A strategy's group, a contract of
no strategy and an outside account are each measured by what flows to them now, what is open to
them afterwards, what they hold already and what waits in the queue. Integers and fractions only.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from treasury_desktop.assets.strict_json import JsonSource, json_in_order
from treasury_desktop.assets.usd import exact_text, percent_beside, percent_text, usd_text
from treasury_desktop.deployments.case import Case, case_of, reaches
from treasury_desktop.deployments.denominator import is_listed
from treasury_desktop.deployments.flows import Flow
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.matter import OUTSIDER, Matter
from treasury_desktop.deployments.worth import (
    NOTHING,
    DollarRange,
    Values,
    sure_value_of,
    total_of,
    values_of,
)
from treasury_desktop.treasury.terms import BPS, PolicyTerms

__all__ = ["OUTSIDER", "Matter", "judge", "judge_case"]

_Outcome = tuple[Verdict, tuple[str, ...], tuple[str, ...]]
"""Verdict, reasons as sentences, finding codes."""

PROBLEM_SENTENCES = {
    "PRICE_MISSING": "It cannot be judged: what is deployed has no price that may decide.",
    "PRICE_INVALID": "It cannot be judged: a price of what is deployed is not positive.",
    "PRICE_STALE": "It cannot be judged: a price of what is deployed is too old.",
    "PRICE_SOURCE_DISAGREEMENT": "It cannot be judged: the prices of what is deployed disagree.",
}


def judge(matter: Matter) -> tuple[Judgement, ...]:
    """The judgements of all groups the transaction touches, worst first."""
    return judge_case(case_of(matter))


def judge_case(case: Case) -> tuple[Judgement, ...]:
    """The judgements of all groups that a case touches, worst first."""
    judgements = [judgement for limit in case.flows for judgement in _judgements(case, limit)]
    return tuple(sorted(judgements, key=lambda j: (-j.verdict, j.group)))


def _judgements(case: Case, limit: str) -> Iterator[Judgement]:
    """The same figures and verdict for each of the groups that share a limit."""
    matter, flow = case.matter, case.flows[limit]
    values = values_of(matter, flow)
    figures = _Figures(
        terms=matter.terms,
        net_usd=case.treasury.net_usd,
        values=values,
        amount=total_of(values, has_unknown=flow.has_unknown),
        queued=case.queued_for(limit),
        existing=case.existing_for(limit),
    )
    if matter.is_outsider(limit):
        verdict, reasons, codes = _judge_payment(case, limit, figures)
    else:
        verdict, reasons, codes = _judge_deployment(case, figures)
    for group in matter.groups_under(limit):
        yield Judgement(
            group=group,
            verdict=verdict,
            amount_usd=figures.amount.high,
            treasury_usd=figures.net_usd,
            existing_usd=figures.existing.high,
            queued_usd=figures.queued.high,
            reasons=reasons,
            codes=codes,
            definitions=case.definitions,
            evidence_digest=_digest(case, group, flow, figures),
        )


class _Figures(NamedTuple):
    """The figures of one group and the comparisons the policy makes with them."""

    terms: PolicyTerms
    net_usd: Fraction | None
    values: Values
    amount: DollarRange
    queued: DollarRange
    existing: DollarRange

    @property
    def exposure(self) -> DollarRange:
        """What the group would hold afterwards."""
        return self.existing + self.queued + self.amount

    def reaches_limit(self, dollars: Fraction) -> bool:
        """Whether a deployment of this size is forbidden; one base unit decides."""
        return self.net_usd is not None and reaches_limit(dollars, self.net_usd, self.terms)

    def passes_advice(self, dollars: Fraction) -> bool:
        """Whether it is more than the procedure advises."""
        return self.net_usd is not None and passes_advice(dollars, self.net_usd, self.terms)

    def limit_sentence(self, dollars: Fraction) -> str:
        """The figures beside the limit."""
        if self.net_usd is None:
            return "The deployment cannot be measured."
        return limit_sentence(dollars, self.net_usd, self.terms)


def reaches_limit(dollars: Fraction, net_usd: Fraction, terms: PolicyTerms) -> bool:
    """Whether dollars are at or above the limit, or above it where it may be reached."""
    return reaches(dollars, net_usd, terms.limit_bps, inclusive=terms.limit_is_inclusive)


def passes_advice(dollars: Fraction, net_usd: Fraction, terms: PolicyTerms) -> bool:
    """Whether dollars are more of a treasury than the procedure advises."""
    return dollars * BPS > terms.advised_high_bps * net_usd


def limit_sentence(dollars: Fraction, net_usd: Fraction, terms: PolicyTerms) -> str:
    """How much of the treasury dollars are, and how much is allowed."""
    marks = (Fraction(bps, BPS) for bps in (terms.limit_bps, terms.advised_high_bps))
    return (
        f"{usd_text(dollars)} in all would be {percent_beside(dollars / net_usd, *marks)} of "
        f"{_of_which(net_usd, terms)}"
    )


@lru_cache(maxsize=16)
def _of_which(net_usd: Fraction, terms: PolicyTerms) -> str:
    """What a share is of, and the limit: the same words for all groups of a batch."""
    return (
        f"the treasury's {usd_text(net_usd)}; the limit is "
        f"{percent_text(Fraction(terms.limit_bps, BPS))}"
        f"{'' if terms.limit_is_inclusive else ', which must not be reached'}."
    )


def _judge_deployment(case: Case, figures: _Figures) -> _Outcome:
    exposure = figures.exposure
    # When even the lowest credible price is over the limit no better price can help.
    if figures.reaches_limit(exposure.low):
        verdict, reasons, codes = _refused(case, figures.limit_sentence(exposure.low), exposure.low)
        return verdict, reasons, (*codes, *exposure.problems)
    if figures.net_usd is None:
        sentences = (PROBLEM_SENTENCES[problem] for problem in exposure.problems)
        reasons = (*sentences, f"It cannot be judged: {case.treasury.why_unknown}.")
        sentence, inflated = _if_inflated(case, exposure.low, reaches_limit)
        codes = ("STATE_UNKNOWN", *exposure.problems, *inflated)
        return Verdict.CANNOT_BE_JUDGED, (*reasons, *sentence), codes
    if exposure.problems:
        reasons = tuple(PROBLEM_SENTENCES[problem] for problem in exposure.problems)
        return Verdict.CANNOT_BE_JUDGED, reasons, exposure.problems
    if exposure.high is None:
        reason = (
            "It cannot be judged: what the group holds already is not known."
            if figures.existing.high is None
            else "It cannot be judged: a queued transaction, or the queue, is not known whole."
        )
        return Verdict.CANNOT_BE_JUDGED, (reason,), ("STATE_UNKNOWN",)
    return _judge_measured(case, figures, exposure.high)


def _judge_measured(case: Case, figures: _Figures, dollars: Fraction) -> _Outcome:
    sentence = figures.limit_sentence(dollars)
    if figures.reaches_limit(dollars):
        return _refused(case, sentence, dollars)
    if figures.passes_advice(dollars):
        inflated, code = _if_inflated(case, dollars, passes_advice)
        return Verdict.ABOVE_ADVICE, (sentence, *inflated), ("POLICY_ABOVE_ADVICE", *code)
    return Verdict.WITHIN, (sentence,), ()


def _refused(case: Case, sentence: str, dollars: Fraction) -> _Outcome:
    """A refusal, with what would have made it look smaller."""
    inflated, inflated_code = _if_inflated(case, dollars, reaches_limit)
    borrowed, borrowed_code = _if_borrowed(case, dollars)
    codes = ("POLICY_LIMIT_EXCEEDED", *inflated_code, *borrowed_code)
    return Verdict.REFUSED, (sentence, *inflated, *borrowed), codes


_Remark = tuple[tuple[str, ...], tuple[str, ...]]
"""Sentences and codes that go with them."""

_Measure = Callable[[Fraction, Fraction, PolicyTerms], bool]
"""Whether dollars are too much of a treasury."""


def _if_inflated(case: Case, dollars: Fraction, is_too_much: _Measure) -> _Remark:
    """Whether only assets that do not count, or a stated figure, would make it look smaller."""
    by_everything = case.treasury.inflated_usd
    if by_everything is None or is_too_much(dollars, by_everything, case.matter.terms):
        return (), ()
    sentence = (
        f"Of {usd_text(by_everything)} it would look smaller, but that is what the treasury is "
        "worth by a stated figure, unlisted assets or the highest price alone, which do not count."
    )
    return (sentence,), ("TREASURY_VALUE_INFLATED",)


def _if_borrowed(case: Case, dollars: Fraction) -> _Remark:
    """Whether only what the transaction itself borrows would keep it below the limit."""
    net_usd, borrowed, terms = case.treasury.net_usd, case.borrowed, case.matter.terms
    if net_usd is None or borrowed.is_nothing:
        return (), ()
    if borrowed.usd is not None and reaches_limit(dollars, net_usd + borrowed.usd, terms):
        return (), ()
    how_much = "an amount without a price" if borrowed.usd is None else usd_text(borrowed.usd)
    sentence = (
        f"The transaction borrows {how_much}, which the treasury then owes: it makes no room below "
        "the limit."
    )
    return (sentence,), ("DEBT_INCREASED",)


def _judge_payment(case: Case, limit: str, figures: _Figures) -> _Outcome:
    """An outflow to somebody outside: not a deployment unless it is as large as one.

    What cannot be valued beside it, a price that has grown old since, or debts that nobody knows
    make no large payment small.
    """
    matter, flow = case.matter, case.flows[limit]
    dollars = sure_value_of(matter, figures.values) + figures.queued.sure
    reason = figures.limit_sentence(dollars)
    is_large = figures.reaches_limit(dollars)
    if figures.net_usd is None:
        is_large, reason = _large_by_another_measure(case, dollars)
    if is_large and matter.terms.judge_outsiders:
        return _refused(case, reason, dollars)
    counts_nothing = any(not is_listed(matter.evidence, token) for token in flow.units)
    has_no_value = figures.net_usd is None or figures.amount.high is None
    if has_no_value or counts_nothing or figures.exposure.problems:
        reason = "This payment cannot be valued, so it is not measured against the limit."
        return Verdict.NOT_A_DEPLOYMENT, (reason,), ("PAYMENT_NOT_VALUED",)
    return Verdict.NOT_A_DEPLOYMENT, (reason,), ()


def _large_by_another_measure(case: Case, dollars: Fraction) -> tuple[bool, str]:
    """Whether a payment reaches the limit by the prices there were, or of the most there can be.

    Otherwise waiting until the quotes are stale, or leaving out the debts, would be the way to
    sign it.
    """
    terms, earlier = case.matter.terms, case.by_old_prices
    at_most = case.treasury.at_most_usd
    measures = (
        (at_most, "Of the most the treasury can be worth: "),
        (earlier.net_usd if at_most is None else None, "By old prices: "),
        (earlier.at_most_usd if at_most is None else None, "By old prices: "),
    )
    for net_usd, opening in measures:
        if net_usd is not None and reaches_limit(dollars, net_usd, terms):
            return True, f"{opening}{limit_sentence(dollars, net_usd, terms)}"
    return False, ""


def _digest(case: Case, group: str, flow: Flow, figures: _Figures) -> bytes:
    """Keccak-256 of everything the judgement used: equal evidence, equal digest, any machine.

    It is the digest of one object in canonical JSON, with which `case.digest_of` has begun.
    """
    ends = (figures.amount, figures.queued, figures.existing)
    rest: JsonSource = {
        "figures": [_texts(end) for end in ends],
        "group": group,
        "has_unknown": flow.has_unknown,
        "net_usd": _text(figures.net_usd),
        "units": [[token, str(units)] for token, units in sorted(flow.units.items())],
    }
    return case.digest_of(json_in_order(rest)[1:])


def _texts(dollars: DollarRange) -> list[JsonSource]:
    if dollars is NOTHING:
        return ["0", "0"]
    return [_text(dollars.low), _text(dollars.high), *dollars.problems]


def _text(value: Fraction | None) -> str:
    return "unknown" if value is None else exact_text(value)

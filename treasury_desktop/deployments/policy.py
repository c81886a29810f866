"""The DAO's rule: no deployment reaches the limit, whatever it is called and however it is cut.

One judgement per group of strategies (product.md, "The policy"). A strategy's group, a contract of
no strategy and an outside account are each measured by what flows to them now, what is open to
them afterwards, what they hold already and what waits in the queue. Integers and fractions only.
"""

from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.assets.usd import exact_text, percent_text, usd_text
from treasury_desktop.deployments.denominator import TreasuryValue, is_listed, treasury_value
from treasury_desktop.deployments.evidence_digest import evidence_digest
from treasury_desktop.deployments.flows import Flow, Flows, flows_by_group
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.matter import OUTSIDER, Matter
from treasury_desktop.deployments.queued_value import EVERY_GROUP, existing_in, queue_by_group
from treasury_desktop.deployments.worth import (
    NOTHING,
    DollarRange,
    at_any_age,
    sure_value_of,
    value_of,
)
from treasury_desktop.treasury.terms import BPS, PolicyTerms

__all__ = ["OUTSIDER", "Matter", "judge"]

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
    flows = flows_by_group(matter, matter.call)
    if not flows:
        return ()
    case = _Case(
        matter=matter,
        treasury=treasury_value(matter.evidence, matter.terms),
        flows=flows,
        queue=queue_by_group(matter),
        digest=evidence_digest(matter),
    )
    judgements = [_judge_group(case, group) for group in sorted(flows)]
    return tuple(sorted(judgements, key=lambda j: (-j.verdict, j.group)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What all groups of one matter have in common."""

    matter: Matter
    treasury: TreasuryValue
    flows: Flows
    queue: dict[str, DollarRange]
    digest: bytes

    def queued_for(self, group: str) -> DollarRange:
        """What waits for a group, with what waits for nobody knows whom."""
        return self.queue.get(group, NOTHING) + self.queue.get(EVERY_GROUP, NOTHING)


def _judge_group(case: _Case, group: str) -> Judgement:
    matter, flow = case.matter, case.flows[group]
    figures = _Figures(
        terms=matter.terms,
        net_usd=case.treasury.net_usd,
        amount=value_of(matter, flow),
        queued=case.queued_for(group),
        existing=existing_in(matter, group),
    )
    if matter.is_outsider(group):
        verdict, reasons, codes = _judge_payment(case, group, figures)
    else:
        verdict, reasons, codes = _judge_deployment(figures, case.treasury)
    return Judgement(
        group=group,
        verdict=verdict,
        amount_usd=figures.amount.high,
        treasury_usd=figures.net_usd,
        existing_usd=figures.existing.high,
        queued_usd=figures.queued.high,
        reasons=reasons,
        codes=codes,
        definitions=_definitions(matter.terms),
        evidence_digest=_digest(case, group, flow, figures),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figures:
    """The figures of one group and the comparisons the policy makes with them."""

    terms: PolicyTerms
    net_usd: Fraction | None
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
        limit = self.terms.advised_high_bps
        return self.net_usd is not None and dollars * BPS > limit * self.net_usd

    def limit_sentence(self, dollars: Fraction) -> str:
        """The figures beside the limit."""
        if self.net_usd is None:
            return "The deployment cannot be measured."
        return limit_sentence(dollars, self.net_usd, self.terms)


def reaches_limit(dollars: Fraction, net_usd: Fraction, terms: PolicyTerms) -> bool:
    """Whether dollars are at or above the limit, or above it where it may be reached."""
    left, right = dollars * BPS, terms.limit_bps * net_usd
    return left > right if terms.limit_is_inclusive else left >= right


def limit_sentence(dollars: Fraction, net_usd: Fraction, terms: PolicyTerms) -> str:
    """How much of the treasury dollars are, and how much is allowed."""
    return (
        f"{usd_text(dollars)} in all would be {percent_text(dollars / net_usd)} of the "
        f"treasury's {usd_text(net_usd)}; the limit is "
        f"{percent_text(Fraction(terms.limit_bps, BPS))}"
        f"{'' if terms.limit_is_inclusive else ', which must not be reached'}."
    )


def _judge_deployment(figures: _Figures, treasury: TreasuryValue) -> _Outcome:
    exposure = figures.exposure
    # When even the lowest credible price is over the limit no better price can help.
    if figures.reaches_limit(exposure.low):
        codes = ("POLICY_LIMIT_EXCEEDED", *exposure.problems)
        return Verdict.REFUSED, (figures.limit_sentence(exposure.low),), codes
    if figures.net_usd is None:
        sentences = (PROBLEM_SENTENCES[problem] for problem in exposure.problems)
        reasons = (*sentences, f"It cannot be judged: {treasury.why_unknown}.")
        return Verdict.CANNOT_BE_JUDGED, reasons, ("STATE_UNKNOWN", *exposure.problems)
    if exposure.problems:
        reasons = tuple(PROBLEM_SENTENCES[problem] for problem in exposure.problems)
        return Verdict.CANNOT_BE_JUDGED, reasons, exposure.problems
    if exposure.high is None:
        reason = (
            "It cannot be judged: what the group holds already has no price."
            if figures.existing.high is None
            else "It cannot be judged: the bytes of a queued transaction cannot be valued."
        )
        return Verdict.CANNOT_BE_JUDGED, (reason,), ("STATE_UNKNOWN",)
    return _judge_measured(figures, exposure.high)


def _judge_measured(figures: _Figures, dollars: Fraction) -> _Outcome:
    reasons = (figures.limit_sentence(dollars),)
    if figures.reaches_limit(dollars):
        return Verdict.REFUSED, reasons, ("POLICY_LIMIT_EXCEEDED",)
    if figures.passes_advice(dollars):
        return Verdict.ABOVE_ADVICE, reasons, ("POLICY_ABOVE_ADVICE",)
    return Verdict.WITHIN, reasons, ()


def _judge_payment(case: _Case, group: str, figures: _Figures) -> _Outcome:
    """An outflow to somebody outside: not a deployment unless it is as large as one.

    What cannot be valued beside it, or a price that has grown old since, makes no large payment
    small.
    """
    matter, flow = case.matter, case.flows[group]
    dollars = sure_value_of(matter, flow) + figures.queued.sure
    reason = figures.limit_sentence(dollars)
    is_large = figures.reaches_limit(dollars)
    if figures.net_usd is None:
        is_large, reason = _large_by_old_prices(matter, dollars)
    if is_large and matter.terms.judge_outsiders:
        return Verdict.REFUSED, (reason,), ("POLICY_LIMIT_EXCEEDED",)
    counts_nothing = any(not is_listed(matter.evidence, token) for token in flow.units)
    has_no_value = figures.net_usd is None or figures.amount.high is None
    if has_no_value or counts_nothing or figures.exposure.problems:
        reason = "This payment cannot be valued, so it is not measured against the limit."
        return Verdict.NOT_A_DEPLOYMENT, (reason,), ("PAYMENT_NOT_VALUED",)
    return Verdict.NOT_A_DEPLOYMENT, (reason,), ()


def _large_by_old_prices(matter: Matter, dollars: Fraction) -> tuple[bool, str]:
    """Whether a payment reaches the limit by the prices there were, and the sentence that says so.

    Otherwise waiting until the quotes are stale would be the way to sign it.
    """
    earlier = at_any_age(matter)
    net_usd = treasury_value(earlier.evidence, earlier.terms).net_usd
    if net_usd is None:
        return False, ""
    sentence = limit_sentence(dollars, net_usd, earlier.terms)
    return reaches_limit(dollars, net_usd, earlier.terms), f"By old prices: {sentence}"


def _definitions(terms: PolicyTerms) -> dict[str, str]:
    """The words of the judgement, as they were meant."""
    return {
        "amount": "what leaves for the group (the larger of decoded and simulated) plus allowances "
        "open to it afterwards, at the highest quote",
        "treasury": "net value before the transaction of listed assets, idle and deployed, at the "
        f"lowest quote; own token {'counted' if terms.count_own_token else 'not counted'}",
        "exposure": "already in the group + queue + amount",
        "limit": f"{terms.limit_bps} basis points, "
        f"{'may be reached' if terms.limit_is_inclusive else 'must not be reached'}",
        "advice": f"{terms.advised_low_bps} to {terms.advised_high_bps} basis points",
        "quotes": f"at most {terms.max_quote_age_seconds} s old, "
        f"within {terms.max_quote_spread_bps} basis points of each other",
    }


def _digest(case: _Case, group: str, flow: Flow, figures: _Figures) -> bytes:
    """Keccak-256 of everything the judgement used: equal evidence, equal digest, any machine."""
    ends = (figures.amount, figures.queued, figures.existing)
    return keccak(
        canonical_json(
            {
                "evidence": case.digest.hex(),
                "group": group,
                "units": [[token, str(units)] for token, units in sorted(flow.units.items())],
                "has_unknown": flow.has_unknown,
                "net_usd": _text(figures.net_usd),
                "figures": [[_text(end.low), _text(end.high), *end.problems] for end in ends],
                "definitions": _definitions(figures.terms),
            }
        )
    )


def _text(value: Fraction | None) -> str:
    return "unknown" if value is None else exact_text(value)

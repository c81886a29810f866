"""What a flow is worth: dollars between a low and a high end, and what is wrong with the prices."""

from dataclasses import dataclass, replace
from fractions import Fraction

from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.deployments.denominator import is_listed
from treasury_desktop.deployments.flows import Flow
from treasury_desktop.deployments.matter import Matter


@dataclass(frozen=True, slots=True)
class DollarRange:
    """At least `low` dollars and at most `high`; `None` where nobody can say how much at most.

    What has no credible price adds nothing to the low end, for it is worth nothing or more.
    """

    low: Fraction
    high: Fraction | None
    problems: tuple[str, ...] = ()

    def __add__(self, other: "DollarRange") -> "DollarRange":
        if other is NOTHING or self is NOTHING:
            return self if other is NOTHING else other
        return DollarRange(
            self.low + other.low,
            None if self.high is None or other.high is None else self.high + other.high,
            _all_of(self.problems, other.problems),
        )

    def or_larger(self, other: "DollarRange") -> "DollarRange":
        """The larger of two rivals at each end; what cannot be valued may be the larger one."""
        return DollarRange(
            max(self.low, other.low),
            None if self.high is None or other.high is None else max(self.high, other.high),
            _all_of(self.problems, other.problems),
        )

    @property
    def sure(self) -> Fraction:
        """The high end where some lasting price states one, else the low end."""
        is_spot_alone = "PRICE_MISSING" in self.problems
        return self.low if self.high is None or is_spot_alone else self.high


NOTHING = DollarRange(Fraction(0), Fraction(0))
UNKNOWN_DOLLARS = DollarRange(Fraction(0), None)


Values = dict[str, DollarRange]
"""The dollars of each token that flows."""


def value_of(matter: Matter, flow: Flow) -> DollarRange:
    """The dollars of a flow, with the problems of the prices it needs."""
    return total_of(values_of(matter, flow), has_unknown=flow.has_unknown)


def values_of(matter: Matter, flow: Flow) -> Values:
    """The dollars of a flow, token by token."""
    return {
        token: value_of_token(matter, token, units) for token, units in flow.units.items() if units
    }


def total_of(values: Values, *, has_unknown: bool) -> DollarRange:
    """The dollars of all tokens together, and of what is not named."""
    total = NOTHING
    for value in values.values():
        total += value
    if has_unknown:
        total += replace(UNKNOWN_DOLLARS, problems=("PRICE_MISSING",))
    return total


def value_of_token(matter: Matter, token: str, units: int) -> DollarRange:
    """The dollars of base units of one token."""
    price = matter.price_of(token)
    decimals = matter.evidence.decimals_of(token)
    if decimals is None or decimals > MAX_SHOWN_DECIMALS:
        return DollarRange(Fraction(0), None, _all_of(price.problems, ("PRICE_MISSING",)))
    whole = Fraction(units, 10**decimals)
    low = None if price.lowest_credible is None else price.lowest_credible * whole
    high = low
    if price.highest is not price.lowest_credible:  # as it is where there is one quote
        high = None if price.highest is None else price.highest * whole
    return DollarRange(Fraction(0) if low is None else low, high, _all_of(price.problems))


def sure_value_of(matter: Matter, values: Values) -> Fraction:
    """What a payment is worth in tokens that count in the treasury, as far as prices say."""
    sure = [value.sure for token, value in values.items() if is_listed(matter.evidence, token)]
    return sum(sure[1:], sure[0]) if sure else Fraction(0)


def _all_of(*problems: tuple[str, ...]) -> tuple[str, ...]:
    if not any(problems):
        return ()
    return tuple(sorted({problem for some in problems for problem in some}))

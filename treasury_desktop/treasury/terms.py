"""The numbers of the policy the DAO voted: parameters, not the rule."""

from dataclasses import dataclass, field

from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.further_limits import FurtherLimits

BPS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTerms:
    """Limit and advice in basis points of the treasury, and how good a price has to be."""

    limit_bps: int = 1000
    limit_is_inclusive: bool = False
    advised_low_bps: int = 300
    advised_high_bps: int = 500
    max_quote_age_seconds: int = 3600
    max_quote_spread_bps: int = 200
    count_own_token: bool = False
    judge_outsiders: bool = True
    further: FurtherLimits = field(default_factory=FurtherLimits)

    def __post_init__(self) -> None:
        if not 0 <= self.advised_low_bps <= self.advised_high_bps:
            raise Malformed("policy.advised_high_bps", "the advised band is upside down")
        if not 0 < self.limit_bps <= BPS:
            raise Malformed("policy.limit_bps", "a limit lies between 1 and 10000 basis points")
        if self.max_quote_age_seconds < 0 or self.max_quote_spread_bps < 0:
            raise Malformed("policy.max_quote_age_seconds", "ages and spreads are not negative")

    def stricter_of(self, other: "PolicyTerms") -> "PolicyTerms":
        """The terms that satisfy both: what binds when a sender's policy differs from ours.

        Further limits are ours; a sender's policy cannot name any.
        """
        return PolicyTerms(
            limit_bps=min(self.limit_bps, other.limit_bps),
            limit_is_inclusive=self.limit_is_inclusive and other.limit_is_inclusive,
            advised_low_bps=min(self.advised_low_bps, other.advised_low_bps),
            advised_high_bps=min(self.advised_high_bps, other.advised_high_bps),
            max_quote_age_seconds=min(self.max_quote_age_seconds, other.max_quote_age_seconds),
            max_quote_spread_bps=min(self.max_quote_spread_bps, other.max_quote_spread_bps),
            count_own_token=self.count_own_token and other.count_own_token,
            judge_outsiders=self.judge_outsiders or other.judge_outsiders,
            further=self.further,
        )

"""Limits that a DAO may switch on beside the one for every group of strategies."""

from dataclasses import dataclass, fields

from treasury_desktop.errors import Malformed

MOST_BPS = 10_000
MOST_DAYS = 3_660
MOST_MONTHS = 1_200
MOST_MONTHLY_USD = 10**15

MOST_OF_FURTHER_LIMITS = {
    "protocol_limit_bps": MOST_BPS,
    "window_limit_bps": MOST_BPS,
    "window_days": MOST_DAYS,
    "stable_floor_bps": MOST_BPS,
    "runway_months": MOST_MONTHS,
    "monthly_spend_usd": MOST_MONTHLY_USD,
}
"""Each by its name in treasury.toml, with the most it can be."""

_PAIRS = (("window_limit_bps", "window_days"), ("runway_months", "monthly_spend_usd"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherLimits:
    """What else binds a deployment; `None` is switched off.

    `protocol_limit_bps` bounds all groups at one protocol together, `window_limit_bps` what is
    deployed into one group within `window_days`. Of stablecoins the Safes keep `stable_floor_bps`
    of the treasury idle at least, and `runway_months` times `monthly_spend_usd` dollars.
    """

    protocol_limit_bps: int | None = None
    window_limit_bps: int | None = None
    window_days: int | None = None
    stable_floor_bps: int | None = None
    runway_months: int | None = None
    monthly_spend_usd: int | None = None

    def __post_init__(self) -> None:
        for name, most in MOST_OF_FURTHER_LIMITS.items():
            value = getattr(self, name)
            if value is not None and not 0 < value <= most:
                raise Malformed(f"policy.{name}", f"lies between 1 and {most}")
        for one, other in _PAIRS:
            if (getattr(self, one) is None) != (getattr(self, other) is None):
                missing, there = (one, other) if getattr(self, one) is None else (other, one)
                raise Malformed(f"policy.{missing}", f"has to be there beside {there}")

    @property
    def are_none(self) -> bool:
        """Whether none is switched on."""
        return all(getattr(self, each.name) is None for each in fields(self))

    @property
    def least_idle_usd(self) -> int | None:
        """Dollars of stablecoins that the runway asks for."""
        if self.runway_months is None or self.monthly_spend_usd is None:
            return None
        return self.runway_months * self.monthly_spend_usd

"""What all limits have in common about one transaction, each part worked out once."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from treasury_desktop.assets.keccak import keccak_after
from treasury_desktop.assets.strict_json import canonical_json
from treasury_desktop.calls.effects import Effects
from treasury_desktop.deployments.debts import Borrowed, borrowed_by
from treasury_desktop.deployments.denominator import TreasuryValue, treasury_value
from treasury_desktop.deployments.evidence_digest import evidence_digest
from treasury_desktop.deployments.flows import Flows, effects_in, flows_of
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.deployments.queued_value import (
    EVERY_LIMIT,
    existing_by_limit,
    queue_by_limit,
)
from treasury_desktop.deployments.worth import NOTHING, DollarRange
from treasury_desktop.treasury.policy_hash import policy_hash
from treasury_desktop.treasury.terms import BPS, PolicyTerms

ANY_AGE = 2**256
"""Seconds after which a quote is too old to say even that a payment is far too large."""


@dataclass(frozen=True, kw_only=True)  # no slots: every part is worked out once, when asked for
class Case:
    """One matter with what its calls do and where that flows."""

    matter: Matter
    effects: Effects
    flows: Flows

    @cached_property
    def treasury(self) -> TreasuryValue:
        """What the treasury is worth."""
        return treasury_value(self.matter.evidence, self.matter.terms)

    @cached_property
    def by_old_prices(self) -> TreasuryValue:
        """The treasury's value by prices of any age, where those of now give none."""
        if self.treasury.net_usd is not None:
            return self.treasury
        earlier = replace(self.matter.terms, max_quote_age_seconds=ANY_AGE)
        return treasury_value(self.matter.evidence, earlier)

    @cached_property
    def existing(self) -> dict[str, DollarRange]:
        """What lies under each limit already."""
        return existing_by_limit(self.matter)

    @cached_property
    def queue(self) -> dict[str, DollarRange]:
        """What waits for each limit."""
        return queue_by_limit(self.matter)

    @cached_property
    def borrowed(self) -> Borrowed:
        """What the transaction itself borrows."""
        return borrowed_by(self.matter, self.effects)

    @cached_property
    def definitions(self) -> dict[str, str]:
        """The words of the judgements, as they were meant."""
        return _definitions(self.matter.terms)

    @cached_property
    def digest_of(self) -> Callable[[bytes], bytes]:
        """The digest after the members that all groups share, which come first by their names."""
        evidence = evidence_digest(self.matter).hex()
        shared = canonical_json({"definitions": self.definitions, "evidence": evidence})
        return keccak_after(shared[:-1] + b",")

    def existing_for(self, limit: str) -> DollarRange:
        """What lies under a limit, with what lies nobody knows where; an outsider holds nothing."""
        if self.matter.is_outsider(limit):
            return NOTHING
        return self.existing.get(limit, NOTHING) + self.existing.get(EVERY_LIMIT, NOTHING)

    def queued_for(self, limit: str) -> DollarRange:
        """What waits for a limit, with what waits for nobody knows whom."""
        return self.queue.get(limit, NOTHING) + self.queue.get(EVERY_LIMIT, NOTHING)


def case_of(matter: Matter) -> Case:
    """The case of a matter: what its calls do, read once."""
    effects = effects_in(matter, matter.call)
    flows = flows_of(matter, effects, is_simulated=True)
    return Case(matter=matter, effects=effects, flows=flows)


def reaches(dollars: Fraction, net_usd: Fraction, bps: int, *, inclusive: bool) -> bool:
    """Whether dollars are at or above so much of a treasury; above it where it may be reached."""
    # Multiplied crosswise, for fractions would be reduced each time; denominators are positive.
    left = dollars.numerator * BPS * net_usd.denominator
    right = net_usd.numerator * bps * dollars.denominator
    return left > right if inclusive else left >= right


def _definitions(terms: PolicyTerms) -> dict[str, str]:
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
        "policy": f"its hash is 0x{policy_hash(terms).hex()}",
    }

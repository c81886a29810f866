"""The hash that stands for a policy: every verdict names it, every exception is bound to it."""

from dataclasses import fields

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.terms import PolicyTerms


def policy_hash(terms: PolicyTerms) -> bytes:
    """Keccak-256 of the policy's canonical JSON, numbers as text (decision 008).

    Further limits stand in it where one is switched on, so a policy without any keeps its hash.
    """
    return keccak(canonical_json({**_first(terms), **_further(terms.further)}))


def _first(terms: PolicyTerms) -> dict[str, JsonSource]:
    return {
        "limit_bps": str(terms.limit_bps),
        "limit_is_inclusive": terms.limit_is_inclusive,
        "advised_low_bps": str(terms.advised_low_bps),
        "advised_high_bps": str(terms.advised_high_bps),
        "max_quote_age_seconds": str(terms.max_quote_age_seconds),
        "max_quote_spread_bps": str(terms.max_quote_spread_bps),
        "count_own_token": terms.count_own_token,
        "judge_outsiders": terms.judge_outsiders,
    }


def _further(limits: FurtherLimits) -> dict[str, JsonSource]:
    values = ((each.name, getattr(limits, each.name)) for each in fields(limits))
    return {name: str(value) for name, value in values if value is not None}

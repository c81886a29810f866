"""The treasury by which a deployment is measured: net, before it, at the low end.

Allow-listed assets idle and deployed, less debts at the high end. What has no credible price adds
nothing; a debt without one makes the whole figure unknown. The DAO's own token is left out unless
the terms say otherwise.
"""

from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.treasury.evidence import NATIVE, Evidence, HeldAmount
from treasury_desktop.treasury.terms import PolicyTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasuryValue:
    """Net dollars at the low end, or `None` with the sentence that says why not."""

    net_usd: Fraction | None
    why_unknown: str
    unpriced: tuple[str, ...] = ()


def treasury_value(evidence: Evidence, terms: PolicyTerms) -> TreasuryValue:
    """The denominator from holdings and quotes, from a stated net, or the lower of both."""
    stated = None if isinstance(evidence.net_usd, Unknown) else evidence.net_usd
    if isinstance(evidence.holdings, Unknown):
        computed: Fraction | None = None
        unpriced: tuple[str, ...] = ()
    else:
        assets, unpriced = _assets(evidence, terms)
        debts = _debts(evidence, terms)
        if debts is None:
            return TreasuryValue(
                net_usd=None, why_unknown="a debt of the treasury has no price", unpriced=unpriced
            )
        computed = assets - debts
    figures = [figure for figure in (stated, computed) if figure is not None]
    if not figures:
        return TreasuryValue(net_usd=None, why_unknown="nobody says what the treasury is worth")
    net = min(figures)
    if net <= 0:
        why = "the treasury's net value is not positive"
        why += ", for what it holds has no price that may decide" if unpriced else ""
        return TreasuryValue(net_usd=None, why_unknown=why, unpriced=unpriced)
    return TreasuryValue(net_usd=net, why_unknown="", unpriced=unpriced)


def is_listed(evidence: Evidence, token: str) -> bool:
    """Whether a token counts in the treasury: the native coin, or one on the list."""
    return token == NATIVE or any(
        str(described.address) == token and described.listed is True
        for described in evidence.tokens
    )


def _assets(evidence: Evidence, terms: PolicyTerms) -> tuple[Fraction, tuple[str, ...]]:
    assert not isinstance(evidence.holdings, Unknown)
    total, unpriced = Fraction(0), []
    for held in evidence.holdings:
        if held.is_own_token and not terms.count_own_token:
            continue
        price = price_range(evidence.quotes_of(held.token), terms).lowest
        value = _value(evidence, held, price)
        if value is None or not is_listed(evidence, held.token):
            unpriced.append(held.token)
        else:
            total += value
    return total, tuple(dict.fromkeys(unpriced))


def _debts(evidence: Evidence, terms: PolicyTerms) -> Fraction | None:
    total = Fraction(0)
    for debt in () if isinstance(evidence.debts, Unknown) else evidence.debts:
        price = price_range(evidence.quotes_of(debt.token), terms)
        value = _value(evidence, debt, price.highest if price.lowest_credible else None)
        if value is None:
            return None
        total += value
    return total


def _value(evidence: Evidence, held: HeldAmount, price: Fraction | None) -> Fraction | None:
    decimals = evidence.decimals_of(held.token)
    if price is None or decimals is None or decimals > MAX_SHOWN_DECIMALS:
        return None
    return price * Fraction(held.base_units, 10**decimals)

"""The treasury by which a deployment is measured: net, before it, at the low end.

Allow-listed assets idle and deployed, less debts at the high end. What has no credible price adds
nothing; a debt without one makes the whole figure unknown, and so do debts of which nobody has
said anything where no net value is stated. The DAO's own token is left out unless the terms say
otherwise.
"""

from fractions import Fraction
from typing import NamedTuple

from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.deployments.prices import PriceRange, price_range
from treasury_desktop.treasury.evidence import NATIVE, Evidence
from treasury_desktop.treasury.terms import BPS, PolicyTerms


class TreasuryValue(NamedTuple):
    """Net dollars at the low end, or `None` with the sentence that says why not.

    `at_most_usd` bounds the net value where only debts are unknown. `inflated_usd` is what the
    treasury would be by everything the evidence names: unlisted assets, the highest price, and a
    figure somebody states; `None` where that is no more than prices may differ by.
    """

    net_usd: Fraction | None
    why_unknown: str = ""
    unpriced: tuple[str, ...] = ()
    at_most_usd: Fraction | None = None
    inflated_usd: Fraction | None = None


def treasury_value(evidence: Evidence, terms: PolicyTerms) -> TreasuryValue:
    """The denominator from holdings and quotes, from a stated net, or the lower of both."""
    stated = None if isinstance(evidence.net_usd, Unknown) else evidence.net_usd
    assets = None if isinstance(evidence.holdings, Unknown) else _assets(evidence, terms)
    if assets is None and stated is None:
        return TreasuryValue(net_usd=None, why_unknown="nobody says what the treasury is worth")
    debts = _debts(evidence, terms)
    # A stated net value has its debts in it, unless one is named of which nobody knows how much.
    is_net_stated = stated is not None and isinstance(evidence.debts, Unknown)
    why = "" if is_net_stated else debts.why_unknown
    unpriced = () if assets is None else assets.unpriced
    figures: list[Fraction] = [] if stated is None else [stated]
    figures.extend(() if assets is None else (assets.low - debts.high,))
    net = min(figures)
    if why:
        at_most = net if net > 0 else None
        return TreasuryValue(net_usd=None, why_unknown=why, unpriced=unpriced, at_most_usd=at_most)
    figures.extend(() if assets is None else (assets.named - debts.high,))
    inflated = _if_inflated(net, max(figures), terms)
    if net <= 0:
        why = "the treasury's net value is not positive"
        why += ", for what it holds has no price that may decide" if unpriced else ""
        return TreasuryValue(
            net_usd=None, why_unknown=why, unpriced=unpriced, inflated_usd=inflated
        )
    return TreasuryValue(net_usd=net, unpriced=unpriced, inflated_usd=inflated)


def is_listed(evidence: Evidence, token: str) -> bool:
    """Whether a token counts in the treasury: the native coin, or one on the list."""
    described = evidence.token_of(token)
    return token == NATIVE or (described is not None and described.listed is True)


class _Assets(NamedTuple):
    """Dollars of what counts at the low end, and of all that is named at the high end."""

    low: Fraction
    named: Fraction
    unpriced: tuple[str, ...]


class _Debts(NamedTuple):
    """Dollars of the known debts at the high end, and why that is not all."""

    high: Fraction
    why_unknown: str = ""


def _assets(evidence: Evidence, terms: PolicyTerms) -> _Assets:
    assert not isinstance(evidence.holdings, Unknown)
    total, named, unpriced = Fraction(0), Fraction(0), []
    prices: dict[str, PriceRange] = {}
    for held in evidence.holdings:
        if held.is_own_token and not terms.count_own_token:
            continue
        if held.token not in prices:
            prices[held.token] = price_range(evidence.quotes_of(held.token), terms)
        price = prices[held.token]
        named += _value(evidence, held.token, held.base_units, price.highest_fresh) or 0
        value = _value(evidence, held.token, held.base_units, price.lowest)
        if value is None or not is_listed(evidence, held.token):
            unpriced.append(held.token)
        else:
            total += value
    return _Assets(low=total, named=named, unpriced=tuple(dict.fromkeys(unpriced)))


def _debts(evidence: Evidence, terms: PolicyTerms) -> _Debts:
    if isinstance(evidence.debts, Unknown):
        return _Debts(high=Fraction(0), why_unknown="nobody says what the treasury owes")
    total, why = Fraction(0), ""
    prices: dict[str, PriceRange] = {}
    for debt in evidence.debts:
        if isinstance(debt.token, Unknown) or isinstance(debt.base_units, Unknown):
            why = why or "a debt of the treasury has no stated amount"
            continue
        if not debt.base_units:
            continue  # nothing is owed, whatever it would be worth
        if debt.token not in prices:
            prices[debt.token] = price_range(evidence.quotes_of(debt.token), terms)
        price = prices[debt.token]
        highest = price.highest if price.lowest_credible else None
        value = _value(evidence, debt.token, debt.base_units, highest)
        if value is None:
            why = why or "a debt of the treasury has no price"
        total += value or 0
    return _Debts(high=total, why_unknown=why)


def _if_inflated(net: Fraction, highest: Fraction, terms: PolicyTerms) -> Fraction | None:
    """The highest figure, where it is above the net value by more than prices may differ."""
    is_above = (highest - net) * BPS > max(net, Fraction(0)) * terms.max_quote_spread_bps
    return highest if is_above else None


def _value(
    evidence: Evidence, token: str, base_units: int, price: Fraction | None
) -> Fraction | None:
    decimals = evidence.decimals_of(token)
    if price is None or decimals is None or decimals > MAX_SHOWN_DECIMALS:
        return None
    return price * Fraction(base_units, 10**decimals)

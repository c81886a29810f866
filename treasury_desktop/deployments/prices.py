"""What quotes allow a policy to say about a price: a low end, a high end, and what is wrong.

Credible is a quote that is positive, young enough and not a spot price. Spot widens the range and
raises disagreement, and never decides alone.
"""

from fractions import Fraction
from typing import NamedTuple

from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.treasury.terms import BPS, PolicyTerms


class PriceRange(NamedTuple):
    """Dollars for one whole token; `None` ends where no quote allows a figure.

    `lowest_credible` and `highest` bound what the token may be worth; `highest_fresh` leaves out
    what is too old; `problems` are the finding codes that keep the price from deciding.
    """

    lowest_credible: Fraction | None
    lowest: Fraction | None
    highest: Fraction | None
    highest_fresh: Fraction | None
    problems: tuple[str, ...]


def price_range(quotes: tuple[Quote, ...], terms: PolicyTerms) -> PriceRange:
    """The range that several quotes of one token span."""
    positive = [quote for quote in quotes if quote.is_valid]
    lasting = [quote for quote in positive if quote.kind is not QuoteKind.SPOT]
    fresh = [quote for quote in positive if not quote.is_stale(terms.max_quote_age_seconds)]
    credible = [quote.usd for quote in fresh if quote.kind is not QuoteKind.SPOT]
    return PriceRange(
        lowest_credible=min(credible, default=None),
        lowest=min((quote.usd for quote in positive), default=None) if credible else None,
        highest=max((quote.usd for quote in positive), default=None),
        highest_fresh=max((quote.usd for quote in fresh), default=None),
        problems=_problems(quotes, lasting, terms),
    )


def _problems(
    quotes: tuple[Quote, ...], lasting: list[Quote], terms: PolicyTerms
) -> tuple[str, ...]:
    problems: list[str] = []
    if any(not quote.is_valid for quote in quotes):
        problems.append("PRICE_INVALID")
    if not lasting and "PRICE_INVALID" not in problems:
        problems.append("PRICE_MISSING")
    if any(quote.is_stale(terms.max_quote_age_seconds) for quote in quotes):
        problems.append("PRICE_STALE")
    prices = [quote.usd for quote in quotes if quote.is_valid]
    if prices and (max(prices) - min(prices)) * BPS > min(prices) * terms.max_quote_spread_bps:
        problems.append("PRICE_SOURCE_DISAGREEMENT")
    return tuple(problems)

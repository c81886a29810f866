"""What would still pass: the most within the advice, and the most below the limit.

Exact to one base unit for a vault; two tokens of a pool move with its price, so both are rough.
"""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, NamedTuple

from treasury_desktop.assets.amount import TokenAmount, decimal_text
from treasury_desktop.deployments.further_limits import LimitOutcome
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.desk.draft_deployment import Draft
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.viewmodels.figures import AMOUNT_PLACES, amount_text, name_text, symbol_text

_ROUGH_PLACES: Final = ((10_000, 0), (100, 2), (1, 4))
"""From so many whole tokens on, so many decimals are sensible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Largest:
    """The most that would still pass: its words, and what to type for it ("" where nothing)."""

    name: str
    words: str
    typed: str


def largest(
    draft: Draft, judgement: Judgement, terms: PolicyTerms, typed_token: str
) -> tuple[Largest, ...]:
    """The most within the advice and the most below the limit, the typed token first."""
    amounts = draft.deployment.entry.amounts
    amount = next((a for a in amounts if a.token.key == typed_token), amounts[0])
    others = tuple(a for a in amounts if a is not amount and a.base_units)
    if not (judgement.amount_usd and judgement.treasury_usd and amount.base_units):
        return ()
    if judgement.existing_usd is None or judgement.queued_usd is None:
        return ()
    further = _bounds_of(draft.review.limits)
    if further is None:
        return ()
    taken = judgement.existing_usd + judgement.queued_usd
    bounds = (
        ("Most within advice", terms.advised_high_bps, True),
        ("Most below the limit", terms.limit_bps, terms.limit_is_inclusive),
    )
    found = []
    for name, bps, inclusive in bounds:
        times = (judgement.treasury_usd * bps / BPS - taken) / judgement.amount_usd
        first = _Bound(times, inclusive, "what the group holds")
        bound = min((first, *further), key=lambda each: (each.times, each.is_inclusive))
        found.append(_largest_one(name, amount, others if len(amounts) > 1 else None, bound))
    return tuple(found)


class _Bound(NamedTuple):
    """So many times the amount just reach a limit, and pass where that is inclusive."""

    times: Fraction
    is_inclusive: bool
    of: str


def _bounds_of(limits: tuple[LimitOutcome, ...]) -> tuple[_Bound, ...] | None:
    """How often the amount fits each further limit; `None` where one cannot be judged."""
    bounds = []
    for outcome in limits:
        if outcome.room_usd is None or outcome.counted_usd is None:
            return None
        if outcome.counted_usd:
            times = (outcome.counted_usd + outcome.room_usd) / outcome.counted_usd
            bounds.append(_Bound(times, outcome.may_be_reached, outcome.name))
    return tuple(bounds)


def _largest_one(
    name: str,
    amount: TokenAmount,
    others: tuple[TokenAmount, ...] | None,
    bound: _Bound,
) -> Largest:
    """Not reaching a bound costs one base unit.

    `others` go in beside the amount in the same proportion, and move a little with the price: then
    both are given only roughly. A vault takes one token, and has none.
    """
    times = bound.times
    exact = amount.base_units * times
    units = int(exact) if bound.is_inclusive or exact.denominator != 1 else int(exact) - 1
    if exact <= 0 or units <= 0:
        words = f"nothing more; {name_text(bound.of)} leaves no room"
        return Largest(name=name, words=words, typed="")
    decimals = amount.token.decimals or 0
    if others is not None and decimals > AMOUNT_PLACES:
        units -= units % 10 ** (decimals - AMOUNT_PLACES)
    most = TokenAmount(token=amount.token, base_units=units)
    typed = decimal_text(units, decimals).replace(",", "")
    if others is None:
        return Largest(name=name, words=amount_words(most), typed=typed)
    beside = (replace(other, base_units=int(other.base_units * times)) for other in others)
    return Largest(
        name=name, words=f"about {' and '.join(_rough_words(a) for a in (most, *beside))}",
        typed=typed,
    )  # fmt: skip


def _rough_words(amount: TokenAmount) -> str:
    """An amount with as many decimals as its size makes sensible."""
    fitting = (digits for least, digits in _ROUGH_PLACES if amount.whole >= least)
    places = next(fitting, AMOUNT_PLACES)
    return f"{amount_text(amount, places)} {symbol_text(amount)}"


def amount_words(amount: TokenAmount) -> str:
    """An amount with its symbol."""
    return f"{amount_text(amount)} {symbol_text(amount)}"

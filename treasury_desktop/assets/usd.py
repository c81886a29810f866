"""US dollars as exact fractions: read strictly, rounded only for the eye."""

import re
from fractions import Fraction
from functools import lru_cache

from treasury_desktop.errors import Malformed

_DECIMAL = re.compile(r"(\d{1,78})(?:\.(\d{1,78}))?", re.ASCII)
CENTS = 100
PRICE_PLACES = 18


def parse_usd(text: object, field: str) -> Fraction:
    """An exact non-negative dollar figure from decimal text such as "1.00"."""
    match = _DECIMAL.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise Malformed(field, 'a dollar figure is decimal text such as "2500.00"')
    return Fraction(match.group(0))


def usd_text(value: Fraction) -> str:
    """Dollars and cents with grouped thousands, rounded half up: $1,234,567.89."""
    cents = _half_up(abs(value.numerator) * CENTS, value.denominator)
    sign = "−" if value < 0 and cents else ""
    return f"{sign}${cents // CENTS:,}.{cents % CENTS:02d}"


def whole_usd_text(value: Fraction) -> str:
    """Dollars without cents, for the one big number of a page: $1,234,568."""
    dollars = rounded_half_up(abs(value))
    return f"{'−' if value < 0 and dollars else ''}${dollars:,}"


def price_text(value: Fraction) -> str:
    """A unit price with at least cents and up to six significant digits below a dollar."""
    if value == 0 or value >= 1:
        return usd_text(value)
    digits = 2
    while digits < 18 and rounded_half_up(value * 10**digits) < 100_000:  # noqa: PLR2004  six digits
        digits += 1
    return f"$0.{rounded_half_up(value * 10**digits):0{digits}d}".rstrip("0").ljust(5, "0")


def percent_text(share: Fraction, places: int = 2) -> str:
    """A share of one as a percentage, rounded half up: 3/80 → 3.75%."""
    scaled = _half_up(abs(share.numerator) * 100 * 10**places, share.denominator)
    whole, rest = divmod(scaled, 10**places)
    return f"{'−' if share < 0 and scaled else ''}{whole:,}.{rest:0{places}d}%"


def percent_beside(share: Fraction, *marks: Fraction) -> str:
    """A rounded share that says on which side it is of a mark which it would read as."""
    text = percent_text(share)
    for mark in marks:
        if share != mark and text == percent_text(mark):
            return f"just {'above' if share > mark else 'below'} {text}"
    return text


def exact_text(value: Fraction) -> str:
    """The value without any rounding: a decimal where it ends, else numerator/denominator."""
    numerator, denominator = value.numerator, value.denominator
    places = _places(denominator)
    if places is None:
        return f"{numerator}/{denominator}"
    if not places:
        return str(numerator)
    digits = f"{abs(numerator) * 10**places // denominator:0{places + 1}d}"
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"


@lru_cache(maxsize=4096)
def _places(denominator: int) -> int | None:
    """The decimal places of a fraction in lowest terms; `None` where it has no end."""
    places = 0
    for prime in (2, 5):
        times = 0
        while denominator % prime == 0:
            denominator //= prime
            times += 1
        places = max(places, times)
    return places if denominator == 1 else None


def rounded_price(value: Fraction) -> Fraction:
    """A computed price as a decimal of 18 places, so that every machine writes the same one."""
    return Fraction(rounded_half_up(value * 10**PRICE_PLACES), 10**PRICE_PLACES)


def rounded_half_up(value: Fraction) -> int:
    """The nearest integer to a non-negative fraction, halves up."""
    return _half_up(value.numerator, value.denominator)


def _half_up(numerator: int, denominator: int) -> int:
    return (numerator * 2 + denominator) // (denominator * 2)

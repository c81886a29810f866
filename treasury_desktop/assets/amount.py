"""An exact amount of one token, in base units."""

import re
from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.token import Token
from treasury_desktop.errors import Malformed

UINT256_END = 2**256
_DECIMAL = re.compile(r"(\d{1,78})(?:\.(\d{1,78}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAmount:
    """`base_units` of a token: the integer the contract stores, never a rounded figure."""

    token: Token
    base_units: int

    def __post_init__(self) -> None:
        if not 0 <= self.base_units < UINT256_END:
            raise ValueError("an amount is a uint256")

    @property
    def whole(self) -> Fraction:
        """The amount in whole tokens, exactly."""
        return Fraction(self.base_units, self.token.scale)

    def __str__(self) -> str:
        return f"{decimal_text(self.base_units, self.token.decimals or 0)} {self.token.symbol}"


def decimal_text(base_units: int, decimals: int) -> str:
    """Base units as an exact decimal with grouped thousands: 1234567, 6 decimals → 1.234567."""
    sign = "-" if base_units < 0 else ""
    whole, rest = divmod(abs(base_units), 10**decimals)
    fraction = f"{rest:0{decimals}d}".rstrip("0") if decimals else ""
    return f"{sign}{whole:,}" + (f".{fraction}" if fraction else "")


def parse_amount(text: str, token: Token, field: str = "amount") -> TokenAmount:
    """What a person typed as whole tokens; refuses what the token cannot express exactly.

    Only ASCII digits and one dot: a comma means thousands to some and decimals to others.
    """
    match = _DECIMAL.fullmatch(text.strip())
    if match is None:
        raise Malformed(field, "write digits with at most one decimal point, such as 1250.50")
    whole, fraction = match.group(1), (match.group(2) or "").rstrip("0")
    decimals = token.decimals or 0
    if len(fraction) > decimals:
        raise Malformed(field, f"{token.symbol} has {decimals} decimals, not {len(fraction)}")
    base_units = int(whole) * 10**decimals + int(fraction.ljust(decimals, "0") or "0")
    if base_units >= UINT256_END:
        raise Malformed(field, "is larger than a uint256")
    return TokenAmount(token=token, base_units=base_units)

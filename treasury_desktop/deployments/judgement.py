"""The outcome of the policy for one group, with every figure it rests on."""

from collections.abc import Mapping
from enum import IntEnum
from fractions import Fraction
from typing import NamedTuple

from treasury_desktop.treasury.terms import BPS


class Verdict(IntEnum):
    """From mild to hard; the last two block."""

    NOT_A_DEPLOYMENT = 0
    WITHIN = 1
    ABOVE_ADVICE = 2
    REFUSED = 3
    CANNOT_BE_JUDGED = 4

    @property
    def words(self) -> str:
        """The verdict as it is written."""
        return self.name.lower().replace("_", " ")

    @property
    def blocks(self) -> bool:
        """Whether nothing may be signed on it."""
        return self >= Verdict.REFUSED


class Judgement(NamedTuple):
    """What the policy says of one group; dollars as exact fractions, `None` where unknown.

    `reasons` are sentences with figures; `codes` the finding codes that go with them;
    `definitions` what the words amount and treasury meant here.
    """

    group: str
    verdict: Verdict
    amount_usd: Fraction | None
    treasury_usd: Fraction | None
    existing_usd: Fraction | None
    queued_usd: Fraction | None
    reasons: tuple[str, ...]
    codes: tuple[str, ...]
    definitions: Mapping[str, str]
    evidence_digest: bytes

    @property
    def share_bps(self) -> Fraction | None:
        """The amount in basis points of the treasury."""
        if self.amount_usd is None or not self.treasury_usd:
            return None
        return _in_bps(self.amount_usd, self.treasury_usd)

    @property
    def exposure_after_bps(self) -> Fraction | None:
        """What the group would hold afterwards, queue included, in basis points."""
        parts = (self.amount_usd, self.existing_usd, self.queued_usd)
        if not self.treasury_usd or any(part is None for part in parts):
            return None
        held = [part for part in parts if part]
        return _in_bps(sum(held[1:], held[0]), self.treasury_usd) if held else Fraction(0)


def _in_bps(dollars: Fraction, of: Fraction) -> Fraction:
    """A share in basis points, reduced once and not after each of two steps."""
    return Fraction(dollars.numerator * BPS * of.denominator, dollars.denominator * of.numerator)

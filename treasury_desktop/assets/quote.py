"""A price somebody states, and what several of them together allow us to say."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from treasury_desktop.errors import Malformed


class QuoteKind(Enum):
    """Where a price comes from; a spot price alone never decides."""

    FEED = "feed"
    TWAP = "twap"
    SPOT = "spot"
    MANUAL = "manual"

    @classmethod
    def parse(cls, text: object, field: str) -> "QuoteKind":
        """The kind a text names."""
        for kind in cls:
            if kind.value == text:
                return kind
        raise Malformed(field, "a quote is a feed, twap, spot or manual price")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """US dollars for one whole token, as of a block, from a named source.

    `usd` may be zero or negative as a feed may answer so; such a quote is invalid, not small.
    `age_seconds` is the age at the evidence's block; `None` where nobody knows.
    """

    token_key: str
    usd: Fraction
    kind: QuoteKind
    source: str
    age_seconds: int | None

    @property
    def is_valid(self) -> bool:
        """Whether this is a price at all: positive."""
        return self.usd > 0

    def is_stale(self, max_age_seconds: int) -> bool:
        """Whether the quote is older than allowed, of unknown age, or from the future."""
        return self.age_seconds is None or not 0 <= self.age_seconds <= max_age_seconds

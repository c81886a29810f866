"""An amount of an asset and where it lies."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What one Safe owns of one token in one place.

    `strategy` is `None` for idle holdings; `detail` tells parts of a position apart, such as
    "position 7, uncollected fees". `is_own_token` marks the DAO's own governance token.
    """

    safe: Address
    amount: TokenAmount
    strategy: str | None = None
    detail: str = ""
    is_own_token: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether it lies in the Safe itself rather than in a strategy."""
        return self.strategy is None

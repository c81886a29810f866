"""Tokens nobody listed that the Safes hold all the same: visible, and worth nothing until trusted.

They are no holdings: nothing that counts, judges or quotes reads them.
"""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import UINT256_END
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistedHolding:
    """What one Safe holds of a token, by the word of a contract nobody vouches for.

    `None` stands for what the contract does not say in so many bytes and so much gas, or says in
    a way that means nothing; decimals nobody can show are such.
    """

    safe: Address
    token: Address
    base_units: int | None
    symbol: str | None = None
    name: str | None = None
    decimals: int | None = None

    def __post_init__(self) -> None:
        if self.base_units is not None and not 0 <= self.base_units < UINT256_END:
            raise ValueError("an amount is a uint256")
        if self.decimals is not None and not 0 <= self.decimals <= MAX_SHOWN_DECIMALS:
            raise ValueError(f"decimals {self.decimals} cannot be shown as an amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlisted:
    """What was found; the remarks are sentences that say why there may be more."""

    holdings: tuple[UnlistedHolding, ...] = ()
    remarks: tuple[str, ...] = ()

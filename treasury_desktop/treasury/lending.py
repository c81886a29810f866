"""What one Safe owes at one lending pool."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount

HEALTH_SCALE = 10**18
"""A health factor of one, below which anybody may liquidate, as Aave writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LendingAccount:
    """A Safe at a pool whose every reserve was read; no debts means that it owes nothing there.

    `health_factor` is in 10**18, `None` where nothing is owed.
    """

    safe: Address
    pool: Address
    debts: tuple[TokenAmount, ...] = ()
    health_factor: int | None = None

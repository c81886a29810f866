"""The treasury at one block: everything read there, and nothing computed from it."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote
from treasury_desktop.pools.position import Position
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.block import Block
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.lending import LendingAccount
from treasury_desktop.treasury.unlisted import Unlisted

__all__ = ["Block", "OpenAllowance", "TreasurySnapshot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAllowance:
    """What a contract may still take of a Safe's token, in base units."""

    safe: Address
    token: Address
    spender: Address
    base_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TreasurySnapshot:
    """All Safes, holdings, positions, allowances and quotes at one block hash.

    `nodes` are the names of the endpoints whose answers agreed; `lending` has one account for each
    Safe and lending pool that was read. `unlisted` counts for nothing; `None` where nobody looked
    for it.
    """

    chain_id: int
    block: Block
    safes: tuple[Safe, ...]
    holdings: tuple[Holding, ...]
    quotes: tuple[Quote, ...]
    positions: tuple[Position, ...] = ()
    allowances: tuple[OpenAllowance, ...] = ()
    lending: tuple[LendingAccount, ...] = ()
    nodes: tuple[str, ...] = ()
    unlisted: Unlisted | None = None

    def safe_at(self, address: Address) -> Safe | None:
        """The Safe with that address, or `None`."""
        return next((safe for safe in self.safes if safe.address == address), None)

    def lending_at(self, pool: Address) -> tuple[LendingAccount, ...]:
        """The Safes' accounts at a lending pool; none where it was not read."""
        return tuple(account for account in self.lending if account.pool == pool)

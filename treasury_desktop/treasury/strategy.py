"""A named way of deploying capital, approved by governance."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Strategy:
    """A strategy, its group and the contracts at its venue.

    Strategies of one group share one limit, so a new name is no way around it. `asset` is what an
    ERC-4626 vault takes, or a lending pool, which is the first contract; `pool` and
    `position_manager` belong to Uniswap v3 and are always among the contracts, for that is where
    its money goes. `protocol` is whose contracts they are, where its keepers name it.
    """

    name: str
    group: str
    venue: str
    contracts: tuple[Address, ...]
    asset: Address | None = None
    pool: Address | None = None
    position_manager: Address | None = None
    protocol: str = ""

    def __post_init__(self) -> None:
        if not self.name or not self.group:
            raise ValueError("a strategy has a name and a group")
        more = (each for each in (self.position_manager, self.pool) if each is not None)
        object.__setattr__(self, "contracts", tuple(dict.fromkeys((*self.contracts, *more))))

    @property
    def runs_at(self) -> str:
        """The protocol whose failure it shares: as named, else one for each venue.

        Vaults, custom calls and transfers may lead anywhere, so there it is the group's own.
        """
        return self.protocol or _PROTOCOLS.get(self.venue, self.group)


_PROTOCOLS = {"uniswap_v3": "Uniswap v3", "aave_v3": "Aave v3", "lido": "Lido", "talos": "Talos"}

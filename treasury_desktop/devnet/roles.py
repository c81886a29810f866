"""Who is who among the accounts the demonstration's node holds unlocked.

They come from anvil's published test mnemonic; the node signs for them, so no key appears here.
"""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The ten default accounts of the node, in the order of their derivation."""

    market: Address  # deploys everything, trades, keeps the price feeds
    owner_a: Address  # this desk
    owner_b: Address  # the second desk
    owner_c: Address  # a cosigner who is not here
    executor: Address  # pays this desk's gas and is never an owner
    payroll_a: Address
    payroll_b: Address
    auditors: Address
    stranger: Address  # signs what is none of their business
    liquidity_provider: Address  # lends to the pools and the vault, as anybody may

    @property
    def owners(self) -> tuple[Address, Address, Address]:
        """The owners of the treasury's Safe."""
        return (self.owner_a, self.owner_b, self.owner_c)


def roles_of(accounts: list[str]) -> Roles:
    """The roles of the accounts `eth_accounts` answers."""
    names = Roles.__dataclass_fields__
    return Roles(**{name: Address.parse(each) for name, each in zip(names, accounts, strict=True)})

"""The road without a person: for the headless tour and for tests, and for the demonstration only.

It opens for the demonstration's chain and its public accounts, whose keys everybody knows. There it
types the public passphrase below into the window's own fields. No other passphrase can come this
way: there is no place from which one could be read.
"""

from typing import Final

from treasury_desktop.assets.address import Address

DEMONSTRATION_PASSPHRASE: Final = "the demonstration treasury is not money"  # noqa: S105  public
DEMONSTRATION_CHAIN_ID: Final = 31337
_ACCOUNTS: Final = {
    1: Address.parse("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    2: Address.parse("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    3: Address.parse("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
    4: Address.parse("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
}
"""The three owners and the executor, by index in the public test mnemonic."""


def demonstration_account(index: int) -> Address | None:
    """The public account of that index, or `None` if the demonstration does not use it."""
    return _ACCOUNTS.get(index)


def may_rehearse(chain_id: int | None, key: Address | None) -> bool:
    """Whether nothing of value can be touched: the demonstration's chain and a public account."""
    return chain_id == DEMONSTRATION_CHAIN_ID and key in _ACCOUNTS.values()

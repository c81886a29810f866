"""A thing that can be held: the chain's native coin or an ERC-20 token."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address

MAX_SHOWN_DECIMALS = 77
"""10**77 is the largest power of ten in a uint256; more decimals cannot be shown as an amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token by chain and address (`None` for the native coin); the rest are claims about it.

    `decimals` is `None` where no believable number is known: its amounts are shown in base units.
    """

    chain_id: int
    address: Address | None
    symbol: str
    name: str
    decimals: int | None

    def __post_init__(self) -> None:
        if self.decimals is not None and not 0 <= self.decimals <= MAX_SHOWN_DECIMALS:
            raise ValueError(f"decimals {self.decimals} cannot be shown as an amount")

    @property
    def is_native(self) -> bool:
        """Whether this is the chain's own coin, which has no contract."""
        return self.address is None

    @property
    def key(self) -> str:
        """How quotes and holdings name this token: its EIP-55 address, or "native"."""
        return "native" if self.address is None else str(self.address)

    @property
    def scale(self) -> int:
        """Base units in one whole token; 1 where the decimals are not known."""
        return 10**self.decimals if self.decimals is not None else 1


def native_token(chain_id: int, symbol: str) -> Token:
    """The coin that pays for gas on a chain; 18 decimals on every EVM chain."""
    return Token(chain_id=chain_id, address=None, symbol=symbol, name=symbol, decimals=18)

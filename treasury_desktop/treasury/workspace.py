"""What a treasury is made of, as its keepers wrote it down: their own facts, not a sender's."""

from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.chain import Chain
from treasury_desktop.assets.token import Token
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.treasury.deny_list import DenyListFile
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """A node by a name people know and the URL it answers at."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSafe:
    """A Safe of the treasury and what its keepers call it."""

    address: Address
    name: str
    version: SafeVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedToken:
    """A listed token, where its price comes from, and whether its keepers call it a stablecoin.

    `feed` is a Chainlink-type contract; `twap_pool` a Uniswap v3 pool whose other token has a feed.
    """

    token: Token
    is_own: bool = False
    is_stable: bool = False
    feed: Address | None = None
    feed_heartbeat_seconds: int = 3600
    twap_pool: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPool:
    """A Uniswap v3 pool whose history is kept. `fee` is in millionths."""

    address: Address
    name: str
    token0: Address
    token1: Address
    fee: int
    tick_spacing: int
    created_at_block: int
    factory: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPayee:
    """An address-book entry, valid on the workspace's chain."""

    address: Address
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Everything `treasury.toml` says. `twap_window_seconds` is how long a TWAP looks back."""

    name: str
    chain: Chain
    endpoints: tuple[Endpoint, ...] = ()
    safes: tuple[NamedSafe, ...]
    tokens: tuple[TrustedToken, ...] = ()
    pools: tuple[WatchedPool, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    address_book: tuple[KnownPayee, ...] = ()
    deny_lists: tuple[DenyListFile, ...] = ()
    terms: PolicyTerms = field(default_factory=PolicyTerms)
    twap_window_seconds: int = 1800
    is_demonstration: bool = False

    def token_at(self, address: Address | None) -> Token | None:
        """The listed token at an address (`None` for the native coin), or `None`."""
        return next((t.token for t in self.tokens if t.token.address == address), None)

    def pool_at(self, address: Address) -> WatchedPool | None:
        """The watched pool at an address, or `None`."""
        return next((pool for pool in self.pools if pool.address == address), None)

    def strategy_named(self, name: str) -> Strategy | None:
        """The strategy of that exact name, or `None`."""
        return next((strategy for strategy in self.strategies if strategy.name == name), None)

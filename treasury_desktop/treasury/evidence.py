"""What a judgement rests on: facts about treasury, prices, names and queue, with their absence.

UNKNOWN means nobody has said; an empty tuple means known to be none. Whether these facts are our
own or a sender's claims is not written here: see `Origin`.
"""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.block import Block
from treasury_desktop.treasury.deny_list import NO_DENY_LISTS, DenyLists

NATIVE = "native"


class Origin(Enum):
    """Whose facts these are."""

    SENDER = "sender"
    WORKSPACE = "workspace"
    BOTH = "both"


class HeldAmount(NamedTuple):
    """Base units of a token (EIP-55 address or "native") in a place such as "safe"."""

    token: str
    base_units: int
    place: str
    is_own_token: bool = False


class OwedAmount(NamedTuple):
    """A debt by token and base units; UNKNOWN where it is listed without saying how much."""

    token: str | Unknown
    base_units: int | Unknown
    place: str


class DescribedToken(NamedTuple):
    """What somebody says about a token; `decimals` is a raw claim, any uint256.

    `symbol` and `name` are `None` where the call failed and UNKNOWN where nobody asked.
    """

    address: Address
    symbol: str | Unknown | None = UNKNOWN
    name: str | Unknown | None = UNKNOWN
    decimals: int | Unknown | None = UNKNOWN
    listed: bool | Unknown = UNKNOWN


class DescribedContract(NamedTuple):
    """A contract by name, and whether it is allow-listed."""

    address: Address
    name: str = ""
    trusted: bool = False
    code_size: int | Unknown = UNKNOWN


class BookEntry(NamedTuple):
    """An address-book entry, valid on one chain."""

    address: Address
    name: str
    chain_id: int | Unknown


class Exposed(NamedTuple):
    """Value already deployed in a strategy, executed; UNKNOWN where nobody reads or prices it."""

    strategy: str
    usd: Fraction | Unknown


class QueueEntry(NamedTuple):
    """Another transaction of the queue, of `safe` (UNKNOWN: of the Safe under review).

    `usd` is what somebody says it deploys; where `tx` is there it is judged from its bytes.
    """

    nonce: int | Unknown
    safe: Address | Unknown = UNKNOWN
    safe_tx_hash: bytes | Unknown = UNKNOWN
    tx: SafeTx | Unknown = UNKNOWN
    strategy: str | Unknown = UNKNOWN
    usd: Fraction | Unknown = UNKNOWN

    @property
    def nonces(self) -> frozenset[int]:
        """The nonces it may run at: what is said and what its bytes say."""
        bytes_say = UNKNOWN if isinstance(self.tx, Unknown) else self.tx.nonce
        return frozenset(n for n in (self.nonce, bytes_say) if isinstance(n, int))

    def safe_or(self, reviewed: Address) -> Address:
        """Whose transaction it is, where what is unknown is the Safe under review."""
        return reviewed if isinstance(self.safe, Unknown) else self.safe

    def is_transaction(self, safe: Address, tx: SafeTx, safe_tx_hash: bytes) -> bool:
        """Whether it is that very transaction: by its bytes, and by a hash only without them."""
        if self.safe_or(safe) != safe:
            return False
        if isinstance(self.tx, Unknown):
            return self.safe_tx_hash == safe_tx_hash and self.nonces <= {tx.nonce}
        return self.tx == tx


class BalanceChange(NamedTuple):
    """A simulated change of a balance, in base units."""

    account: Address
    token: str
    delta: int


class StorageChange(NamedTuple):
    """A simulated change of a storage slot."""

    account: Address | Unknown = UNKNOWN
    slot: int | Unknown = UNKNOWN
    before: int | Unknown = UNKNOWN
    after: int | Unknown = UNKNOWN


class ObservedAllowance(NamedTuple):
    """What a spender may already take of a token of `safe` (UNKNOWN: the Safe under review)."""

    token: str
    spender: Address
    base_units: int
    safe: Address | Unknown = UNKNOWN


class Deployed(NamedTuple):
    """What went into a strategy once: base units of a token, at a time in Unix seconds."""

    strategy: str
    token: str
    base_units: int
    timestamp: int


class OwnPosition(NamedTuple):
    """A liquidity position of ours, by its number at the position manager, and its two tokens."""

    manager: Address
    token_id: int
    token0: Address
    token1: Address


@dataclass(frozen=True, kw_only=True)  # no slots: the indexes below are made once, when asked for
class Evidence:
    """Everything a review may use besides the transaction; of two entries the first counts.

    `stablecoins` are tokens of which the keepers say so; `deployed` is what was deployed lately.
    Both are read for further limits only; these and the deny-lists no bundle carries.
    """

    block: Block | Unknown = UNKNOWN
    net_usd: Fraction | Unknown = UNKNOWN
    holdings: tuple[HeldAmount, ...] | Unknown = UNKNOWN
    quotes: tuple[Quote, ...] | Unknown = UNKNOWN
    debts: tuple[OwedAmount, ...] | Unknown = UNKNOWN
    tokens: tuple[DescribedToken, ...] = ()
    contracts: tuple[DescribedContract, ...] = ()
    address_book: tuple[BookEntry, ...] = ()
    exposures: tuple[Exposed, ...] | Unknown = ()
    allowances: tuple[ObservedAllowance, ...] = ()
    positions: tuple[OwnPosition, ...] = ()
    queue: tuple[QueueEntry, ...] | Unknown = ()
    balance_changes: tuple[BalanceChange, ...] | Unknown = UNKNOWN
    storage_changes: tuple[StorageChange, ...] | Unknown = UNKNOWN
    stablecoins: frozenset[str] = frozenset()
    deployed: tuple[Deployed, ...] | Unknown = UNKNOWN
    denied: DenyLists = NO_DENY_LISTS

    @property
    def known_queue(self) -> tuple[QueueEntry, ...]:
        """What is known to wait; empty too where nobody has said."""
        return () if isinstance(self.queue, Unknown) else self.queue

    def token_at(self, address: Address) -> DescribedToken | None:
        """What is said about the token at an address, or `None`."""
        return self._tokens_by_address.get(address)

    @cached_property
    def wrapped_native(self) -> frozenset[Address]:
        """Listed tokens that stand for the native coin."""
        return frozenset(t.address for t in self.tokens if t.symbol == "WETH" and t.listed is True)

    def contract_at(self, address: Address) -> DescribedContract | None:
        """What is said about the contract at an address, or `None`."""
        return self._contracts_by_address.get(address)

    def position_at(self, manager: Address, token_id: int) -> OwnPosition | None:
        """Our position of that number at a position manager, or `None`."""
        return self._positions_by_number.get((manager, token_id))

    def payee_at(self, address: Address, chain_id: int) -> BookEntry | None:
        """The address-book entry for this chain, or `None`."""
        return self._payees.get((address, chain_id))

    def quotes_of(self, token: str) -> tuple[Quote, ...]:
        """All quotes of a token (EIP-55 address or "native")."""
        return self._quotes_by_token.get(token, ())

    def decimals_of(self, token: str) -> int | None:
        """The decimals by which a token's price applies, or `None` where nobody can say."""
        if token == NATIVE:
            return 18
        described = self.token_of(token)
        if described is None or not isinstance(described.decimals, int):
            return None
        return described.decimals

    def token_of(self, token: str) -> DescribedToken | None:
        """What is said about the token of an EIP-55 address, or `None`."""
        return self._tokens_by_key.get(token)

    @cached_property
    def _quotes_by_token(self) -> dict[str, tuple[Quote, ...]]:
        quotes: dict[str, list[Quote]] = {}
        for quote in () if isinstance(self.quotes, Unknown) else self.quotes:
            quotes.setdefault(quote.token_key, []).append(quote)
        return {token: tuple(all_) for token, all_ in quotes.items()}

    @cached_property
    def _tokens_by_key(self) -> dict[str, DescribedToken]:
        return {str(address): token for address, token in self._tokens_by_address.items()}

    @cached_property
    def _tokens_by_address(self) -> dict[Address, DescribedToken]:
        return {token.address: token for token in reversed(self.tokens)}

    @cached_property
    def _contracts_by_address(self) -> dict[Address, DescribedContract]:
        return {contract.address: contract for contract in reversed(self.contracts)}

    @cached_property
    def _positions_by_number(self) -> dict[tuple[Address, int], OwnPosition]:
        return {(position.manager, position.token_id): position for position in self.positions}

    @cached_property
    def _payees(self) -> dict[tuple[Address, int | Unknown], BookEntry]:
        return {(entry.address, entry.chain_id): entry for entry in reversed(self.address_book)}

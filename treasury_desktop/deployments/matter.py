"""What is judged: one transaction with its evidence, and which strategies share a limit."""

from collections.abc import Callable
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall, Reading
from treasury_desktop.calls.effects import TakingReader
from treasury_desktop.deployments.prices import PriceRange, price_range
from treasury_desktop.deployments.shared_limits import SharedLimits, shared_limits
from treasury_desktop.deployments.venues import readers_for
from treasury_desktop.deployments.venues.uniswap_swaps import runs_as_shown
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

OUTSIDER = "outsider "


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is to be judged: one transaction of one Safe, with all evidence and the terms.

    `own_safes` are the treasury's other Safes: transfers among them are netted. A limit is named
    after the first of the groups that share it; an outsider is a group with a limit of its own.
    """

    safe: Safe
    tx: SafeTx
    call: DecodedCall
    safe_tx_hash: bytes
    evidence: Evidence
    strategies: tuple[Strategy, ...]
    terms: PolicyTerms
    reading: Reading
    own_safes: frozenset[Address] = frozenset()
    limits: SharedLimits = field(init=False, repr=False, compare=False)
    readers: tuple[TakingReader, ...] = field(init=False, repr=False, compare=False)
    runs_as_shown: Callable[[DecodedCall], bool] = field(init=False, repr=False, compare=False)
    _prices: dict[str, PriceRange] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", shared_limits(self.strategies))
        evidence = self.evidence
        trusted = frozenset(c.address for c in evidence.contracts if c.trusted)
        readers = readers_for(
            self.strategies,
            trusted=trusted,
            listed=frozenset(t.address for t in evidence.tokens if t.listed is True),
            wrapped=frozenset(a for a, kind in self.reading.known.items() if kind == "WETH9"),
            chain_id=self.safe.chain_id,
        )
        object.__setattr__(self, "readers", readers)
        object.__setattr__(self, "runs_as_shown", runs_as_shown(self.strategies, trusted))

    @property
    def accounts(self) -> frozenset[Address]:
        """Every Safe whose money this is."""
        return self.own_safes | {self.safe.address}

    def limit_for(self, account: Address) -> str:
        """The limit that money for an account counts against."""
        known = self.limits.of_contract.get(account)
        if known is not None:
            return known
        outsider = f"{OUTSIDER}{account}"
        return self.limits.of_group.get(outsider, outsider)

    def groups_under(self, limit: str) -> tuple[str, ...]:
        """The groups that share a limit."""
        return self.limits.groups.get(limit, (limit,))

    def is_outsider(self, limit: str) -> bool:
        """Whether a limit is that of one account of no strategy."""
        return limit not in self.limits.groups

    def price_of(self, token: str) -> PriceRange:
        """What the quotes say of a token, worked out once."""
        if token not in self._prices:
            self._prices[token] = price_range(self.evidence.quotes_of(token), self.terms)
        return self._prices[token]

"""What the records know of movements beside the chain: Safe transactions, and prices near by.

A price is taken from a quote that was really kept, of that token, as old as policy allows and as
near to the movement; where there is none, nobody knows what it was worth.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.desk.doors import Records
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.treasury.movement import Movement
from treasury_desktop.treasury.snapshot import Block, TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace

_BY_TRUST = (QuoteKind.FEED, QuoteKind.TWAP, QuoteKind.MANUAL)
"""Which kind of quote is taken first; a spot price alone never says what something was worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceThen:
    """US dollars for one whole token, as a kept quote had it at its time."""

    usd: Fraction
    source: str
    time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOfMovements:
    """Safe transactions by their hash, and prices by token and the movement's time."""

    transactions: dict[bytes, QueuedTransaction] = field(default_factory=dict)
    prices: dict[tuple[str, int], PriceThen] = field(default_factory=dict)


def known_of_movements(
    records: Records, workspace: Workspace, movements: Iterable[Movement]
) -> KnownOfMovements:
    """Everything the records say about these movements; changes and asks nothing."""
    given = tuple(movements)
    wanted = {each.safe_tx_hash for each in given if each.safe_tx_hash is not None}
    safes = sorted({each.safe for each in given})
    queued = (each for safe in safes for each in records.transactions(safe))
    prices = _Prices(records, workspace)
    moved = {(each.amount.token.key, each.timestamp) for each in given if each.amount is not None}
    found = {place: prices.near(*place) for place in sorted(moved)}
    return KnownOfMovements(
        transactions={one.safe_tx_hash: one for one in queued if one.safe_tx_hash in wanted},
        prices={place: price for place, price in found.items() if price is not None},
    )


class _Prices:
    """The quotes of all snapshots kept, each read when it is first needed."""

    def __init__(self, records: Records, workspace: Workspace) -> None:
        self._records = records
        self._chain_id = workspace.chain.chain_id
        self._most_seconds = workspace.terms.max_quote_age_seconds
        blocks = records.snapshot_blocks(self._chain_id)
        self._blocks = sorted(blocks, key=lambda block: (block.timestamp, block.number))
        self._times = [block.timestamp for block in self._blocks]
        self._read: dict[Block, dict[str, list[Quote]]] = {}

    def near(self, token_key: str, timestamp: int) -> PriceThen | None:
        """The price by the nearest snapshot, where it is near enough; of two the earlier."""
        at = bisect_left(self._times, timestamp)
        beside = self._blocks[max(0, at - 1) : at + 1]
        block = min(beside, key=lambda each: abs(each.timestamp - timestamp), default=None)
        if block is None or abs(block.timestamp - timestamp) > self._most_seconds:
            return None
        found = [
            PriceThen(
                usd=quote.usd,
                source=quote.source,
                time=block.timestamp - (quote.age_seconds or 0),
            )
            for quote in self._quotes(block).get(token_key, ())
        ]
        near = (each for each in found if abs(each.time - timestamp) <= self._most_seconds)
        return next(near, None)

    def _quotes(self, block: Block) -> dict[str, list[Quote]]:
        """What a snapshot's quotes say that may decide, by token, the most trusted first."""
        if block not in self._read:
            snapshot = self._snapshot(block)
            quotes = () if snapshot is None else snapshot.quotes
            by_token: dict[str, list[Quote]] = {}
            for quote in sorted(quotes, key=_rank):
                is_of_use = quote.is_valid and quote.kind in _BY_TRUST
                if is_of_use and not quote.is_stale(self._most_seconds):
                    by_token.setdefault(quote.token_key, []).append(quote)
            self._read[block] = by_token
        return self._read[block]

    def _snapshot(self, block: Block) -> TreasurySnapshot | None:
        try:
            return self._records.snapshot_at(self._chain_id, block)
        except Malformed:  # damaged: it says nothing
            return None


def _rank(quote: Quote) -> tuple[int, int, str]:
    kinds = (*_BY_TRUST, QuoteKind.SPOT)
    return kinds.index(quote.kind), quote.age_seconds or 0, quote.source

"""The digest of what a judgement rests on: equal evidence, equal digest, on any machine.

The order in which evidence was collected is no part of it, nor is what a bundle cannot carry (what
a vault takes, which Safes are ours): that shows in the flows beside which this digest stands.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeVar

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.quote import Quote
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.usd import exact_text
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.safes.typed_data import message_hash
from treasury_desktop.treasury.evidence import (
    DescribedToken,
    HeldAmount,
    ObservedAllowance,
    OwedAmount,
    QueueEntry,
)
from treasury_desktop.treasury.strategy import Strategy

T = TypeVar("T")
Row = list[JsonSource]


def evidence_digest(matter: Matter) -> bytes:
    """Keccak-256 of every fact the policy may read about a matter."""
    evidence = matter.evidence
    block = evidence.block
    facts: dict[str, JsonSource] = {
        "safe": _row(matter.safe.address, matter.safe.nonce, matter.safe_tx_hash),
        "block": _text(block if isinstance(block, Unknown) else block.hash),
        "net_usd": _text(evidence.net_usd),
        "holdings": _rows(evidence.holdings, _held),
        "debts": _rows(evidence.debts, _owed),
        "quotes": _rows(evidence.quotes, _quote),
        "tokens": _rows(evidence.tokens, _token),
        "trusted": _rows(evidence.contracts, lambda c: _row(c.address, c.trusted)),
        "exposures": _rows(evidence.exposures, lambda e: _row(e.strategy, e.usd)),
        "allowances": _rows(evidence.allowances, _allowance),
        "queue": _rows(evidence.queue, lambda entry: _queued(matter, entry)),
        "changes": _rows(evidence.balance_changes, lambda c: _row(c.account, c.token, c.delta)),
        "strategies": _rows(matter.strategies, _strategy),
    }
    if not matter.terms.further.are_none:
        facts["stablecoins"] = sorted(evidence.stablecoins)
        facts["deployed"] = _rows(evidence.deployed, lambda one: _row(*one))
        facts["protocols"] = sorted(
            [strategy.name, strategy.runs_at] for strategy in matter.strategies
        )
    return keccak(canonical_json(facts))


def _rows(values: tuple[T, ...] | Unknown, row: Callable[[T], Row]) -> JsonSource:
    """All rows in one order; UNKNOWN stays apart from an empty list."""
    return None if isinstance(values, Unknown) else sorted(map(row, values), key=canonical_json)


def _held(held: HeldAmount) -> Row:
    return _row(held.token, held.base_units, held.place, held.is_own_token)


def _owed(debt: OwedAmount) -> Row:
    is_own_token = False  # the row is that of a holding
    return _row(debt.token, debt.base_units, debt.place, is_own_token)


def _quote(quote: Quote) -> Row:
    return _row(quote.token_key, quote.usd, quote.kind.value, quote.source, quote.age_seconds)


def _token(token: DescribedToken) -> Row:
    return _row(token.address, token.symbol, token.decimals, token.listed)


def _allowance(allowance: ObservedAllowance) -> Row:
    return _row(allowance.safe, allowance.token, allowance.spender, allowance.base_units)


def _queued(matter: Matter, entry: QueueEntry) -> Row:
    message: bytes | Unknown = Unknown.UNKNOWN
    if not isinstance(entry.tx, Unknown):
        message = message_hash(matter.safe.version, entry.tx)
    return _row(entry.safe, entry.nonce, entry.safe_tx_hash, message, entry.strategy, entry.usd)


def _strategy(strategy: Strategy) -> Row:
    contracts = sorted(str(contract) for contract in strategy.contracts)
    return [*_row(strategy.name, strategy.group, strategy.venue), *contracts]


def _row(*values: object) -> Row:
    return [_text(value) for value in values]


def _text(value: object) -> JsonSource:
    """Any fact as text; what is unknown, none, true or false differs from every text."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Unknown):
        return [value.value]
    if isinstance(value, Fraction):
        return exact_text(value)
    return value.hex() if isinstance(value, bytes) else str(value)

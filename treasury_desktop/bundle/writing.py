"""Writing a bundle as canonical JSON (RFC 8785): the same bundle is the same bytes everywhere."""

from collections.abc import Callable
from typing import TypeVar, cast

from treasury_desktop.assets.quote import Quote
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.usd import exact_text
from treasury_desktop.bundle.bundle import FORMAT, Bundle, ClaimedException, ClaimedSignature
from treasury_desktop.bundle.fields import LARGEST_PLAIN_INTEGER
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import (
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
    HeldAmount,
    QueueEntry,
)
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

T = TypeVar("T")
Json = dict[str, JsonSource]


def write_bundle(bundle: Bundle) -> bytes:
    """The bundle's canonical bytes; reading them gives an equal bundle."""
    return canonical_json(bundle_json(bundle))


def bundle_json(bundle: Bundle) -> Json:
    """The bundle as JSON values, with what is unknown left out."""
    return _without_unknown(
        {
            "format": FORMAT,
            "purpose": bundle.purpose,
            "chain_id": _integer(bundle.safe.chain_id),
            "safe": _safe(bundle.safe),
            "transaction": transaction_json(bundle.tx),
            "safe_tx_hash": _if_known(bundle.claimed_hash, _hex),
            "signatures": _if_known(bundle.signatures, lambda all_: [_signature(s) for s in all_]),
            "strategy": bundle.strategy,
            "policy": _if_known(bundle.terms, _terms),
            "strategies": _if_known(
                bundle.strategies, lambda all_: [_strategy(strategy) for strategy in all_]
            ),
            "exceptions": [_exception(exception) for exception in bundle.exceptions],
            "evidence": _evidence(bundle),
        }
    )


def transaction_json(tx: SafeTx) -> Json:
    """A SafeTx under the names of its EIP-712 struct."""
    return {
        "to": str(tx.to),
        "value": str(tx.value),
        "data": _hex(tx.data),
        "operation": int(tx.operation),
        "safeTxGas": str(tx.safe_tx_gas),
        "baseGas": str(tx.base_gas),
        "gasPrice": str(tx.gas_price),
        "gasToken": str(tx.gas_token),
        "refundReceiver": str(tx.refund_receiver),
        "nonce": _integer(tx.nonce),
    }


def _without_unknown(members: dict[str, JsonSource | Unknown]) -> Json:
    return {name: value for name, value in members.items() if not isinstance(value, Unknown)}


def _if_known(value: T | Unknown, write: Callable[[T], JsonSource]) -> JsonSource | Unknown:
    return value if isinstance(value, Unknown) else write(value)


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


def _integer(number: int) -> JsonSource:
    """A plain integer where every JSON reader agrees on it, else decimal text."""
    return number if abs(number) <= LARGEST_PLAIN_INTEGER else str(number)


def _safe(safe: Safe) -> Json:
    return _without_unknown(
        {
            "address": str(safe.address),
            "version": str(safe.version),
            "owners": _if_known(safe.owners, lambda owners: [str(owner) for owner in owners]),
            "threshold": _if_known(safe.threshold, _integer),
            "nonce": _if_known(safe.nonce, _integer),
            "singleton": _optional_address(safe.singleton),
            "modules": _if_known(safe.modules, lambda modules: [str(m) for m in modules]),
            "guard": _optional_address(safe.guard),
            "module_guard": _optional_address(safe.module_guard),
            "fallback_handler": _optional_address(safe.fallback_handler),
        }
    )


def _optional_address(value: object) -> JsonSource | Unknown:
    return value if isinstance(value, Unknown) or value is None else str(value)


def _signature(signature: ClaimedSignature) -> Json:
    signer = None if signature.signer is None else str(signature.signer)
    return {"signer": signer, "data": _hex(signature.data)}


def _terms(terms: PolicyTerms) -> Json:
    return {
        "limit_bps": terms.limit_bps,
        "limit_is_inclusive": terms.limit_is_inclusive,
        "advised_low_bps": _integer(terms.advised_low_bps),
        "advised_high_bps": _integer(terms.advised_high_bps),
        "max_quote_age_seconds": _integer(terms.max_quote_age_seconds),
        "max_quote_spread_bps": _integer(terms.max_quote_spread_bps),
    }


def _strategy(strategy: Strategy) -> Json:
    return {
        "name": strategy.name,
        "group": strategy.group,
        "venue": strategy.venue,
        "contracts": [str(contract) for contract in strategy.contracts],
    }


def _exception(exception: ClaimedException) -> Json:
    return {
        "safe_tx_hash": _hex(exception.safe_tx_hash),
        "policy_hash": _hex(exception.policy_hash),
        "reason": exception.reason,
        "expires": _integer(exception.expires),
        "signatures": [_signature(signature) for signature in exception.signatures],
    }


def _evidence(bundle: Bundle) -> Json:
    evidence = bundle.evidence
    members: dict[str, JsonSource | Unknown] = {
        "block": _if_known(
            evidence.block,
            lambda block: {
                "number": _integer(block.number),
                "hash": _hex(block.hash),
                "timestamp": _integer(block.timestamp),
            },
        ),
        "treasury": _if_known(evidence.net_usd, lambda usd: {"net_usd": exact_text(usd)}),
        "holdings": _if_known(evidence.holdings, lambda held: [_held(h) for h in held]),
        "quotes": _if_known(evidence.quotes, lambda quotes: [_quote(q) for q in quotes]),
        "debts": _if_known(evidence.debts, lambda debts: [_held(debt) for debt in debts]),
        "tokens": [_token(token) for token in evidence.tokens],
        "contracts": [_contract(contract) for contract in evidence.contracts],
        "address_book": [_entry(entry) for entry in evidence.address_book],
        "exposures": [
            _without_unknown(
                {"strategy": exposed.strategy, "usd": _if_known(exposed.usd, exact_text)}
            )
            for exposed in evidence.exposures
        ],
        "allowances": [
            _without_unknown(
                {
                    "safe": _optional_address(a.safe),
                    "token": a.token,
                    "spender": str(a.spender),
                    "amount": str(a.base_units),
                }
            )
            for a in evidence.allowances
        ],
        "queue": [_queued(entry) for entry in evidence.queue],
        "effects": _effects(evidence, bundle.rest.get("preview")) or Unknown.UNKNOWN,
    }
    # What later checks read as JSON was JSON when it came in and goes out as it came.
    kept = {name: value for name, value in bundle.rest.items() if name != "preview"}
    members.update(cast("Json", kept))
    return _without_unknown(members)


def _held(held: HeldAmount) -> Json:
    own: Json = {"is_own_token": True} if held.is_own_token else {}
    return {"token": held.token, "amount": str(held.base_units), "place": held.place, **own}


def _quote(quote: Quote) -> Json:
    age: Json = {} if quote.age_seconds is None else {"age_seconds": _integer(quote.age_seconds)}
    return {
        "token": quote.token_key,
        "usd": _price_text(quote),
        "kind": quote.kind.value,
        "source": quote.source,
        **age,
    }


def _price_text(quote: Quote) -> str:
    """The price as the decimal it is; quotes are made with at most 78 decimals."""
    text = exact_text(quote.usd)
    if "/" in text:
        raise ValueError("a quote is a finite decimal")
    return text


def _token(token: DescribedToken) -> Json:
    return _without_unknown(
        {
            "address": str(token.address),
            "symbol": token.symbol,
            "name": token.name,
            "decimals": token.decimals
            if isinstance(token.decimals, Unknown) or token.decimals is None
            else _integer(token.decimals),
            "listed": token.listed,
        }
    )


def _contract(contract: DescribedContract) -> Json:
    return _without_unknown(
        {
            "address": str(contract.address),
            "name": contract.name,
            "trusted": contract.trusted,
            "code_size": _if_known(contract.code_size, _integer),
        }
    )


def _entry(entry: BookEntry) -> Json:
    return _without_unknown(
        {
            "address": str(entry.address),
            "name": entry.name,
            "chain_id": _if_known(entry.chain_id, _integer),
        }
    )


def _queued(entry: QueueEntry) -> Json:
    return _without_unknown(
        {
            "safe": _optional_address(entry.safe),
            "nonce": _if_known(entry.nonce, _integer),
            "safe_tx_hash": _if_known(entry.safe_tx_hash, _hex),
            "transaction": _if_known(entry.tx, transaction_json),
            "strategy": entry.strategy,
            "usd": _if_known(entry.usd, exact_text),
        }
    )


def _effects(evidence: Evidence, preview: object) -> Json:
    members: dict[str, JsonSource | Unknown] = {
        "balance_changes": _if_known(
            evidence.balance_changes,
            lambda changes: [
                {"account": str(c.account), "token": c.token, "delta": str(c.delta)}
                for c in changes
            ],
        ),
        "storage_changes": _if_known(
            evidence.storage_changes,
            lambda changes: [
                {
                    "account": str(c.account),
                    "slot": hex(c.slot),
                    "before": hex(c.before),
                    "after": hex(c.after),
                }
                for c in changes
            ],
        ),
        "preview": Unknown.UNKNOWN if preview is None else cast("Json", preview),
    }
    return _without_unknown(members)

"""Writing a bundle as canonical JSON (RFC 8785): the same bundle is the same bytes everywhere."""

from collections.abc import Callable
from typing import TypeVar

from treasury_desktop.assets.quote import Quote
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.usd import exact_text
from treasury_desktop.bundle.bundle import FORMAT, Bundle, ClaimedException, ClaimedSignature
from treasury_desktop.bundle.claim_writing import (
    claimed_abi_json,
    disagreement_json,
    inner_transaction_json,
    service_json,
)
from treasury_desktop.bundle.transaction import integer_json, transaction_json
from treasury_desktop.errors import Refused
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.evidence import (
    BookEntry,
    DescribedContract,
    DescribedToken,
    Exposed,
    HeldAmount,
    OwedAmount,
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
    if bundle.unnamed:
        missing = ", ".join(sorted(member.value for member in bundle.unnamed))
        raise Refused(f"It cannot be written as a bundle: nobody named {missing}.")
    return _without_unknown(
        {
            "format": FORMAT,
            "purpose": bundle.purpose,
            "chain_id": integer_json(bundle.safe.chain_id),
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


def _without_unknown(members: dict[str, JsonSource | Unknown]) -> Json:
    return {name: value for name, value in members.items() if not isinstance(value, Unknown)}


def _if_known(value: T | Unknown, write: Callable[[T], JsonSource]) -> JsonSource | Unknown:
    return value if isinstance(value, Unknown) else write(value)


def _hex(raw: bytes) -> str:
    return "0x" + raw.hex()


def _safe(safe: Safe) -> Json:
    return _without_unknown(
        {
            "address": str(safe.address),
            "version": str(safe.version),
            "owners": _if_known(safe.owners, lambda owners: [str(owner) for owner in owners]),
            "threshold": _if_known(safe.threshold, integer_json),
            "nonce": _if_known(safe.nonce, integer_json),
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
        "advised_low_bps": integer_json(terms.advised_low_bps),
        "advised_high_bps": integer_json(terms.advised_high_bps),
        "max_quote_age_seconds": integer_json(terms.max_quote_age_seconds),
        "max_quote_spread_bps": integer_json(terms.max_quote_spread_bps),
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
        "expires": integer_json(exception.expires),
        "signatures": [_signature(signature) for signature in exception.signatures],
    }


def _evidence(bundle: Bundle) -> Json:
    evidence = bundle.evidence
    members: dict[str, JsonSource | Unknown] = {
        "block": _if_known(
            evidence.block,
            lambda block: {
                "number": integer_json(block.number),
                "hash": _hex(block.hash),
                "timestamp": integer_json(block.timestamp),
            },
        ),
        "treasury": _if_known(evidence.net_usd, lambda usd: {"net_usd": exact_text(usd)}),
        "holdings": _if_known(evidence.holdings, lambda held: [_held(h) for h in held]),
        "quotes": _if_known(evidence.quotes, lambda quotes: [_quote(q) for q in quotes]),
        "debts": _if_known(evidence.debts, lambda debts: [_owed(debt) for debt in debts]),
        "tokens": [_token(token) for token in evidence.tokens],
        "contracts": [_contract(contract) for contract in evidence.contracts],
        "address_book": [_entry(entry) for entry in evidence.address_book],
        "exposures": _if_known(evidence.exposures, lambda all_: [_exposed(one) for one in all_]),
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
        "positions": [
            {
                "manager": str(p.manager),
                "token_id": str(p.token_id),
                "token0": str(p.token0),
                "token1": str(p.token1),
            }
            for p in evidence.positions
        ],
        "queue": _if_known(evidence.queue, lambda queue: [_queued(entry) for entry in queue]),
        "effects": _effects(bundle) or Unknown.UNKNOWN,
        **_claims(bundle),
    }
    return _without_unknown(members)


def _claims(bundle: Bundle) -> Json:
    """What is only ever compared; left out where nothing is claimed."""
    claims: Json = {
        "disagreements": [disagreement_json(one) for one in bundle.disagreements],
        "inner_transactions": [inner_transaction_json(one) for one in bundle.inner_transactions],
        "abis": [claimed_abi_json(one) for one in bundle.abis],
    }
    written: Json = {name: value for name, value in claims.items() if value}
    if not isinstance(bundle.service_decoded, Unknown):
        written["service"] = {"data_decoded": service_json(bundle.service_decoded)}
    return written


def _exposed(exposed: Exposed) -> Json:
    return _without_unknown(
        {"strategy": exposed.strategy, "usd": _if_known(exposed.usd, exact_text)}
    )


def _held(held: HeldAmount) -> Json:
    own: Json = {"is_own_token": True} if held.is_own_token else {}
    return {"token": held.token, "amount": str(held.base_units), "place": held.place, **own}


def _owed(debt: OwedAmount) -> Json:
    return _without_unknown(
        {
            "token": debt.token,
            "amount": _if_known(debt.base_units, str),
            "place": debt.place,
        }
    )


def _quote(quote: Quote) -> Json:
    age: Json = (
        {} if quote.age_seconds is None else {"age_seconds": integer_json(quote.age_seconds)}
    )
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
            else integer_json(token.decimals),
            "listed": token.listed,
        }
    )


def _contract(contract: DescribedContract) -> Json:
    return _without_unknown(
        {
            "address": str(contract.address),
            "name": contract.name,
            "trusted": contract.trusted,
            "code_size": _if_known(contract.code_size, integer_json),
        }
    )


def _entry(entry: BookEntry) -> Json:
    return _without_unknown(
        {
            "address": str(entry.address),
            "name": entry.name,
            "chain_id": _if_known(entry.chain_id, integer_json),
        }
    )


def _queued(entry: QueueEntry) -> Json:
    return _without_unknown(
        {
            "safe": _optional_address(entry.safe),
            "nonce": _if_known(entry.nonce, integer_json),
            "safe_tx_hash": _if_known(entry.safe_tx_hash, _hex),
            "transaction": _if_known(entry.tx, transaction_json),
            "strategy": entry.strategy,
            "usd": _if_known(entry.usd, exact_text),
        }
    )


def _effects(bundle: Bundle) -> Json:
    evidence = bundle.evidence
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
                _without_unknown(
                    {
                        "account": _optional_address(c.account),
                        "slot": _if_known(c.slot, hex),
                        "before": _if_known(c.before, hex),
                        "after": _if_known(c.after, hex),
                    }
                )
                for c in changes
            ],
        ),
        "preview": _if_known(bundle.preview_shares, lambda shares: {"deposit_shares": str(shares)}),
    }
    return _without_unknown(members)

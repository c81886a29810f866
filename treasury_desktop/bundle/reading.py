"""Reading a bundle: all of it is right, or nothing of it is used."""

from typing import TypeVar

from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.strict_json import read_json_object
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle.bundle import FORMAT, Bundle, ClaimedException, ClaimedSignature
from treasury_desktop.bundle.claim_reading import (
    read_claimed_abi,
    read_disagreement,
    read_inner_transaction,
    read_preview_shares,
    read_service,
)
from treasury_desktop.bundle.fields import (
    Fields,
    address,
    dollars,
    each,
    flag,
    hash32,
    hex_bytes,
    items,
    signed,
    storage_word,
    telling,
    text,
    unsigned,
)
from treasury_desktop.bundle.transaction import read_transaction, transaction_or_unknown
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.treasury.block import Block
from treasury_desktop.treasury.evidence import (
    NATIVE,
    BalanceChange,
    BookEntry,
    DescribedContract,
    DescribedToken,
    Evidence,
    Exposed,
    HeldAmount,
    ObservedAllowance,
    OwedAmount,
    OwnPosition,
    QueueEntry,
    StorageChange,
)
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

T = TypeVar("T")
MOST_SIGNATURES = 1_000
TOP_MEMBERS = (
    "format",
    "purpose",
    "chain_id",
    "safe",
    "transaction",
    "safe_tx_hash",
    "signatures",
    "strategy",
    "policy",
    "strategies",
    "exceptions",
    "evidence",
)
SAFE_MEMBERS = (
    "address",
    "version",
    "owners",
    "threshold",
    "nonce",
    "singleton",
    "modules",
    "guard",
    "module_guard",
    "fallback_handler",
)
STRATEGY_MEMBERS = ("name", "group", "venue", "contracts")
VENUES = ("transfer", "erc4626", "uniswap_v3", "aave_v3", "lido", "talos", "custom")

uint256 = unsigned(256)


def read_bundle(data: bytes) -> Bundle:
    """The bundle in the bytes of a file; Malformed names the field that is wrong."""
    return bundle_from_json(read_json_object(data))


def bundle_from_json(value: object) -> Bundle:
    """The bundle in parsed JSON (already read strictly)."""
    top = Fields(value, "")
    if top.raw("format") != FORMAT:
        raise Malformed("format", f'must be "{FORMAT}"')
    top.refuse_unknown(TOP_MEMBERS)
    chain_id = top.required("chain_id", unsigned(256))
    evidence = top.inner("evidence")
    return Bundle(
        safe=_safe(top.required("safe", Fields), chain_id),
        tx=top.required("transaction", read_transaction),
        purpose=top.otherwise("purpose", text, ""),
        claimed_hash=top.said("safe_tx_hash", hash32),
        signatures=top.known("signatures", _signatures),
        strategy=top.said("strategy", text),
        terms=_terms(top),
        strategies=top.known("strategies", each(_strategy)),
        exceptions=top.otherwise("exceptions", each(_exception), ()),
        evidence=_evidence(evidence),
        preview_shares=read_preview_shares(evidence.inner("effects")),
        disagreements=evidence.otherwise("disagreements", each(read_disagreement), ()),
        service_decoded=read_service(evidence),
        inner_transactions=evidence.otherwise(
            "inner_transactions", each(read_inner_transaction), ()
        ),
        abis=evidence.otherwise("abis", telling(read_claimed_abi), ()),
    )


def _safe(fields: Fields, chain_id: int) -> Safe:
    fields.refuse_unknown(SAFE_MEMBERS)
    return Safe(
        chain_id=chain_id,
        address=fields.required("address", address),
        version=fields.required("version", SafeVersion.parse),
        nonce=fields.required("nonce", uint256),
        owners=fields.known("owners", each(address)),
        threshold=fields.said("threshold", uint256),
        singleton=fields.known_or_none("singleton", address),
        modules=fields.known("modules", each(address)),
        guard=fields.known_or_none("guard", address),
        module_guard=fields.known_or_none("module_guard", address),
        fallback_handler=fields.known_or_none("fallback_handler", address),
    )


def _signatures(value: object, path: str) -> tuple[ClaimedSignature, ...]:
    """As many as a Safe may have owners: each costs a recovery and a row on the page."""
    if isinstance(value, list) and len(value) > MOST_SIGNATURES:
        raise Malformed(
            path, f"holds {len(value):,} signatures; at most {MOST_SIGNATURES:,} are read"
        )
    return items(value, path, _signature)


def _signature(value: object, path: str) -> ClaimedSignature:
    fields = Fields(value, path)
    fields.refuse_unknown(("signer", "data"))
    return ClaimedSignature(
        signer=None if fields.raw("signer") is None else fields.required("signer", address),
        data=fields.required("data", hex_bytes),
    )


def _terms(top: Fields) -> PolicyTerms | Unknown:
    if top.raw("policy") is None:
        return UNKNOWN
    fields = Fields(top.raw("policy"), "policy")
    standard = PolicyTerms()
    names = (
        "limit_bps",
        "limit_is_inclusive",
        "advised_low_bps",
        "advised_high_bps",
        "max_quote_age_seconds",
        "max_quote_spread_bps",
    )
    fields.refuse_unknown(names)
    return PolicyTerms(
        limit_bps=fields.otherwise("limit_bps", uint256, standard.limit_bps),
        limit_is_inclusive=fields.otherwise("limit_is_inclusive", flag, default=False),
        advised_low_bps=fields.otherwise("advised_low_bps", uint256, standard.advised_low_bps),
        advised_high_bps=fields.otherwise("advised_high_bps", uint256, standard.advised_high_bps),
        max_quote_age_seconds=fields.otherwise(
            "max_quote_age_seconds", uint256, standard.max_quote_age_seconds
        ),
        max_quote_spread_bps=fields.otherwise(
            "max_quote_spread_bps", uint256, standard.max_quote_spread_bps
        ),
    )


def _strategy(value: object, path: str) -> Strategy:
    fields = Fields(value, path)
    fields.refuse_unknown(STRATEGY_MEMBERS)
    name = fields.required("name", text)
    venue = fields.otherwise("venue", text, "custom")
    if not name:
        raise Malformed(fields.path("name"), "must not be empty")
    if venue not in VENUES:
        raise Malformed(fields.path("venue"), f"must be one of {', '.join(VENUES)}")
    return Strategy(
        name=name,
        group=fields.otherwise("group", text, name) or name,
        venue=venue,
        contracts=fields.otherwise("contracts", each(address), ()),
    )


def _exception(value: object, path: str) -> ClaimedException:
    fields = Fields(value, path)
    return ClaimedException(
        safe_tx_hash=fields.required("safe_tx_hash", hash32),
        policy_hash=fields.required("policy_hash", hash32),
        reason=fields.otherwise("reason", text, ""),
        expires=fields.required("expires", uint256),
        signatures=fields.otherwise("signatures", _signatures, ()),
    )


def _evidence(fields: Fields) -> Evidence:
    effects = fields.inner("effects")
    return Evidence(
        block=fields.said("block", _block),
        net_usd=fields.inner("treasury").said("net_usd", dollars),
        holdings=_complete(fields.known("holdings", each(_held))),
        quotes=fields.known("quotes", telling(_quote)),
        debts=fields.known("debts", each(_owed)),
        tokens=fields.otherwise("tokens", telling(_token), ()),
        contracts=fields.otherwise("contracts", telling(_contract), ()),
        address_book=fields.otherwise("address_book", telling(_entry), ()),
        exposures=_complete(fields.known("exposures", each(_exposed))),
        allowances=fields.otherwise("allowances", each(_allowance), ()),
        positions=fields.otherwise("positions", each(_position), ()),
        queue=fields.known("queue", each(_queued)),
        balance_changes=effects.known("balance_changes", telling(_balance_change)),
        storage_changes=effects.known("storage_changes", each(_storage_change)),
    )


def _complete(entries: tuple[T | None, ...] | Unknown) -> tuple[T, ...] | Unknown:
    """A list without gaps: with one nobody can say what it adds up to."""
    if isinstance(entries, Unknown):
        return entries
    whole = tuple(entry for entry in entries if entry is not None)
    return whole if len(whole) == len(entries) else UNKNOWN


def token_key(value: object, path: str) -> str:
    """The EIP-55 address of a token, or "native"."""
    return NATIVE if value == NATIVE else str(address(value, path))


def _block(value: object, path: str) -> Block | Unknown:
    fields = Fields(value, path)
    number, mined = (fields.said(name, unsigned(64)) for name in ("number", "timestamp"))
    block_hash = fields.said("hash", hash32)
    if isinstance(number, Unknown) or isinstance(mined, Unknown) or isinstance(block_hash, Unknown):
        return UNKNOWN
    return Block(number=number, hash=block_hash, timestamp=mined)


def _held(value: object, path: str) -> HeldAmount | None:
    fields = Fields(value, path)
    token, units = fields.said("token", token_key), fields.said("amount", uint256)
    place = fields.otherwise("place", text, "safe")
    is_own = fields.otherwise("is_own_token", flag, default=False)
    if isinstance(token, Unknown) or isinstance(units, Unknown):
        return None
    return HeldAmount(token=token, base_units=units, place=place, is_own_token=is_own)


def _owed(value: object, path: str) -> OwedAmount:
    fields = Fields(value, path)
    return OwedAmount(
        token=fields.said("token", token_key),
        base_units=fields.said("amount", uint256),
        place=fields.otherwise("place", text, "safe"),
    )


def _quote(value: object, path: str) -> Quote | None:
    """A quote; one that names no kind is the least that a price can be."""
    fields = Fields(value, path)
    token, usd = fields.said("token", token_key), fields.said("usd", dollars)
    kind = fields.otherwise("kind", QuoteKind.parse, QuoteKind.SPOT)
    source, age = fields.otherwise("source", text, ""), fields.said("age_seconds", signed)
    if isinstance(token, Unknown) or isinstance(usd, Unknown):
        return None
    return Quote(
        token_key=token,
        usd=usd,
        kind=kind,
        source=source,
        age_seconds=None if isinstance(age, Unknown) else age,
    )


def _token(value: object, path: str) -> DescribedToken | None:
    fields = Fields(value, path)
    whose = fields.said("address", address)
    symbol, name = (fields.known_or_none(each_, text) for each_ in ("symbol", "name"))
    decimals = fields.known_or_none("decimals", uint256)
    listed = fields.said("listed", flag)
    if isinstance(whose, Unknown):
        return None
    return DescribedToken(address=whose, symbol=symbol, name=name, decimals=decimals, listed=listed)


def _contract(value: object, path: str) -> DescribedContract | None:
    fields = Fields(value, path)
    whose = fields.said("address", address)
    name = fields.otherwise("name", text, "")
    trusted = fields.otherwise("trusted", flag, default=False)
    code_size = fields.said("code_size", uint256)
    if isinstance(whose, Unknown):
        return None
    return DescribedContract(address=whose, name=name, trusted=trusted, code_size=code_size)


def _entry(value: object, path: str) -> BookEntry | None:
    fields = Fields(value, path)
    whose = fields.said("address", address)
    name = fields.otherwise("name", text, "")
    chain_id = fields.said("chain_id", uint256)
    return (
        None
        if isinstance(whose, Unknown)
        else BookEntry(address=whose, name=name, chain_id=chain_id)
    )


def _exposed(value: object, path: str) -> Exposed | None:
    fields = Fields(value, path)
    strategy, usd = fields.said("strategy", text), fields.said("usd", dollars)
    return None if isinstance(strategy, Unknown) else Exposed(strategy=strategy, usd=usd)


def _allowance(value: object, path: str) -> ObservedAllowance:
    fields = Fields(value, path)
    return ObservedAllowance(
        token=fields.required("token", token_key),
        spender=fields.required("spender", address),
        base_units=fields.required("amount", uint256),
        safe=fields.known("safe", address),
    )


def _position(value: object, path: str) -> OwnPosition:
    fields = Fields(value, path)
    return OwnPosition(
        manager=fields.required("manager", address),
        token_id=fields.required("token_id", uint256),
        token0=fields.required("token0", address),
        token1=fields.required("token1", address),
    )


def _queued(value: object, path: str) -> QueueEntry:
    """A queued transaction; its signatures have to be readable, though here none is counted."""
    fields = Fields(value, path)
    fields.known("signatures", _signatures)
    return QueueEntry(
        nonce=fields.said("nonce", uint256),
        safe=fields.said("safe", address),
        safe_tx_hash=fields.said("safe_tx_hash", hash32),
        tx=fields.said("transaction", transaction_or_unknown),
        strategy=fields.said("strategy", text),
        usd=fields.said("usd", dollars),
    )


def _balance_change(value: object, path: str) -> BalanceChange | None:
    fields = Fields(value, path)
    account, token = fields.said("account", address), fields.said("token", token_key)
    delta = fields.said("delta", signed)
    if isinstance(account, Unknown) or isinstance(token, Unknown) or isinstance(delta, Unknown):
        return None
    return BalanceChange(account=account, token=token, delta=delta)


def _storage_change(value: object, path: str) -> StorageChange:
    fields = Fields(value, path)
    return StorageChange(
        account=fields.said("account", address),
        slot=fields.said("slot", storage_word),
        before=fields.said("before", storage_word),
        after=fields.said("after", storage_word),
    )

"""Reading a bundle: all of it is right, or nothing of it is used."""

from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.strict_json import read_json_object
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.bundle.bundle import FORMAT, Bundle, ClaimedException, ClaimedSignature
from treasury_desktop.bundle.fields import (
    Fields,
    address,
    dollars,
    each,
    flag,
    hash32,
    hex_bytes,
    signed,
    storage_word,
    text,
    unsigned,
)
from treasury_desktop.errors import Malformed
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.safes.safe_tx import Operation, SafeTx
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
    QueueEntry,
    StorageChange,
)
from treasury_desktop.treasury.snapshot import Block
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import PolicyTerms

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
TRANSACTION_MEMBERS = (
    "to",
    "value",
    "data",
    "operation",
    "safeTxGas",
    "baseGas",
    "gasPrice",
    "gasToken",
    "refundReceiver",
    "nonce",
)
STRATEGY_MEMBERS = ("name", "group", "venue", "contracts")
VENUES = ("transfer", "erc4626", "uniswap_v3", "aave_v3", "lido", "talos", "custom")
KEPT_AS_JSON = ("abis", "disagreements", "service", "inner_transactions")

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
        claimed_hash=_known_value(top, "safe_tx_hash"),
        signatures=top.known("signatures", each(_signature)),
        strategy=_known_text(top, "strategy"),
        terms=_terms(top),
        strategies=top.known("strategies", each(_strategy)),
        exceptions=top.otherwise("exceptions", each(_exception), ()),
        evidence=_evidence(evidence),
        rest=_rest(evidence),
    )


def read_transaction(value: object, path: str) -> SafeTx:
    """A SafeTx from the JSON names of its EIP-712 struct; all ten members are needed."""
    fields = Fields(value, path)
    fields.refuse_unknown(TRANSACTION_MEMBERS)
    operation = fields.required("operation", unsigned(8))
    if operation not in tuple(Operation):
        raise Malformed(fields.path("operation"), "must be 0, 1 or 2")
    return SafeTx(
        to=fields.required("to", address),
        value=fields.required("value", uint256),
        data=fields.required("data", hex_bytes),
        operation=Operation(operation),
        safe_tx_gas=fields.required("safeTxGas", uint256),
        base_gas=fields.required("baseGas", uint256),
        gas_price=fields.required("gasPrice", uint256),
        gas_token=fields.required("gasToken", address),
        refund_receiver=fields.required("refundReceiver", address),
        nonce=fields.required("nonce", uint256),
    )


def _safe(fields: Fields, chain_id: int) -> Safe:
    fields.refuse_unknown(SAFE_MEMBERS)
    return Safe(
        chain_id=chain_id,
        address=fields.required("address", address),
        version=fields.required("version", SafeVersion.parse),
        nonce=fields.required("nonce", uint256),
        owners=fields.known("owners", each(address)),
        threshold=UNKNOWN
        if fields.raw("threshold") is None
        else fields.required("threshold", uint256),
        singleton=fields.known_or_none("singleton", address),
        modules=fields.known("modules", each(address)),
        guard=fields.known_or_none("guard", address),
        module_guard=fields.known_or_none("module_guard", address),
        fallback_handler=fields.known_or_none("fallback_handler", address),
    )


def _known_value(top: Fields, name: str) -> bytes | Unknown:
    return UNKNOWN if top.raw(name) is None else top.required(name, hash32)


def _known_text(fields: Fields, name: str) -> str | Unknown:
    return UNKNOWN if fields.raw(name) is None else fields.required(name, text)


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
        expires=fields.required("expires", unsigned(64)),
        signatures=fields.otherwise("signatures", each(_signature), ()),
    )


def _evidence(fields: Fields) -> Evidence:
    effects, treasury = fields.inner("effects"), fields.inner("treasury")
    return Evidence(
        block=UNKNOWN if fields.raw("block") is None else fields.required("block", _block),
        net_usd=UNKNOWN
        if treasury.raw("net_usd") is None
        else treasury.required("net_usd", dollars),
        holdings=fields.known("holdings", each(_held)),
        quotes=fields.known("quotes", each(_quote)),
        debts=fields.known("debts", each(_held)),
        tokens=fields.otherwise("tokens", each(_token), ()),
        contracts=fields.otherwise("contracts", each(_contract), ()),
        address_book=fields.otherwise("address_book", each(_entry), ()),
        exposures=fields.otherwise("exposures", each(_exposed), ()),
        allowances=fields.otherwise("allowances", each(_allowance), ()),
        queue=fields.otherwise("queue", each(_queued), ()),
        balance_changes=effects.known("balance_changes", each(_balance_change)),
        storage_changes=effects.known("storage_changes", each(_storage_change)),
    )


def _rest(fields: Fields) -> dict[str, object]:
    rest = {name: fields.raw(name) for name in KEPT_AS_JSON if fields.raw(name) is not None}
    effects = fields.raw("effects")
    if isinstance(effects, dict) and effects.get("preview") is not None:
        rest["preview"] = effects["preview"]
    return rest


def token_key(value: object, path: str) -> str:
    """The EIP-55 address of a token, or "native"."""
    return NATIVE if value == NATIVE else str(address(value, path))


def _block(value: object, path: str) -> Block:
    fields = Fields(value, path)
    return Block(
        number=fields.required("number", unsigned(64)),
        hash=fields.required("hash", hash32),
        timestamp=fields.required("timestamp", unsigned(64)),
    )


def _held(value: object, path: str) -> HeldAmount:
    fields = Fields(value, path)
    return HeldAmount(
        token=fields.required("token", token_key),
        base_units=fields.required("amount", uint256),
        place=fields.otherwise("place", text, "safe"),
        is_own_token=fields.otherwise("is_own_token", flag, default=False),
    )


def _quote(value: object, path: str) -> Quote:
    fields = Fields(value, path)
    is_dated = fields.raw("age_seconds") is not None
    return Quote(
        token_key=fields.required("token", token_key),
        usd=fields.required("usd", dollars),
        kind=fields.required("kind", QuoteKind.parse),
        source=fields.otherwise("source", text, ""),
        age_seconds=fields.required("age_seconds", signed) if is_dated else None,
    )


def _token(value: object, path: str) -> DescribedToken:
    fields = Fields(value, path)
    return DescribedToken(
        address=fields.required("address", address),
        symbol=fields.known_or_none("symbol", text),
        name=fields.known_or_none("name", text),
        decimals=fields.known_or_none("decimals", uint256),
        listed=UNKNOWN if fields.raw("listed") is None else fields.required("listed", flag),
    )


def _contract(value: object, path: str) -> DescribedContract:
    fields = Fields(value, path)
    has_size = fields.raw("code_size") is not None
    return DescribedContract(
        address=fields.required("address", address),
        name=fields.otherwise("name", text, ""),
        trusted=fields.otherwise("trusted", flag, default=False),
        code_size=fields.required("code_size", uint256) if has_size else UNKNOWN,
    )


def _entry(value: object, path: str) -> BookEntry:
    fields = Fields(value, path)
    has_chain = fields.raw("chain_id") is not None
    return BookEntry(
        address=fields.required("address", address),
        name=fields.otherwise("name", text, ""),
        chain_id=fields.required("chain_id", uint256) if has_chain else UNKNOWN,
    )


def _exposed(value: object, path: str) -> Exposed:
    fields = Fields(value, path)
    has_usd = fields.raw("usd") is not None
    return Exposed(
        strategy=fields.required("strategy", text),
        usd=fields.required("usd", dollars) if has_usd else UNKNOWN,
    )


def _allowance(value: object, path: str) -> ObservedAllowance:
    fields = Fields(value, path)
    return ObservedAllowance(
        token=fields.required("token", token_key),
        spender=fields.required("spender", address),
        base_units=fields.required("amount", uint256),
        safe=fields.known("safe", address),
    )


def _queued(value: object, path: str) -> QueueEntry:
    fields = Fields(value, path)
    has_tx, has_usd = (fields.raw(name) is not None for name in ("transaction", "usd"))
    has_nonce = fields.raw("nonce") is not None
    return QueueEntry(
        nonce=fields.required("nonce", uint256) if has_nonce else UNKNOWN,
        safe=fields.known("safe", address),
        safe_tx_hash=_known_value(fields, "safe_tx_hash"),
        tx=fields.required("transaction", _queued_transaction) if has_tx else UNKNOWN,
        strategy=_known_text(fields, "strategy"),
        usd=fields.required("usd", dollars) if has_usd else UNKNOWN,
    )


def _queued_transaction(value: object, path: str) -> SafeTx | Unknown:
    """A queue entry's transaction; an empty object says that nobody knows its bytes."""
    return UNKNOWN if value == {} else read_transaction(value, path)


def _balance_change(value: object, path: str) -> BalanceChange:
    fields = Fields(value, path)
    return BalanceChange(
        account=fields.required("account", address),
        token=fields.required("token", token_key),
        delta=fields.required("delta", signed),
    )


def _storage_change(value: object, path: str) -> StorageChange:
    fields = Fields(value, path)
    return StorageChange(
        account=fields.required("account", address),
        slot=fields.required("slot", storage_word),
        before=fields.otherwise("before", storage_word, 0),
        after=fields.otherwise("after", storage_word, 0),
    )

"""A treasury snapshot as canonical JSON, and back without believing a byte of it.

Whole numbers are decimal text, because a balance does not fit a JSON number. What nobody knows is
absent, what is known to be none is null. A row that was damaged or written by something else is
refused as a whole: half a treasury would be a wrong treasury.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.strict_fields import Fields, read_table
from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.errors import Malformed
from treasury_desktop.pools.position import Position
from treasury_desktop.safes.safe import Safe, SafeVersion
from treasury_desktop.treasury.block import HASH_LENGTH, Block
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.lending import LendingAccount
from treasury_desktop.treasury.snapshot import OpenAllowance, TreasurySnapshot
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding

FORMAT = "treasury-desktop/snapshot@1"

Table = dict[str, JsonSource]


def snapshot_to_json(snapshot: TreasurySnapshot) -> bytes:
    """The snapshot as canonical JSON (RFC 8785)."""
    table: Table = {
        "format": FORMAT,
        "chain_id": str(snapshot.chain_id),
        "block": _block_table(snapshot.block),
        "nodes": snapshot.nodes,
        "safes": [_safe_table(safe) for safe in snapshot.safes],
        "holdings": [_holding_table(holding) for holding in snapshot.holdings],
        "quotes": [_quote_table(quote) for quote in snapshot.quotes],
        "positions": [_position_table(position) for position in snapshot.positions],
        "allowances": [_allowance_table(allowance) for allowance in snapshot.allowances],
        "lending": [_lending_table(account) for account in snapshot.lending],
    }
    if snapshot.unlisted is not None:
        table["unlisted"] = _unlisted_table(snapshot.unlisted)
    return canonical_json(table)


def snapshot_from_json(data: bytes, *, path: str = "snapshot") -> TreasurySnapshot:
    """The snapshot those bytes hold; Malformed names the field under `path` that is wrong."""
    try:
        value = read_json(data, max_bytes=len(data))
    except Malformed as flaw:
        raise Malformed(path, flaw.sentence) from None
    return read_table(value, path, _snapshot)


# ── writing ──────────────────────────────────────────────────────────────────────────────────────


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _address(address: Address | None) -> str | None:
    return None if address is None else str(address)


def _block_table(block: Block) -> Table:
    return {
        "number": str(block.number),
        "hash": _hex(block.hash),
        "timestamp": str(block.timestamp),
    }


def _safe_table(safe: Safe) -> Table:
    table: Table = {
        "chain_id": str(safe.chain_id),
        "address": str(safe.address),
        "version": str(safe.version),
    }
    for name in ("nonce", "threshold"):
        if not isinstance(number := getattr(safe, name), Unknown):
            table[name] = str(number)
    for name in ("owners", "modules"):
        if not isinstance(addresses := getattr(safe, name), Unknown):
            table[name] = [str(address) for address in addresses]
    for name in ("singleton", "guard", "module_guard", "fallback_handler"):
        if not isinstance(address := getattr(safe, name), Unknown):
            table[name] = _address(address)
    return table


def _holding_table(holding: Holding) -> Table:
    return {
        "safe": str(holding.safe),
        "token": _token_table(holding.amount.token),
        "base_units": str(holding.amount.base_units),
        "strategy": holding.strategy,
        "detail": holding.detail,
        "is_own_token": holding.is_own_token,
    }


def _token_table(token: Token) -> Table:
    return {
        "chain_id": str(token.chain_id),
        "address": _address(token.address),
        "symbol": token.symbol,
        "name": token.name,
        "decimals": token.decimals,
    }


def _quote_table(quote: Quote) -> Table:
    return {
        "token_key": quote.token_key,
        "usd": str(quote.usd),
        "kind": quote.kind.value,
        "source": quote.source,
        "age_seconds": None if quote.age_seconds is None else str(quote.age_seconds),
    }


def _position_table(position: Position) -> Table:
    return {
        "token_id": str(position.token_id),
        "owner": str(position.owner),
        "pool": str(position.pool),
        "token0": str(position.token0),
        "token1": str(position.token1),
        "tick_lower": str(position.tick_lower),
        "tick_upper": str(position.tick_upper),
        "liquidity": str(position.liquidity),
        "sqrt_price_x96": str(position.sqrt_price_x96),
        "current_tick": str(position.current_tick),
        "uncollected_fees0": str(position.uncollected_fees0),
        "uncollected_fees1": str(position.uncollected_fees1),
    }


def _allowance_table(allowance: OpenAllowance) -> Table:
    return {
        "safe": str(allowance.safe),
        "token": str(allowance.token),
        "spender": str(allowance.spender),
        "base_units": str(allowance.base_units),
    }


def _lending_table(account: LendingAccount) -> Table:
    health = account.health_factor
    return {
        "safe": str(account.safe),
        "pool": str(account.pool),
        "debts": [
            {"token": _token_table(debt.token), "base_units": str(debt.base_units)}
            for debt in account.debts
        ],
        "health_factor": None if health is None else str(health),
    }


def _unlisted_table(unlisted: Unlisted) -> Table:
    return {
        "holdings": [_unlisted_holding_table(each) for each in unlisted.holdings],
        "remarks": unlisted.remarks,
    }


def _unlisted_holding_table(holding: UnlistedHolding) -> Table:
    return {
        "safe": str(holding.safe),
        "token": str(holding.token),
        "base_units": None if holding.base_units is None else str(holding.base_units),
        "symbol": holding.symbol,
        "name": holding.name,
        "decimals": holding.decimals,
    }


# ── reading ──────────────────────────────────────────────────────────────────────────────────────


def _snapshot(fields: Fields) -> TreasurySnapshot:
    if (found := fields.text("format")) != FORMAT:
        raise Malformed(fields.path_of("format"), f"is {found[:60]!r}, not {FORMAT!r}")
    return TreasurySnapshot(
        chain_id=fields.decimal("chain_id"),
        block=read_table(fields.take("block"), fields.path_of("block"), _block),
        nodes=fields.texts("nodes"),
        safes=fields.each("safes", _safe),
        holdings=fields.each("holdings", _holding),
        quotes=fields.each("quotes", _quote),
        positions=fields.each("positions", _position),
        allowances=fields.each("allowances", _allowance),
        # Snapshots of before lending pools were read know nothing of them.
        lending=fields.each("lending", _lending) if fields.has("lending") else (),
        unlisted=(
            read_table(fields.take("unlisted"), fields.path_of("unlisted"), _unlisted)
            if fields.has("unlisted")
            else None
        ),
    )


def _block(fields: Fields) -> Block:
    return Block(
        number=fields.decimal("number"),
        hash=fields.hex_bytes("hash", length=HASH_LENGTH),
        timestamp=fields.decimal("timestamp"),
    )


def _safe(fields: Fields) -> Safe:
    def address_or_none(name: str) -> Address | Unknown | None:
        if not fields.has(name):
            return UNKNOWN
        return fields.nullable(name, fields.address)

    return Safe(
        chain_id=fields.decimal("chain_id"),
        address=fields.address("address"),
        version=SafeVersion.parse(fields.take("version"), fields.path_of("version")),
        nonce=fields.decimal("nonce") if fields.has("nonce") else UNKNOWN,
        owners=fields.addresses("owners") if fields.has("owners") else UNKNOWN,
        threshold=fields.decimal("threshold") if fields.has("threshold") else UNKNOWN,
        modules=fields.addresses("modules") if fields.has("modules") else UNKNOWN,
        singleton=address_or_none("singleton"),
        guard=address_or_none("guard"),
        module_guard=address_or_none("module_guard"),
        fallback_handler=address_or_none("fallback_handler"),
    )


def _token(fields: Fields) -> Token:
    return Token(
        chain_id=fields.decimal("chain_id"),
        address=fields.nullable("address", fields.address),
        symbol=fields.text("symbol"),
        name=fields.text("name"),
        decimals=fields.nullable("decimals", fields.integer),
    )


def _amount(fields: Fields) -> TokenAmount:
    token = read_table(fields.take("token"), fields.path_of("token"), _token)
    return TokenAmount(token=token, base_units=fields.decimal("base_units"))


def _holding(fields: Fields) -> Holding:
    return Holding(
        safe=fields.address("safe"),
        amount=_amount(fields),
        strategy=fields.nullable("strategy", fields.text),
        detail=fields.text("detail"),
        is_own_token=fields.boolean("is_own_token"),
    )


def _quote(fields: Fields) -> Quote:
    return Quote(
        token_key=fields.text("token_key"),
        usd=fields.fraction("usd"),
        kind=QuoteKind.parse(fields.take("kind"), fields.path_of("kind")),
        source=fields.text("source"),
        age_seconds=fields.nullable("age_seconds", fields.decimal),
    )


def _position(fields: Fields) -> Position:
    return Position(
        token_id=fields.decimal("token_id"),
        owner=fields.address("owner"),
        pool=fields.address("pool"),
        token0=fields.address("token0"),
        token1=fields.address("token1"),
        tick_lower=fields.decimal("tick_lower"),
        tick_upper=fields.decimal("tick_upper"),
        liquidity=fields.decimal("liquidity"),
        sqrt_price_x96=fields.decimal("sqrt_price_x96"),
        current_tick=fields.decimal("current_tick"),
        uncollected_fees0=fields.decimal("uncollected_fees0"),
        uncollected_fees1=fields.decimal("uncollected_fees1"),
    )


def _allowance(fields: Fields) -> OpenAllowance:
    return OpenAllowance(
        safe=fields.address("safe"),
        token=fields.address("token"),
        spender=fields.address("spender"),
        base_units=fields.decimal("base_units"),
    )


def _lending(fields: Fields) -> LendingAccount:
    return LendingAccount(
        safe=fields.address("safe"),
        pool=fields.address("pool"),
        debts=fields.each("debts", _amount),
        health_factor=fields.nullable("health_factor", fields.decimal),
    )


def _unlisted(fields: Fields) -> Unlisted:
    return Unlisted(
        holdings=fields.each("holdings", _unlisted_holding), remarks=fields.texts("remarks")
    )


def _unlisted_holding(fields: Fields) -> UnlistedHolding:
    return UnlistedHolding(
        safe=fields.address("safe"),
        token=fields.address("token"),
        base_units=fields.nullable("base_units", fields.decimal),
        symbol=fields.nullable("symbol", fields.text),
        name=fields.nullable("name", fields.text),
        decimals=fields.nullable("decimals", fields.integer),
    )

"""A workspace as the text of treasury.toml: tables in a fixed order, only what is not usual."""

import json
from collections.abc import Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import (
    Endpoint,
    KnownPayee,
    NamedSafe,
    TrustedToken,
    WatchedPool,
    Workspace,
)

FORMAT = "treasury-desktop/workspace@1"

Value = str | int | bool | Address | tuple[Address, ...] | None


def workspace_text(workspace: Workspace) -> str:
    """The TOML text; the same for the same workspace."""
    chain = workspace.chain
    head: dict[str, Value] = {"format": FORMAT, "name": workspace.name}
    if workspace.is_demonstration:
        head["demonstration"] = True
    tables = [
        _table("", head),
        _table(
            "[chain]",
            {
                "chain_id": chain.chain_id,
                "name": chain.name,
                "native_symbol": chain.native_symbol,
            },
        )
        + _endpoints(workspace.endpoints),
        *(_table("[[safes]]", _safe(safe)) for safe in workspace.safes),
        *(_table("[[tokens]]", _token(token)) for token in workspace.tokens),
        *(_table("[[pools]]", _pool(pool)) for pool in workspace.pools),
        *(_table("[[strategies]]", _strategy(strategy)) for strategy in workspace.strategies),
        *(_table("[[address_book]]", _payee(payee)) for payee in workspace.address_book),
        _table("[policy]", _policy(workspace)),
    ]
    return "\n".join(tables)


def _endpoints(endpoints: tuple[Endpoint, ...]) -> str:
    lines = "".join(
        f"  {{ name = {_value(endpoint.name)}, url = {_value(endpoint.url)} }},\n"
        for endpoint in endpoints
    )
    return f"endpoints = [\n{lines}]\n" if lines else "endpoints = []\n"


def _safe(safe: NamedSafe) -> dict[str, Value]:
    return {"address": safe.address, "name": safe.name, "version": str(safe.version)}


def _token(trusted: TrustedToken) -> dict[str, Value]:
    token = trusted.token
    return {
        "address": token.key,
        "symbol": token.symbol,
        "name": token.name,
        "decimals": token.decimals,
        "own": trusted.is_own,
        "feed": trusted.feed,
        "feed_heartbeat_seconds": trusted.feed_heartbeat_seconds,
        "twap_pool": trusted.twap_pool,
    }


def _pool(pool: WatchedPool) -> dict[str, Value]:
    return {
        "address": pool.address,
        "name": pool.name,
        "token0": pool.token0,
        "token1": pool.token1,
        "fee": pool.fee,
        "tick_spacing": pool.tick_spacing,
        "created_at_block": pool.created_at_block,
        **({} if pool.factory is None else {"factory": pool.factory}),
    }


def _strategy(strategy: Strategy) -> dict[str, Value]:
    return {
        "name": strategy.name,
        "group": strategy.group,
        "venue": strategy.venue,
        "contracts": strategy.contracts,
        "asset": strategy.asset,
        "pool": strategy.pool,
        "position_manager": strategy.position_manager,
    }


def _payee(payee: KnownPayee) -> dict[str, Value]:
    return {"address": payee.address, "name": payee.name, "note": payee.note or None}


def _policy(workspace: Workspace) -> dict[str, Value]:
    terms = workspace.terms
    return {
        "limit_bps": terms.limit_bps,
        "limit_is_inclusive": terms.limit_is_inclusive,
        "advised_low_bps": terms.advised_low_bps,
        "advised_high_bps": terms.advised_high_bps,
        "max_quote_age_seconds": terms.max_quote_age_seconds,
        "max_quote_spread_bps": terms.max_quote_spread_bps,
        "twap_window_seconds": workspace.twap_window_seconds,
        "count_own_token": terms.count_own_token,
        "judge_outsiders": terms.judge_outsiders,
    }


def _table(header: str, members: Mapping[str, Value]) -> str:
    lines = [header] if header else []
    lines += [f"{name} = {_value(value)}" for name, value in members.items() if value is not None]
    return "\n".join(lines) + "\n"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    # A JSON text is a TOML text, but for DEL, which TOML wants escaped.
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")

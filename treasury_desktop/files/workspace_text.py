"""A workspace as the text of treasury.toml: tables in a fixed order, only what is not usual."""

import json
from collections.abc import Mapping

from treasury_desktop.assets.address import Address
from treasury_desktop.treasury.deny_list import DenyListFile
from treasury_desktop.treasury.further_limits import MOST_OF_FURTHER_LIMITS
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
Members = dict[str, Value]
"""The members of a table by name; `None` is one that is left out."""


def workspace_text(workspace: Workspace) -> str:
    """The TOML text; the same for the same workspace."""
    tables = [
        _table("", head_of(workspace)),
        _table("[chain]", chain_of(workspace)) + _endpoints(workspace.endpoints),
        *(
            _table(f"[[{name}]]", members)
            for name, entries in lists_of(workspace).items()
            for members in entries
        ),
        _table("[policy]", policy_of(workspace)),
    ]
    return "\n".join(tables)


def head_of(workspace: Workspace) -> Members:
    """What stands before every table."""
    head: Members = {"format": FORMAT, "name": workspace.name}
    return head | {"demonstration": True} if workspace.is_demonstration else head


def chain_of(workspace: Workspace) -> Members:
    """The table `chain`, without its endpoints."""
    chain = workspace.chain
    return {
        "chain_id": chain.chain_id, "name": chain.name, "native_symbol": chain.native_symbol,
    }  # fmt: skip


def lists_of(workspace: Workspace) -> dict[str, list[Members]]:
    """The lists of tables, in the order in which they are written."""
    return {
        "safes": [_safe(each) for each in workspace.safes],
        "tokens": [_token(each) for each in workspace.tokens],
        "pools": [_pool(each) for each in workspace.pools],
        "strategies": [_strategy(each) for each in workspace.strategies],
        "address_book": [_payee(each) for each in workspace.address_book],
        "deny_lists": [_deny_list(each) for each in workspace.deny_lists],
    }


def _endpoints(endpoints: tuple[Endpoint, ...]) -> str:
    lines = "".join(
        f"  {{ name = {_value(endpoint.name)}, url = {_value(endpoint.url)} }},\n"
        for endpoint in endpoints
    )
    return f"endpoints = [\n{lines}]\n" if lines else "endpoints = []\n"


def _safe(safe: NamedSafe) -> Members:
    return {"address": safe.address, "name": safe.name, "version": str(safe.version)}


def _token(trusted: TrustedToken) -> Members:
    token = trusted.token
    return {
        "address": token.key,
        "symbol": token.symbol,
        "name": token.name,
        "decimals": token.decimals,
        "own": trusted.is_own,
        **({"stable": True} if trusted.is_stable else {}),
        "feed": trusted.feed,
        "feed_heartbeat_seconds": trusted.feed_heartbeat_seconds,
        "twap_pool": trusted.twap_pool,
    }


def _pool(pool: WatchedPool) -> Members:
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


def _strategy(strategy: Strategy) -> Members:
    return {
        "name": strategy.name,
        "group": strategy.group,
        "venue": strategy.venue,
        "contracts": strategy.contracts,
        "asset": strategy.asset,
        "pool": strategy.pool,
        "position_manager": strategy.position_manager,
        "protocol": strategy.protocol or None,
    }


def _payee(payee: KnownPayee) -> Members:
    return {"address": payee.address, "name": payee.name, "note": payee.note or None}


def _deny_list(file: DenyListFile) -> Members:
    return {
        "name": file.name,
        "file": file.file,
        "published": file.published.isoformat(),
        "keccak256": f"0x{file.content_hash.hex()}",
    }


def policy_of(workspace: Workspace) -> Members:
    """The table `policy`."""
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
        **{name: getattr(terms.further, name) for name in MOST_OF_FURTHER_LIMITS},
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

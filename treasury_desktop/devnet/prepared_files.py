"""The files a prepared demonstration leaves beside its chain: workspace, queue and addresses."""

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.devnet.foundations import USDC_UNIT, World
from treasury_desktop.devnet.node import CHAIN_ID
from treasury_desktop.devnet.official_contracts import PoolFacts
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.prepared_folder import FACTS_FORMAT
from treasury_desktop.devnet.treasury_safe import (
    DELEGATECALL,
    THRESHOLD,
    PlannedTransaction,
    message,
)
from treasury_desktop.devnet.treasury_year import TreasuryYear, payroll

SAFE_VERSION = "1.4.1"
FEED_HEARTBEAT_SECONDS = 3600
HOSTILE_DOLLARS = 38_200


def as_json(value: Any) -> Any:
    """Addresses as EIP-55 text and frozen values as objects."""
    if isinstance(value, Address):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(each) for each in value]
    return value


def write_json(file: Path, content: Any) -> None:
    """Write JSON a person can read, the same bytes for the same content."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    file.write_text(text, encoding="utf-8")


def honest_bundle(world: World) -> dict[str, Any]:
    """Payroll at the nonce after the next, confirmed by the owner who is not here."""
    planned, nonce = payroll(world), world.safe.nonce + 1
    purpose = (
        "Payroll of the fourth quarter of 2026, to the two payroll accounts as every quarter. "
        f"Nonce {world.safe.nonce} is left free for the deployment under discussion."
    )
    return _bundle(world, planned, nonce, purpose, world.roles.owner_c)


def hostile_bundle(world: World) -> dict[str, Any]:
    """A delegatecall dressed as a token transfer, signed by somebody who is no owner."""
    # Run by DELEGATECALL, the impostor writes the receiver where the Safe keeps its singleton.
    disguise = calldata(
        "transfer(address,uint256)", world.roles.payroll_b.raw, HOSTILE_DOLLARS * USDC_UNIT
    )
    planned = PlannedTransaction(to=world.ours.impostor, data=disguise, operation=DELEGATECALL)
    purpose = "USDC transfer of 38,200 to Payroll B, urgent, please sign today."
    return _bundle(world, planned, world.safe.nonce + 2, purpose, world.roles.stranger)


def _bundle(
    world: World, planned: PlannedTransaction, nonce: int, purpose: str, signer: Address
) -> dict[str, Any]:
    signature = world.safe.signature(signer, planned, nonce)
    return {
        "format": "treasury-desktop/bundle@1",
        "purpose": purpose,
        "chain_id": CHAIN_ID,
        "safe": {
            "address": str(world.safe.address),
            "version": SAFE_VERSION,
            "owners": [str(owner) for owner in world.roles.owners],
            "threshold": THRESHOLD,
            "nonce": world.safe.nonce,
            "singleton": str(world.safe_contracts.safe),
            "modules": [],
            "guard": None,
            "fallback_handler": str(world.safe_contracts.compatibility_fallback_handler),
        },
        "transaction": message(planned, nonce),
        "safe_tx_hash": "0x" + world.safe.safe_tx_hash(planned, nonce).hex(),
        "signatures": [{"signer": str(signer), "data": "0x" + signature.hex()}],
    }


def facts(
    world: World, year: TreasuryYear, *, last_block: dict[str, Any], last_prices: dict[str, int]
) -> dict[str, Any]:
    """Every address by name, and what happened when: the content of `demonstration.json`."""
    return {
        "format": FACTS_FORMAT,
        "chain_id": CHAIN_ID,
        "safe": {
            "address": str(world.safe.address),
            "owners": [str(owner) for owner in world.roles.owners],
            "threshold": THRESHOLD,
            "nonce": world.safe.nonce,
        },
        "roles": as_json(world.roles),
        "safe_contracts": as_json(world.safe_contracts),
        "uniswap": as_json(world.uniswap),
        "contracts": as_json(world.ours),
        "pools": {"usdc": as_json(world.usdc_pool), "pop": as_json(world.pop_pool)},
        "position": as_json(year.position),
        "executed": as_json(world.safe.past),
        "last_block": last_block,
        "last_prices_in_millionths": last_prices,
    }


def workspace(world: World) -> str:
    """The workspace file with which the program opens the demonstration (TOML)."""
    sections = [
        _table("", {
            "format": "treasury-desktop/workspace@1",
            "name": "Demonstration DAO",
            "demonstration": True,
        }),
        _table("[chain]", {
            "chain_id": CHAIN_ID,
            "name": "Demonstration chain",
            "native_symbol": "ETH",
            "endpoints": [],
        }),
        _table("[[safes]]", {
            "address": world.safe.address, "name": "Treasury", "version": SAFE_VERSION,
        }),
        *(_table("[[tokens]]", token) for token in _tokens(world)),
        *(_table("[[pools]]", _pool(world, pool)) for pool in (world.usdc_pool, world.pop_pool)),
        *(_table("[[strategies]]", strategy) for strategy in _strategies(world)),
        *(_table("[[address_book]]", entry) for entry in _address_book(world)),
        _table("[policy]", {
            "limit_bps": 1000,
            "limit_is_inclusive": False,
            "advised_low_bps": 300,
            "advised_high_bps": 500,
            "max_quote_age_seconds": 3600,
            "max_quote_spread_bps": 200,
            "twap_window_seconds": 1800,
            "count_own_token": False,
        }),
    ]  # fmt: skip
    return "\n".join(sections)


def _tokens(world: World) -> list[dict[str, Any]]:
    us, usdc_pool = world.ours, world.usdc_pool.address
    eth = {"feed": us.eth_feed, "feed_heartbeat_seconds": FEED_HEARTBEAT_SECONDS,
           "twap_pool": usdc_pool}  # fmt: skip
    return [
        _token("native", "ETH", "Ether", 18) | eth,
        _token(world.uniswap.weth, "WETH", "Wrapped Ether", 18) | eth,
        _token(us.usdc, "USDC", "USD Coin (demonstration)", 6)
        | {"feed": us.usdc_feed, "feed_heartbeat_seconds": FEED_HEARTBEAT_SECONDS},
        _token(us.dai, "DAI", "Dai (demonstration)", 18)
        | {"feed": us.dai_feed, "feed_heartbeat_seconds": FEED_HEARTBEAT_SECONDS},
        _token(us.pop, "POP", "Popular DAO token (demonstration)", 18, is_own=True)
        | {"twap_pool": world.pop_pool.address},
    ]


def _token(
    address: Address | str, symbol: str, name: str, decimals: int, *, is_own: bool = False
) -> dict[str, Any]:
    return {
        "address": address, "symbol": symbol, "name": name, "decimals": decimals, "own": is_own,
    }  # fmt: skip


def _pool(world: World, pool: PoolFacts) -> dict[str, Any]:
    return {
        "address": pool.address,
        "name": pool.name,
        "factory": world.uniswap.factory,
        "token0": pool.token0,
        "token1": pool.token1,
        "fee": pool.fee,
        "tick_spacing": pool.tick_spacing,
        "created_at_block": pool.created_at_block,
    }


def _strategies(world: World) -> list[dict[str, Any]]:
    manager, pool = world.uniswap.position_manager, world.usdc_pool.address
    return [
        {
            "name": "USDC yield vault",
            "group": "Yield vault",
            "venue": "erc4626",
            "contracts": [world.ours.vault],
            "asset": world.ours.usdc,
        },
        {
            "name": "WETH/USDC liquidity",
            "group": "Uniswap WETH/USDC",
            "venue": "uniswap_v3",
            "contracts": [manager, pool],
            "pool": pool,
            "position_manager": manager,
        },
    ]


def _address_book(world: World) -> list[dict[str, Any]]:
    roles = world.roles
    notes = (
        (roles.payroll_a, "Payroll A", "Quarterly payroll in USDC, paid since November 2025"),
        (roles.payroll_b, "Payroll B", "Quarterly payroll in USDC, paid since November 2025"),
        (roles.auditors, "Auditors", "Audit of the vault integration, paid since November 2025"),
    )
    return [{"address": who, "name": name, "note": note} for who, name, note in notes]


def _table(header: str, members: dict[str, Any]) -> str:
    lines = [header] if header else []
    lines += [f"{name} = {json.dumps(as_json(value))}" for name, value in members.items()]
    return "\n".join(lines) + "\n"

"""A year really happened: trades, rounds, the treasury's own transactions, and what it is worth."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.devnet.freshness import Quoted
from treasury_desktop.devnet.history import moments

SWAP = "0x" + keccak(b"Swap(address,address,int256,int256,uint160,uint128,int24)").hex()
MINT = "0x" + keccak(b"Mint(address,address,int24,int24,uint128,uint256,uint256)").hex()
BURN = "0x" + keccak(b"Burn(address,int24,int24,uint128,uint256,uint256)").hex()
COLLECT = "0x" + keccak(b"Collect(address,address,int24,int24,uint128,uint128)").hex()
DAY = 86_400
BEGIN = int(datetime(2025, 10, 20, tzinfo=UTC).timestamp())
END = int(datetime(2026, 10, 25, tzinfo=UTC).timestamp())


def _logs(reader: Any, facts: Any, pool: str, topic: str) -> list[Any]:
    """The events of a pool in the prepared history, without what fresh rounds added."""
    found: list[Any] = reader.rpc.ask(
        "eth_getLogs",
        {
            "address": facts["pools"][pool]["address"],
            "topics": [topic],
            "fromBlock": "0x0",
            "toBlock": hex(facts["last_block"]["number"]),
        },
    )
    return found


@pytest.mark.parametrize("pool", ["usdc", "pop"])
def test_pool_has_a_year_of_swaps(pool: str, facts: Any, reader: Any) -> None:
    """At least 5,000 swaps over at least 365 days, several blocks each day, inside the dates."""
    swaps = _logs(reader, facts, pool, SWAP)
    times = [int(swap["blockTimestamp"], 16) for swap in swaps]
    days = {time // DAY for time in times}
    assert len(swaps) >= 5_000
    assert len(days) >= 365
    assert times[-1] - times[0] >= 365 * DAY
    assert times[0] >= BEGIN
    assert times[-1] < END
    assert all(len({time for time in times if time // DAY == day}) >= 3 for day in days)


@pytest.mark.parametrize("pool", ["usdc", "pop"])
@pytest.mark.parametrize("topic", [MINT, BURN, COLLECT], ids=["mint", "burn", "collect"])
def test_liquidity_of_pool_varies(pool: str, topic: str, facts: Any, reader: Any) -> None:
    """An outside liquidity provider moves their position every week."""
    assert len(_logs(reader, facts, pool, topic)) >= 50


def test_prices_stay_where_such_prices_live() -> None:
    """ETH between 2,000 and 4,500 dollars, POP between 0.5 and 3, all year."""
    prices = [price for moment in moments() for price in moment.prices]
    assert all(2_000 * 10**6 < eth < 4_500 * 10**6 for eth, _ in prices)
    assert all(500_000 < pop < 3_000_000 for _, pop in prices)


def test_feed_has_rounds_that_follow_the_path(facts: Any, reader: Any) -> None:
    """The first and a middle round of the ETH feed are prices of the path at their times."""
    feed = facts["contracts"]["eth_feed"]
    by_time = {moment.timestamp: moment.prices[-1][0] * 100 for moment in moments()}
    for number in (1, 180):
        _, answer, _, updated_at, _ = reader.words(feed, "getRoundData(uint80)", number)
        assert by_time[updated_at] == answer


def test_treasury_did_several_kinds_of_things(facts: Any) -> None:
    """The executed transactions are numbered from 0, dated through the year, signed by two."""
    past = facts["executed"]
    assert [each["nonce"] for each in past] == list(range(facts["safe"]["nonce"]))
    assert {each["kind"] for each in past} == {
        "payment",
        "payroll",
        "vault deposit",
        "liquidity",
        "collection",
        "rejection",
    }
    assert all(len(each["signers"]) == 2 for each in past)
    assert all(BEGIN < each["timestamp"] < END for each in past)
    assert past[-1]["timestamp"] - past[0]["timestamp"] > 300 * DAY


def test_treasury_is_worth_about_ten_million(facts: Any, reader: Any) -> None:
    """Idle holdings without the own token come to about ten million, deployed ones to 1%."""
    safe, us = facts["safe"]["address"], facts["contracts"]
    who = Address.parse(safe).raw
    eth = reader.words(us["eth_feed"], "latestRoundData()")[1]

    def balance(token: str) -> int:
        return int(reader.words(token, "balanceOf(address)", who)[0])

    wei = reader.rpc.number("eth_getBalance", safe, "latest") + balance(facts["uniswap"]["weth"])
    dollars = (
        wei * eth // 10**26 + balance(us["usdc"]) // 10**6 + balance(us["dai"]) // 10**18
    )  # ETH answers have 8 decimals, wei 18
    shares = balance(us["vault"])
    deposited = reader.words(us["vault"], "convertToAssets(uint256)", shares)[0] // 10**6
    assert 9_500_000 < dollars < 10_500_000
    assert balance(us["pop"]) > 0
    assert 40_000 < deposited < 60_000


def test_position_has_fees_to_collect_and_no_allowance_is_left(facts: Any, reader: Any) -> None:
    """The Safe owns the position, fees wait in both tokens, and every approval was used up."""
    safe, manager = facts["safe"]["address"], facts["uniswap"]["position_manager"]
    token_id, who = facts["position"]["token_id"], Address.parse(safe).raw
    assert reader.words(manager, "ownerOf(uint256)", token_id) == [int(safe, 16)]
    owed = reader.words(
        manager,
        "collect((uint256,address,uint128,uint128))",
        (token_id, who, 2**128 - 1, 2**128 - 1),
        sender=safe,
    )
    assert all(amount > 0 for amount in owed)
    for token in (facts["uniswap"]["weth"], facts["contracts"]["usdc"]):
        for spender in (manager, facts["contracts"]["vault"]):
            spender_raw = Address.parse(spender).raw
            assert reader.words(token, "allowance(address,address)", who, spender_raw) == [0]


def test_position_was_in_and_out_of_range(facts: Any, reader: Any) -> None:
    """Since it was opened the pool's tick was inside and outside the position's range."""
    opened = next(each for each in facts["executed"] if each["kind"] == "liquidity")
    position = reader.words(
        facts["uniswap"]["position_manager"], "positions(uint256)", facts["position"]["token_id"]
    )
    lower, upper = (
        word - (1 << 256) if word >> 255 else word for word in (position[5], position[6])
    )
    ticks = [
        int.from_bytes(bytes.fromhex(swap["data"][-64:]), "big", signed=True)
        for swap in _logs(reader, facts, "usdc", SWAP)
        if int(swap["blockNumber"], 16) > opened["block"]
    ]
    inside = [lower <= tick < upper for tick in ticks]
    assert any(inside)
    assert not all(inside)


def test_workspace_names_what_is_on_the_chain(prepared: Path, facts: Any, reader: Any) -> None:
    """Every contract of the workspace file has code, and tokens say what the file says."""
    workspace = tomllib.loads((prepared / "workspace" / "treasury.toml").read_text())
    assert workspace["format"] == "treasury-desktop/workspace@1"
    assert [safe["address"] for safe in workspace["safes"]] == [facts["safe"]["address"]]
    named = [pool[part] for pool in workspace["pools"] for part in ("address", "token0", "token1")]
    named += [each for strategy in workspace["strategies"] for each in strategy["contracts"]]
    for token in workspace["tokens"]:
        if token["address"] == "native":
            continue
        named.append(token["address"])
        assert reader.words(token["address"], "decimals()") == [token["decimals"]]
    for address in named:
        assert str(Address.parse(address)) == address
        assert len(reader.rpc.ask("eth_getCode", address, "latest")) > 2
    for pool in workspace["pools"]:
        assert reader.words(pool["address"], "fee()") == [pool["fee"]]
        assert reader.words(pool["address"], "tickSpacing()") == [pool["tick_spacing"]]


def test_facts_hold_what_fresh_rounds_need(facts: Any) -> None:
    """`demonstration.json` names markets, pools, feeds and prices."""
    assert Quoted.from_facts(facts).last_eth > 0

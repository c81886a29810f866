"""Positions in pools that no strategy names count for their position manager's strategy."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.doors.chain.conftest import Demonstration
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.treasury_reader import TreasuryReader
from treasury_desktop.desk.local_facts import exposures
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.devnet.positions import MINT, collect_calldata
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.workspace import Workspace

WETH_UNITS, POP_UNITS = 20 * 10**18, 100_000 * 10**18
STRATEGY = "WETH/USDC liquidity"


@pytest.fixture
def chain_with_two(own_chain: Demonstration) -> Iterator[tuple[Demonstration, Node]]:
    """A demonstration whose Safe has minted a second position, in the pool of its own token."""
    safe, manager = own_chain.safe, own_chain.facts["uniswap"]["position_manager"]
    pool = own_chain.facts["pools"]["pop"]
    own_chain.rpc.ask("anvil_impersonateAccount", str(safe))
    spender = Address.parse(manager).raw
    for token in (pool["token0"], pool["token1"]):
        approve = calldata("approve(address,uint256)", spender, 2**255)
        own_chain.perform(safe, token, approve)
    tokens = tuple(Address.parse(pool[name]).raw for name in ("token0", "token1"))
    is_weth_first = pool["token0"] == own_chain.facts["uniswap"]["weth"]
    amounts = (WETH_UNITS, POP_UNITS)[:: 1 if is_weth_first else -1]
    ends = tuple(end // pool["tick_spacing"] * pool["tick_spacing"] for end in (-887_200, 887_200))
    mint = calldata(MINT, (*tokens, pool["fee"], *ends, *amounts, 0, 0, safe.raw, 2**40))
    own_chain.perform(safe, manager, mint, gas=2 * 10**6)
    node = Node((own_chain.endpoint,), 31337)
    yield own_chain, node
    node.close()


def held(node: Node, workspace: Workspace) -> list[Holding]:
    """The holdings in the pool strategy that do not belong to its own pool's position."""
    snapshot = TreasuryReader(node).read(workspace)
    (own,) = {position.token_id for position in snapshot.positions} or {0}
    return [
        holding
        for holding in snapshot.holdings
        if holding.strategy == STRATEGY and not holding.detail.startswith(f"position {own}")
    ]


def test_position_in_another_pool(chain_with_two: tuple[Demonstration, Node]) -> None:
    """Its tokens are held in the strategy, and count in what the strategy holds already."""
    chain, node = chain_with_two
    found = held(node, chain.workspace)
    amounts = {each.amount.token.symbol: each.amount.base_units for each in found}
    assert set(amounts) == {"WETH", "POP"}
    assert amounts["WETH"] <= WETH_UNITS
    assert amounts["POP"] <= POP_UNITS
    assert amounts["WETH"] > WETH_UNITS * 9 // 10 or amounts["POP"] > POP_UNITS * 9 // 10
    snapshot = TreasuryReader(node).read(chain.workspace)
    (exposed,) = [e for e in exposures(chain.workspace, snapshot) if e.strategy == STRATEGY]
    without = replace(snapshot, holdings=tuple(h for h in snapshot.holdings if h not in found))
    (before,) = [e for e in exposures(chain.workspace, without) if e.strategy == STRATEGY]
    assert not isinstance(exposed.usd, Unknown)
    assert not isinstance(before.usd, Unknown)
    assert exposed.usd > before.usd > 0


def test_unlisted_token_of_another_pool(chain_with_two: tuple[Demonstration, Node]) -> None:
    """Anybody can send a position of a worthless token: only the listed one is held."""
    chain, node = chain_with_two
    tokens = tuple(t for t in chain.workspace.tokens if t.token.symbol != "POP")
    assert [h.amount.token.symbol for h in held(node, replace(chain.workspace, tokens=tokens))] == [
        "WETH"
    ]
    neither = tuple(t for t in tokens if t.token.symbol not in ("WETH", "ETH"))
    assert held(node, replace(chain.workspace, tokens=neither)) == []


def test_strategy_without_a_pool(chain_with_two: tuple[Demonstration, Node]) -> None:
    """A strategy that names the position manager alone holds all its positions."""
    chain, node = chain_with_two
    strategies = tuple(replace(each, pool=None) for each in chain.workspace.strategies)
    found = held(node, replace(chain.workspace, strategies=strategies))
    assert {each.amount.token.symbol for each in found} == {"WETH", "USDC", "POP"}


def test_emptied_position(chain_with_two: tuple[Demonstration, Node]) -> None:
    """A position of which nothing is left is not looked at again."""
    chain, node = chain_with_two
    manager = chain.facts["uniswap"]["position_manager"]
    (token_id,) = {int(each.detail.split()[1].rstrip(",")) for each in held(node, chain.workspace)}
    asked = {"to": manager, "data": "0x" + calldata("positions(uint256)", token_id).hex()}
    facts = chain.rpc.ask("eth_call", asked, "latest")
    liquidity = int(facts[2:][7 * 64 : 8 * 64], 16)
    decrease = "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"
    chain.perform(chain.safe, manager, calldata(decrease, (token_id, liquidity, 0, 0, 2**40)))
    assert held(node, chain.workspace)  # owed, and not collected yet
    chain.perform(chain.safe, manager, collect_calldata(token_id, chain.safe))
    assert held(node, chain.workspace) == []

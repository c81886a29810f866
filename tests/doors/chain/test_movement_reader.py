"""Movements add up to what the treasury holds, and each is tied to what caused it."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

from tests.doors.chain.conftest import Demonstration
from treasury_desktop.chain.movement_reader import MovementReader
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.treasury_reader import TreasuryReader
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.treasury.movement import Movement, MovementKind

OUTWARDS = {MovementKind.OUTGOING, MovementKind.DEPLOYMENT}


@pytest.fixture
def movements(chain: Demonstration, node: Node) -> tuple[Movement, ...]:
    """The demonstration's year."""
    last = int(chain.rpc.ask("eth_blockNumber"), 16)
    return MovementReader(node).movements(chain.workspace, 0, last)


def test_movements_add_up_to_the_balances(
    chain: Demonstration, node: Node, movements: tuple[Movement, ...]
) -> None:
    """What came in less what went out is exactly what lies in the Safe, for every token."""
    balance: dict[str, int] = defaultdict(int)
    for each in movements:
        if each.amount is not None:
            assert each.is_in is (each.kind not in OUTWARDS)  # it converts nothing
            sign = 1 if each.is_in else -1
            balance[each.amount.token.key] += sign * each.amount.base_units
    idle = {
        each.amount.token.key: each.amount.base_units
        for each in TreasuryReader(node).read(chain.workspace).holdings
        if each.is_idle
    }
    assert balance == idle


def test_every_executed_transaction_appears(
    chain: Demonstration, movements: tuple[Movement, ...]
) -> None:
    """Each transaction the demonstration executed is there with its hash, block and time."""
    found = {
        (each.safe_tx_hash, each.transaction_hash, each.block_number, each.timestamp)
        for each in movements
        if each.safe_tx_hash is not None
    }
    assert found == {
        (
            bytes.fromhex(each["safe_tx_hash"][2:]),
            bytes.fromhex(each["transaction_hash"][2:]),
            each["block"],
            each["timestamp"],
        )
        for each in chain.facts["executed"]
    }


def test_kinds_by_counterpart(chain: Demonstration, movements: tuple[Movement, ...]) -> None:
    """Payments go out, deposits deploy, a collection is fees, a rejection moves nothing."""
    kinds: dict[str, set[str]] = defaultdict(set)
    purposes = {each["safe_tx_hash"]: each["kind"] for each in chain.facts["executed"]}
    for each in movements:
        if each.safe_tx_hash is not None:
            purpose = purposes["0x" + each.safe_tx_hash.hex()]
            kinds[purpose].add(f"{each.kind.value}/{each.strategy}/{each.note}")
    assert kinds == {
        "payment": {"outgoing/None/"},
        "payroll": {"outgoing/None/"},
        "vault deposit": {"deployment/USDC yield vault/"},
        "liquidity": {"deployment/WETH/USDC liquidity/"},
        "collection": {"fees/WETH/USDC liquidity/"},
        "rejection": {"other/None/rejection"},
    }


def test_places_are_unique(movements: tuple[Movement, ...]) -> None:
    """No two movements of a transaction share their place, kind and token."""
    places = [
        (each.transaction_hash, each.log_index, each.safe, each.kind, each.amount)
        for each in movements
    ]
    assert len(set(places)) == len(places)


def test_a_range_in_the_middle_of_the_year(
    chain: Demonstration, node: Node, movements: tuple[Movement, ...]
) -> None:
    """Reading only some blocks gives exactly their movements, nonces found all the same."""
    some = MovementReader(node).movements(chain.workspace, 1000, 2000)
    assert some == tuple(each for each in movements if 1000 <= each.block_number <= 2000)


@pytest.fixture
def own_node(own_chain: Demonstration) -> Iterator[Node]:
    """The test's own chain through its endpoint."""
    node = Node((own_chain.endpoint,), 31337)
    yield node
    node.close()


def test_wrapping_and_exit(own_chain: Demonstration, own_node: Node) -> None:
    """Wrapped coin arrives as a conversion; principal is an exit and the rest of it fees.

    The Safe is impersonated: then no ExecutionSuccess names the cause, and coin that leaves
    without any log is not seen. Only what logs say is expected.
    """
    safe, rpc, facts = own_chain.safe, own_chain.rpc, own_chain.facts
    before = int(rpc.ask("eth_blockNumber"), 16)
    rpc.ask("anvil_impersonateAccount", str(safe))
    (position,) = TreasuryReader(own_node).read(own_chain.workspace).positions
    manager, weth = facts["uniswap"]["position_manager"], facts["uniswap"]["weth"]
    decrease = calldata(
        "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))",
        (position.token_id, position.liquidity, 0, 0, 2**40),
    )
    everything = (position.token_id, safe.raw, 2**128 - 1, 2**128 - 1)
    collect = calldata("collect((uint256,address,uint128,uint128))", everything)
    own_chain.perform(safe, weth, calldata("deposit()"), 10**18)
    own_chain.perform(safe, manager, decrease)
    own_chain.perform(safe, manager, collect)
    last = int(rpc.ask("eth_blockNumber"), 16)
    found = MovementReader(own_node).movements(own_chain.workspace, before + 1, last)
    told = [
        (each.kind.value, each.amount.token.symbol, each.amount.base_units, each.note)
        for each in found
        if each.amount is not None
    ]
    assert told[0] == ("other", "WETH", 10**18, "wrapped")
    assert found[0].is_in
    paid = {(kind, symbol): base_units for kind, symbol, base_units, _ in told if kind != "other"}
    usdc_is_0 = str(position.token0) == facts["contracts"]["usdc"]
    symbols = ("USDC", "WETH") if usdc_is_0 else ("WETH", "USDC")
    assert paid["exit", symbols[0]] == position.amounts[0]
    assert paid["exit", symbols[1]] == position.amounts[1]
    assert paid["fees", symbols[0]] >= position.uncollected_fees0
    assert paid["fees", symbols[1]] >= position.uncollected_fees1

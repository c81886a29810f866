"""What is read of Aave v3 is what its real contracts answer, and a lie about it is refused."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from tests.aave_market import LENT_USDC, STABLE, VARIABLE, AaveMarket, deploy_aave
from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.chain.movement_reader import MovementReader
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.treasury_reader import TreasuryReader
from treasury_desktop.chain.venue_reader import VenueReader
from treasury_desktop.deployments.denominator import treasury_value
from treasury_desktop.deployments.venues.aave_v3 import Reserve
from treasury_desktop.desk.local_facts import exposures, local_evidence
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.treasury.holding import Holding
from treasury_desktop.treasury.movement import MovementKind
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import Endpoint, TrustedToken, Workspace

HOURS = 3600
YEAR = 365 * 86_400
RAY = 10**27
SUPPLIED = 800_000 * 10**6


@pytest.fixture
def market(own_chain: Demonstration) -> AaveMarket:
    """The real market on a chain of the test's own."""
    return deploy_aave(own_chain.rpc, own_chain.facts)


def _workspace(chain: Demonstration, market: AaveMarket, **changes: Any) -> Workspace:
    """The demonstration's workspace with one more strategy."""
    lending = Strategy(
        name="Lending", group="Aave", venue="aave_v3", contracts=(market.pool,), asset=market.usdc
    )
    strategies = (*chain.workspace.strategies, replace(lending, **changes))
    return replace(chain.workspace, strategies=strategies)


@contextmanager
def _opened(*endpoints: Endpoint) -> Iterator[Node]:
    node = Node(endpoints, 31337)
    try:
        yield node
    finally:
        node.close()


def _read(chain: Demonstration, workspace: Workspace) -> TreasurySnapshot:
    with _opened(chain.endpoint) as node:
        return TreasuryReader(node).read(workspace)


def _supplied(snapshot: TreasurySnapshot) -> list[Holding]:
    return [holding for holding in snapshot.holdings if holding.detail == "supplied"]


def _balance(market: AaveMarket, token: Address, account: Address) -> int:
    return market.words(token, "balanceOf(address)", account)[0]


def test_supply_is_what_the_a_token_says(own_chain: Demonstration, market: AaveMarket) -> None:
    """The amount at first, and hours later with the interest of those hours."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    workspace = _workspace(own_chain, market)
    rate = market.words(market.pool, "getReserveData(address)", market.usdc)[2]
    before = _read(own_chain, workspace)
    market.pass_time(20 * HOURS)
    after = _read(own_chain, workspace)
    (first,), (later,) = _supplied(before), _supplied(after)
    a_token, _, _ = market.tokens_of(market.usdc)
    passed = after.block.timestamp - before.block.timestamp
    interest = SUPPLIED * rate * passed // YEAR // RAY

    assert (first.strategy, first.amount.token.symbol) == ("Lending", "USDC")
    assert abs(first.amount.base_units - SUPPLIED) <= SUPPLIED * rate * 60 // YEAR // RAY
    assert later.amount.base_units == _balance(market, a_token, own_chain.safe)
    assert interest > 10**6
    assert abs(later.amount.base_units - first.amount.base_units - interest) <= 2


def test_exposure_and_debts_are_known(own_chain: Demonstration, market: AaveMarket) -> None:
    """What is supplied is the group's exposure, and owing nothing is known."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    workspace = _workspace(own_chain, market)
    snapshot = _read(own_chain, workspace)
    shown = {each.strategy: each.usd for each in exposures(workspace, snapshot)}

    assert local_evidence(workspace, snapshot, ()).debts == ()
    assert not isinstance(shown["Lending"], Unknown)
    assert 799_000 < shown["Lending"] < 801_000
    assert [account.health_factor for account in snapshot.lending] == [None]


@pytest.mark.parametrize("seed", range(3))
def test_debts_are_what_the_debt_tokens_say(
    own_chain: Demonstration, market: AaveMarket, seed: int
) -> None:
    """Random loans in both reserves and both modes, after random times."""
    chance = random.Random(seed)  # noqa: S311  the same loans every time
    safe = own_chain.safe
    market.supply(safe, market.usdc, 2_000_000 * 10**6)
    market.borrow(safe, market.weth, chance.randrange(1, 150 * 10**18))
    if chance.random() < 0.5:
        # A loan at the stable rate may not be of what one has supplied more of.
        market.borrow(safe, market.weth, chance.randrange(1, 20 * 10**18), STABLE)
    market.borrow(safe, market.usdc, chance.randrange(1, 500_000 * 10**6), VARIABLE)
    market.pass_time(chance.randrange(1, 20 * HOURS))
    workspace = _workspace(own_chain, market)
    snapshot = _read(own_chain, workspace)
    (account,) = snapshot.lending
    stated = market.words(market.pool, "getUserAccountData(address)", safe)

    assert {debt.token.key: debt.base_units for debt in account.debts} == {
        str(asset): sum(_balance(market, token, safe) for token in market.tokens_of(asset)[1:])
        for asset in (market.usdc, market.weth)
    }
    assert account.health_factor == stated[5]


def test_debts_are_taken_off(own_chain: Demonstration, market: AaveMarket) -> None:
    """What is owed makes the treasury as much smaller, at the high end of its quotes."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    market.borrow(own_chain.safe, market.usdc, 300_000 * 10**6)
    workspace = _workspace(own_chain, market)
    snapshot = _read(own_chain, workspace)
    evidence = local_evidence(workspace, snapshot, ())
    owing_nothing = replace(evidence, debts=())
    net, more = (treasury_value(e, workspace.terms).net_usd for e in (evidence, owing_nothing))
    (quote,) = evidence.quotes_of(str(market.usdc))
    ((debt,),) = [account.debts for account in snapshot.lending]

    assert net is not None
    assert more is not None
    assert more - net == debt.whole * quote.usd
    assert 300_000 <= debt.whole < 300_001


def test_debt_that_nobody_listed_cannot_be_judged(
    own_chain: Demonstration, market: AaveMarket
) -> None:
    """A loan of a token outside the list is there, without a price, so nothing can be measured."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    market.borrow(own_chain.safe, market.weth, 10**18)
    workspace = _workspace(own_chain, market)
    tokens = tuple(t for t in workspace.tokens if t.token.address != market.weth)
    workspace = replace(workspace, tokens=tokens, pools=())
    snapshot = _read(own_chain, workspace)
    ((debt,),) = [account.debts for account in snapshot.lending]
    value = treasury_value(local_evidence(workspace, snapshot, ()), workspace.terms)

    assert (debt.token.address, debt.token.decimals) == (market.weth, None)
    assert (value.net_usd, value.why_unknown) == (None, "a debt of the treasury has no price")


def test_supply_beside_the_strategy_counts_too(
    own_chain: Demonstration, market: AaveMarket
) -> None:
    """What a listed token earns in another reserve of the pool is the strategy's as well."""
    market.supply(own_chain.safe, market.weth, 10**18)
    workspace = _workspace(own_chain, market)
    (holding,) = _supplied(_read(own_chain, workspace))
    assert (holding.strategy, holding.amount.token.symbol) == ("Lending", "WETH")
    tokens = tuple(t for t in workspace.tokens if t.token.address != market.weth)
    unlisted = replace(workspace, tokens=tokens, pools=())
    assert not _supplied(_read(own_chain, unlisted))


def test_every_asset_goes_to_its_own_strategy(own_chain: Demonstration, market: AaveMarket) -> None:
    """Two strategies at one pool share no holding and no debt."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    market.supply(own_chain.safe, market.weth, 10**18)
    market.borrow(own_chain.safe, market.usdc, 10**6)
    workspace = _workspace(own_chain, market)
    ether = replace(workspace.strategies[-1], name="Ether", asset=market.weth)
    both = replace(workspace, strategies=(*workspace.strategies, ether))
    snapshot = _read(own_chain, both)
    found = {holding.strategy: holding.amount.token.symbol for holding in _supplied(snapshot)}
    assert found == {"Lending": "USDC", "Ether": "WETH"}
    assert [len(account.debts) for account in snapshot.lending] == [1]


def test_listed_receipts_are_not_held_twice(own_chain: Demonstration, market: AaveMarket) -> None:
    """The aToken in the list adds nothing, nor does the token that says what is owed."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    market.borrow(own_chain.safe, market.usdc, 10**9)
    workspace = _workspace(own_chain, market)
    receipts = tuple(
        TrustedToken(token=Token(chain_id=31337, address=at, symbol=f"R{n}", name="R", decimals=6))
        for n, at in enumerate(market.tokens_of(market.usdc))
    )
    listed = replace(workspace, tokens=(*workspace.tokens, *receipts))
    held = {holding.amount.token.symbol for holding in _read(own_chain, listed).holdings}
    assert not held & {"R0", "R1", "R2"}


def test_pool_without_the_asset_is_refused(own_chain: Demonstration, market: AaveMarket) -> None:
    """A strategy of an asset the pool has no reserve of is refused by name."""
    dai = Address.parse(own_chain.facts["contracts"]["dai"])
    workspace = _workspace(own_chain, market, asset=dai)
    with pytest.raises(Refused, match=f"pool {market.pool} has no reserve of {dai}"):
        _read(own_chain, workspace)


def test_contract_that_is_no_pool_is_refused(own_chain: Demonstration, market: AaveMarket) -> None:
    """Another contract in the pool's place is malformed, and named: nothing is read by halves."""
    workspace = _workspace(own_chain, market, contracts=(market.usdc,))
    with pytest.raises(Malformed, match=r"getReservesList\(\) of"):
        _read(own_chain, workspace)


def _answering(changes: dict[str, str]) -> Any:
    """Replaces what the calls with these selectors are answered."""

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] != "eth_call" or "data" not in request["params"][0]:
            return response
        given = changes.get(request["params"][0]["data"][2:10])
        return response if given is None else response | {"result": given}

    return twist


def test_hidden_debt_is_noticed(own_chain: Demonstration, market: AaveMarket) -> None:
    """A pool that lists no reserve of what is owed contradicts its own account of the Safe."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    market.borrow(own_chain.safe, market.weth, 10**18)
    workspace = _workspace(own_chain, market)
    only_usdc = "0x" + "".join(f"{n:064x}" for n in (32, 1)) + "00" * 12 + market.usdc.raw.hex()
    selector = calldata("getReservesList()").hex()
    with LyingEndpoint(own_chain.endpoint.url) as liar, _opened(liar.endpoint) as node:
        liar.twist = _answering({selector: only_usdc})
        with pytest.raises(Refused, match="owes something, but none of its reserves says what"):
            TreasuryReader(node).read(workspace)


def test_receipt_of_another_asset_is_refused(own_chain: Demonstration, market: AaveMarket) -> None:
    """A pool that shows one asset's receipt as another's contradicts the receipt."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    workspace = _workspace(own_chain, market)
    asked = calldata("UNDERLYING_ASSET_ADDRESS()").hex()
    other = "0x" + "00" * 12 + market.weth.raw.hex()
    with LyingEndpoint(own_chain.endpoint.url) as liar, _opened(liar.endpoint) as node:
        liar.twist = _answering({asked: other})
        with pytest.raises(Refused, match=f"is for {market.weth}, not for {market.usdc}"):
            TreasuryReader(node).read(workspace)


def test_pool_without_stable_debt_tokens(own_chain: Demonstration, market: AaveMarket) -> None:
    """Newer pools name none: the zero address is asked nothing, the other debts are all there."""
    market.supply(own_chain.safe, market.usdc, SUPPLIED)
    market.borrow(own_chain.safe, market.usdc, 10**9)
    workspace = _workspace(own_chain, market)
    asked = calldata("getReserveData(address)", bytes(20))[:4].hex()

    def without_stable(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] != "eth_call" or request["params"][0]["data"][2:10] != asked:
            return response
        said = response["result"]
        return response | {"result": said[: 2 + 64 * 9] + "0" * 64 + said[2 + 64 * 10 :]}

    with LyingEndpoint(own_chain.endpoint.url) as liar, _opened(liar.endpoint) as node:
        liar.twist = without_stable
        (account,) = TreasuryReader(node).read(workspace).lending
    assert [debt.base_units // 10**6 for debt in account.debts] == [1000]


# ── what the pool takes ──────────────────────────────────────────────────────────────────────────


def _reserve(chain: Demonstration, market: AaveMarket) -> Reserve:
    with _opened(chain.endpoint) as node:
        return VenueReader(node).reserve(market.pool, market.usdc)


def test_cap_is_counted_as_the_pool_counts_it(own_chain: Demonstration, market: AaveMarket) -> None:
    """The pool takes what we say it takes, and refuses a dollar more."""
    cap = LENT_USDC // 10**6 + 1_000
    market.configure("setSupplyCap(address,uint256)", market.usdc, cap)
    market.pass_time(HOURS)
    reserve = _reserve(own_chain, market)
    assert reserve.supply_cap == cap * 10**6
    assert LENT_USDC < reserve.supplied < LENT_USDC + 100 * 10**6
    room = reserve.supply_cap - reserve.supplied
    with pytest.raises(AssertionError):
        market.supply(own_chain.safe, market.usdc, room + 10**6)
    market.supply(own_chain.safe, market.usdc, room - 10**6)


@pytest.mark.parametrize(
    ("signature", "field"),
    [
        ("setReserveFreeze(address,bool)", "is_frozen"),
        ("setReservePause(address,bool)", "is_paused"),
    ],
)
def test_what_an_administrator_stops(
    own_chain: Demonstration, market: AaveMarket, signature: str, field: str
) -> None:
    """A reserve that is frozen or paused is read as one, and the pool takes nothing indeed."""
    before = _reserve(own_chain, market)
    market.configure(signature, market.usdc, True)  # noqa: FBT003  a word of calldata
    assert _reserve(own_chain, market) == replace(before, **{field: True})
    assert (before.is_active, before.is_frozen, before.is_paused) == (True, False, False)
    with pytest.raises(AssertionError):
        market.supply(own_chain.safe, market.usdc, 10**6)


def test_reserve_that_is_not_there(own_chain: Demonstration, market: AaveMarket) -> None:
    """An asset the pool never listed is refused by name."""
    dai = Address.parse(own_chain.facts["contracts"]["dai"])
    with (
        _opened(own_chain.endpoint) as node,
        pytest.raises(Refused, match=f"has no reserve of {dai}"),
    ):
        VenueReader(node).reserve(market.pool, dai)


# ── what moved ───────────────────────────────────────────────────────────────────────────────────


def test_movements_of_a_lender(own_chain: Demonstration, market: AaveMarket) -> None:
    """A supply is a deployment and a withdrawal an exit; a loan and its repayment are neither."""
    safe, pool = own_chain.safe, market.pool
    first = own_chain.rpc.number("eth_blockNumber") + 1
    market.supply(safe, market.usdc, SUPPLIED)
    market.borrow(safe, market.weth, 3 * 10**18)
    market.perform(safe, market.weth, calldata("approve(address,uint256)", pool.raw, 10**18))
    repay = calldata(
        "repay(address,uint256,uint256,address)", market.weth.raw, 10**18, VARIABLE, safe.raw
    )
    market.perform(safe, pool, repay)
    leave = calldata("withdraw(address,uint256,address)", market.usdc.raw, 10**9, safe.raw)
    market.perform(safe, pool, leave)
    last = own_chain.rpc.number("eth_blockNumber")
    with _opened(own_chain.endpoint) as node:
        found = MovementReader(node).movements(_workspace(own_chain, market), first, last)
    told = [
        (each.kind, each.amount.token.symbol, each.amount.base_units, each.strategy, each.note)
        for each in found
        if each.amount is not None
    ]
    assert sorted(told, key=str) == sorted(
        [
            (MovementKind.DEPLOYMENT, "USDC", SUPPLIED, "Lending", ""),
            (MovementKind.OTHER, "WETH", 3 * 10**18, "Lending", "borrowed"),
            (MovementKind.OTHER, "WETH", 10**18, "Lending", "repaid"),
            (MovementKind.EXIT, "USDC", 10**9, "Lending", ""),
        ],
        key=str,
    )

"""The snapshot says what the contracts themselves say at that block, or there is no snapshot."""

import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.doors.chain.conftest import Demonstration
from tests.doors.chain.lying_endpoint import LyingEndpoint
from treasury_desktop.assets.address import Address
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.assets.token import Token
from treasury_desktop.chain.node import Node
from treasury_desktop.chain.treasury_reader import TreasuryReader
from treasury_desktop.devnet.json_rpc import HASHES_ONLY
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Endpoint, TrustedToken

MAX_UINT128 = 2**128 - 1


@pytest.fixture
def snapshot(chain: Demonstration, node: Node) -> TreasurySnapshot:
    """The demonstration treasury, read once."""
    return TreasuryReader(node).read(chain.workspace)


class _Asked:
    """Asks contracts directly, by other code than the reader's, at the snapshot's block."""

    def __init__(self, chain: Demonstration, snapshot: TreasurySnapshot) -> None:
        self._chain = chain
        self._pin = {"blockHash": "0x" + snapshot.block.hash.hex()}

    def words(
        self, to: Address | str, signature: str, *arguments: Any, sender: Address | None = None
    ) -> list[int]:
        request = {"to": str(to), "data": "0x" + calldata(signature, *arguments).hex()}
        request |= {"from": str(sender)} if sender else {}
        digits = self._chain.rpc.ask("eth_call", request, self._pin)[2:]
        return [int(digits[at : at + 64], 16) for at in range(0, len(digits), 64)]


def _listed(chain: Demonstration, symbol: str) -> TrustedToken:
    return next(each for each in chain.workspace.tokens if each.token.symbol == symbol)


def _quote(snapshot: TreasurySnapshot, token: Token, kind: QuoteKind) -> Quote:
    return next(q for q in snapshot.quotes if (q.token_key, q.kind) == (token.key, kind))


def test_block_and_node(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """The snapshot is pinned to a block of this chain and names who answered."""
    found = chain.rpc.ask("eth_getBlockByNumber", hex(snapshot.block.number), HASHES_ONLY)
    assert bytes.fromhex(found["hash"][2:]) == snapshot.block.hash
    assert int(found["timestamp"], 16) == snapshot.block.timestamp
    assert snapshot.nodes == ("local node",)


def test_the_safe(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """Owners, threshold, nonce, singleton and handler are those the demonstration set up."""
    safe, facts = snapshot.safes[0], chain.facts
    assert [str(owner) for owner in sorted(safe.owners or ())] == sorted(
        facts["safe"]["owners"], key=str.lower
    )
    assert (safe.threshold, safe.nonce) == (facts["safe"]["threshold"], facts["safe"]["nonce"])
    assert str(safe.singleton) == facts["safe_contracts"]["safe"]
    assert str(safe.fallback_handler) == facts["safe_contracts"]["compatibility_fallback_handler"]
    assert (safe.guard, safe.module_guard, safe.modules) == (None, None, ())
    assert str(safe.version) == "1.4.1"


def test_idle_holdings_are_the_balances(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """Every listed token's idle holding is exactly its balance."""
    asked = _Asked(chain, snapshot)
    for trusted in chain.workspace.tokens:
        token = trusted.token
        held = sum(
            each.amount.base_units
            for each in snapshot.holdings
            if each.is_idle and each.amount.token == token
        )
        if token.address is None:
            pin = {"blockHash": "0x" + snapshot.block.hash.hex()}
            assert held == int(chain.rpc.ask("eth_getBalance", str(chain.safe), pin), 16)
        else:
            assert [held] == asked.words(token.address, "balanceOf(address)", chain.safe.raw)
        assert held > 0
    assert {h.amount.token.symbol for h in snapshot.holdings if h.is_own_token} == {"POP"}


def test_vault_shares_are_held_as_assets(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """The vault's shares stand as the assets they convert to, in the vault's strategy."""
    asked, vault = _Asked(chain, snapshot), chain.facts["contracts"]["vault"]
    (shares,) = asked.words(vault, "balanceOf(address)", chain.safe.raw)
    (assets,) = asked.words(vault, "convertToAssets(uint256)", shares)
    (holding,) = [each for each in snapshot.holdings if each.strategy == "USDC yield vault"]
    assert (holding.amount.token.symbol, holding.amount.base_units) == ("USDC", assets)
    assert holding.detail == "vault shares"


def test_position_amounts_and_fees(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """Amounts equal a static withdrawal of all liquidity; uncollected fees equal collect()."""
    asked, manager = _Asked(chain, snapshot), chain.facts["uniswap"]["position_manager"]
    (position,) = snapshot.positions
    assert position.token_id == chain.facts["position"]["token_id"]
    decrease = "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))"
    everything = (position.token_id, position.liquidity, 0, 0, 2**40)
    withdrawn = asked.words(manager, decrease, everything, sender=chain.safe)
    assert position.amounts == tuple(withdrawn)
    collect = "collect((uint256,address,uint128,uint128))"
    all_fees = (position.token_id, chain.safe.raw, MAX_UINT128, MAX_UINT128)
    fees = asked.words(manager, collect, all_fees, sender=chain.safe)
    assert [position.uncollected_fees0, position.uncollected_fees1] == fees
    assert min(fees) > 0


def test_position_is_held_in_parts(snapshot: TreasurySnapshot) -> None:
    """A position stands as four holdings: both tokens, and both tokens' uncollected fees."""
    (position,) = snapshot.positions
    held = {
        (each.amount.token.address, "fees" in each.detail): each.amount.base_units
        for each in snapshot.holdings
        if each.strategy == "WETH/USDC liquidity"
    }
    assert held == {
        (position.token0, False): position.amounts[0],
        (position.token1, False): position.amounts[1],
        (position.token0, True): position.uncollected_fees0,
        (position.token1, True): position.uncollected_fees1,
    }


def test_feed_quotes(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """A feed's quote is its last round in dollars, as old as the round at the block."""
    asked = _Asked(chain, snapshot)
    for trusted in chain.workspace.tokens:
        if trusted.feed is None:
            continue
        _, answer, _, updated_at, _ = asked.words(trusted.feed, "latestRoundData()")
        quote = _quote(snapshot, trusted.token, QuoteKind.FEED)
        assert quote.usd == Fraction(answer, 10**8)
        assert quote.age_seconds == snapshot.block.timestamp - updated_at
        assert not quote.is_stale(3600)


def test_twap_is_the_pools_own_mean(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """The TWAP is the tick the pool's observe averages to over 30 minutes, times the feed."""
    asked, pool = _Asked(chain, snapshot), chain.facts["pools"]["usdc"]
    words = asked.words(pool["address"], "observe(uint32[])", [1800, 0])
    then, now = (word - 2**256 if word >> 255 else word for word in words[3:5])
    tick = (now - then) // 1800
    weth, usdc = _listed(chain, "WETH").token, _listed(chain, "USDC").token
    feed = _quote(snapshot, usdc, QuoteKind.FEED).usd
    ratio = 1.0001**tick * 10**-12 if pool["token0"] == weth.key else 1.0001**-tick * 10**12
    quote = _quote(snapshot, weth, QuoteKind.TWAP)
    assert float(quote.usd) == pytest.approx(ratio * float(feed), rel=1e-9)
    assert "30-minute TWAP" in quote.source


def test_spot_is_a_kind_of_its_own(chain: Demonstration, snapshot: TreasurySnapshot) -> None:
    """The pool's price now is quoted as spot, near the TWAP and never called one."""
    pop = _listed(chain, "POP").token
    spot, twap = (_quote(snapshot, pop, kind).usd for kind in (QuoteKind.SPOT, QuoteKind.TWAP))
    assert abs(spot / twap - 1) < Fraction(1, 20)
    assert not [q for q in snapshot.quotes if q.token_key == pop.key and q.kind is QuoteKind.FEED]


def test_native_coin_has_the_quotes_of_its_wrapped_token(
    chain: Demonstration, snapshot: TreasurySnapshot
) -> None:
    """ETH is quoted as WETH is, by feed, TWAP and spot."""
    prices: dict[str, dict[QuoteKind, Fraction]] = defaultdict(dict)
    for quote in snapshot.quotes:
        prices[quote.token_key][quote.kind] = quote.usd
    assert prices["native"] == prices[_listed(chain, "WETH").token.key]
    assert len(prices["native"]) == 3


def test_pool_too_young_for_a_twap(chain: Demonstration, node: Node) -> None:
    """A window longer than the pool remembers gives no TWAP, and spot stays spot."""
    workspace = replace(chain.workspace, twap_window_seconds=4_000_000_000)
    quotes = TreasuryReader(node).read(workspace).quotes
    assert {quote.kind for quote in quotes} == {QuoteKind.FEED, QuoteKind.SPOT}


def test_open_allowances(own_chain: Demonstration) -> None:
    """What a strategy's contract may still take is in the snapshot, and nothing else."""
    usdc = own_chain.facts["contracts"]["usdc"]
    vault = Address.parse(own_chain.facts["contracts"]["vault"])
    approve = calldata("approve(address,uint256)", vault.raw, 12345)
    own_chain.rpc.ask("anvil_impersonateAccount", str(own_chain.safe))
    own_chain.perform(own_chain.safe, usdc, approve)
    with _opened(own_chain.endpoint) as node:
        (allowance,) = TreasuryReader(node).read(own_chain.workspace).allowances
    assert (allowance.spender, allowance.base_units) == (vault, 12345)
    assert str(allowance.token) == usdc


def test_strategies_that_share_a_place_count_it_once(chain: Demonstration, node: Node) -> None:
    """A second strategy at the same vault or pool doubles nothing."""
    doubled = tuple(replace(each, name=f"{each.name} again") for each in chain.workspace.strategies)
    workspace = replace(chain.workspace, strategies=(*chain.workspace.strategies, *doubled))
    snapshot = TreasuryReader(node).read(workspace)
    assert len(snapshot.positions) == 1
    assert not [each for each in snapshot.holdings if "again" in (each.strategy or "")]


def test_unlisted_pool_token_is_held_in_base_units(chain: Demonstration, node: Node) -> None:
    """A token nobody listed is still held, without decimals or a claimed symbol."""
    tokens = tuple(t for t in chain.workspace.tokens if t.token.symbol != "USDC")
    holdings = TreasuryReader(node).read(replace(chain.workspace, tokens=tokens)).holdings
    unlisted = [h for h in holdings if h.amount.token.symbol == "unlisted token"]
    assert len(unlisted) == 3
    assert {each.amount.token.decimals for each in unlisted} == {None}


def test_listed_vault_share_is_not_held_twice(chain: Demonstration, node: Node) -> None:
    """A vault's share in the token list does not count beside its assets."""
    share = Token(
        chain_id=31337,
        address=Address.parse(chain.facts["contracts"]["vault"]),
        symbol="yvUSDC",
        name="share",
        decimals=6,
    )
    tokens = (*chain.workspace.tokens, TrustedToken(token=share))
    holdings = TreasuryReader(node).read(replace(chain.workspace, tokens=tokens)).holdings
    assert share not in {each.amount.token for each in holdings}


def test_wrong_decimals_in_the_list_are_refused(chain: Demonstration, node: Node) -> None:
    """A list that says 18 decimals where the chain says 6 would be wrong by 10**12."""
    usdc = _listed(chain, "USDC")
    wrong = replace(usdc, token=replace(usdc.token, decimals=18))
    tokens = tuple(wrong if each is usdc else each for each in chain.workspace.tokens)
    with pytest.raises(Refused, match="states 6 decimals on the chain; the workspace lists 18"):
        TreasuryReader(node).read(replace(chain.workspace, tokens=tokens))


def test_vault_of_another_asset_is_refused(chain: Demonstration, node: Node) -> None:
    """A vault whose asset is not the strategy's cannot be valued as if it were."""
    dai = _listed(chain, "DAI").token.address
    strategies = tuple(
        replace(each, asset=dai) if each.venue == "erc4626" else each
        for each in chain.workspace.strategies
    )
    with pytest.raises(Refused, match="not the strategy's"):
        TreasuryReader(node).read(replace(chain.workspace, strategies=strategies))


def test_contract_that_is_no_safe(chain: Demonstration, node: Node) -> None:
    """An address without a Safe is malformed, and named."""
    nobody = Address(bytes(19) + b"\x77")
    safes = (replace(chain.workspace.safes[0], address=nobody),)
    with pytest.raises(Malformed, match="does not answer"):
        TreasuryReader(node).read(replace(chain.workspace, safes=safes))


def test_one_liar_among_two_is_always_noticed(chain: Demonstration) -> None:
    """Whichever answer one of two endpoints changes, no snapshot comes of it.

    Except for the hash it first gives the newest block: only the height is taken from there, and
    the hash is asked of both again.
    """
    unnoticed = []
    with _two_endpoints(chain) as (node, liar, asked):
        for at, method in enumerate(asked):
            liar.twist = _Lie(at, seed=at)
            try:
                TreasuryReader(node).read(chain.workspace)
            except TreasuryError:
                continue
            unnoticed.append(method)
    assert len(asked) > 50
    assert unnoticed == ["eth_getBlockByNumber"]


def test_one_liar_alone_breaks_nothing(chain: Demonstration) -> None:
    """Any changed answer of a single endpoint gives a snapshot or one of our three errors."""
    with LyingEndpoint(chain.endpoint.url) as liar, _opened(liar.endpoint) as node:
        reader = TreasuryReader(node)
        honest = reader.read(chain.workspace)
        count = len(liar.asked)
        for at in range(count):
            for seed in range(2):
                liar.twist = _Lie(at, seed=seed)
                with suppress(TreasuryError):
                    assert reader.read(chain.workspace).chain_id == honest.chain_id


def test_lie_about_fees_is_noticed_even_alone(chain: Demonstration) -> None:
    """A single endpoint that changes collect's answer contradicts the fee growth it gave."""
    collect = calldata("collect((uint256,address,uint128,uint128))", (0, bytes(20), 0, 0))[:4]

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] == "eth_call" and request["params"][0]["data"][2:10] == collect.hex():
            return response | {"result": "0x" + (10**6).to_bytes(32, "big").hex() * 2}
        return response

    with LyingEndpoint(chain.endpoint.url) as liar, _opened(liar.endpoint) as node:
        liar.twist = twist
        with pytest.raises(Refused, match="but collect would pay 1000000 and 1000000"):
            TreasuryReader(node).read(chain.workspace)


def test_safe_of_another_chain_is_noticed_even_alone(chain: Demonstration) -> None:
    """A domain separator that is not ours makes every hash another one: refused."""
    asked = calldata("domainSeparator()")

    def twist(request: dict[str, Any], response: dict[str, Any]) -> Any:
        if request["method"] == "eth_call" and request["params"][0]["data"] == "0x" + asked.hex():
            return response | {"result": "0x" + "ab" * 32}
        return response

    with LyingEndpoint(chain.endpoint.url) as liar, _opened(liar.endpoint) as node:
        liar.twist = twist
        with pytest.raises(Refused, match=r"not that of a Safe 1\.4\.1 at this address"):
            TreasuryReader(node).read(chain.workspace)


class _Lie:
    """Changes one nibble of the n-th answer from now on."""

    def __init__(self, at: int, *, seed: int) -> None:
        self._left = at
        self._chance = random.Random(seed)  # noqa: S311  the same lies every time

    def __call__(self, _request: dict[str, Any], response: dict[str, Any]) -> Any:
        self._left -= 1
        result = response.get("result")
        if self._left != -1:
            return response
        if isinstance(result, dict):
            number = int(result["number"], 16)
            return response | {"result": result | {"hash": "0x" + "ab" * 32, "number": hex(number)}}
        if not isinstance(result, str) or len(result) < 3:
            return response | {"result": "0x1"}
        digit = self._chance.randrange(2, len(result))
        other = f"{int(result[digit], 16) ^ self._chance.randrange(1, 16):x}"
        return response | {"result": result[:digit] + other + result[digit + 1 :]}


@contextmanager
def _opened(*endpoints: Endpoint) -> Iterator[Node]:
    node = Node(endpoints, 31337)
    try:
        yield node
    finally:
        node.close()


@contextmanager
def _two_endpoints(chain: Demonstration) -> Iterator[tuple[Node, LyingEndpoint, list[str]]]:
    """The honest endpoint and a liar that has been honest once, with what it was asked."""
    with (
        LyingEndpoint(chain.endpoint.url) as liar,
        _opened(chain.endpoint, liar.endpoint) as node,
    ):
        TreasuryReader(node).read(chain.workspace)
        asked = list(liar.asked[1:])  # the first read also asked who the liar is
        yield node, liar, asked

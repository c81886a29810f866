"""What venues build, read back by the reader that shares no code with the builder."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.samples import (
    BLOCK_TIME,
    DAI,
    DAY,
    ETH,
    POOL_STRATEGY,
    POSITION_MANAGER,
    SAFE,
    USDC,
    VAULT,
    VAULT_STRATEGY,
    WETH,
    a_safe,
    a_workspace,
    an_amount,
)
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import Token
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall, Reading, decode_transaction
from treasury_desktop.calls.effects import Outflow, effects_of
from treasury_desktop.deployments.calls import Call, multisend_call_only, safe_tx_of
from treasury_desktop.deployments.deployment import Deployment, Entry
from treasury_desktop.deployments.venues import erc4626, readers_for, uniswap_v3
from treasury_desktop.errors import Refused
from treasury_desktop.pools.liquidity import amounts_for_liquidity
from treasury_desktop.pools.tick import MAX_TICK, MIN_TICK, sqrt_price_x96_at_tick
from treasury_desktop.safes.safe import SafeVersion
from treasury_desktop.safes.safe_tx import Operation
from treasury_desktop.treasury.terms import BPS

READING = Reading(
    known={
        VAULT: "ERC-4626",
        POSITION_MANAGER: "Uniswap v3 position manager and router",
        **{t.address: "ERC-20" for t in (USDC, WETH) if t.address is not None},
    }
)
(THE_POOL,) = a_workspace().pools
TOKEN0, TOKEN1 = sorted((WETH, USDC), key=lambda token: token.key.lower())
Q192 = 1 << 192


def read_back(calls: tuple[Call, ...]) -> list[DecodedCall]:
    """The leaves of the one transaction that performs the calls."""
    tx = safe_tx_of(calls, a_safe(), nonce=12)
    leaves = list(decode_transaction(a_safe(), tx, READING).leaves())
    assert all(leaf.certainty is Certainty.KNOWN_CONTRACT for leaf in leaves)
    assert not any(leaf.problems for leaf in leaves)
    assert [(leaf.to, leaf.value, leaf.data) for leaf in leaves] == [
        (call.to, call.value, call.data) for call in calls
    ]
    return leaves


def outflows_of(calls: tuple[Call, ...]) -> tuple[tuple[Outflow, ...], dict[Any, int]]:
    """What the calls take, and the allowances they leave open."""
    effects = effects_of(
        decode_transaction(a_safe(), safe_tx_of(calls, a_safe(), 12), READING),
        accounts=frozenset({SAFE}),
        allowances={},
        readers=readers_for((VAULT_STRATEGY, POOL_STRATEGY)),
    )
    return effects.outflows, dict(effects.open_allowances)


@given(st.integers(1, 2**256 - 1), st.integers(1, 2**256 - 1))
def test_vault_entry_is_read_back_to_the_same_meaning(units: int, shares: int) -> None:
    """Exact approval, deposit to the Safe, redemption to the Safe: whatever the amount."""
    entry = erc4626.entry(VAULT_STRATEGY, TokenAmount(token=USDC, base_units=units), SAFE, shares)
    approval, deposit = read_back(entry.calls)
    assert approval.to == USDC.address
    assert (approval.argument("spender"), approval.argument("amount")) == (VAULT, units)
    assert (deposit.argument("assets"), deposit.argument("receiver")) == (units, SAFE)
    (leave,) = read_back(entry.exit_calls)
    values = [leave.argument(name) for name in ("shares", "receiver", "owner")]
    assert values == [shares, SAFE, SAFE]
    taken, open_ = outflows_of(entry.calls)
    assert [(one.token, one.base_units, one.to) for one in taken] == [(USDC.key, units, VAULT)]
    assert not open_


@pytest.mark.parametrize(
    ("change", "amount", "shares", "sentence"),
    [
        ({}, an_amount(DAI, 1), 1, "does not take DAI"),
        ({"asset": None}, an_amount(USDC, 1), 1, "does not take USDC"),
        ({}, an_amount(USDC, 0), 1, "amount is zero"),
        ({}, an_amount(USDC, 1), 0, "zero shares"),
        ({"contracts": ()}, an_amount(USDC, 1), 1, "names no vault"),
    ],
)
def test_vault_entries_that_make_no_sense(
    change: dict[str, Any], amount: TokenAmount, shares: int, sentence: str
) -> None:
    """A wrong token, nothing, or money for zero shares is refused."""
    with pytest.raises(Refused, match=sentence):
        erc4626.entry(replace(VAULT_STRATEGY, **change), amount, SAFE, shares)


TICKS = st.integers(-20_000, 20_000).map(lambda tick: tick * 10)


@st.composite
def mint_terms(draw: st.DrawFn) -> uniswap_v3.MintTerms:
    """A range around or beside a price, with any tolerance and deadline that is one."""
    lower, upper = sorted(draw(st.lists(TICKS, min_size=2, max_size=2, unique=True)))
    tick = draw(st.integers(max(MIN_TICK, lower - 3_000), min(MAX_TICK, upper + 3_000)))
    return uniswap_v3.MintTerms(
        sqrt_price_x96=sqrt_price_x96_at_tick(tick) + draw(st.integers(0, 10**6)),
        range=uniswap_v3.Range(tick_lower=lower, tick_upper=upper),
        slippage_bps=draw(st.sampled_from((0, 1, 50, 300, 500))),
        deadline=BLOCK_TIME + draw(st.integers(1, 2**64)),
        block_time=BLOCK_TIME,
    )


UNITS = st.integers(10**6, 10**24)


def a_mint(terms: uniswap_v3.MintTerms, units0: int, units1: int) -> Entry | None:
    """The entry, or `None` where the amounts are too small for the range."""
    amounts = (
        TokenAmount(token=TOKEN0, base_units=units0),
        TokenAmount(token=TOKEN1, base_units=units1),
    )
    try:
        return uniswap_v3.entry(POOL_STRATEGY, THE_POOL, amounts, SAFE, terms)
    except Refused as refusal:
        assert "too small" in refusal.sentence  # noqa: PT017  only this refusal is allowed
        return None


def params_of(leaf: DecodedCall) -> dict[str, Any]:
    """The members of the one struct a position manager's function takes."""
    (argument,) = leaf.arguments
    assert isinstance(argument.value, tuple)
    return dict(zip(argument.kind.names, argument.value, strict=True))


@given(mint_terms(), UNITS, UNITS)
def test_mint_is_read_back_to_the_same_meaning(
    terms: uniswap_v3.MintTerms, units0: int, units1: int
) -> None:
    """Exact approvals and a mint to the Safe; decrease and collect to the Safe as its exit."""
    entry = a_mint(terms, units0, units1)
    if entry is None:
        return
    *approvals, mint = read_back(entry.calls)
    members = params_of(mint)
    wanted = (members["amount0Desired"], members["amount1Desired"])
    assert wanted == tuple(amount.base_units for amount in entry.amounts)
    assert 0 <= wanted[0] <= units0
    assert 0 <= wanted[1] <= units1
    assert (members["token0"], members["token1"]) == (TOKEN0.address, TOKEN1.address)
    assert (members["tickLower"], members["tickUpper"]) == (
        terms.range.tick_lower,
        terms.range.tick_upper,
    )
    assert (members["fee"], members["deadline"]) == (THE_POOL.fee, terms.deadline)
    assert members["recipient"] == SAFE
    spent = {approval.to: approval.argument("amount") for approval in approvals}
    assert spent == {
        token.address: units for token, units in zip((TOKEN0, TOKEN1), wanted, strict=True) if units
    }
    taken, open_ = outflows_of(entry.calls)
    assert {one.token: one.base_units for one in taken} == {
        str(token): units for token, units in spent.items()
    }
    assert not open_
    decrease, collect = read_back(entry.exit_calls)
    assert params_of(decrease)["liquidity"] > 0
    assert params_of(decrease)["deadline"] == max(terms.deadline, BLOCK_TIME + 30 * DAY)
    assert "30 days off" in entry.exit_notes
    assert params_of(collect)["recipient"] == SAFE


# ── the pool, once more, in exact fractions ──────────────────────────────────────────────────────


def liquidity_at(root: int, low: int, high: int, desired: tuple[int, int]) -> int:
    """LiquidityAmounts.getLiquidityForAmounts, from the white paper's formulas."""
    at = min(max(root, low), high)
    most = []
    if at < high:
        most.append(desired[0] * (at * high // 2**96) // (high - at))
    if at > low:
        most.append(desired[1] * 2**96 // (at - low))
    return min(most)


def taken_at(root: int, low: int, high: int, liquidity: int) -> tuple[int, int]:
    """What a pool takes for liquidity: L·(1/√p − 1/√b) and L·(√p − √a), rounded up."""
    at = min(max(root, low), high)
    amount0 = Fraction(liquidity * 2**96 * (high - at), high * at)
    amount1 = Fraction(liquidity * (at - low), 2**96)
    return -(-amount0.numerator // amount0.denominator), -(
        -amount1.numerator // amount1.denominator
    )


def is_within(root: int, terms: uniswap_v3.MintTerms) -> bool:
    """Whether the price of a root is at most the tolerance away from the drafted one."""
    price, drafted = Fraction(root**2, Q192), Fraction(terms.sqrt_price_x96**2, Q192)
    return abs(price - drafted) * BPS <= terms.slippage_bps * drafted


@given(mint_terms(), UNITS, UNITS, st.fractions(-1, 1))
@example(
    uniswap_v3.MintTerms(
        sqrt_price_x96=sqrt_price_x96_at_tick(0),
        range=uniswap_v3.Range(tick_lower=-20_000, tick_upper=20_000),
        slippage_bps=500,
        deadline=BLOCK_TIME + 1,
        block_time=BLOCK_TIME,
    ),
    10**24,
    10**24,
    Fraction(-1),
)
def test_minimum_amounts_hold_within_the_tolerance(
    terms: uniswap_v3.MintTerms, units0: int, units1: int, move: Fraction
) -> None:
    """At every price within the tolerance the pool takes at least the minimum amounts."""
    entry = a_mint(terms, units0, units1)
    if entry is None:
        return
    members = params_of(read_back(entry.calls)[-1])
    desired = (members["amount0Desired"], members["amount1Desired"])
    low, high = (
        sqrt_price_x96_at_tick(tick) for tick in (terms.range.tick_lower, terms.range.tick_upper)
    )
    root = _root_moved_by(terms, move)
    liquidity = liquidity_at(root, low, high, desired)
    taken = taken_at(root, low, high, liquidity)
    assert taken[0] >= members["amount0Min"]
    assert taken[1] >= members["amount1Min"]
    assert taken[0] <= desired[0]
    assert taken[1] <= desired[1]


@given(mint_terms(), UNITS, UNITS, st.fractions(-1, 1))
def test_an_exit_asks_for_what_the_pool_returns_within_the_tolerance(
    terms: uniswap_v3.MintTerms, units0: int, units1: int, move: Fraction
) -> None:
    """At every such price the exit runs, and at the two ends it accepts not one unit less."""
    entry = a_mint(terms, units0, units1)
    if entry is None:
        return
    members = params_of(read_back(entry.exit_calls)[0])
    least = (members["amount0Min"], members["amount1Min"])
    bounds = [
        sqrt_price_x96_at_tick(tick) for tick in (terms.range.tick_lower, terms.range.tick_upper)
    ]
    root = _root_moved_by(terms, move)
    returned = amounts_for_liquidity(root, *bounds, members["liquidity"])
    assert returned[0] >= least[0]
    assert returned[1] >= least[1]
    ends = [
        terms.sqrt_price_x96,
        _root_moved_by(terms, Fraction(-1)),
        _root_moved_by(terms, Fraction(1)),
    ]
    at_ends = [amounts_for_liquidity(end, *bounds, members["liquidity"]) for end in ends]
    slack = 2 + members["liquidity"] // min(ends)
    for token in (0, 1):
        assert min(pair[token] for pair in at_ends) - least[token] <= slack


def _root_moved_by(terms: uniswap_v3.MintTerms, move: Fraction) -> int:
    """The root of the price moved by a part of the tolerance, kept within it."""
    factor = 1 + move * terms.slippage_bps / BPS
    squared = terms.sqrt_price_x96**2 * factor
    root = _isqrt(squared.numerator // squared.denominator)
    while not is_within(root, terms):
        root += 1 if root < terms.sqrt_price_x96 else -1
    return max(root, 1)


def _isqrt(number: int) -> int:
    low, high = 0, 1 << (number.bit_length() // 2 + 1)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**2 <= number else (low, middle)
    return low


A_RANGE = uniswap_v3.Range(tick_lower=-100, tick_upper=100)
TERMS = uniswap_v3.MintTerms(
    sqrt_price_x96=sqrt_price_x96_at_tick(0),
    range=A_RANGE,
    slippage_bps=50,
    deadline=BLOCK_TIME + 1,
    block_time=BLOCK_TIME,
)


@pytest.mark.parametrize(
    ("strategy", "pool", "tokens", "ticks", "sentence"),
    [
        ({"position_manager": None}, {}, (TOKEN0, TOKEN1), (-100, 100), "does not fit"),
        ({}, {}, (TOKEN1, TOKEN0), (-100, 100), "does not fit"),
        ({}, {}, (ETH, TOKEN1), (-100, 100), "does not fit"),
        ({}, {"tick_spacing": 60}, (TOKEN0, TOKEN1), (-100, 100), "multiples of 60"),
        ({}, {}, (TOKEN0, TOKEN1), (-100, 105), "multiples of 10"),
    ],
)
def test_mints_that_make_no_sense(
    strategy: dict[str, Any],
    pool: dict[str, Any],
    tokens: tuple[Token, Token],
    ticks: tuple[int, int],
    sentence: str,
) -> None:
    """A foreign token, the wrong order or a tick off the spacing is refused."""
    terms = replace(TERMS, range=uniswap_v3.Range(tick_lower=ticks[0], tick_upper=ticks[1]))
    one, other = (TokenAmount(token=token, base_units=10**12) for token in tokens)
    with pytest.raises(Refused, match=sentence):
        uniswap_v3.entry(
            replace(POOL_STRATEGY, **strategy), replace(THE_POOL, **pool), (one, other), SAFE, terms
        )


def test_amounts_too_small_for_any_liquidity() -> None:
    """Nothing of either token makes no position."""
    amounts = tuple(TokenAmount(token=token, base_units=0) for token in (TOKEN0, TOKEN1))
    with pytest.raises(Refused, match="too small"):
        uniswap_v3.entry(POOL_STRATEGY, THE_POOL, amounts, SAFE, TERMS)


@pytest.mark.parametrize("slippage", [-1, 501, 9_999, BPS])
def test_tolerances_that_are_none(slippage: int) -> None:
    """A tolerance lies from nothing to five per cent of the price."""
    with pytest.raises(Refused, match="tolerance"):
        replace(TERMS, slippage_bps=slippage)


@pytest.mark.parametrize("deadline", [0, 1, BLOCK_TIME - 1, BLOCK_TIME])
def test_deadlines_that_have_passed(deadline: int) -> None:
    """A mint that can run no more is not drafted."""
    with pytest.raises(Refused, match=f"deadline {deadline} has passed"):
        replace(TERMS, deadline=deadline)


def test_range_upside_down() -> None:
    """The upper tick lies above the lower."""
    with pytest.raises(Refused, match="must be above"):
        uniswap_v3.Range(tick_lower=10, tick_upper=10)


def test_nothing_at_all_is_no_transaction() -> None:
    """A transaction of no calls is refused."""
    with pytest.raises(Refused, match="no calls"):
        safe_tx_of((), a_safe(), 1)


@pytest.mark.parametrize("version", [(1, 1, 1), (1, 3, 0), (1, 4, 1), (1, 5, 0)])
def test_batches_go_through_the_official_call_only_contract(version: tuple[int, int, int]) -> None:
    """Each version's own MultiSendCallOnly, and that of 1.3.0 for those before it."""
    safe = replace(a_safe(), chain_id=1, version=SafeVersion(*version))
    entry = erc4626.entry(VAULT_STRATEGY, an_amount(USDC, 1), SAFE, 1)
    tx = safe_tx_of(entry.calls, safe, 3)
    assert tx.operation is Operation.DELEGATECALL
    assert tx.to == multisend_call_only(safe)
    call = decode_transaction(safe, tx, READING)
    assert call.certainty is Certainty.KNOWN_CONTRACT
    deployment = Deployment(
        strategy=VAULT_STRATEGY, safe=safe, entry=entry, tx=tx, purpose="to earn"
    )
    assert deployment.tx.nonce == 3


def test_no_official_contract_for_a_version() -> None:
    """Where no official batch contract is known, no batch is built."""
    with pytest.raises(Refused, match=r"no official MultiSendCallOnly 9\.0\.0"):
        multisend_call_only(replace(a_safe(), version=SafeVersion(9, 0, 0)))

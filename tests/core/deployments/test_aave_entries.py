"""What is built for Aave v3, byte by byte, and read back by the reader that shares no code."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import DAI, ETH, SAFE, USDC, USDC_AT, a_safe, an_address, an_amount
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall, Reading, decode_transaction
from treasury_desktop.calls.effects import Effects, effects_of
from treasury_desktop.deployments.calls import Call, safe_tx_of
from treasury_desktop.deployments.venues import aave_v3, readers_for
from treasury_desktop.errors import Refused
from treasury_desktop.treasury.strategy import Strategy

POOL = an_address("aave pool")
LENDING = Strategy(
    name="Lending", group="Aave", venue="aave_v3", contracts=(POOL,), asset=USDC.address
)
READING = Reading(known={POOL: "Aave v3 Pool", USDC_AT: "ERC-20"})
OPEN = aave_v3.Reserve(
    is_active=True, is_frozen=False, is_paused=False, supply_cap=None, supplied=0
)
EVERYTHING = 2**256 - 1
UNITS = st.integers(1, EVERYTHING - 1)


def of_usdc(units: int) -> TokenAmount:
    """So many base units of USDC."""
    return TokenAmount(token=USDC, base_units=units)


def word(value: int) -> bytes:
    """One word of calldata, as the ABI specification writes it."""
    return value.to_bytes(32, "big")


def read_back(calls: tuple[Call, ...]) -> tuple[list[DecodedCall], Effects]:
    """The leaves of the one transaction that performs the calls, and what it does."""
    call = decode_transaction(a_safe(), safe_tx_of(calls, a_safe(), 12), READING)
    effects = effects_of(
        call, accounts=frozenset({SAFE}), allowances={}, readers=readers_for((LENDING,))
    )
    return list(call.leaves()), effects


@given(UNITS)
def test_entry_byte_by_byte(units: int) -> None:
    """Approve, supply and withdraw have the selectors and words of the contracts' interfaces."""
    entry = aave_v3.entry(LENDING, of_usdc(units), SAFE, OPEN)
    usdc, pool, safe = (int.from_bytes(each.raw, "big") for each in (USDC_AT, POOL, SAFE))
    approve, supply = entry.calls
    assert approve.data == bytes.fromhex("095ea7b3") + word(pool) + word(units)
    assert supply.data == bytes.fromhex("617ba037") + b"".join(map(word, (usdc, units, safe, 0)))
    (leave,) = entry.exit_calls
    assert leave.data == bytes.fromhex("69328dec") + b"".join(map(word, (usdc, EVERYTHING, safe)))
    assert [(call.to, call.value) for call in (approve, supply, leave)] == [
        (USDC_AT, 0), (POOL, 0), (POOL, 0),
    ]  # fmt: skip


@given(UNITS, st.integers(0, 10**12), st.integers(0, 10**12))
def test_entry_is_read_back_to_the_same_meaning(units: int, allowed: int, supplied: int) -> None:
    """It takes exactly the amount, leaves no allowance, and brings it back to the Safe."""
    entry = aave_v3.entry(LENDING, of_usdc(units), SAFE, OPEN, allowed=allowed, supplied=supplied)
    leaves, effects = read_back(entry.calls)
    assert all(leaf.certainty is Certainty.KNOWN_CONTRACT and not leaf.problems for leaf in leaves)
    assert [(o.token, o.base_units, o.to) for o in effects.outflows] == [(USDC.key, units, POOL)]
    assert not effects.open_allowances
    approvals = [leaf.argument("amount") for leaf in leaves if leaf.to == USDC_AT]
    assert approvals == ([0, units] if allowed else [units])
    (leave,), taken = read_back(entry.exit_calls)
    amount = units if supplied else EVERYTHING
    assert [a.value for a in leave.arguments] == [USDC_AT, amount, SAFE]
    assert not taken.outflows


@pytest.mark.parametrize(
    ("change", "amount", "sentence"),
    [
        ({}, an_amount(DAI, 1), "does not take DAI"),
        ({}, an_amount(ETH, 1), "does not take ETH"),
        ({"asset": None}, an_amount(USDC, 1), "does not take USDC"),
        ({}, an_amount(USDC, 0), "amount is zero"),
        ({}, of_usdc(EVERYTHING), "is no amount"),
        ({"contracts": ()}, an_amount(USDC, 1), "names no pool"),
        ({"venue": "erc4626"}, an_amount(USDC, 1), "names no pool"),
    ],
)
def test_entries_that_make_no_sense(
    change: dict[str, Any], amount: TokenAmount, sentence: str
) -> None:
    """A wrong token, nothing, the number that means everything, or no pool is refused."""
    with pytest.raises(Refused, match=sentence):
        aave_v3.entry(replace(LENDING, **change), amount, SAFE, OPEN)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_active": False}, "USDC at Lending is not active"),
        ({"is_paused": True}, "is paused; nothing goes in or out"),
        ({"is_frozen": True}, "is frozen; nothing more can be supplied"),
        ({"supply_cap": 10**6, "supplied": 1}, "0.999999 USDC more can be supplied, not 1 USDC"),
        ({"supply_cap": 10**6, "supplied": 2 * 10**6}, "0 USDC more can be supplied"),
    ],
)
def test_what_the_pool_would_refuse(change: dict[str, Any], sentence: str) -> None:
    """A reserve that takes nothing now is refused in one sentence before anybody signs."""
    with pytest.raises(Refused, match=sentence):
        aave_v3.entry(LENDING, an_amount(USDC, 1), SAFE, replace(OPEN, **change))


def test_the_last_of_the_room_can_be_supplied() -> None:
    """Exactly up to the cap."""
    full = replace(OPEN, supply_cap=3 * 10**6, supplied=2 * 10**6)
    assert aave_v3.entry(LENDING, an_amount(USDC, 1), SAFE, full).calls


@given(
    st.booleans(), st.booleans(), st.booleans(), st.integers(0, 2**36 - 1), st.integers(0, 36),
    st.integers(0, 2**256 - 1),
)  # fmt: skip
def test_configuration_word(  # noqa: PLR0917  a word has many parts
    active: bool, frozen: bool, paused: bool, cap: int, decimals: int, noise: int
) -> None:
    """Bits 56, 57 and 60, decimals from bit 48 and the cap of 36 bits from bit 116; no others."""
    ours = 1 << 56 | 1 << 57 | 1 << 60 | 0xFF << 48 | (2**36 - 1) << 116
    parts = active << 56 | frozen << 57 | paused << 60 | decimals << 48 | cap << 116
    assert aave_v3.Reserve.configured(noise & ~ours | parts, 7) == aave_v3.Reserve(
        is_active=active,
        is_frozen=frozen,
        is_paused=paused,
        supply_cap=cap * 10**decimals or None,
        supplied=7,
    )


def test_only_aave_has_a_lending_pool() -> None:
    """The first contract, and of other venues none."""
    assert aave_v3.lending_pool(replace(LENDING, contracts=(POOL, SAFE))) == POOL
    assert aave_v3.lending_pool(replace(LENDING, venue="custom")) is None

"""Fees: three speeds, what a person types, replacements, and bounds nobody passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.samples import NOW, an_estimate
from treasury_desktop.desk.fees import (
    GWEI,
    HIGHEST_FEE_WEI,
    HIGHEST_TIP_WEI,
    Fees,
    Speed,
    gwei_text,
    own_fees,
    parse_gwei,
    raised,
    require_bounded,
)
from treasury_desktop.errors import Malformed, Refused

WEI = some.integers(min_value=0, max_value=HIGHEST_FEE_WEI)


def fees(highest: int, tip: int) -> Fees:
    """Fees in wei."""
    return Fees(max_fee_per_gas=highest, max_priority_fee_per_gas=tip)


@given(WEI)
def test_gwei_are_exact_both_ways(wei: int) -> None:
    """What is shown can be typed and is the same."""
    assert parse_gwei(gwei_text(wei).replace(",", ""), "tip") == wei


@pytest.mark.parametrize(
    "text", ["", "1,5", "-1", "1e9", "0x1", "1.0000000001", "٣", "1" * 13, "."]
)
def test_what_is_no_exact_decimal_is_refused(text: str) -> None:
    """The sentence names the field."""
    with pytest.raises(Malformed, match="tip: write gwei in digits"):
        own_fees("20", text)


def test_a_tip_is_part_of_the_highest_fee() -> None:
    """More cannot be."""
    with pytest.raises(Refused, match=r"tip of 3 gwei is larger than the highest fee of 2\.5"):
        own_fees("2.5", "3")
    with pytest.raises(ValueError, match="part of the whole fee"):
        fees(1, 2)


def test_a_highest_fee_below_the_base_fee_is_refused() -> None:
    """No block would take it."""
    with pytest.raises(Refused, match=r"12\.4 gwei is below the base fee, 12\.5 gwei now"):
        an_estimate().agreed(own_fees("12.4", "1"))
    assert an_estimate().agreed(own_fees("12.5", "0")).gas_limit == 257_173


@pytest.mark.parametrize(
    ("too_much", "words"),
    [
        (fees(HIGHEST_FEE_WEI + 1, 0), "more than the 10,000 this program signs"),
        (fees(HIGHEST_FEE_WEI, HIGHEST_TIP_WEI + 1), "more than the 100 this program signs"),
    ],
)
def test_nobody_agrees_to_what_no_fee_ever_was(too_much: Fees, words: str) -> None:
    """Neither typed nor asked for by a node."""
    with pytest.raises(Refused, match=words):
        require_bounded(too_much)
    with pytest.raises(Refused, match=words):
        an_estimate().agreed(too_much)


def test_an_executor_that_cannot_pay_is_told_before() -> None:
    """By the highest cost, not by the expected one."""
    estimate = an_estimate()
    highest = estimate.agreed(estimate.fees_at(Speed.NORMAL)).highest_wei
    assert highest == 257_173 * 26 * GWEI
    poor = replace(estimate, executor_wei=highest - 1)
    with pytest.raises(Refused, match="of the native coin; this may cost up to"):
        poor.agreed(poor.fees_at(Speed.NORMAL))


def test_a_data_fee_has_to_be_paid_too() -> None:
    """Beside the gas, and never by what is signed; one that is unknown adds nothing."""
    estimate = an_estimate(data_fee_wei=7)
    offered = estimate.fees_at(Speed.NORMAL)
    gas = 257_173 * 26 * GWEI
    assert estimate.highest_wei(offered) == gas + 7
    assert estimate.expected_wei(offered) == an_estimate().expected_wei(offered) + 7
    assert estimate.agreed(offered).highest_wei == gas
    with pytest.raises(Refused, match="of the native coin; this may cost up to"):
        replace(estimate, executor_wei=gas + 6).agreed(offered)
    assert replace(estimate, data_fee_wei=None).highest_wei(offered) == gas


def test_the_expected_cost_is_that_of_the_next_block() -> None:
    """Base fee and tip, and never more than the highest fee."""
    estimate = an_estimate()
    assert estimate.expected_wei(estimate.fees_at(Speed.FAST)) == 214_311 * 15 * GWEI
    assert estimate.expected_wei(fees(13 * GWEI, 2 * GWEI)) == 214_311 * 13 * GWEI


def test_speeds_ascend() -> None:
    """Faster never costs less."""
    offered = [an_estimate().fees_at(speed) for speed in Speed]
    tips = [each.max_priority_fee_per_gas for each in offered]
    assert tips == [50_000_000, GWEI, 2_500_000_000]
    assert [each.max_fee_per_gas for each in offered] == [25 * GWEI + tip for tip in tips]


@given(WEI, WEI)
def test_a_replacement_offers_an_eighth_more_of_both(one: int, other: int) -> None:
    """More than the tenth that nodes ask for, and more than before even of nothing."""
    before = fees(max(one, other), min(one, other))
    after = raised(before)
    for now, then in (
        (after.max_fee_per_gas, before.max_fee_per_gas),
        (after.max_priority_fee_per_gas, before.max_priority_fee_per_gas),
    ):
        assert now > then
        assert 8 * now >= 9 * then
        assert 10 * now >= 11 * then


@given(WEI, WEI)
def test_every_speed_of_a_replacement_replaces(one: int, other: int) -> None:
    """Also where the market is far below what was offered before."""
    least = raised(fees(max(one, other), min(one, other)))
    estimate = an_estimate(least=least)
    for speed in Speed:
        offered = estimate.fees_at(speed)
        assert offered.max_fee_per_gas >= least.max_fee_per_gas
        assert offered.max_priority_fee_per_gas >= least.max_priority_fee_per_gas


def test_a_replacement_below_is_refused() -> None:
    """With what it takes."""
    estimate = an_estimate(least=raised(fees(20 * GWEI, GWEI)))
    with pytest.raises(Refused, match=r"tip of 1 gwei replaces nothing: .* at least 1\.125"):
        estimate.agreed(own_fees("40", "1"))
    with pytest.raises(Refused, match=r"highest fee of 22 gwei replaces nothing.* 22\.5"):
        estimate.agreed(own_fees("22", "2"))


@pytest.mark.parametrize(("age", "is_stale"), [(0, False), (60, False), (61, True), (-1, True)])
def test_an_estimate_grows_old(age: int, *, is_stale: bool) -> None:
    """After a minute, and where a clock went back."""
    assert an_estimate().is_stale(NOW + age) is is_stale

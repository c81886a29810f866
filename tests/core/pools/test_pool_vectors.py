"""Our pool mathematics gives the published integers, gathered outside this project."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.usd import rounded_half_up
from treasury_desktop.pools.fees import FeeGrowth, TickBound, fee_growth_inside, uncollected_fees
from treasury_desktop.pools.liquidity import (
    amounts_for_liquidity,
    amounts_to_mint,
    liquidity_for_amounts,
)
from treasury_desktop.pools.pool import pool_address
from treasury_desktop.pools.price import (
    inverse_price,
    price_at_tick,
    sqrt_price_x96_for_amounts,
)
from treasury_desktop.pools.tick import sqrt_price_x96_at_tick, tick_at_sqrt_price_x96

VECTORS = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "uniswap_v3_math.json"


def _numbers(given: dict[str, Any], *names: str) -> list[int]:
    return [int(given[name]) for name in names]


def _range_amounts(
    rule: Callable[[int, int, int, int], tuple[int, int]], given: dict[str, Any]
) -> list[int]:
    price, lower, upper, liquidity = _numbers(
        given, "sqrtPriceX96", "tickLower", "tickUpper", "liquidity"
    )
    bounds = sqrt_price_x96_at_tick(lower), sqrt_price_x96_at_tick(upper)
    return list(rule(price, *bounds, liquidity))


def _growth(pair: list[str]) -> FeeGrowth:
    return FeeGrowth(int(pair[0]), int(pair[1]))


def _inside(given: dict[str, Any]) -> list[int]:
    inside = fee_growth_inside(
        FeeGrowth(*_numbers(given, "global0", "global1")),
        TickBound(given["tickLower"], _growth(given["lower"])),
        TickBound(given["tickUpper"], _growth(given["upper"])),
        given["tickCurrent"],
    )
    return [inside.token0_x128, inside.token1_x128]


def _owed(given: dict[str, Any]) -> list[int]:
    return list(
        uncollected_fees(
            FeeGrowth(*_numbers(given, "feeGrowthInside0", "feeGrowthInside1")),
            FeeGrowth(*_numbers(given, "feeGrowthInside0Last", "feeGrowthInside1Last")),
            int(given["liquidity"]),
        )
    )


def _five_digits(given: dict[str, Any]) -> str:
    price = price_at_tick(given["tick"], given["decimals0"], given["decimals1"])
    return str(rounded_half_up((inverse_price(price) if given["invert"] else price) * 10) / 10)


def _delta(index: int, given: dict[str, Any]) -> int:
    rule = amounts_to_mint if given["roundUp"] else amounts_for_liquidity
    low, high, liquidity = _numbers(given, "a", "b", "liquidity")
    return rule((low, high)[index], low, high, liquidity)[index]


def _liquidity(given: dict[str, Any]) -> int:
    return liquidity_for_amounts(*_numbers(given, "sqrtP", "a", "b", "amount0", "amount1"))


OURS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "getSqrtRatioAtTick": lambda given: sqrt_price_x96_at_tick(given["tick"]),
    "getTickAtSqrtRatio": lambda given: tick_at_sqrt_price_x96(int(given["sqrtPriceX96"])),
    "getAmount0Delta": lambda given: _delta(0, given),
    "getAmount1Delta": lambda given: _delta(1, given),
    "getLiquidityForAmounts": _liquidity,
    "maxLiquidityForAmounts": _liquidity,
    "getAmountsForLiquidity": lambda given: list(
        amounts_for_liquidity(*_numbers(given, "sqrtP", "a", "b", "liquidity"))
    ),
    "positionAmounts": lambda given: _range_amounts(amounts_for_liquidity, given),
    "positionAmountsRoundUp(mint)": lambda given: _range_amounts(amounts_to_mint, given),
    "principal": lambda given: _range_amounts(amounts_for_liquidity, given),
    "getTokensOwed": _owed,
    "getFeeGrowthInside": _inside,
    "encodeSqrtRatioX96": lambda given: sqrt_price_x96_for_amounts(
        *_numbers(given, "amount0", "amount1")
    ),
    "tickToPrice(5 significant)": _five_digits,
    "computePoolAddress": lambda given: str(
        pool_address(
            *(Address.parse(given[name]) for name in ("factory", "tokenA", "tokenB")), given["fee"]
        )
    ),
}
NOT_OURS = {"getNextSqrtPriceFromInput", "getNextSqrtPriceFromOutput"}
"""Swaps are the pool's business: we never compute where one ends."""


def _as_text(value: Any) -> Any:
    if isinstance(value, list):
        return [None if each is None else str(each) for each in value]
    return str(value).removesuffix(".0")


def test_published_integers_of_uniswap_v3() -> None:
    """Every published case of a function we have gives exactly the published answer."""
    if not VECTORS.is_file():
        pytest.skip("the folder of sample cases (../shared/vectors) is not beside the project")
    cases = json.loads(VECTORS.read_bytes())["cases"]
    wrong = []
    for case in cases:
        if case["function"] in NOT_OURS:
            continue
        answer, expected = (
            _as_text(OURS[case["function"]](case["input"])),
            _as_text(case["expected"]),
        )
        if isinstance(expected, list):  # null: the source does not say
            answer = [
                None if wanted is None else given
                for given, wanted in zip(answer, expected, strict=True)
            ]
        if answer != expected:
            wrong.append((case["name"], answer, expected))
    assert not wrong
    assert len(cases) > 20

"""Liquidity and the token amounts it stands for, rounded exactly as the contracts round.

Withdrawing rounds down and minting rounds up, so the pool never pays a base unit too much.
Source: LiquidityAmounts.sol (v3-periphery) and SqrtPriceMath.sol (v3-core).
"""

Q96 = 1 << 96
UINT128_END = 1 << 128


def amounts_for_liquidity(
    sqrt_price_x96: int, sqrt_a_x96: int, sqrt_b_x96: int, liquidity: int
) -> tuple[int, int]:
    """Base units of token0 and token1 that withdrawing liquidity returns, rounded down.

    The bounds may come in either order. token0 is floored twice, as the contract does.
    """
    low, at, high = _clamped(sqrt_price_x96, sqrt_a_x96, sqrt_b_x96)
    amount0 = (liquidity << 96) * (high - at) // high // at
    amount1 = liquidity * (at - low) // Q96
    return amount0, amount1


def amounts_to_mint(
    sqrt_price_x96: int, sqrt_a_x96: int, sqrt_b_x96: int, liquidity: int
) -> tuple[int, int]:
    """Base units of token0 and token1 that minting liquidity costs, rounded up."""
    low, at, high = _clamped(sqrt_price_x96, sqrt_a_x96, sqrt_b_x96)
    amount0 = _divided_up(_divided_up((liquidity << 96) * (high - at), high), at)
    amount1 = _divided_up(liquidity * (at - low), Q96)
    return amount0, amount1


def liquidity_for_amounts(
    sqrt_price_x96: int, sqrt_a_x96: int, sqrt_b_x96: int, amount0: int, amount1: int
) -> int:
    """The most liquidity both amounts can mint at this price, rounded down.

    Above or below the range only one token counts. Rounded as LiquidityAmounts.sol, whose
    intermediate rounding may give a little less than the exact maximum.
    """
    low, at, high = _clamped(sqrt_price_x96, sqrt_a_x96, sqrt_b_x96)
    if low == high:
        raise ValueError("a range has two different bounds")
    candidates = []
    if at < high:
        candidates.append(amount0 * (at * high // Q96) // (high - at))
    if at > low:
        candidates.append(amount1 * Q96 // (at - low))
    return min(candidates)


def _clamped(price: int, bound: int, other_bound: int) -> tuple[int, int, int]:
    low, high = min(bound, other_bound), max(bound, other_bound)
    if low <= 0 or price <= 0:
        raise ValueError("a sqrtPriceX96 is positive")
    return low, max(low, min(high, price)), high


def _divided_up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)

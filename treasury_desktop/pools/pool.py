"""A Uniswap v3 pool: which one it is, and how it stands at a block."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.pools.tick import (
    MAX_SQRT_PRICE_X96,
    MAX_TICK,
    MIN_SQRT_PRICE_X96,
    MIN_TICK,
)

FEE_END = 1_000_000
"""Fees are in millionths of the amount that comes in."""

POOL_INIT_CODE_HASH = bytes.fromhex(
    "e34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54"
)
"""keccak256 of the creation code of Uniswap v3 pools; forks have their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """A pool by address, with its two tokens in the order of their addresses."""

    address: Address
    token0: Address
    token1: Address
    fee: int
    tick_spacing: int

    def __post_init__(self) -> None:
        if not self.token0 < self.token1:
            raise ValueError("token0 sorts before token1")
        if not 0 <= self.fee < FEE_END or self.tick_spacing <= 0:
            raise ValueError("a pool has a fee below one and a positive tick spacing")


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolState:
    """What changes with every swap: price, tick, liquidity in range, fee growth, observations.

    The tick is the pool's own claim; right after a swap that ended on a boundary it may be one
    below the tick of the price.
    """

    sqrt_price_x96: int
    tick: int
    liquidity: int
    fee_growth_global0_x128: int
    fee_growth_global1_x128: int
    observation_index: int
    observation_cardinality: int

    def __post_init__(self) -> None:
        if not MIN_SQRT_PRICE_X96 <= self.sqrt_price_x96 < MAX_SQRT_PRICE_X96:
            raise ValueError(f"sqrtPriceX96 {self.sqrt_price_x96} lies outside the range of ticks")
        if not MIN_TICK <= self.tick <= MAX_TICK:
            raise ValueError(f"tick {self.tick} lies outside ±{MAX_TICK}")
        if not 0 <= self.liquidity < 2**128:
            raise ValueError("liquidity is a uint128")


def pool_address(
    factory: Address,
    token: Address,
    other_token: Address,
    fee: int,
    init_code_hash: bytes = POOL_INIT_CODE_HASH,
) -> Address:
    """Where the factory deploys the pool of two tokens and a fee (CREATE2, PoolAddress.sol)."""
    token0, token1 = sorted((token, other_token))
    padding = bytes(12)
    salt = keccak(padding + token0.raw + padding + token1.raw + fee.to_bytes(32, "big"))
    return Address(keccak(b"\xff" + factory.raw + salt + init_code_hash)[12:])

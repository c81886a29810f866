"""Opens and closes Uniswap v3 positions while the demonstration's history is written."""

from dataclasses import dataclass
from typing import Any

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.keccak import keccak
from treasury_desktop.devnet.block_builder import BlockBuilder
from treasury_desktop.devnet.official_contracts import PoolFacts, UniswapContracts
from treasury_desktop.devnet.packages import calldata
from treasury_desktop.errors import Unavailable

MINT = "mint((address,address,uint24,int24,int24,uint256,uint256,uint256,uint256,address,uint256))"
_INCREASED = "0x" + keccak(b"IncreaseLiquidity(uint256,uint128,uint256,uint256)").hex()
FAR_FUTURE = 2**40
EVERYTHING = 2**128 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A tick range [lower, upper)."""

    lower: int
    upper: int

    @classmethod
    def around(cls, builder: BlockBuilder, pool: PoolFacts, half_width: int) -> "Range":
        """The range of so many ticks on both sides of the pool's present tick."""
        slot0 = builder.call(pool.address, calldata("slot0()"))
        tick = int.from_bytes(slot0[32:64], "big", signed=True)
        step = pool.tick_spacing
        return cls(
            lower=(tick - half_width) // step * step, upper=(tick + half_width) // step * step
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """What the position manager made of a mint."""

    token_id: int
    liquidity: int
    amount0: int
    amount1: int


def mint_calldata(
    pool: PoolFacts,
    receiver: Address,
    ticks: Range,
    *,
    amounts: tuple[int, int],
    least: tuple[int, int] = (0, 0),
    deadline: int = FAR_FUTURE,
) -> bytes:
    """The call that opens a position with at most `amounts` of token0 and token1."""
    return calldata(
        MINT,
        (
            pool.token0.raw, pool.token1.raw, pool.fee, ticks.lower, ticks.upper,
            *amounts, *least, receiver.raw, deadline,
        ),
    )  # fmt: skip


def mint_position(
    builder: BlockBuilder,
    uniswap: UniswapContracts,
    pool: PoolFacts,
    *,
    owner: Address,
    ticks: Range,
    amounts: tuple[int, int],
) -> Minted:
    """Open a position for an account of the node that has approved the position manager."""
    data = mint_calldata(pool, owner, ticks, amounts=amounts)
    return minted(builder.perform(owner, uniswap.position_manager, data))


def minted(receipt: dict[str, Any]) -> Minted:
    """The position a receipt tells of."""
    for log in receipt["logs"]:
        if log["topics"][0] == _INCREASED:
            data = bytes.fromhex(log["data"][2:])
            liquidity, amount0, amount1 = (
                int.from_bytes(data[at : at + 32], "big") for at in (0, 32, 64)
            )
            return Minted(
                token_id=int(log["topics"][1], 16),
                liquidity=liquidity,
                amount0=amount0,
                amount1=amount1,
            )
    raise Unavailable("A demonstration position was not opened.")


def collect_calldata(token_id: int, receiver: Address) -> bytes:
    """The call that collects everything a position is owed."""
    return calldata(
        "collect((uint256,address,uint128,uint128))",
        (token_id, receiver.raw, EVERYTHING, EVERYTHING),
    )


def remove_position(
    builder: BlockBuilder, uniswap: UniswapContracts, owner: Address, token_id: int
) -> None:
    """Withdraw all liquidity of a position, collect it and burn the empty position."""
    manager = uniswap.position_manager
    facts = builder.call(manager, calldata("positions(uint256)", token_id))
    liquidity = int.from_bytes(facts[7 * 32 : 8 * 32], "big")
    decrease = calldata(
        "decreaseLiquidity((uint256,uint128,uint256,uint256,uint256))",
        (token_id, liquidity, 0, 0, FAR_FUTURE),
    )
    builder.send(owner, manager, decrease)
    builder.send(owner, manager, collect_calldata(token_id, owner))
    builder.perform(owner, manager, calldata("burn(uint256)", token_id))

# pragma version 0.4.3
# pragma evm-version cancun
# @license AGPL-3.0-or-later
"""
@title The market of the demonstration chain
@notice Trades Uniswap v3 pools to given prices, several swaps in one transaction, from tokens it
        holds, and tells the price feeds it owns: a year of history costs seconds instead of
        minutes, and a round of fresh prices is one block. The price limit ends each swap.
"""

from ethereum.ercs import IERC20

interface Pool:
    def slot0() -> (uint160, int24, uint16, uint16, uint16, uint8, bool): view
    def token0() -> address: view
    def token1() -> address: view
    def swap(
        recipient: address, zeroForOne: bool, amountSpecified: int256, limit: uint160, data: Bytes[1]
    ) -> (int256, int256): nonpayable

interface Feed:
    def push(answer: int256): nonpayable

struct Answer:
    feed: address
    answer: int256

struct Target:
    pool: address
    sqrtPriceX96: uint160

# More than any swap here can use, so that the price limit alone decides where it ends.
MORE_THAN_ENOUGH: constant(int256) = 2**120

owner: public(immutable(address))
trading: address


@deploy
def __init__():
    owner = msg.sender


@external
def trade(targets: DynArray[Target, 32], answers: DynArray[Answer, 8]):
    assert msg.sender == owner, "owner"
    for target: Target in targets:
        spot: uint160 = (staticcall Pool(target.pool).slot0())[0]
        if spot == target.sqrtPriceX96:
            continue
        self.trading = target.pool
        extcall Pool(target.pool).swap(
            self, target.sqrtPriceX96 < spot, MORE_THAN_ENOUGH, target.sqrtPriceX96, b""
        )
    self.trading = empty(address)
    for answer: Answer in answers:
        extcall Feed(answer.feed).push(answer.answer)


@external
def uniswapV3SwapCallback(amount0: int256, amount1: int256, data: Bytes[1]):
    assert msg.sender == self.trading, "pool"
    token: address = empty(address)
    amount: int256 = amount1
    if amount0 > 0:
        token = staticcall Pool(msg.sender).token0()
        amount = amount0
    else:
        token = staticcall Pool(msg.sender).token1()
    assert extcall IERC20(token).transfer(msg.sender, convert(amount, uint256)), "token"

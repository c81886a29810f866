"""The commands of Uniswap's universal router whose inputs can be read exactly.

A command is one byte: the highest bit allows it to fail, the rest names it. Commands that mean
something else in another version of the router, or carry calls of other contracts, are left out:
what is not here is shown as bytes nobody can read. Source: universal-router, Commands.sol and
Dispatcher.sol of 1.6 to 2.1.
"""

from functools import cache

from treasury_desktop.calls.abi_type import Function, parse_function

MAY_FAIL = 0x80
MESSAGE_SENDER = 1
"""A recipient of this number is whoever called the router; 2 is the router itself."""

_PERMIT_DETAILS = "(address token,uint160 amount,uint48 expiration,uint48 nonce)"
_SWAP = "(address recipient,uint256 {},uint256 {},{} path,bool payerIsUser)"
_COMMANDS = {
    0x00: "V3_SWAP_EXACT_IN" + _SWAP.format("amountIn", "amountOutMinimum", "bytes"),
    0x01: "V3_SWAP_EXACT_OUT" + _SWAP.format("amountOut", "amountInMaximum", "bytes"),
    0x02: "PERMIT2_TRANSFER_FROM(address token,address recipient,uint160 amount)",
    0x03: "PERMIT2_PERMIT_BATCH("
    f"({_PERMIT_DETAILS}[] details,address spender,uint256 sigDeadline) permitBatch,"
    "bytes signature)",
    0x04: "SWEEP(address token,address recipient,uint256 amountMinimum)",
    0x05: "TRANSFER(address token,address recipient,uint256 amount)",
    0x06: "PAY_PORTION(address token,address recipient,uint256 bips)",
    0x08: "V2_SWAP_EXACT_IN" + _SWAP.format("amountIn", "amountOutMinimum", "address[]"),
    0x09: "V2_SWAP_EXACT_OUT" + _SWAP.format("amountOut", "amountInMaximum", "address[]"),
    0x0A: "PERMIT2_PERMIT("
    f"({_PERMIT_DETAILS} details,address spender,uint256 sigDeadline) permitSingle,"
    "bytes signature)",
    0x0B: "WRAP_ETH(address recipient,uint256 amount)",
    0x0C: "UNWRAP_WETH(address recipient,uint256 amountMinimum)",
    0x0D: "PERMIT2_TRANSFER_FROM_BATCH("
    "(address from,address to,uint160 amount,address token)[] batchDetails)",
    0x0E: "BALANCE_CHECK_ERC20(address owner,address token,uint256 minBalance)",
    0x21: "EXECUTE_SUB_PLAN(bytes commands,bytes[] inputs)",
}


@cache
def command_of(byte: int) -> Function | None:
    """The command a byte names, as a function of its inputs, or `None`."""
    text = _COMMANDS.get(byte & ~MAY_FAIL)
    return None if text is None else parse_function(text)

"""Aave v3: lending. Reads what its pool takes and pays out; nothing is built here yet."""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Outflow, Taking, TakingReader
from treasury_desktop.treasury.strategy import Strategy

TAKING_FUNCTIONS = frozenset(
    {
        "supply(address,uint256,address,uint16)",
        "repay(address,uint256,uint256,address)",
    }
)
WITHDRAW = "withdraw(address,uint256,address)"
PAYING_FUNCTIONS = frozenset(
    {
        "borrow(address,uint256,uint256,uint16,address)",
        "setUserUseReserveAsCollateral(address,bool)",
    }
)
WHOLE_POSITION = 2**256 - 1
"""This amount means all there is, whatever that may be."""


def reader(_strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads supplies, repayments and withdrawals, whatever pool they are called on."""
    return _read


def _read(call: DecodedCall) -> tuple[Taking, ...] | None:
    signature = call.function.signature if call.function else ""
    if signature in PAYING_FUNCTIONS:
        return ()
    if signature not in TAKING_FUNCTIONS and signature != WITHDRAW:
        return None
    asset, amount = call.argument("asset"), call.argument("amount")
    assert isinstance(asset, Address)
    assert isinstance(amount, int)
    if signature in TAKING_FUNCTIONS:
        return (Outflow(path=call.path, token=str(asset), base_units=amount, to=call.to),)
    to = call.argument("to")
    assert isinstance(to, Address)
    units = None if amount == WHOLE_POSITION else amount
    is_ours = to == call.sender
    return () if is_ours else (_paid_out(call, asset, units, to),)


def _paid_out(call: DecodedCall, asset: Address, units: int | None, to: Address) -> Outflow:
    return Outflow(path=call.path, token=str(asset), base_units=units, to=to)

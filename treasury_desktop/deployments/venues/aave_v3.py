"""Aave v3: lending. Reads what its pool takes and pays out; nothing is built here yet."""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Borrowing, Outflow, Taking, TakingReader
from treasury_desktop.treasury.strategy import Strategy

_SIGNED = ",uint256,uint8,bytes32,bytes32)"
SUPPLY = frozenset(
    {
        "supply(address,uint256,address,uint16)",
        "deposit(address,uint256,address,uint16)",
        f"supplyWithPermit(address,uint256,address,uint16{_SIGNED}",
    }
)
REPAY = frozenset(
    {
        "repay(address,uint256,uint256,address)",
        f"repayWithPermit(address,uint256,uint256,address{_SIGNED}",
    }
)
WITHDRAW = "withdraw(address,uint256,address)"
BORROW = "borrow(address,uint256,uint256,uint16,address)"
TAKING_NOTHING = frozenset(
    {
        "setUserUseReserveAsCollateral(address,bool)",
        "setUserEMode(uint8)",
        "swapBorrowRateMode(address,uint256)",
    }
)
WHOLE_POSITION = 2**256 - 1
"""This amount means all there is, whatever that may be."""


def reader(_strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads supplies, loans, repayments and withdrawals, whatever pool they are called on."""
    return _read


def _read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
    signature = call.function.signature if call.function else ""
    if signature in TAKING_NOTHING:
        return ()
    if not (signature in SUPPLY or signature in REPAY or signature in (BORROW, WITHDRAW)):
        return None
    values = [argument.value for argument in call.arguments]
    asset, amount = values[0], values[1]
    assert isinstance(asset, Address)
    assert isinstance(amount, int)
    if signature == BORROW:
        debtor = values[4]
        assert isinstance(debtor, Address)
        return (Borrowing(path=call.path, token=str(asset), base_units=amount, debtor=debtor),)
    is_whole = amount == WHOLE_POSITION and signature not in SUPPLY
    to = values[2] if signature == WITHDRAW else call.to
    assert isinstance(to, Address)
    if to == call.sender:
        return ()
    units = None if is_whole else amount
    return (Outflow(path=call.path, token=str(asset), base_units=units, to=to),)

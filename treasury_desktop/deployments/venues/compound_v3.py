"""Compound v3: lending in one contract per base asset. Reads it; nothing is built here."""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Outflow, Taking, TakingReader
from treasury_desktop.treasury.strategy import Strategy

WHOLE_POSITION = 2**256 - 1
"""This amount means all there is, whatever that may be."""
SUPPLY = {
    "supply(address,uint256)": 0,
    "supplyTo(address,address,uint256)": 1,
    "supplyFrom(address,address,address,uint256)": 2,
}
"""Functions that take from the sender, or from whom it may take, with the place of the asset."""
PAY = {
    "withdraw(address,uint256)": (None, 0),
    "withdrawTo(address,address,uint256)": (0, 1),
    "withdrawFrom(address,address,address,uint256)": (1, 2),
    "transferAsset(address,address,uint256)": (0, 1),
    "transferAssetFrom(address,address,address,uint256)": (1, 2),
}
"""Functions that pay out or hand over what lies there, with the places of recipient and asset."""


def reader(_strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads supplies and everything that leaves, whatever contract they are called on."""
    return _read


def _read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
    signature = call.function.signature if call.function else ""
    values = [argument.value for argument in call.arguments]
    if signature in SUPPLY:
        return (_outflow(call, values, SUPPLY[signature], call.to),)
    if signature not in PAY:
        return None
    recipient, asset = PAY[signature]
    to = call.sender if recipient is None else values[recipient]
    assert isinstance(to, Address)
    return () if to == call.sender else (_outflow(call, values, asset, to),)


def _outflow(call: DecodedCall, values: list[object], place: int, to: Address) -> Outflow:
    asset, amount = values[place], values[place + 1]
    assert isinstance(asset, Address)
    assert isinstance(amount, int)
    units = None if amount == WHOLE_POSITION else amount
    return Outflow(path=call.path, token=str(asset), base_units=units, to=to)

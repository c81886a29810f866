"""Aave v3: lending. Reads supplies and repayments; nothing is built here yet."""

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


def reader(_strategies: tuple[Strategy, ...]) -> TakingReader:
    """Reads what supply and repay take, whatever pool they are called on."""
    return _read


def _read(call: DecodedCall) -> tuple[Taking, ...] | None:
    if call.function is None or call.function.signature not in TAKING_FUNCTIONS:
        return None
    asset, amount = call.argument("asset"), call.argument("amount")
    assert isinstance(asset, Address)
    assert isinstance(amount, int)
    return (Outflow(path=call.path, token=str(asset), base_units=amount, to=call.to),)

"""Lido: staked ether, wrapped or waiting to be withdrawn. Reads it; nothing is built here.

Wrapping staked ether changes its form and moves it nowhere, and so does asking for it back. Which
token the wrapper and the queue take is not in the calldata, so only Lido's own are known.
"""

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Conversion, Outflow, Taking, TakingReader
from treasury_desktop.treasury.strategy import Strategy

STETH, WSTETH, QUEUE = (
    Address.parse(text)
    for text in (
        "0xae7ab96520DE3A18E5e111B5EaAb095312D7fE84",
        "0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0",
        "0x889edC2eDab5f40e902b864aD4d7AdE8E412F9B1",
    )
)
"""Lido on Ethereum: docs.lido.fi, "Deployed contracts"."""
REQUESTS = {
    "requestWithdrawals(uint256[],address)": STETH,
    "requestWithdrawalsWstETH(uint256[],address)": WSTETH,
}
CLAIMS = frozenset({"claimWithdrawal(uint256)", "claimWithdrawals(uint256[],uint256[])"})


def reader(
    strategies: tuple[Strategy, ...], trusted: frozenset[Address], listed: frozenset[Address]
) -> TakingReader:
    """Reads wrapping, unwrapping, requests and transfers of shares, where we know Lido at all."""
    known = trusted | listed | {c for strategy in strategies for c in strategy.contracts}

    def read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        signature = call.function.signature if call.function else ""
        is_lido = call.to in known and call.to in (STETH, WSTETH, QUEUE)
        values = [argument.value for argument in call.arguments]
        if signature == "transferShares(address,uint256)":
            to = values[0]
            assert isinstance(to, Address)
            return (Outflow(path=call.path, token=str(call.to), base_units=None, to=to),)
        if not is_lido:
            return None
        if signature in ("wrap(uint256)", "unwrap(uint256)"):
            return _converted(call, STETH if signature.startswith("wrap") else WSTETH, values[:1])
        if signature in REQUESTS:
            amounts, owner = values
            assert isinstance(amounts, tuple)
            assert isinstance(owner, Address)
            if owner.is_zero or owner == call.sender:
                return _converted(call, REQUESTS[signature], list(amounts))
            return None
        return () if signature in CLAIMS else None

    return read


def _converted(call: DecodedCall, token: Address, amounts: list[object]) -> tuple[Taking, ...]:
    units = sum(amount for amount in amounts if isinstance(amount, int))
    return (Conversion(path=call.path, token=str(token), base_units=units),)

"""Balancer v2: swaps through its vault. Reads them; nothing is built here.

As on Uniswap, a swap is a conversion only where an allow-listed vault pays its sender, and among
listed tokens only.
"""

from collections.abc import Mapping
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import NATIVE, Conversion, Outflow, Taking, TakingReader
from treasury_desktop.treasury.strategy import Strategy

_FUNDS = "(address,bool,address,bool)"
SWAP = f"swap((bytes32,uint8,address,address,uint256,bytes),{_FUNDS},uint256,uint256)"
BATCH = (
    "batchSwap(uint8,(bytes32,uint256,uint256,uint256,bytes)[],address[],"
    f"{_FUNDS},int256[],uint256)"
)
GIVEN_IN = 0


def reader(
    strategies: tuple[Strategy, ...], trusted: frozenset[Address], listed: frozenset[Address]
) -> TakingReader:
    """Reads single swaps and batches of them, on allow-listed contracts of no known venue."""
    others = {c for s in strategies if s.venue != "custom" for c in s.contracts}
    vaults = trusted - others

    def read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        signature = call.function.signature if call.function else ""
        if signature not in (SWAP, BATCH):
            return None
        swap = _single(call) if signature == SWAP else _batch(call)
        is_ours = swap.funds == (call.sender, 0, call.sender, 0) and call.to in vaults
        if is_ours and all(token.is_zero or token in listed for token in swap.tokens):
            return tuple(_conversion(call, swap, *pair) for pair in swap.taken.items())
        return tuple(
            Outflow(path=call.path, token=str(asset), base_units=units, to=call.to)
            for asset, units in swap.taken.items()
            if not asset.is_zero  # the value sent along is told for every call
        )

    return read


class _Swap(NamedTuple):
    """All tokens it passes, the most it takes of some, and by whose balances."""

    tokens: tuple[Address, ...]
    taken: Mapping[Address, int]
    is_exact: bool
    funds: object


def _single(call: DecodedCall) -> _Swap:
    swap, funds, limit, _ = (argument.value for argument in call.arguments)
    assert isinstance(swap, tuple)
    _, kind, asset_in, asset_out, amount, _ = swap
    taken = amount if kind == GIVEN_IN else limit
    assert isinstance(asset_in, Address)
    assert isinstance(taken, int)
    return _Swap(
        tokens=(asset_in, asset_out),
        taken={asset_in: taken},
        is_exact=kind == GIVEN_IN,
        funds=funds,
    )


def _batch(call: DecodedCall) -> _Swap:
    """A positive limit is the most that goes in, a negative one the least that comes out."""
    _, _, assets, funds, limits, _ = (argument.value for argument in call.arguments)
    assert isinstance(assets, tuple)
    assert isinstance(limits, tuple)
    taken: dict[Address, int] = {}
    for asset, limit in zip(assets, limits, strict=False):
        if limit > 0:
            taken[asset] = taken.get(asset, 0) + limit
    return _Swap(tokens=assets, taken=taken, is_exact=False, funds=funds)


def _conversion(call: DecodedCall, swap: _Swap, asset: Address, units: int) -> Conversion:
    """The zero address stands for the native coin, of which there is what is sent along."""
    if asset.is_zero:
        return Conversion(path=call.path, token=NATIVE, base_units=call.value)
    return Conversion(path=call.path, token=str(asset), base_units=units, is_exact=swap.is_exact)

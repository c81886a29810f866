"""What other protocols take when something is put into them. Reads it; nothing is built here.

Without this a deposit by an allowance of long ago would look like nothing at all, and one by a new
allowance like that allowance. Where the calldata names no token the amount still stands: it may
only be less than what was just allowed.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import cast

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Outflow, Taking, TakingReader
from treasury_desktop.calls.known_pools import NATIVE_COIN, known_pool

_Taken = Iterable[tuple[Address | None, int]]
"""Tokens, `None` where the calldata does not name them, with their base units."""

DEPOSIT_INTERNAL, TRANSFER_EXTERNAL = 0, 3
"""Kinds of Balancer's UserBalanceOp that take from the sender (IVault.sol)."""
_NATIVE = frozenset({Address(bytes(20)), NATIVE_COIN})
"""How Balancer and Curve write the native coin, whose value is told for every call."""


def reader(chain_id: int | None) -> TakingReader:
    """Reads liquidity, stakes and locks at any contract: they only add to what leaves."""

    def read(call: DecodedCall, _outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        signature = call.function.signature if call.function else ""
        values = [argument.value for argument in call.arguments]
        if signature.startswith(_CURVE):
            taken = _of_curve(chain_id, call, cast("tuple[int, ...]", values[0]))
        elif signature in _READERS:
            taken = _READERS[signature](*values)
        else:
            return None
        return tuple(
            Outflow(
                path=call.path,
                token=None if token is None else str(token),
                base_units=units,
                to=call.to,
            )
            for token, units in taken
            if units and token not in _NATIVE
        )

    return read


def _of_curve(chain_id: int | None, call: DecodedCall, amounts: tuple[int, ...]) -> _Taken:
    """A pool's coins by their numbers, where we know the pool."""
    pool = known_pool(chain_id, call.to)
    is_below = any(a.name == "use_underlying" and a.value for a in call.arguments)
    coins = () if pool is None else (pool.underlying if is_below else pool.coins)
    named: tuple[Address | None, ...] = coins if len(coins) == len(amounts) else (None,)
    return zip(named * len(amounts), amounts, strict=False)


def _joined(_pool: object, _sender: object, _recipient: object, request: object) -> _Taken:
    """Balancer: the most that goes in of each asset."""
    assets, most, *_ = cast("tuple[tuple[Address, ...], tuple[int, ...]]", request)
    return zip(assets, most, strict=False)


def _moved(operations: object) -> _Taken:
    """Balancer: into its own books, or on to somebody."""
    for kind, asset, amount, _sender, _recipient in cast(
        "tuple[tuple[int, Address, int, Address, Address], ...]", operations
    ):
        if kind in {DEPOSIT_INTERNAL, TRANSFER_EXTERNAL}:
            yield asset, amount


def _both(
    token_a: object, token_b: object, amount_a: object, amount_b: object, *_: object
) -> _Taken:
    """Uniswap v2: as much as is wished for of both."""
    return (
        (cast("Address", token_a), cast("int", amount_a)),
        (cast("Address", token_b), cast("int", amount_b)),
    )


def _one(token: object, amount: object, *_: object) -> _Taken:
    return ((cast("Address", token), cast("int", amount)),)


def _liquidated(
    _collateral: object, debt: object, _user: object, amount: object, *_: object
) -> _Taken:
    """Aave: somebody's debt is paid, for collateral of which the calldata names no amount."""
    return ((cast("Address", debt), cast("int", amount)),)


def _unnamed(amount: object, *_: object) -> _Taken:
    return ((None, cast("int", amount)),)


def _unnamed_second(_account: object, amount: object) -> _Taken:
    return ((None, cast("int", amount)),)


def _unnamed_pair(first: object, second: object, *_: object) -> _Taken:
    """Talos: its pool's two tokens."""
    return ((None, cast("int", first)), (None, cast("int", second)))


_CURVE = "add_liquidity(uint256["
_READERS: Mapping[str, Callable[..., _Taken]] = {
    "joinPool(bytes32,address,address,(address[],uint256[],bytes,bool))": _joined,
    "manageUserBalance((uint8,address,uint256,address,address)[])": _moved,
    "addLiquidity(address,address,uint256,uint256,uint256,uint256,address,uint256)": _both,
    "addLiquidityETH(address,uint256,uint256,uint256,address,uint256)": _one,
    "liquidationCall(address,address,address,uint256,bool)": _liquidated,
    "init(uint256,uint256,address)": _unnamed_pair,
    "deposit(uint256,uint256,address)": _unnamed_pair,
    "deposit(uint256)": _unnamed,
    "deposit(uint256,address,bool)": _unnamed,
    "create_lock(uint256,uint256)": _unnamed,
    "increase_amount(uint256)": _unnamed,
    "deposit_for(address,uint256)": _unnamed_second,
    "depositFor(address,uint256)": _unnamed_second,
    "requestDeposit(uint256,address,address)": _unnamed,
}

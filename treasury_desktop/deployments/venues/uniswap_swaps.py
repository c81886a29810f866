"""Swaps on Uniswap's routers: v2, v3, SwapRouter02 and the universal router, and their forks.

A swap is a conversion only where an allow-listed router pays its sender, and among listed tokens
only: a token that anybody made gives nothing back for what goes into its pool. Else the money
leaves for the router.
"""

from typing import NamedTuple

from treasury_desktop.assets.address import ADDRESS_LENGTH, Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import NATIVE, Conversion, Outflow, Taking, TakingReader
from treasury_desktop.treasury.strategy import Strategy

_SINGLE = "((address,address,uint24,address{},uint256,uint256,uint160))"
_PATH = "((bytes,address{},uint256,uint256))"
_DEADLINE = ",uint256"
V3_SWAPS = frozenset(
    f"{name}{parameters.format(deadline)}"
    for names, parameters in (
        (("exactInputSingle", "exactOutputSingle"), _SINGLE),
        (("exactInput", "exactOutput"), _PATH),
    )
    for name in names
    for deadline in (_DEADLINE, "")
)
"""The swaps of SwapRouter, and those of SwapRouter02, which have no deadline."""
_V2_TOKENS = "(uint256,uint256,address[],address{})"
_V2_ETHER = "(uint256,address[],address,uint256)"
_ANY_FEE = "SupportingFeeOnTransferTokens"
_TO_PAY = _V2_TOKENS.format(_DEADLINE)
V2_EXACT_IN = frozenset(
    {
        f"swapExactTokensForTokens{_TO_PAY}",
        f"swapExactTokensForTokens{_V2_TOKENS.format('')}",
        f"swapExactTokensForTokens{_ANY_FEE}{_TO_PAY}",
        f"swapExactTokensForETH{_TO_PAY}",
        f"swapExactTokensForETH{_ANY_FEE}{_TO_PAY}",
    }
)
V2_EXACT_OUT = frozenset(
    {
        f"swapTokensForExactTokens{_TO_PAY}",
        f"swapTokensForExactTokens{_V2_TOKENS.format('')}",
        f"swapTokensForExactETH{_TO_PAY}",
    }
)
V2_WITH_ETHER = frozenset(
    {
        f"swapExactETHForTokens{_V2_ETHER}",
        f"swapExactETHForTokens{_ANY_FEE}{_V2_ETHER}",
        f"swapETHForExactTokens{_V2_ETHER}",
    }
)
_COMMAND = "(address,uint256,uint256,{},bool)"
COMMANDS = frozenset(
    f"V{version}_SWAP_EXACT_{way}{_COMMAND.format(path)}"
    for version, path in ((3, "bytes"), (2, "address[]"))
    for way in ("IN", "OUT")
)
"""The universal router's; it takes what they swap by Permit2, or out of its own balance."""
HOP_LENGTH = ADDRESS_LENGTH + 3
"""A packed path: token, fee in three bytes, token, and so on."""
MESSAGE_SENDER = Address((1).to_bytes(ADDRESS_LENGTH, "big"))
"""What SwapRouter02 and the universal router take as their caller."""


class _Swap(NamedTuple):
    """What a swap takes and to whom it pays; the path begins with the token that is paid.

    `token` is the native coin where that is sent along, `None` where nobody can say. `is_fed`
    swaps pay out of the router's own balance.
    """

    path: tuple[Address, ...]
    token: str | None
    base_units: int
    is_exact: bool
    recipient: object
    has_constants: bool
    is_fed: bool = False


def reader(
    strategies: tuple[Strategy, ...],
    trusted: frozenset[Address] = frozenset(),
    listed: frozenset[Address] = frozenset(),
) -> TakingReader:
    """Reads swaps on the routers of Uniswap strategies, and on allow-listed contracts.

    A contract of a strategy at another venue is no router.
    """
    ours = {c for s in strategies if s.venue == "uniswap_v3" for c in s.contracts}
    others = {c for s in strategies if s.venue != "uniswap_v3" for c in s.contracts}
    routers = frozenset(ours | (trusted - others))

    def read(call: DecodedCall) -> tuple[Taking, ...] | None:
        swap = _swap(call)
        if swap is None:
            return None
        is_ours = swap.recipient == call.sender or (
            swap.has_constants and swap.recipient == MESSAGE_SENDER
        )
        is_listed = bool(swap.path) and listed.issuperset(swap.path)
        if swap.is_fed:
            return ()  # what the router has was taken when it got it
        if swap.token is not None and call.to in routers and is_ours and is_listed:
            conversion = Conversion(
                path=call.path,
                token=swap.token,
                base_units=swap.base_units,
                is_exact=swap.is_exact,
            )
            return (conversion,)
        if swap.token == NATIVE:
            return ()  # the value sent along is told for every call
        taken = Outflow(path=call.path, token=swap.token, base_units=swap.base_units, to=call.to)
        return (taken,)

    return read


def _swap(call: DecodedCall) -> _Swap | None:
    """What a call swaps, or `None` where it is no swap."""
    signature = call.function.signature if call.function else ""
    values = [argument.value for argument in call.arguments]
    if signature in V3_SWAPS:
        return _v3_swap(call)
    if signature in V2_WITH_ETHER:
        path, to = values[1], values[2]
        return _made(path, NATIVE, call.value, to, is_exact=True)
    if signature in V2_EXACT_IN or signature in V2_EXACT_OUT:
        is_exact = signature in V2_EXACT_IN
        units, path, to = values[0 if is_exact else 1], values[2], values[3]
        has_constants = len(values) == len(("amount", "amount", "path", "to"))
        return _made(path, None, units, to, is_exact=is_exact, has_constants=has_constants)
    if signature in COMMANDS:
        to, first, second, path, is_payer = values
        is_exact = "_IN(" in signature
        return _made(
            path if is_exact or isinstance(path, tuple) else _reversed(path),
            None,
            first if is_exact else second,
            to,
            is_exact=is_exact,
            has_constants=True,
            is_fed=not is_payer,
        )
    return None


def _v3_swap(call: DecodedCall) -> _Swap:
    argument = call.arguments[0]
    assert isinstance(argument.value, tuple)
    params = dict(zip(argument.kind.names, argument.value, strict=True))
    is_exact = "amountIn" in params
    path = params.get("path")
    if path is None:
        path = (params["tokenIn"], params["tokenOut"])
    elif not is_exact:
        path = _reversed(path)
    return _made(
        path,
        None,
        params["amountIn" if is_exact else "amountInMaximum"],
        params["recipient"],
        is_exact=is_exact,
        has_constants="deadline" not in params,
    )


def _made(
    path: object,
    token: str | None,
    units: object,
    recipient: object,
    *,
    is_exact: bool,
    has_constants: bool = False,
    is_fed: bool = False,
) -> _Swap:
    assert isinstance(units, int)
    tokens = _split(path) if isinstance(path, bytes) else path
    assert isinstance(tokens, tuple)
    return _Swap(
        path=tokens,
        token=str(tokens[0]) if token is None and tokens else token,
        base_units=units,
        is_exact=is_exact,
        recipient=recipient,
        has_constants=has_constants,
        is_fed=is_fed,
    )


def _split(path: bytes) -> tuple[Address, ...]:
    """The tokens of a packed path; none where it has no whole hop or something is left over."""
    if len(path) <= HOP_LENGTH or len(path) % HOP_LENGTH != ADDRESS_LENGTH:
        return ()
    return tuple(Address(path[at : at + ADDRESS_LENGTH]) for at in range(0, len(path), HOP_LENGTH))


def _reversed(path: object) -> tuple[Address, ...]:
    """The tokens of an exact output's path, which is packed from the token that is got."""
    assert isinstance(path, bytes)
    return _split(path)[::-1]

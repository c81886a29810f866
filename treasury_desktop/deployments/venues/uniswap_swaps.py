"""Swaps on Uniswap's routers: v2, v3, SwapRouter02 and the universal router, and their forks.

A swap is a conversion only where an allow-listed router pays its sender, and among listed tokens
only: a token that anybody made gives nothing back for what goes into its pool. Else the money
leaves for the router. What the router keeps of a swap counts as paid where the same multicall pays
it out to the sender and nothing in between could take it. Ether that a universal router wraps is a
conversion where the swaps right behind the wrapping use it up for the sender.
"""

from collections.abc import Callable
from typing import NamedTuple

from treasury_desktop.assets.address import ADDRESS_LENGTH, ZERO_ADDRESS, Address
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import (
    NATIVE,
    Conversion,
    OpenApproval,
    Outflow,
    Taking,
    TakingReader,
)
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
MESSAGE_SENDER, THE_ROUTER = (Address(n.to_bytes(ADDRESS_LENGTH, "big")) for n in (1, 2))
"""What SwapRouter02 and the universal router take as their caller and as themselves."""
PERMIT2 = Address.parse("0x000000000022D473030F116dDEE9F6B43aC78BA3")
"""Where Permit2 lies on every chain; it takes what the universal router swaps for its caller."""
WRAP = "WRAP_ETH(address,uint256)"
ALL_IT_HAS = 2**255
"""The universal router's number for the whole of its own balance (Constants.sol)."""
MULTICALLS = frozenset({
    "multicall(bytes[])",
    "multicall(uint256,bytes[])",
    "multicall(bytes32,bytes[])",
    "execute(bytes,bytes[])",
    "execute(bytes,bytes[],uint256)",
})  # fmt: skip
UNWRAPS = frozenset({
    "unwrapWETH9(uint256)",
    "unwrapWETH9(uint256,address)",
    "UNWRAP_WETH(address,uint256)",
})  # fmt: skip
SWEEPS = frozenset({
    "sweepToken(address,uint256)",
    "sweepToken(address,uint256,address)",
    "SWEEP(address,address,uint256)",
})  # fmt: skip
"""What pays out all that the router has of a token, to the caller where no recipient is named."""
MOST_STEPS = 16
"""Steps among which a payout is looked for: people write no longer multicalls, attackers do."""
MAY_FAIL = b"\x80"
"""From this byte on a command of the universal router may fail alone."""


class _Swap(NamedTuple):
    """What a swap takes and to whom it pays; the path begins with the token that is paid.

    `token` is the native coin where that is sent along, `None` where nobody can say. `is_fed`
    swaps pay out of the router's own balance. `has_constants` routers know their caller and
    themselves by numbers.
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
    wrapped: frozenset[Address] = frozenset(),
) -> TakingReader:
    """Reads swaps on the routers of Uniswap strategies, and on allow-listed contracts.

    A contract of a strategy at another venue is no router. `wrapped` are the tokens that unwrapping
    turns into the native coin.
    """
    routers = _routers(strategies, trusted)

    def read(call: DecodedCall, outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        if _signature(call) == WRAP:
            is_ours = call.to in routers and _is_swapped(call, outer, listed, wrapped)
            return (Conversion(call.path, NATIVE, call.value),) if is_ours else None
        swap = _swap(call)
        if swap is None:
            return None
        swap = _paid_in_native_coin(swap, call, wrapped)
        is_listed = bool(swap.path) and listed.issuperset(swap.path)
        is_ours = _is_for_sender(call, swap) or (
            is_listed
            and _is_kept(call, swap)
            and _is_paid_out(swap, _steps_after(call, outer), listed, wrapped)
        )
        if swap.is_fed:
            return ()  # what the router has was taken when it got it
        if swap.token is not None and call.to in routers and is_ours and is_listed:
            conversion = Conversion(
                path=call.path,
                token=swap.token,
                base_units=swap.base_units,
                is_exact=swap.is_exact,
                also_uses=_used_of_permit2(call, swap),
            )
            return (conversion,)
        if swap.token == NATIVE:
            return ()  # the value sent along is told for every call
        taken = Outflow(path=call.path, token=swap.token, base_units=swap.base_units, to=call.to)
        return (taken,)

    return read


def runs_as_shown(
    strategies: tuple[Strategy, ...], trusted: frozenset[Address] = frozenset()
) -> Callable[[DecodedCall], bool]:
    """Whether a call is the multicall of a router that somebody vouches for, of its own functions.

    Whoever takes a swap there for what it says may take the same swap in a multicall for it.
    """
    routers = _routers(strategies, trusted)

    def check(call: DecodedCall) -> bool:
        return (
            call.to in routers
            and _signature(call) in MULTICALLS
            and all(step.to == call.to and step.sender == call.sender for step in call.calls)
        )

    return check


def _routers(strategies: tuple[Strategy, ...], trusted: frozenset[Address]) -> frozenset[Address]:
    ours = {c for s in strategies if s.venue == "uniswap_v3" for c in s.contracts}
    others = {c for s in strategies if s.venue != "uniswap_v3" for c in s.contracts}
    return frozenset(ours | (trusted - others))


def _paid_in_native_coin(swap: _Swap, call: DecodedCall, wrapped: frozenset[Address]) -> _Swap:
    """Where just what a swap takes is sent along, the router wraps that and takes nothing else."""
    is_paid = call.value and call.value == swap.base_units and _signature(call) in V3_SWAPS
    if not is_paid or not swap.is_exact or not swap.path or swap.path[0] not in wrapped:
        return swap
    return swap._replace(token=NATIVE)


def _used_of_permit2(call: DecodedCall, swap: _Swap) -> OpenApproval | None:
    """The token's allowance to Permit2, without which the router's allowance in it is nothing."""
    if swap.token is None or _signature(call) not in COMMANDS:
        return None
    return OpenApproval(call.sender, swap.token, PERMIT2)


def _is_swapped(
    wrapping: DecodedCall,
    outer: DecodedCall | None,
    listed: frozenset[Address],
    wrapped: frozenset[Address],
) -> bool:
    """Whether the ether sent along is wrapped and comes back whole: wrapped, or as listed tokens.

    Neither the wrapping nor the swaps that use it up may fail alone.
    """
    recipient, amount = wrapping.arguments[0].value, wrapping.arguments[1].value
    is_certain = outer is not None and _signature(outer) in MULTICALLS and not _may_fail(wrapping)
    if amount not in {wrapping.value, ALL_IT_HAS} or not is_certain:
        return False
    if recipient in {wrapping.sender, MESSAGE_SENDER}:
        return bool(wrapped)
    is_kept = recipient in {wrapping.to, THE_ROUTER}
    return is_kept and _uses_up(wrapping.value, _steps_after(wrapping, outer), listed, wrapped)


def _uses_up(
    wei: int,
    steps: tuple[DecodedCall, ...],
    listed: frozenset[Address],
    wrapped: frozenset[Address],
) -> bool:
    """Whether swaps for the sender take all of what was wrapped, before anything else is done."""
    for place, step in enumerate(steps, 1):
        swap, after = _swap(step), steps[place:]
        if swap is None or not swap.is_fed or not swap.path or _may_fail(step):
            return False
        if swap.path[0] not in wrapped or not listed.issuperset(swap.path):
            return False
        is_paid_out = _is_kept(step, swap) and _is_paid_out(swap, after, listed, wrapped)
        if not (is_paid_out or _is_for_sender(step, swap)):
            return False
        wei -= min(wei, swap.base_units)
        if not swap.is_exact:  # what it does not take has to be unwrapped at once
            return bool(after) and _signature(after[0]) in UNWRAPS and _pays_sender(after[0])
        if not wei:
            return True
    return False


def _may_fail(step: DecodedCall) -> bool:
    """Whether a command of the universal router may fail without the others."""
    return step.data[:1] >= MAY_FAIL


def _is_for_sender(call: DecodedCall, swap: _Swap) -> bool:
    is_by_number = swap.has_constants and swap.recipient == MESSAGE_SENDER
    return swap.recipient == call.sender or is_by_number


def _is_kept(call: DecodedCall, swap: _Swap) -> bool:
    """Whether the router keeps what it swapped; SwapRouter takes zero as itself, others two."""
    if swap.recipient == call.to:
        return True
    if swap.has_constants:
        return swap.recipient == THE_ROUTER
    return swap.recipient == ZERO_ADDRESS and _signature(call) in V3_SWAPS


def _steps_after(call: DecodedCall, outer: DecodedCall | None) -> tuple[DecodedCall, ...]:
    """The calls that follow in the router's own multicall, all of which run or none."""
    if outer is None or outer.to != call.to or outer.is_delegatecall:
        return ()
    first = int(call.path.rpartition(".")[2]) + 1
    is_whole = _signature(outer) in MULTICALLS and outer.calls[first - 1] is call
    return outer.calls[first : first + MOST_STEPS] if is_whole else ()


def _is_paid_out(
    swap: _Swap,
    steps: tuple[DecodedCall, ...],
    listed: frozenset[Address],
    wrapped: frozenset[Address],
) -> bool:
    """Whether one of the steps pays all there is of what was swapped to the sender.

    None before it may take from the router or run a stranger's code, which could ask for it: only
    other payouts to the sender and other swaps of the sender's, all of listed tokens.
    """
    got = swap.path[-1]
    for step in steps:
        signature = _signature(step)
        if signature in UNWRAPS and _pays_sender(step):
            if got in wrapped:
                return True
        elif signature in SWEEPS and _pays_sender(step):
            token = step.arguments[0].value
            if token == got:
                return True
            if token not in listed:
                return False
        elif not _leaves_balances(step, listed):
            return False
    return False


def _pays_sender(step: DecodedCall) -> bool:
    """Whether a payout goes to the sender and cannot fail alone."""
    is_command = step.function is not None and step.function.name.isupper()
    if is_command and _may_fail(step):
        return False
    to = next((a.value for a in step.arguments if a.name == "recipient"), step.sender)
    return to == step.sender or (is_command and to == MESSAGE_SENDER)


def _leaves_balances(step: DecodedCall, listed: frozenset[Address]) -> bool:
    """Whether a step is a swap of listed tokens that takes nothing the router has."""
    swap = _swap(step)
    if swap is None:
        return _signature(step) == "refundETH()"
    takes_own = swap.is_fed or not swap.base_units
    return not takes_own and bool(swap.path) and listed.issuperset(swap.path)


def _signature(call: DecodedCall) -> str:
    return call.function.signature if call.function else ""


def _swap(call: DecodedCall) -> _Swap | None:
    """What a call swaps, or `None` where it is no swap."""
    signature = _signature(call)
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

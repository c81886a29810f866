"""What a run of calls does to the tokens of the accounts it acts for.

Read from the call tree alone, in the order in which the calls run: what leaves, to whom, and which
allowances stay open afterwards. Venues hand in readers for their own functions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import DecodedCall

NATIVE = "native"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outflow:
    """Base units of a token (EIP-55 address or "native") that leave for `to`.

    `token` or `base_units` is `None` where the call takes something it does not name.
    """

    path: str
    token: str | None
    base_units: int | None
    to: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """Base units that leave and come back as another asset of the same account."""

    path: str
    token: str
    base_units: int


Taking = Outflow | Conversion
"""What a call takes of its sender's tokens, by allowance or with its own value."""

TakingReader = Callable[[DecodedCall], tuple[Taking, ...] | None]
"""A venue's reading of one call; `None` where the call is not the venue's."""


@dataclass(frozen=True, slots=True)
class OpenApproval:
    """An allowance that is open after the run."""

    token: str
    spender: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Everything that leaves, everything converted, and the allowances open afterwards."""

    outflows: tuple[Outflow, ...]
    conversions: tuple[Conversion, ...]
    open_allowances: Mapping[OpenApproval, int]
    approved: frozenset[OpenApproval]


@dataclass
class _Run:
    """The state of a run: allowances as they change, takings as they are found."""

    allowances: dict[OpenApproval, int]
    outflows: list[Outflow] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    approved: set[OpenApproval] = field(default_factory=set)


def effects_of(
    root: DecodedCall,
    *,
    accounts: frozenset[Address],
    allowances: Mapping[OpenApproval, int],
    readers: tuple[TakingReader, ...],
) -> Effects:
    """What the call tree does to the accounts' tokens, allowances open before included."""
    run = _Run(dict(allowances))
    for call in root.walk():
        if call.sender in accounts:
            _apply(run, call, readers)
    return Effects(
        outflows=tuple(run.outflows),
        conversions=tuple(run.conversions),
        open_allowances={approval: left for approval, left in run.allowances.items() if left},
        approved=frozenset(run.approved),
    )


def _apply(run: _Run, call: DecodedCall, readers: tuple[TakingReader, ...]) -> None:
    if call.calls:
        return  # the inner calls say what happens
    takings = next((found for found in (read(call) for read in readers) if found is not None), None)
    if takings is None:
        takings = _token_takings(run, call)
    if takings is None:
        takings = _native_value(call)
    for taking in takings:
        _take(run, call, taking)


def _take(run: _Run, call: DecodedCall, taking: Taking) -> None:
    if isinstance(taking, Conversion):
        run.conversions.append(taking)
    else:
        run.outflows.append(taking)
    if taking.token is None or taking.base_units is None:
        return
    approval = OpenApproval(taking.token, call.to)
    if left := run.allowances.get(approval):
        run.allowances[approval] = max(0, left - taking.base_units)


def _native_value(call: DecodedCall) -> tuple[Taking, ...]:
    if not call.value:
        return ()
    return (Outflow(path=call.path, token=NATIVE, base_units=call.value, to=call.to),)


def _token_takings(run: _Run, call: DecodedCall) -> tuple[Taking, ...] | None:
    """ERC-20 and WETH9 functions; `None` for everything else."""
    if call.function is None:
        return None
    token = str(call.to)
    taken: tuple[Taking, ...] = ()
    match call.function.signature:
        case "transfer(address,uint256)":
            taken = (_outflow(call),)
        case "transferFrom(address,address,uint256)":
            taken = (_outflow(call),) if call.argument("from") == call.sender else ()
        case (
            "approve(address,uint256)"
            | "increaseAllowance(address,uint256)"
            | "decreaseAllowance(address,uint256)"
        ):
            _approve(run, call, token)
        case "deposit()" if call.abi == "WETH9":
            return (Conversion(path=call.path, token=NATIVE, base_units=call.value),)
        case "withdraw(uint256)" if call.abi == "WETH9":
            wad = call.argument("wad")
            assert isinstance(wad, int)
            taken = (Conversion(path=call.path, token=token, base_units=wad),)
        case _:
            return None
    return taken + _native_value(call)


def _outflow(call: DecodedCall) -> Outflow:
    amount, to = call.argument("amount"), call.argument("to")
    assert isinstance(amount, int)
    assert isinstance(to, Address)
    return Outflow(path=call.path, token=str(call.to), base_units=amount, to=to)


def _approve(run: _Run, call: DecodedCall, token: str) -> None:
    assert call.function is not None
    spender, amount = call.arguments[0].value, call.arguments[1].value
    assert isinstance(spender, Address)
    assert isinstance(amount, int)
    approval = OpenApproval(token, spender)
    before = run.allowances.get(approval, 0)
    after = {
        "approve": amount,
        "increaseAllowance": before + amount,
        "decreaseAllowance": max(0, before - amount),
    }
    run.allowances[approval] = after[call.function.name]
    run.approved.add(approval)

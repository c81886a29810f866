"""What a run of calls does to the tokens of the accounts it acts for.

Read from the call tree alone, in the order in which the calls run: what leaves, to whom, and which
allowances stay open afterwards. Venues hand in readers for their own functions. A call that nobody
can vouch for may use every allowance open at that moment, whatever is revoked after it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall
from treasury_desktop.safes.safe_tx import Operation

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
    """Base units that leave and come back as another asset of the same account.

    Where `is_exact` is False they are the most it takes: the allowance may stay open.
    """

    path: str
    token: str
    base_units: int
    is_exact: bool = True


Taking = Outflow | Conversion
"""What a call takes of its sender's tokens, by allowance or with its own value."""

TakingReader = Callable[[DecodedCall], tuple[Taking, ...] | None]
"""A venue's reading of one call; `None` where the call is not the venue's, () where it pays."""


@dataclass(frozen=True, slots=True)
class OpenApproval:
    """What a spender may take of an account's token."""

    account: Address
    token: str
    spender: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Everything that leaves, everything converted, and what may be taken besides.

    `open_allowances` are those open afterwards; where a call nobody vouches for could use one in
    between, all that was ever allowed and not taken by name. `approved` are the new ones, `unnamed`
    those that a call uses without naming what it takes, `unread` the contracts called without
    anybody vouching for what they do. `income` is what comes in for certain; with `may_bring_in`
    more may, of any token.
    """

    outflows: tuple[Outflow, ...]
    conversions: tuple[Conversion, ...]
    open_allowances: Mapping[OpenApproval, int]
    approved: frozenset[OpenApproval]
    unnamed: frozenset[OpenApproval] = frozenset()
    unread: frozenset[Address] = frozenset()
    income: Mapping[str, int] = field(default_factory=dict)
    may_bring_in: bool = False


@dataclass
class _Run:
    """The state of a run: allowances as they change, takings as they are found.

    `granted` counts what each allowance ever gave, less what was taken of it by name; `at_rest`
    are the new allowances that no call nobody vouches for could use so far.
    """

    accounts: frozenset[Address]
    allowances: dict[OpenApproval, int]
    granted: dict[OpenApproval, int]
    of_spender: dict[Address, set[OpenApproval]] = field(default_factory=dict)
    at_rest: set[OpenApproval] = field(default_factory=set)
    outflows: list[Outflow] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    approved: set[OpenApproval] = field(default_factory=set)
    pullable: set[OpenApproval] = field(default_factory=set)
    unnamed: set[OpenApproval] = field(default_factory=set)
    unread: set[Address] = field(default_factory=set)
    income: dict[str, int] = field(default_factory=dict)
    may_bring_in: bool = False

    def open_to(self, spender: Address) -> list[OpenApproval]:
        """The allowances that a contract can use now."""
        return [one for one in self.of_spender.get(spender, ()) if self.allowances.get(one)]

    def set_allowance(self, approval: OpenApproval, units: int) -> None:
        """An allowance as it stands from here on."""
        self.allowances[approval] = units
        self.of_spender.setdefault(approval.spender, set()).add(approval)

    def usable(self, approval: OpenApproval) -> int:
        """What is open at the end, or could have been used before it was revoked."""
        left = self.allowances.get(approval, 0)
        return max(left, self.granted.get(approval, 0)) if approval in self.pullable else left


def effects_of(
    root: DecodedCall,
    *,
    accounts: frozenset[Address],
    allowances: Mapping[OpenApproval, int],
    readers: tuple[TakingReader, ...],
) -> Effects:
    """What the call tree does to the accounts' tokens, allowances open before included."""
    run = _Run(accounts, {}, dict(allowances))
    for approval, units in allowances.items():
        run.set_allowance(approval, units)
    for call in root.walk():
        if call.sender in accounts:
            _apply(run, call, readers)
    usable = {approval: run.usable(approval) for approval in run.allowances}
    return Effects(
        outflows=tuple(run.outflows),
        conversions=tuple(run.conversions),
        open_allowances={approval: units for approval, units in usable.items() if units},
        approved=frozenset(run.approved),
        unnamed=frozenset(run.unnamed),
        unread=frozenset(run.unread),
        income=run.income,
        may_bring_in=run.may_bring_in,
    )


def _apply(run: _Run, call: DecodedCall, readers: tuple[TakingReader, ...]) -> None:
    if call.calls:
        _carry_value(run, call)
        return  # the inner calls say what else happens
    found = next((found for found in (read(call) for read in readers) if found is not None), None)
    if found is not None and not (found and all(isinstance(one, Outflow) for one in found)):
        run.may_bring_in = True
    takings = _token_takings(run, call) if found is None else found
    if takings is None or call.certainty is not Certainty.KNOWN_CONTRACT:
        _note_unread(run, call)
    for taking in (*(takings or ()), *_native_value(call, takings or ())):
        _take(run, call, taking)


def _carry_value(run: _Run, call: DecodedCall) -> None:
    """Value sent along with a batch or another Safe's execution leaves like any other.

    A multicall passes it on to its first item; a delegatecall carries none.
    """
    assert call.function is not None
    if call.operation == Operation.CALL and call.function.name != "multicall":
        for outflow in _native_value(call, ()):
            _take(run, call, outflow)


def _note_unread(run: _Run, call: DecodedCall) -> None:
    """A call nobody vouches for may use what was allowed in this run, and what it may take itself.

    A plain transfer counts too: the receiver's code runs.
    """
    if call.to in run.accounts:
        return
    run.unread.add(call.to)
    run.may_bring_in = True
    run.pullable.update(one for one in run.at_rest if run.allowances.get(one))
    run.at_rest.clear()
    run.pullable.update(run.open_to(call.to))


def _take(run: _Run, call: DecodedCall, taking: Taking) -> None:
    if isinstance(taking, Outflow):
        _take_outflow(run, call, taking)
    elif taking.is_exact:
        run.conversions.append(taking)
        _use(run, OpenApproval(call.sender, taking.token, call.to), taking.base_units)
    else:
        run.conversions.append(_at_most_allowed(run, call, taking))


def _take_outflow(run: _Run, call: DecodedCall, outflow: Outflow) -> None:
    """A named outflow uses its allowance; an unnamed one may use all its taker has.

    Where the taker has one allowance that suffices, that one names the token.
    """
    usable = [one for one in run.open_to(call.to) if one.account == call.sender]
    units = outflow.base_units
    if outflow.token is None and units is not None and len(usable) == 1:
        is_enough = run.allowances[usable[0]] >= units
        outflow = replace(outflow, token=usable[0].token) if is_enough else outflow
    run.outflows.append(outflow)
    if outflow.token is None or units is None:
        run.pullable.update(usable)
        run.unnamed.update(usable)
    else:
        _use(run, OpenApproval(call.sender, outflow.token, call.to), units)


def _use(run: _Run, approval: OpenApproval, units: int) -> None:
    for ledger in (run.allowances, run.granted):
        if approval in ledger:
            ledger[approval] = max(0, ledger[approval] - units)


def _at_most_allowed(run: _Run, call: DecodedCall, taking: Conversion) -> Conversion:
    """A stated maximum says nothing beyond what the spender may take."""
    allowed = run.allowances.get(OpenApproval(call.sender, taking.token, call.to), 0)
    return Conversion(
        path=taking.path,
        token=taking.token,
        base_units=min(taking.base_units, allowed),
        is_exact=False,
    )


def _native_value(call: DecodedCall, takings: tuple[Taking, ...]) -> tuple[Taking, ...]:
    """The call's own value as an outflow, unless a conversion accounts for it."""
    is_converted = any(isinstance(one, Conversion) and one.token == NATIVE for one in takings)
    if not call.value or is_converted:
        return ()
    return (Outflow(path=call.path, token=NATIVE, base_units=call.value, to=call.to),)


def _token_takings(run: _Run, call: DecodedCall) -> tuple[Taking, ...] | None:
    """ERC-20, ERC-721, ERC-1155 and WETH9 functions; `None` for everything else."""
    if call.function is None:
        return None
    takings: tuple[Taking, ...] | None = None
    match call.function.signature:
        case "transfer(address,uint256)":
            takings = (_outflow(call),)
        case "transferFrom(address,address,uint256)":
            takings = _pulled(run, call, _outflow(call))
        case (
            "approve(address,uint256)"
            | "increaseAllowance(address,uint256)"
            | "decreaseAllowance(address,uint256)"
        ):
            _approve(run, call)
            takings = ()
        case signature if signature.startswith(("safeTransferFrom(", "safeBatchTransferFrom(")):
            takings = _pulled(run, call, _unpriced_outflow(call))
        case _ if call.abi == "WETH9" and call.certainty is Certainty.KNOWN_CONTRACT:
            takings = _wrapping(run, call)
    return takings


def _wrapping(run: _Run, call: DecodedCall) -> tuple[Taking, ...]:
    """Wrapping and unwrapping at the wrapped ether somebody vouches for: nothing leaves."""
    assert call.function is not None
    token = str(call.to)
    if call.function.name == "deposit":
        run.income[token] = run.income.get(token, 0) + call.value
        return (Conversion(path=call.path, token=NATIVE, base_units=call.value),)
    wad = call.argument("wad")
    assert isinstance(wad, int)
    return (Conversion(path=call.path, token=token, base_units=wad),)


def _pulled(run: _Run, call: DecodedCall, outflow: Outflow) -> tuple[Taking, ...]:
    """What transferFrom moves: an outflow from one of our accounts, else perhaps income."""
    if call.argument("from") in run.accounts:
        return (outflow,)
    run.may_bring_in = True
    return ()


def _outflow(call: DecodedCall) -> Outflow:
    amount, to = call.argument("amount"), call.argument("to")
    assert isinstance(amount, int)
    assert isinstance(to, Address)
    return Outflow(path=call.path, token=str(call.to), base_units=amount, to=to)


def _unpriced_outflow(call: DecodedCall) -> Outflow:
    """An NFT or multi-token leaves: its number is no amount."""
    to = call.argument("to")
    assert isinstance(to, Address)
    return Outflow(path=call.path, token=str(call.to), base_units=None, to=to)


def _approve(run: _Run, call: DecodedCall) -> None:
    assert call.function is not None
    spender, amount = call.arguments[0].value, call.arguments[1].value
    assert isinstance(spender, Address)
    assert isinstance(amount, int)
    approval = OpenApproval(call.sender, str(call.to), spender)
    before = run.allowances.get(approval, 0)
    after, given = {
        "approve": (amount, amount),
        "increaseAllowance": (before + amount, amount),
        "decreaseAllowance": (max(0, before - amount), 0),
    }[call.function.name]
    run.set_allowance(approval, after)
    run.granted[approval] = run.granted.get(approval, 0) + given
    run.approved.add(approval)
    run.at_rest.add(approval)

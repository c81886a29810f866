"""What a run of calls does to the tokens of the accounts it acts for.

Read from the call tree alone, in the order in which the calls run: what leaves, to whom, and which
allowances stay open afterwards. Venues hand in readers for their own functions. A call that nobody
can vouch for may use every allowance open at that moment, whatever is revoked after it. The calls
inside another contract's batch come from that contract: they use what it was allowed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.calls.allowances import NATIVE, Grant, OpenApproval, grants_of
from treasury_desktop.calls.decoded_call import Certainty, DecodedCall
from treasury_desktop.calls.open_allowances import OpenAllowances
from treasury_desktop.calls.pulls import Pull, pulls_of
from treasury_desktop.safes.safe_tx import Operation

__all__ = [
    "NATIVE",
    "Borrowing",
    "Conversion",
    "Effects",
    "OpenApproval",
    "Outflow",
    "Taking",
    "TakingReader",
    "effects_of",
]

TOKEN_ABIS = frozenset({"ERC-20", "WETH9"})
TRANSFER = "transfer(address,uint256)"


class Outflow(NamedTuple):
    """Base units of a token (EIP-55 address or "native") that leave for `to`.

    `token` or `base_units` is `None` where the call takes something it does not name. `uses` is
    the allowance by which it is taken, where that is not the called contract's own.
    """

    path: str
    token: str | None
    base_units: int | None
    to: Address
    uses: OpenApproval | None = None


class Conversion(NamedTuple):
    """Base units that leave and come back as another asset of the same account.

    Where `is_exact` is False they are the most it takes: the allowance may stay open. `also_uses`
    is a second allowance that is needed for it, such as that of Permit2 itself.
    """

    path: str
    token: str
    base_units: int
    is_exact: bool = True
    also_uses: OpenApproval | None = None


class Borrowing(NamedTuple):
    """Base units of a token that come in and that `debtor` owes afterwards."""

    path: str
    token: str
    base_units: int
    debtor: Address


Taking = Outflow | Conversion | Borrowing
"""What a call takes of its sender's tokens, by allowance or with its own value, or borrows."""

TakingReader = Callable[[DecodedCall, DecodedCall | None], tuple[Taking, ...] | None]
"""A venue's reading of one call, with the call that makes it, if any.

`None` where the call is not the venue's, () where it pays.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Everything that leaves, everything converted or borrowed, and what may be taken besides.

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
    borrowings: tuple[Borrowing, ...] = ()
    unnamed: frozenset[OpenApproval] = frozenset()
    unread: frozenset[Address] = frozenset()
    income: Mapping[str, int] = field(default_factory=dict)
    may_bring_in: bool = False


@dataclass
class _Run:
    """The state of a run: allowances as they change, takings as they are found.

    `is_sure` says that the present call runs as shown. What somebody nobody vouches for shows as
    the inside of his call may be fiction: it may add to what is taken, and takes nothing back.
    """

    accounts: frozenset[Address]
    readers: tuple[TakingReader, ...]
    allowances: OpenAllowances
    runs_as_shown: Callable[[DecodedCall], bool]
    outflows: list[Outflow] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    borrowings: list[Borrowing] = field(default_factory=list)
    unread: set[Address] = field(default_factory=set)
    income: dict[str, int] = field(default_factory=dict)
    may_bring_in: bool = False
    is_sure: bool = True

    def use(self, approval: OpenApproval, units: int) -> None:
        """Units are taken by name, where that is sure."""
        if self.is_sure:
            self.allowances.use(approval, units)

    def reading_of(self, call: DecodedCall, outer: DecodedCall | None) -> tuple[Taking, ...] | None:
        """What the first venue that knows the call says of it."""
        for read in self.readers:
            found = read(call, outer)
            if found is not None:
                return found
        return None


def effects_of(
    root: DecodedCall,
    *,
    accounts: frozenset[Address],
    allowances: Mapping[OpenApproval, int],
    readers: tuple[TakingReader, ...],
    runs_as_shown: Callable[[DecodedCall], bool] = lambda _call: False,
) -> Effects:
    """What the call tree does to the accounts' tokens, allowances open before included.

    `runs_as_shown` tells which calls of contracts that no packaged ABI is for run the calls in them
    as they are shown.
    """
    run = _Run(accounts, readers, OpenAllowances(allowances), runs_as_shown)
    pending: list[tuple[DecodedCall, DecodedCall | None, bool]] = [(root, None, True)]
    while pending:
        call, outer, is_sure = pending.pop()
        run.is_sure = is_sure and not call.runs_later
        if call.sender in accounts:
            _apply(run, call, outer)
        else:
            _apply_foreign(run, call, outer)
        if call.calls:
            is_vouched_for = call.certainty is Certainty.KNOWN_CONTRACT or runs_as_shown(call)
            inside = run.is_sure and (call.to in accounts or is_vouched_for)
            pending.extend((inner, call, inside) for inner in reversed(call.calls))
    return Effects(
        outflows=tuple(run.outflows),
        conversions=tuple(run.conversions),
        borrowings=tuple(run.borrowings),
        open_allowances=run.allowances.usable(),
        approved=frozenset(run.allowances.approved),
        unnamed=frozenset(run.allowances.unnamed),
        unread=frozenset(run.unread),
        income=run.income,
        may_bring_in=run.may_bring_in,
    )


def _apply(run: _Run, call: DecodedCall, outer: DecodedCall | None) -> None:
    is_known = call.certainty is Certainty.KNOWN_CONTRACT
    if call.calls:
        _carry_value(run, call)
        # Whoever runs calls in his own name may run others too.
        if not (is_known and all(inner.sender == call.sender for inner in call.calls)):
            _note_unread(run, call)
        return  # the inner calls say what else happens
    is_token = _is_transfer(call) or (is_known and call.abi in TOKEN_ABIS)  # at no venue
    found = None if is_token else run.reading_of(call, outer)
    if found is not None and not (found and all(isinstance(one, Outflow) for one in found)):
        run.may_bring_in = True
    takings = _token_takings(run, call, outer) if found is None else found
    if takings is None or not is_known:
        _note_unread(run, call)
    for taking in (*(takings or ()), *_native_value(call, takings or ())):
        _take(run, call, taking)


def _apply_foreign(run: _Run, call: DecodedCall, outer: DecodedCall | None) -> None:
    """What a call that is not ours does to us: it takes what was allowed, or fills a balance."""
    run.may_bring_in = True
    grants, pulls = _apply_grants(run, call), pulls_of(call, outer)
    for pull in pulls or ():
        if pull.uses.account in run.accounts:
            _take_outflow(run, call, _outflow_of(call, pull))
    is_read = grants is not None or pulls is not None or _is_transfer(call)
    is_understood = is_read or run.reading_of(call, outer) is not None
    if call.calls or call.certainty is not Certainty.KNOWN_CONTRACT or not is_understood:
        _note_unread(run, call)


def _carry_value(run: _Run, call: DecodedCall) -> None:
    """Value sent along with a batch or another Safe's execution leaves like any other.

    Where it is passed on in the sender's name the inner calls have it, as far as somebody vouches
    for the one that passes it on, or it stays there; a delegatecall carries none.
    """
    if call.operation != Operation.CALL:
        return
    is_known = call.certainty is Certainty.KNOWN_CONTRACT
    passed_on = sum(
        inner.value
        for inner in call.calls
        if inner.sender == call.sender and (is_known or inner.to == call.to)
    )
    if passed_on < call.value:
        rest = call.value - passed_on
        _take(run, call, Outflow(path=call.path, token=NATIVE, base_units=rest, to=call.to))


def _note_unread(run: _Run, call: DecodedCall) -> None:
    """A call nobody vouches for may use what was allowed in this run, and what it may take itself.

    A plain transfer counts too: the receiver's code runs.
    """
    if call.to in run.accounts:
        return
    run.unread.add(call.to)
    run.may_bring_in = True
    run.allowances.expose_to(call.to)


def _take(run: _Run, call: DecodedCall, taking: Taking) -> None:
    if isinstance(taking, Outflow):
        _take_outflow(run, call, taking)
    elif isinstance(taking, Borrowing):
        run.borrowings += [taking] if taking.debtor in run.accounts else []
    elif taking.is_exact:
        run.conversions.append(taking)
        run.use(_allowance(call, taking.token), taking.base_units)
        if taking.also_uses is not None:
            run.use(taking.also_uses, taking.base_units)
    else:
        # A stated maximum says nothing beyond what the spender may take.
        allowed = run.allowances.left(_allowance(call, taking.token))
        run.conversions.append(taking._replace(base_units=min(taking.base_units, allowed)))


def _allowance(call: DecodedCall, token: str) -> OpenApproval:
    """The allowance by which a called contract takes from its caller."""
    return OpenApproval(call.sender, token, call.to)


def _take_outflow(run: _Run, call: DecodedCall, outflow: Outflow) -> None:
    """A named outflow uses its allowance; an unnamed one may use all its taker has.

    Where the taker has one allowance that suffices, that one names the token. A contract that pays
    somebody else does so out of what it has: that uses no allowance.
    """
    units = outflow.base_units
    if outflow.token is None and units is not None:
        only = run.allowances.only_one_open(call.sender, call.to)
        if only is not None and run.allowances.left(only) >= units:
            outflow = outflow._replace(token=only.token)
    run.outflows.append(outflow)
    if outflow.token is None or units is None:
        run.allowances.use_unnamed(call.sender, call.to)
    elif outflow.uses is not None:
        run.use(outflow.uses, units)
    elif outflow.to == call.to and run.allowances.are_given_to(call.to):
        run.use(_allowance(call, outflow.token), units)


def _native_value(call: DecodedCall, takings: tuple[Taking, ...]) -> tuple[Taking, ...]:
    """The call's own value as an outflow, unless a conversion accounts for it."""
    if not call.value:
        return ()
    if any(isinstance(one, Conversion) and one.token == NATIVE for one in takings):
        return ()
    return (Outflow(path=call.path, token=NATIVE, base_units=call.value, to=call.to),)


def _token_takings(
    run: _Run, call: DecodedCall, outer: DecodedCall | None
) -> tuple[Taking, ...] | None:
    """ERC-20, ERC-721, ERC-1155, Permit2 and WETH9 functions; `None` for everything else."""
    if call.function is None:
        return None
    if _is_transfer(call):
        to, amount = call.arguments[0].value, call.arguments[1].value
        assert isinstance(amount, int)
        assert isinstance(to, Address)
        return (Outflow(path=call.path, token=str(call.to), base_units=amount, to=to),)
    if _apply_grants(run, call):
        return ()
    pulls = pulls_of(call, outer)
    if pulls is not None:
        ours = [pull for pull in pulls if pull.uses.account in run.accounts]
        run.may_bring_in = run.may_bring_in or len(ours) < len(pulls)
        return tuple(_outflow_of(call, pull) for pull in ours)
    if call.abi == "WETH9" and call.certainty is Certainty.KNOWN_CONTRACT:
        return _wrapping(run, call)
    return None


def _is_transfer(call: DecodedCall) -> bool:
    return call.function is not None and call.function.signature == TRANSFER


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


def _outflow_of(call: DecodedCall, pull: Pull) -> Outflow:
    return Outflow(
        path=call.path,
        token=pull.uses.token,
        base_units=pull.base_units,
        to=pull.to,
        uses=pull.uses,
    )


def _apply_grants(run: _Run, call: DecodedCall) -> tuple[Grant, ...] | None:
    """The allowances of ours that a call changes; other accounts' are their own affair."""
    grants = grants_of(call)
    for grant in grants or ():
        is_ours = grant.approval.account in run.accounts
        if is_ours and (run.is_sure or grant.given):
            run.allowances.change(grant if run.is_sure else grant.at_most_raising())
    return grants

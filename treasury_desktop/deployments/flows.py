"""What flows where: base units that leave for each limit or stay open to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.allowances import OpenApproval
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Effects, Outflow, effects_of
from treasury_desktop.deployments.denominator import is_listed
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.treasury.evidence import NATIVE


@dataclass(slots=True)
class Flow:
    """Base units by token that leave for the groups under one limit or stay open to them.

    `has_unknown` says that something is taken which the calldata does not name and no open
    allowance bounds.
    """

    units: dict[str, int] = field(default_factory=dict)
    has_unknown: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing goes there after all."""
        return not self.has_unknown and not any(self.units.values())

    def add(self, token: str, units: int) -> None:
        """More of a token."""
        self.units[token] = self.units.get(token, 0) + units


Flows = dict[str, Flow]
"""By the limit they count against."""


def flows_by_limit(matter: Matter, call: DecodedCall) -> Flows:
    """Decoded or simulated outflows (the larger) plus allowances that stay open, by limit."""
    return flows_of(matter, effects_in(matter, call), is_simulated=call is matter.call)


def flows_of(matter: Matter, effects: Effects, *, is_simulated: bool) -> Flows:
    """The flows of effects; where a simulation of these very calls saw more leave, that too."""
    flows: Flows = {}
    allowed = _allowed_unnamed(effects)
    ours = matter.accounts
    for outflow in effects.outflows:
        if outflow.to not in ours:
            flow = flows.setdefault(matter.limit_for(outflow.to), Flow())
            _add_outflow(flow, outflow, allowed.get(outflow.to, {}))
    if is_simulated:
        _add_simulated_excess(matter, effects, flows)
    _add_open_allowances(matter, effects, flows)
    return {limit: flow for limit, flow in flows.items() if not flow.is_nothing}


def effects_in(matter: Matter, call: DecodedCall) -> Effects:
    """What a call tree does to the treasury's Safes."""
    evidence = matter.evidence
    allowances: dict[OpenApproval, int] = {}
    for known in evidence.allowances:
        account = matter.safe.address if isinstance(known.safe, Unknown) else known.safe
        approval = OpenApproval(account, known.token, known.spender)
        allowances[approval] = max(allowances.get(approval, 0), known.base_units)
    return effects_of(
        call,
        accounts=matter.accounts,
        allowances=allowances,
        readers=matter.readers,
        runs_as_shown=matter.runs_as_shown,
    )


_Allowed = Mapping[str | None, int]
"""The most that may be taken by one allowance of each token, and of any by `None`."""


def _allowed_unnamed(effects: Effects) -> Mapping[Address, _Allowed]:
    """What takers that do not name what they take may take."""
    allowed: dict[Address, dict[str | None, int]] = {}
    for approval in effects.unnamed:
        units = effects.open_allowances.get(approval, 0)
        of_spender = allowed.setdefault(approval.spender, {})
        for token in (approval.token, None):
            of_spender[token] = max(units, of_spender.get(token, 0))
    return allowed


def _add_outflow(flow: Flow, outflow: Outflow, allowed: _Allowed) -> None:
    if outflow.token is not None and outflow.base_units is not None:
        flow.add(outflow.token, outflow.base_units)
        return
    # An allowance it could use, which is counted anyway, may cover what is not named.
    most = allowed.get(outflow.token)
    if most is None or most < (outflow.base_units or 0):
        flow.has_unknown = True


def _add_simulated_excess(matter: Matter, effects: Effects, flows: Flows) -> None:
    """What a simulation saw leave beyond what the calldata says, charged to every group touched."""
    named = _named_units(matter, effects)
    for token, left in _simulated(matter).items():
        excess = left - named.get(token, 0)
        if excess <= 0:
            continue
        if not flows:
            flows[matter.limit_for(matter.tx.to)] = Flow()
        for flow in flows.values():
            flow.add(token, excess)


def _named_units(matter: Matter, effects: Effects) -> dict[str, int]:
    """What the calldata says leaves or is converted of each token, or counts for what it hides."""
    named: dict[str, int] = {}
    ours = matter.accounts
    counted = [(o.token, o.base_units or 0) for o in effects.outflows if o.to not in ours]
    counted += [(conversion.token, conversion.base_units) for conversion in effects.conversions]
    counted += [(open_.token, effects.open_allowances.get(open_, 0)) for open_ in effects.unnamed]
    for token, units in counted:
        if token is not None:
            named[token] = named.get(token, 0) + units
    return named


def _simulated(matter: Matter) -> dict[str, int]:
    """Base units by token that a simulation saw leave all our Safes together."""
    left: dict[str, int] = {}
    changes, ours = matter.evidence.balance_changes, matter.accounts
    for change in () if isinstance(changes, Unknown) else changes:
        if change.account in ours:
            left[change.token] = left.get(change.token, 0) - change.delta
    return left


def _add_open_allowances(matter: Matter, effects: Effects, flows: Flows) -> None:
    """Allowances open afterwards, older ones of a touched group too, capped by the balance."""
    new = {approval.spender for approval in effects.approved & effects.open_allowances.keys()}
    touched = {*flows, *(matter.limit_for(contract) for contract in effects.unread | new)}
    idle, ours = _idle_balances(matter), matter.accounts
    for open_, units in effects.open_allowances.items():
        if open_.spender in ours:
            continue
        limit = matter.limit_for(open_.spender)
        if open_ in effects.approved or limit in touched:
            most = None if effects.may_bring_in else _most_held(matter, effects, idle, open_.token)
            flow = flows.setdefault(limit, Flow())
            flow.add(open_.token, units if most is None else min(units, most))


def _most_held(
    matter: Matter, effects: Effects, idle: Mapping[str, int] | None, token: str
) -> int | None:
    """What there will be of a token at most, or `None` where nobody can say.

    A batch that wraps, swaps or exits first fills the balance that it then allows to be taken.
    """
    if idle is None or (token not in idle and not _is_read_idle(matter, token)):
        return None
    return idle.get(token, 0) + effects.income.get(token, 0)


def _idle_balances(matter: Matter) -> Mapping[str, int] | None:
    """What the treasury's Safes hold of tokens themselves, or `None` where nobody says."""
    holdings = matter.evidence.holdings
    if isinstance(holdings, Unknown):
        return None
    idle: dict[str, int] = {}
    for held in holdings:
        if held.place == "safe":
            idle[held.token] = idle.get(held.token, 0) + held.base_units
    return idle


def _is_read_idle(matter: Matter, token: str) -> bool:
    """Whether a token that is not among the holdings is one of which there is none.

    Only listed tokens are looked for, and shares of a venue are no idle holding even where listed.
    """
    if token == NATIVE:
        return True
    described = matter.evidence.token_of(token)
    is_share = described is not None and described.address in matter.limits.of_contract
    return is_listed(matter.evidence, token) and not is_share

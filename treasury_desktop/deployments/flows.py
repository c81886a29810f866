"""What flows where: base units that leave for each group or stay open to it."""

from dataclasses import dataclass, field

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import Effects, OpenApproval, Outflow, effects_of
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.deployments.venues import readers_for


@dataclass
class Flow:
    """Base units by token that leave for one group or stay open to it.

    `has_unknown` says that something is taken which the calldata does not name and no open
    allowance bounds.
    """

    units: dict[str, int] = field(default_factory=dict)
    has_unknown: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether nothing goes to the group after all."""
        return not self.has_unknown and not any(self.units.values())

    def add(self, token: str, units: int) -> None:
        """More of a token for the group."""
        self.units[token] = self.units.get(token, 0) + units


Flows = dict[str, Flow]


def flows_by_group(matter: Matter, call: DecodedCall) -> Flows:
    """Decoded or simulated outflows (the larger) plus allowances that stay open, by group."""
    effects = _effects(matter, call)
    flows: Flows = {}
    for outflow in effects.outflows:
        if outflow.to not in matter.accounts:
            for group in matter.groups_of(outflow.to):
                _add_outflow(flows.setdefault(group, Flow()), outflow, effects)
    if call is matter.call:
        _add_simulated_excess(matter, effects, flows)
    _add_open_allowances(matter, effects, flows)
    return {group: flow for group, flow in flows.items() if not flow.is_nothing}


def _effects(matter: Matter, call: DecodedCall) -> Effects:
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
        readers=readers_for(
            matter.strategies,
            trusted=frozenset(c.address for c in evidence.contracts if c.trusted),
        ),
    )


def _add_outflow(flow: Flow, outflow: Outflow, effects: Effects) -> None:
    if outflow.token is not None and outflow.base_units is not None:
        flow.add(outflow.token, outflow.base_units)
    elif not _is_bounded(outflow, effects):
        flow.has_unknown = True


def _is_bounded(outflow: Outflow, effects: Effects) -> bool:
    """Whether an allowance it could use, which is counted anyway, covers what is not named."""
    return any(
        approval.spender == outflow.to
        and outflow.token in (None, approval.token)
        and effects.open_allowances.get(approval, 0) >= (outflow.base_units or 0)
        for approval in effects.unnamed
    )


def _add_simulated_excess(matter: Matter, effects: Effects, flows: Flows) -> None:
    """What a simulation saw leave beyond what the calldata says, charged to every group touched."""
    for token, left in _simulated(matter).items():
        excess = left - _named_units(matter, effects, token)
        if excess <= 0:
            continue
        for group in () if flows else matter.groups_of(matter.tx.to):
            flows[group] = Flow()
        for flow in flows.values():
            flow.add(token, excess)


def _named_units(matter: Matter, effects: Effects, token: str) -> int:
    """What the calldata says leaves or is converted of a token, or counts for what it hides."""
    leaving = (
        outflow.base_units or 0
        for outflow in effects.outflows
        if outflow.token == token and outflow.to not in matter.accounts
    )
    converted = (c.base_units for c in effects.conversions if c.token == token)
    hidden = (effects.open_allowances.get(a, 0) for a in effects.unnamed if a.token == token)
    return sum(leaving) + sum(converted) + sum(hidden)


def _simulated(matter: Matter) -> dict[str, int]:
    """Base units by token that a simulation saw leave all our Safes together."""
    left: dict[str, int] = {}
    changes = matter.evidence.balance_changes
    for change in () if isinstance(changes, Unknown) else changes:
        if change.account in matter.accounts:
            left[change.token] = left.get(change.token, 0) - change.delta
    return left


def _add_open_allowances(matter: Matter, effects: Effects, flows: Flows) -> None:
    """Allowances open afterwards, older ones of a touched group too, capped by the balance."""
    new = {approval.spender for approval in effects.approved & effects.open_allowances.keys()}
    touched = {*flows}.union(*(matter.groups_of(contract) for contract in effects.unread | new))
    for open_, units in effects.open_allowances.items():
        if open_.spender in matter.accounts:
            continue
        for group in matter.groups_of(open_.spender):
            if open_ in effects.approved or group in touched:
                capped = _at_most_held(matter, effects, open_.token, units)
                flows.setdefault(group, Flow()).add(open_.token, capped)


def _at_most_held(matter: Matter, effects: Effects, token: str, units: int) -> int:
    """The part of an allowance for which there will be tokens, where anybody can say.

    A batch that wraps, swaps or exits first fills the balance that it then allows to be taken.
    """
    balance = _idle_balance(matter, token)
    if balance is None or effects.may_bring_in:
        return units
    return min(units, balance + effects.income.get(token, 0))


def _idle_balance(matter: Matter, token: str) -> int | None:
    """What the treasury's Safes hold of a token themselves, or `None` where nobody says."""
    holdings = matter.evidence.holdings
    if isinstance(holdings, Unknown):
        return None
    return sum(held.base_units for held in holdings if (held.token, held.place) == (token, "safe"))

"""The stablecoins that the Safes hold themselves, and what a transaction and the queue leave.

Counted in base units of each token that the keepers call a stablecoin; what comes in by the same
batch, by a swap or by an exit counts nothing before it is there.
"""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.effects import Effects
from treasury_desktop.deployments.case import Case
from treasury_desktop.deployments.denominator import is_listed
from treasury_desktop.deployments.flows import Flow, Flows, effects_in, flows_of
from treasury_desktop.deployments.matter import OUTSIDER, Matter
from treasury_desktop.deployments.queued_value import call_of, hides_effects, rivals_in
from treasury_desktop.deployments.worth import NOTHING, UNKNOWN_DOLLARS, DollarRange, value_of_token
from treasury_desktop.treasury.evidence import QueueEntry


class Idle(NamedTuple):
    """Dollars left at least and at most; `high` is `None` where a price is missing.

    Where `is_whole` is False more may be taken than anybody can say.
    """

    low: Fraction
    high: Fraction | None
    is_whole: bool
    problems: tuple[str, ...] = ()


def takes_stablecoins(case: Case) -> bool:
    """Whether a transaction spends stablecoins on anything but payments to people we know.

    Payments to payees of the address book are what they are kept for.
    """
    stable = case.matter.evidence.stablecoins
    spent = {conversion.token for conversion in case.effects.conversions}
    if not stable.isdisjoint(spent):
        return True
    return any(
        _takes(flow, stable) and not _is_known_payee(case.matter, limit)
        for limit, flow in case.flows.items()
    )


def idle_stablecoins(case: Case) -> Idle:
    """What stays in the treasury's Safes after the transaction and the queue."""
    matter, evidence = case.matter, case.matter.evidence
    if isinstance(evidence.holdings, Unknown) or isinstance(evidence.queue, Unknown):
        return Idle(low=Fraction(0), high=None, is_whole=False)
    gone = _taken(matter, case.effects, case.flows)
    for rivals in rivals_in(matter, evidence.queue):
        gone = gone.and_then(_largest(matter, rivals))
    left: Counter[str] = Counter()
    for held in evidence.holdings:
        is_stable = held.token in evidence.stablecoins and is_listed(evidence, held.token)
        if held.place == "safe" and is_stable:
            left[held.token] += held.base_units
    total = NOTHING
    for token, units in left.items():
        total += value_of_token(matter, token, max(0, units - gone.units.get(token, 0)))
    return Idle(
        low=total.low - gone.stated_usd,
        high=None if total.high is None else total.high - gone.stated_usd,
        is_whole=not gone.has_unknown,
        problems=total.problems,
    )


def stablecoins_taken(case: Case) -> DollarRange:
    """What the transaction itself takes of them, in dollars."""
    gone, total = _taken(case.matter, case.effects, case.flows), NOTHING
    for token, units in gone.units.items():
        total += value_of_token(case.matter, token, units)
    return total + UNKNOWN_DOLLARS if gone.has_unknown else total


class _Gone(NamedTuple):
    """Base units by stablecoin, and dollars that somebody states without saying of what."""

    units: Mapping[str, int]
    stated_usd: Fraction = Fraction(0)
    has_unknown: bool = False

    def and_then(self, other: "_Gone") -> "_Gone":
        return _Gone(
            {
                token: self.units.get(token, 0) + other.units.get(token, 0)
                for token in (*self.units, *other.units)
            },
            self.stated_usd + other.stated_usd,
            self.has_unknown or other.has_unknown,
        )

    def or_larger(self, other: "_Gone") -> "_Gone":
        return _Gone(
            {
                token: max(self.units.get(token, 0), other.units.get(token, 0))
                for token in (*self.units, *other.units)
            },
            max(self.stated_usd, other.stated_usd),
            self.has_unknown or other.has_unknown,
        )


def _taken(matter: Matter, effects: Effects, flows: Flows) -> _Gone:
    """What leaves or stays open to be taken, and what is converted."""
    stable, units = matter.evidence.stablecoins, Counter[str]()
    for flow in flows.values():
        units.update({token: count for token, count in flow.units.items() if token in stable})
    for conversion in effects.conversions:
        if conversion.token in stable:
            units[conversion.token] += conversion.base_units
    return _Gone(units, has_unknown=any(flow.has_unknown for flow in flows.values()))


def _largest(matter: Matter, rivals: list[QueueEntry]) -> _Gone:
    largest = _Gone({})
    for entry in rivals:
        largest = largest.or_larger(_taken_by_entry(matter, entry))
    return largest


def _taken_by_entry(matter: Matter, entry: QueueEntry) -> _Gone:
    """What a queued transaction takes by its bytes, and at least what is said of it."""
    gone = _Gone({})
    if not isinstance(entry.tx, Unknown):
        call = call_of(matter, entry, entry.tx)
        effects = effects_in(matter, call)
        gone = _taken(matter, effects, flows_of(matter, effects, is_simulated=False))
        gone = gone._replace(has_unknown=gone.has_unknown or hides_effects(matter, call))
    elif isinstance(entry.usd, Unknown) or entry.usd < 0:
        gone = gone._replace(has_unknown=True)
    else:
        gone = gone._replace(stated_usd=entry.usd)
    return gone


def _takes(flow: Flow, stable: frozenset[str]) -> bool:
    return flow.has_unknown or any(count for token, count in flow.units.items() if token in stable)


def _is_known_payee(matter: Matter, limit: str) -> bool:
    if not limit.startswith(OUTSIDER) or not matter.is_outsider(limit):
        return False
    account = Address.parse(limit.removeprefix(OUTSIDER))
    return matter.evidence.payee_at(account, matter.safe.chain_id) is not None

"""What waits in the queue and what is there already: the rest of a group's exposure."""

from dataclasses import replace
from fractions import Fraction

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.decoded_call import DecodedCall, Problem, decode_transaction
from treasury_desktop.calls.known_contracts import DELEGATECALL_LIBRARIES, official_contract
from treasury_desktop.deployments.flows import flows_by_limit
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.deployments.worth import NOTHING, UNKNOWN_DOLLARS, DollarRange, value_of
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import QueueEntry

EVERY_LIMIT = ""
"""Stands for what nobody can attribute: it counts against every limit."""

UNREADABLE = frozenset(
    {
        Problem.UNDECODED,
        Problem.MALFORMED_CALLDATA,
        Problem.MALFORMED_MULTISEND,
        Problem.TOO_DEEP,
    }
)


def queue_by_limit(matter: Matter) -> dict[str, DollarRange]:
    """Queued dollars by limit: rivals for one nonce count as the largest, ours not at all."""
    if isinstance(matter.evidence.queue, Unknown):
        return {EVERY_LIMIT: UNKNOWN_DOLLARS}
    by_nonce: dict[object, list[QueueEntry]] = {}
    for place, entry in enumerate(matter.evidence.queue):
        if _is_counted(matter, entry):
            rivals = ("unknown", place) if isinstance(entry.nonce, Unknown) else entry.nonce
            by_nonce.setdefault((_safe_of(matter, entry), rivals), []).append(entry)
    total: dict[str, DollarRange] = {}
    for entries in by_nonce.values():
        for limit, value in _largest_of_rivals(matter, entries).items():
            total[limit] = total.get(limit, NOTHING) + value
    return total


def existing_by_limit(matter: Matter) -> dict[str, DollarRange]:
    """What is deployed already under the limits of strategies, by the figures of the evidence.

    Nobody having said anything is no "nothing". An outsider holds nothing of ours.
    """
    exposures = matter.evidence.exposures
    if isinstance(exposures, Unknown):
        return dict.fromkeys(matter.limits.groups, UNKNOWN_DOLLARS)
    total: dict[str, DollarRange] = {}
    for exposed in exposures:
        for limit in _limits_named(matter, exposed.strategy):
            total[limit] = total.get(limit, NOTHING) + _stated(exposed.usd)
    return total


def _stated(usd: Fraction | Unknown) -> DollarRange:
    """A figure somebody states; nothing and less than nothing are no knowledge."""
    return UNKNOWN_DOLLARS if isinstance(usd, Unknown) or usd < 0 else DollarRange(usd, usd)


def _safe_of(matter: Matter, entry: QueueEntry) -> object:
    return matter.safe.address if isinstance(entry.safe, Unknown) else entry.safe


def _is_counted(matter: Matter, entry: QueueEntry) -> bool:
    """Whether it may still run beside this transaction; nonces are each Safe's own."""
    if entry.safe_tx_hash == matter.safe_tx_hash:
        return False
    if _safe_of(matter, entry) != matter.safe.address or isinstance(entry.nonce, Unknown):
        return True
    is_over = isinstance(matter.safe.nonce, int) and entry.nonce < matter.safe.nonce
    return entry.nonce != matter.tx.nonce and not is_over


def _largest_of_rivals(matter: Matter, rivals: list[QueueEntry]) -> dict[str, DollarRange]:
    largest: dict[str, DollarRange] = {}
    for entry in rivals:
        for limit, value in _value_of_entry(matter, entry).items():
            largest[limit] = largest.get(limit, NOTHING).or_larger(value)
    return largest


def _value_of_entry(matter: Matter, entry: QueueEntry) -> dict[str, DollarRange]:
    """What one queued transaction deploys: by its bytes, and at least what is said of it.

    One for a strategy that nobody names or knows concerns every group.
    """
    values: dict[str, DollarRange] = {}
    if not isinstance(entry.tx, Unknown):
        values = _value_of_bytes(matter, entry, entry.tx)
    if isinstance(entry.tx, Unknown) or not isinstance(entry.usd, Unknown):
        for limit in _limits_named(matter, entry.strategy) or (EVERY_LIMIT,):
            values[limit] = values.get(limit, NOTHING).or_larger(_stated(entry.usd))
    return values


def _value_of_bytes(matter: Matter, entry: QueueEntry, tx: SafeTx) -> dict[str, DollarRange]:
    safe = matter.safe
    if not isinstance(entry.safe, Unknown):
        safe = replace(safe, address=entry.safe)
    call = decode_transaction(safe, tx, matter.reading)
    flows = flows_by_limit(matter, call)
    values = {limit: value_of(matter, flow) for limit, flow in flows.items()}
    if any(_hides_effects(matter, inner) for inner in call.walk()):
        values[EVERY_LIMIT] = UNKNOWN_DOLLARS
    return values


def _hides_effects(matter: Matter, call: DecodedCall) -> bool:
    """Whether nobody can say what a call does: unread bytes, or foreign code run as the Safe."""
    if not UNREADABLE.isdisjoint(call.problems) or call.operation == Operation.CREATE:
        return True
    official = official_contract(matter.safe.chain_id, call.to)
    is_library = official is not None and official.name in DELEGATECALL_LIBRARIES
    return call.is_delegatecall and not is_library


def _limits_named(matter: Matter, name: str | Unknown) -> tuple[str, ...]:
    """The limits of the strategies, or of the group, of that name."""
    if isinstance(name, Unknown):
        return ()
    group = matter.limits.of_group.get(name)
    return matter.limits.of_strategy.get(name, () if group is None else (group,))

"""What waits in the queue and what is there already: the rest of a group's exposure."""

from dataclasses import replace
from fractions import Fraction

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.decoded_call import DecodedCall, Problem, decode_transaction
from treasury_desktop.calls.known_contracts import DELEGATECALL_LIBRARIES, official_contract
from treasury_desktop.deployments.flows import flows_by_group
from treasury_desktop.deployments.matter import Matter
from treasury_desktop.deployments.worth import NOTHING, UNKNOWN_DOLLARS, DollarRange, value_of
from treasury_desktop.safes.safe_tx import Operation, SafeTx
from treasury_desktop.treasury.evidence import QueueEntry

EVERY_GROUP = ""
"""Stands for what nobody can attribute: it concerns every group."""

UNREADABLE = frozenset(
    {
        Problem.UNDECODED,
        Problem.MALFORMED_CALLDATA,
        Problem.MALFORMED_MULTISEND,
        Problem.TOO_DEEP,
    }
)


def queue_by_group(matter: Matter) -> dict[str, DollarRange]:
    """Queued dollars by group: rivals for one nonce count as the largest, ours not at all."""
    by_nonce: dict[object, list[QueueEntry]] = {}
    for place, entry in enumerate(matter.evidence.queue):
        if _is_counted(matter, entry):
            rivals = ("unknown", place) if isinstance(entry.nonce, Unknown) else entry.nonce
            by_nonce.setdefault((_safe_of(matter, entry), rivals), []).append(entry)
    total: dict[str, DollarRange] = {}
    for entries in by_nonce.values():
        for group, value in _largest_of_rivals(matter, entries).items():
            total[group] = total.get(group, NOTHING) + value
    return total


def existing_in(matter: Matter, group: str) -> DollarRange:
    """What is deployed in a group already, by the figures of the evidence."""
    groups = matter.sharing_groups(group)
    names = {s.name for s in matter.strategies if s.group in groups}
    total = NOTHING
    for exposed in matter.evidence.exposures:
        if exposed.strategy in names:
            total += _stated(exposed.usd)
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
        for group, value in _value_of_entry(matter, entry).items():
            largest[group] = largest.get(group, NOTHING).or_larger(value)
    return largest


def _value_of_entry(matter: Matter, entry: QueueEntry) -> dict[str, DollarRange]:
    """What one queued transaction deploys: by its bytes, and at least what is said of it."""
    values: dict[str, DollarRange] = {}
    if not isinstance(entry.tx, Unknown):
        values = _value_of_bytes(matter, entry, entry.tx)
    if isinstance(entry.tx, Unknown) or not isinstance(entry.usd, Unknown):
        for group in _groups_named(matter, entry.strategy):
            values[group] = values.get(group, NOTHING).or_larger(_stated(entry.usd))
    return values


def _value_of_bytes(matter: Matter, entry: QueueEntry, tx: SafeTx) -> dict[str, DollarRange]:
    safe = matter.safe
    if not isinstance(entry.safe, Unknown):
        safe = replace(safe, address=entry.safe)
    call = decode_transaction(safe, tx, matter.reading)
    values = {g: value_of(matter, flow) for g, flow in flows_by_group(matter, call).items()}
    if any(_hides_effects(matter, inner) for inner in call.walk()):
        values[EVERY_GROUP] = UNKNOWN_DOLLARS
    return values


def _hides_effects(matter: Matter, call: DecodedCall) -> bool:
    """Whether nobody can say what a call does: unread bytes, or foreign code run as the Safe."""
    if not UNREADABLE.isdisjoint(call.problems) or call.operation == Operation.CREATE:
        return True
    official = official_contract(matter.safe.chain_id, call.to)
    is_library = official is not None and official.name in DELEGATECALL_LIBRARIES
    return call.is_delegatecall and not is_library


def _groups_named(matter: Matter, strategy: str | Unknown) -> tuple[str, ...]:
    """The groups of a strategy by name; an unnamed or unknown one concerns every group."""
    group = next((s.group for s in matter.strategies if s.name == strategy), None)
    return (EVERY_GROUP,) if group is None else tuple(matter.sharing_groups(group))

"""What waits in the queue and what is there already: the rest of a group's exposure."""

from dataclasses import replace
from fractions import Fraction

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.decoded_call import CLAIMED, DecodedCall, Problem, decode_transaction
from treasury_desktop.calls.delegatecalls import foreign_delegatecalls
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
    total: dict[str, DollarRange] = {}
    for entries in rivals_in(matter, matter.evidence.queue):
        for limit, value in _largest_of_rivals(matter, entries).items():
            total[limit] = total.get(limit, NOTHING) + value
    return total


def rivals_in(matter: Matter, queue: tuple[QueueEntry, ...]) -> tuple[list[QueueEntry], ...]:
    """What counts in the queue, those together of which only one can run."""
    by_nonce: dict[object, list[QueueEntry]] = {}
    for place, entry in enumerate(queue):
        if _is_counted(matter, entry):
            # What has no nonce, or two that contradict, is a rival of nothing.
            rivals = min(entry.nonces) if len(entry.nonces) == 1 else ("unknown", place)
            by_nonce.setdefault((_safe_of(matter, entry), rivals), []).append(entry)
    return tuple(by_nonce.values())


def existing_by_limit(matter: Matter) -> dict[str, DollarRange]:
    """What is deployed already under the limits of strategies, by the figures of the evidence.

    Nobody having said anything is no "nothing". An outsider holds nothing of ours.
    """
    exposures = matter.evidence.exposures
    if isinstance(exposures, Unknown):
        return dict.fromkeys(matter.limits.groups, UNKNOWN_DOLLARS)
    total: dict[str, DollarRange] = {}
    for exposed in exposures:
        # Under a name that no strategy has it lies nobody knows where: a new name frees no limit.
        for limit in limits_named(matter, exposed.strategy) or (EVERY_LIMIT,):
            total[limit] = total.get(limit, NOTHING) + stated(exposed.usd)
    return total


def stated(usd: Fraction | Unknown) -> DollarRange:
    """A figure somebody states; nothing and less than nothing are no knowledge."""
    return UNKNOWN_DOLLARS if isinstance(usd, Unknown) or usd < 0 else DollarRange(usd, usd)


def _safe_of(matter: Matter, entry: QueueEntry) -> object:
    return entry.safe_or(matter.safe.address)


def _is_counted(matter: Matter, entry: QueueEntry) -> bool:
    """Whether it may still run beside this transaction; nonces are each Safe's own.

    One that is said to have another nonce than its bytes counts, whichever is right.
    """
    safe, hash_ = matter.safe, matter.safe_tx_hash
    if hash_ and entry.is_transaction(safe.address, matter.tx, hash_):
        return False
    if _safe_of(matter, entry) != safe.address or len(entry.nonces) != 1:
        return True
    nonce = min(entry.nonces)
    is_over = isinstance(safe.nonce, int) and nonce < safe.nonce
    return nonce != matter.tx.nonce and not is_over


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
        for limit in limits_named(matter, entry.strategy) or (EVERY_LIMIT,):
            values[limit] = values.get(limit, NOTHING).or_larger(stated(entry.usd))
    return values


def _value_of_bytes(matter: Matter, entry: QueueEntry, tx: SafeTx) -> dict[str, DollarRange]:
    call = call_of(matter, entry, tx)
    flows = flows_by_limit(matter, call)
    values = {limit: value_of(matter, flow) for limit, flow in flows.items()}
    if hides_effects(matter, call):
        values[EVERY_LIMIT] = UNKNOWN_DOLLARS
    return values


def call_of(matter: Matter, entry: QueueEntry, tx: SafeTx) -> DecodedCall:
    """What the bytes of a queued transaction do, by its own Safe."""
    safe = matter.safe
    if not isinstance(entry.safe, Unknown):
        safe = replace(safe, address=entry.safe)
    return decode_transaction(safe, tx, matter.reading)


def hides_effects(matter: Matter, call: DecodedCall) -> bool:
    """Whether nobody can say what it does: unread bytes, or foreign code run as an account.

    Bytes that only a sender's ABI explains are no less unread.
    """
    is_unread = any(
        not UNREADABLE.isdisjoint(inner.problems)
        or inner.operation == Operation.CREATE
        or inner.abi == CLAIMED
        for inner in call.walk()
    )
    return is_unread or any(foreign_delegatecalls(call, matter.safe.chain_id))


def limits_named(matter: Matter, name: str | Unknown) -> tuple[str, ...]:
    """The limits of the strategies, or of the group, of that name."""
    if isinstance(name, Unknown):
        return ()
    group = matter.limits.of_group.get(name)
    return matter.limits.of_strategy.get(name, () if group is None else (group,))

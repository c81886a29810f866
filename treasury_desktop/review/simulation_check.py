"""Whether balances moved in a simulation as the calls say, where the calls say it exactly.

Only payments and approvals name what leaves to the unit. Beside swaps, deposits or bytes nobody
reads a difference proves nothing, and the policy charges it to whoever is touched.
"""

from collections.abc import Collection, Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.calls.effects import NATIVE, effects_of
from treasury_desktop.review.findings import Finding, danger
from treasury_desktop.review.refund_checks import refund_tokens
from treasury_desktop.review.subject import Subject
from treasury_desktop.treasury.evidence import BalanceChange

EXACT = frozenset(
    {
        "transfer(address,uint256)",
        "transferFrom(address,address,uint256)",
        "approve(address,uint256)",
        "increaseAllowance(address,uint256)",
        "decreaseAllowance(address,uint256)",
    }
)


def moved_otherwise(subject: Subject) -> Iterator[Finding]:
    """A token that moves more than its call says empties the Safe behind a harmless number."""
    changes = _changes(subject)
    if not changes or not all(_is_exact(call) for call in _own_leaves(subject)):
        return
    outflows = effects_of(
        subject.call, accounts=_accounts(subject), allowances={}, readers=()
    ).outflows
    said: dict[str | None, int] = {}
    for one in outflows:
        if not subject.is_ours(one.to):
            said[one.token] = said.get(one.token, 0) + (one.base_units or 0)
    by_token: dict[str, list[BalanceChange]] = {}
    for change in changes:
        by_token.setdefault(change.token, []).append(change)
    named = subject.touched.keys()
    refunded = refund_tokens(subject)
    for token, moved in by_token.items():
        if token not in refunded:
            yield from _losses(subject, token, moved, said.get(token, 0))
            yield from _strangers(subject, token, moved, named)


def _accounts(subject: Subject) -> frozenset[Address]:
    return subject.facts.own_safes | {subject.safe.address}


def _changes(subject: Subject) -> tuple[BalanceChange, ...]:
    """Our own simulation, or else the one a sender claims: it only adds suspicion."""
    for evidence in (subject.evidence, subject.bundle.evidence):
        if not isinstance(evidence.balance_changes, Unknown):
            return evidence.balance_changes
    return ()


def _own_leaves(subject: Subject) -> Iterator[DecodedCall]:
    """The calls that run now: what other Safes are only approved to do runs later."""
    accounts = _accounts(subject)
    return (call for call in subject.call.leaves() if call.sender in accounts)


def _is_exact(call: DecodedCall) -> bool:
    """Whether the call says to the unit what it moves."""
    if call.is_delegatecall:
        return False
    return not call.data or (call.function is not None and call.function.signature in EXACT)


def _losses(
    subject: Subject, token: str, moved: list[BalanceChange], said: int
) -> Iterator[Finding]:
    lost = -sum(change.delta for change in moved if subject.is_ours(change.account))
    if lost > said:
        yield danger(
            "SIMULATION_DIFFERS",
            f"In a simulation {lost:,} base units of {_name(subject, token)} leave the treasury; "
            f"the calls say {said:,}.",
        )


def _strangers(
    subject: Subject, token: str, moved: list[BalanceChange], named: Collection[Address]
) -> Iterator[Finding]:
    """Accounts no call names that gain more than all the named ones; a token's fee does not."""
    paid = sum(max(0, change.delta) for change in moved if change.account in named)
    for change in moved:
        is_stranger = change.account not in named and not subject.is_ours(change.account)
        if is_stranger and change.delta > paid:
            yield danger(
                "SIMULATION_DIFFERS",
                f"In a simulation {subject.name_of(change.account)} gets {change.delta:,} base "
                f"units of {_name(subject, token)}, and no call says so.",
            )


def _name(subject: Subject, token: str) -> str:
    return "the native coin" if token == NATIVE else subject.name_of(Address.parse(token))

"""What is dangerous about how money enters, leaves or waits in a venue.

One function per finding, each opening with what an attacker gains if it were missing. Those that
look at steps share one reading of them.
"""

from collections.abc import Callable, Iterator

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.review.findings import Finding, block, danger, warn
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.review.venue_approvals import approvals, operators
from treasury_desktop.review.venue_leftovers import money_left
from treasury_desktop.review.venue_prices import extreme_pools, unknown_tokens, unprotected_prices
from treasury_desktop.review.venue_receivers import (
    foreign_receivers,
    positions_of_others,
    receivers,
    recipients_elsewhere,
    said,
)
from treasury_desktop.review.venue_steps import Step, steps_of
from treasury_desktop.treasury.evidence import Origin

FAR_SECONDS = 60 * 86_400
"""Longer than any signing, vote and delay takes: what may run later is a time bomb (T16)."""
FAR_WITHOUT_BLOCK = 4_102_444_800
"""The year 2100 in Unix seconds, where nobody says what time it is."""
DEADLINES = ("deadline", "sig_deadline", "expiration", "expiry", "valid_to", "valid_until")
ENDLESS = ("exactinput", "exactoutput", "swapexact", "swaptokens", "v2swap", "v3swap")
"""Swaps that have a deadline in some versions and none in others."""

StepCheck = Callable[[Subject, tuple[Step, ...]], Iterator[Finding]]
"""One danger among the steps of a transaction."""


def far_deadlines(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Signed and held back, it runs on the day on which its price is worst."""
    block_ = subject.evidence.block
    end = FAR_WITHOUT_BLOCK if isinstance(block_, Unknown) else block_.timestamp + FAR_SECONDS
    for step in steps:
        named = [number for name in DEADLINES for number in step.numbers(name)]
        if any(number > end for number in named):
            yield warn(
                "DEADLINE_UNBOUNDED",
                f"{said(subject, step)}, which stays good until {max(named)}; that is no deadline.",
                path=step.call.path,
            )
        elif step.is_one_of(*ENDLESS) and not step.has_deadline:
            yield warn(
                "DEADLINE_UNBOUNDED",
                f"{said(subject, step)} without a deadline.",
                path=step.call.path,
            )


def empty_vaults(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Whoever deposits first and then gives to the vault keeps what rounds down to no shares.

    A sender's own preview counts in every review: it can only make this stricter.
    """
    shares = subject.bundle.preview_shares
    if isinstance(shares, Unknown):
        return
    for step in steps:
        assets = max(step.numbers("assets", "amount"), default=0)
        is_deposit = step.is_one_of("deposit") and (assets or step.call.value)
        if is_deposit and (shares == 0 or (shares == 1 and assets > 1)):
            yield block(
                "ZERO_SHARES_EXPECTED",
                f"deposits {assets:,} base units into {subject.name_of(step.call.to)}, which is "
                f"expected to give {shares} shares for them.",
                path=step.call.path,
            )


def strategy_recipients(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """A strategy's good name gets money signed that goes somewhere else.

    What stays open to a stranger goes there too. Others whom we know may be paid in the same batch,
    where the strategy is deployed into as well. A strategy that does not exist has no contract, so
    that whatever is given goes somewhere else.
    """
    name = subject.bundle.strategy
    if isinstance(name, Unknown) or not name:
        return
    allowed = _contracts_of(subject, name)
    effects = subject.effects_on(subject.own_accounts)
    outflows = [one for one in effects.outflows if not subject.is_ours(one.to)]
    is_deployed = _are_strategies_untold(subject) or any(one.to in allowed for one in outflows)
    is_unheard = not (allowed or _are_strategies_untold(subject))
    for outflow in outflows:
        is_known = subject.is_known_recipient(outflow.to)
        if outflow.to not in allowed and not (is_known and is_deployed):
            yield _not_allowed(subject, name, outflow.to, outflow.path)
    open_ = effects.approved & effects.open_allowances.keys()
    for spender in sorted({approval.spender for approval in open_}):
        if not subject.is_ours(spender) and (is_unheard or not subject.is_known_recipient(spender)):
            yield _not_allowed(subject, name, spender, "")
    for receiver in foreign_receivers(subject, steps):
        if receiver.to not in allowed:
            yield _not_allowed(subject, name, receiver.to, receiver.step.call.path)


def _are_strategies_untold(subject: Subject) -> bool:
    """Whether nobody says which strategies there are, so that any name may be one of them."""
    is_claimed = subject.facts.origin is Origin.SENDER
    return is_claimed and isinstance(subject.bundle.strategies, Unknown)


def _contracts_of(subject: Subject, name: str) -> frozenset[Address]:
    """The contracts of the strategy of that name and of its group, or of the group of that name."""
    groups = {s.group for s in subject.facts.strategies if name in (s.name, s.group)}
    found: set[Address] = set()
    for strategy in subject.facts.strategies:
        if strategy.group in groups:
            named = (strategy.pool, strategy.position_manager, *strategy.contracts)
            found.update(address for address in named if address is not None)
    return frozenset(found)


def _not_allowed(subject: Subject, name: str, to: Address, path: str) -> Finding:
    return block(
        "STRATEGY_RECIPIENT_NOT_ALLOWED",
        f"says it deploys into {plain(name, limit=NAME_LIMIT)}, but what it gives goes to "
        f"{subject.name_of(to)}.",
        path=path,
    )


def credit_delegations(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Whoever may borrow on the Safe's collateral takes its worth, and leaves the debt."""
    for step in steps:
        to = next(iter(step.addresses("delegatee", "manager", "authorized")), None)
        if to is None or subject.is_ours(to) or step.name not in CREDIT:
            continue
        whose = step.addresses("delegator", "owner")
        if step.numbers(*CREDIT[step.name]) != [0] and (
            not whose or any(map(subject.is_ours, whose))
        ):
            yield block(
                "CREDIT_DELEGATION",
                f"lets {subject.name_of(to)} borrow on the Safe's collateral at "
                f"{subject.name_of(step.call.to)}.",
                path=step.call.path,
            )


CREDIT = {
    "approvedelegation": ("amount",),
    "delegationwithsig": ("value",),
    "allow": ("is_allowed",),
    "allowbysig": ("is_allowed",),
    "setauthorization": ("new_is_authorized", "is_authorized"),
}
"""Functions that give credit, with the argument that takes it back where it is zero."""


def collateral_changes(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Collateral taken off, or another mode, brings a liquidation nearer."""
    for step in steps:
        if step.name in COLLATERAL:
            yield warn(
                "COLLATERAL_CHANGED",
                f"{said(subject, step)}, which changes what secures the Safe's debts.",
                path=step.call.path,
            )


COLLATERAL = frozenset({
    "setuserusereserveascollateral",
    "setuseremode",
    "entermarkets",
    "exitmarket",
})  # fmt: skip


def new_debts(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Borrowed money has to be given back by a treasury that others may have emptied since.

    Where the policy turns on it, the judgement of the same transaction blocks besides.
    """
    for step in steps:
        amounts = step.numbers("amount", "assets", "amounts")
        is_loan = step.is_one_of("borrow") and any(amounts or [1])
        if is_loan or (step.is_one_of("flashloan") and any(step.numbers("interest_rate_modes"))):
            yield danger(
                "DEBT_INCREASED",
                f"{said(subject, step)}, which leaves the Safe with a debt of {sum(amounts):,} "
                "base units.",
                path=step.call.path,
            )


def votes(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Whoever votes for the DAO's tokens decides over all that the DAO owns."""
    for step in steps:
        to = (
            next(iter(step.addresses("delegatee", "delegate")), None)
            if step.name in VOTES
            else None
        )
        if to is None or to.is_zero or subject.is_known_recipient(to):
            continue
        what = f"the votes of {subject.name_of(step.call.to)}"
        yield danger("ROLE_GRANTED", f"gives {what} to {to}.", path=step.call.path)
        sentence = f"gives {what} to {to}, which is not in the address book for this chain."
        yield danger("RECIPIENT_NOT_IN_ADDRESS_BOOK", sentence, path=step.call.path)


def claimers(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Whoever may claim the Safe's rewards says to whom they go."""
    for step in steps:
        for to in step.addresses("caller") if step.name == "setclaimer" else ():
            if not (to.is_zero or subject.is_known_recipient(to)):
                sentence = f"lets {to} claim the Safe's rewards at {subject.name_of(step.call.to)}."
                yield danger("ROLE_GRANTED", sentence, path=step.call.path)


VOTES = frozenset({
    "delegate", "delegatebytype", "setdelegate", "incrementdelegation", "delegatebysig",
})  # fmt: skip


def presigned_orders(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """An order approved by its number sells at a price and to a receiver that nobody sees here."""
    for step in steps:
        if step.name == "setpresignature" and step.numbers("signed") != [0]:
            yield danger(
                "ONCHAIN_MESSAGE_SIGNED",
                f"approves an order at {subject.name_of(step.call.to)} by its number alone; its "
                "price and its receiver are not shown in these bytes.",
                path=step.call.path,
            )


STEP_CHECKS: tuple[StepCheck, ...] = (
    receivers,
    recipients_elsewhere,
    positions_of_others,
    money_left,
    operators,
    unknown_tokens,
    unprotected_prices,
    extreme_pools,
    far_deadlines,
    empty_vaults,
    strategy_recipients,
    credit_delegations,
    collateral_changes,
    new_debts,
    votes,
    claimers,
    presigned_orders,
)


def steps_at_venues(subject: Subject) -> Iterator[Finding]:
    """Everything dangerous about single steps, which are read once for all."""
    steps = steps_of(subject.call)
    for check in STEP_CHECKS:
        yield from check(subject, steps)


VENUE_CHECKS: tuple[Check, ...] = (approvals, steps_at_venues)

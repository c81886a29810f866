"""Who gets what a venue gives back: shares, positions, swapped, withdrawn or borrowed money."""

from collections.abc import Iterator
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.review.findings import Finding, block, danger
from treasury_desktop.review.subject import Subject
from treasury_desktop.review.venue_payouts import Payouts, meant
from treasury_desktop.review.venue_steps import Step
from treasury_desktop.review.venue_swaps import ADDS, REMOVES, is_swap, swap_of

VENUES = (
    *ADDS, *REMOVES, "deposit", "withdraw", "redeem", "supply", "borrow", "repay", "collect",
    "claim", "unwrap", "wrap", "sweep", "stake", "unstake", "requestwithdrawal", "flashloan",
    "exit", "join", "burn", "init", "harvest", "getreward", "convert", "manageuserbalance",
    "requestdeposit", "requestredeem", "setrewardsreceiver",
)  # fmt: skip
"""How functions begin that give something back for what the Safe gives, or pay it out."""
PAYMENTS = ("mint", "send", "pay", "bridge", "release", "create")
"""How functions begin that pay or make something for a recipient, who may be anybody we know."""
TRANSFERS = ("transfer", "receivewithauth", "permit")
"""Payments that are read for what leaves: `outflows` looks at whom they pay."""
ALWAYS = ("receiver", "recipient", "beneficiary")
"""What an argument's name ends with that says who gets it, in any protocol."""
EXACTLY = frozenset({"on_behalf_of", "receiver_address", "dst", "destination"})
CONTROLLED = ("requestdeposit", "requestredeem")
"""ERC-7540: whoever controls a request gets what it is answered with."""
OF_VENUES = frozenset({"to", "dest"})
OF_OTHERS = frozenset({"account", "user", "addr", "who"})
"""Names of whom `depositTo`, `stakeFor` and the like are for."""
OWNED = ("withdraw", "redeem", "requestwithdrawal")
"""Functions whose owner gets the claim; beside a receiver it is only whose shares are used."""
MOST_FEE_BPS = 100
BOTH_TOKENS = 2


class Receiver(NamedTuple):
    """Somebody who is no Safe of ours and gets what a step gives; `name` is the argument's."""

    step: Step
    name: str
    to: Address


def foreign_receivers(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Receiver]:
    """Every receiver at a venue that is not ours, nor paid out to us by a later step."""
    payouts = Payouts(subject)
    for step in steps:
        for name, named in _named_receivers(step) if _is_venue(step) else ():
            to = meant(step, named)
            if subject.is_ours(to) or to == step.call.sender or _fee_bps(step, name) == 0:
                continue
            if to != step.call.to or not _comes_back(subject, payouts, step):
                yield Receiver(step=step, name=name, to=named)


def receivers(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Shares, positions or withdrawn money that go to somebody else than the Safe.

    A router that keeps what it swapped for a later step of the same call is no receiver, where that
    step pays the token to us; otherwise anybody may take it.
    """
    for receiver in foreign_receivers(subject, steps):
        step, whom = receiver.step, subject.name_of(receiver.to)
        fee = _fee_bps(step, receiver.name)
        if fee is None or fee > MOST_FEE_BPS:
            yield block(
                "RECEIVER_NOT_SAFE",
                f'{said(subject, step)} for {whom} (as "{receiver.name.replace("_", " ")}"), not '
                "for the Safe.",
                path=step.call.path,
            )
        elif not subject.is_known_recipient(receiver.to):
            yield danger(
                "RECIPIENT_NOT_IN_ADDRESS_BOOK",
                f"pays {fee} basis points as a fee to {whom}, whom nobody here knows.",
                path=step.call.path,
            )


def recipients_elsewhere(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """A stream, a bridge or a mint pays somebody as surely as a transfer does."""
    for step in steps:
        is_elsewhere = not (_is_venue(step) or step.is_one_of(*TRANSFERS))
        for name, to in _named_receivers(step) if is_elsewhere else ():
            if not (to.is_zero or to == step.call.sender or subject.is_known_recipient(to)):
                yield danger(
                    "RECIPIENT_NOT_IN_ADDRESS_BOOK",
                    f'{said(subject, step)} for {to} (as "{name.replace("_", " ")}"), whom nobody '
                    "here knows.",
                    path=step.call.path,
                )


def positions_of_others(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Liquidity added to a position by its number belongs to whoever owns that position.

    A danger and no block: a position of ours in a pool that no strategy watches is in no evidence.
    """
    for step in steps:
        token_id = step.number("token_id") if step.is_one_of("increaseliquidity") else None
        if token_id is None or not any(
            step.numbers("amount0_desired") + step.numbers("amount1_desired")
        ):
            continue
        if subject.evidence.position_at(step.call.to, token_id) is None:
            yield danger(
                "RECEIVER_NOT_SAFE",
                f"adds to position {token_id} of {subject.name_of(step.call.to)}; nothing here "
                "shows that the Safe owns it.",
                path=step.call.path,
            )


def said(subject: Subject, step: Step) -> str:
    """What a step calls, as its protocol writes it: `calls mint on Positions (0x…)`."""
    function = step.call.function.name if step.call.function is not None else "a function"
    return f"calls {function} on {subject.name_of(step.call.to)}"


def _is_venue(step: Step) -> bool:
    is_mint_of_tokens = step.name == "mint" and step.call.data[:4] == MINT_OF_TOKENS
    return step.is_command or is_swap(step) or (step.is_one_of(*VENUES) and not is_mint_of_tokens)


MINT_OF_TOKENS = bytes.fromhex("40c10f19")
"""The selector of mint(address,uint256): an owner makes new tokens for somebody."""


def _named_receivers(step: Step) -> Iterator[tuple[str, Address]]:
    """The addresses that say by their name who gets what the step gives."""
    is_venue = _is_venue(step)
    names_receiver = any(name.endswith(ALWAYS) for name in step.values)
    for name in step.values:
        if (
            name.endswith(ALWAYS)
            or name in EXACTLY
            or (name in OF_VENUES and (is_venue or step.is_one_of(*PAYMENTS)))
            or (name in OF_OTHERS and is_venue and step.name.endswith(("to", "for", "deposit")))
            or (name == "for" and step.is_one_of("deposit", "stake", "lock"))
            or (name == "controller" and step.is_one_of(*CONTROLLED))
            or (name == "owner" and step.is_one_of(*OWNED) and not names_receiver)
        ):
            yield from ((name, address) for address in step.addresses(name))


def _fee_bps(step: Step, name: str) -> int | None:
    """The share that a fee's recipient gets of what the rest is paid to us, `None` for no fee."""
    is_fee = name.startswith("fee") or (step.is_command and step.name == "payportion")
    return step.number("fee_bips", "fee_bps", "bips") if is_fee else None


def _comes_back(subject: Subject, payouts: Payouts, step: Step) -> bool:
    """Whether what a contract keeps of a step is paid out to us, or used, by a later one."""
    if is_swap(step):
        return payouts.covers(step, swap_of(step).token_out)
    if step.is_one_of("collect"):
        token_id = step.number("token_id")
        position = (
            None if token_id is None else subject.evidence.position_at(step.call.to, token_id)
        )
        if position is None:
            return payouts.tokens_after(step) >= BOTH_TOKENS
        return all(payouts.covers(step, token) for token in (position.token0, position.token1))
    return payouts.covers_put_in(step)

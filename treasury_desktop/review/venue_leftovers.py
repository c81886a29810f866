"""What a transaction leaves in a router, where whoever comes first may take it."""

from collections.abc import Iterator

from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.review.findings import Finding, block
from treasury_desktop.review.subject import Subject
from treasury_desktop.review.venue_payouts import WHOLE_BALANCE, Payouts, is_put_in
from treasury_desktop.review.venue_receivers import said
from treasury_desktop.review.venue_steps import Step
from treasury_desktop.review.venue_swaps import is_swap, swap_of

PERIPHERY = frozenset({
    "Uniswap v3 position manager and router",
    "Uniswap SwapRouter02",
    "Uniswap universal router",
})  # fmt: skip
"""Contracts that keep the native coin sent along, until a call asks for it back."""


def money_left(subject: Subject, steps: tuple[Step, ...]) -> Iterator[Finding]:
    """Routers are emptied by anybody: what no later step of the same call uses up is given away."""
    payouts = Payouts(subject)
    for put in steps:
        if is_put_in(put) and not payouts.covers_put_in(put):
            yield _left(subject, put)
    step_of = {id(step.call): step for step in steps}
    for call in _paid(subject):
        found = (step_of.get(id(one)) for one in call.walk() if one.to == call.to)
        inside = [one for one in found if one is not None]
        used = sum(_used(payouts, one, call.value) for one in inside)
        if inside and used < call.value and not any(map(_is_refund, inside)):
            yield _left(subject, inside[0])


def _paid(subject: Subject) -> Iterator[DecodedCall]:
    """Calls that bring value to such a contract, those inside it left out."""
    outer_of = {id(inner): call for call in subject.calls for inner in call.calls}
    for call in subject.calls:
        if call.value and call.abi in PERIPHERY:
            outer = outer_of.get(id(call))
            if outer is None or outer.to != call.to:
                yield call


def _left(subject: Subject, step: Step) -> Finding:
    return block(
        "RECEIVER_NOT_SAFE",
        f"{said(subject, step)}, which leaves money there that no later step pays out: anybody may "
        "take it.",
        path=step.call.path,
    )


def _used(payouts: Payouts, step: Step, sent: int) -> int:
    """The most of the native coin that a step takes out of what was sent along."""
    if step.name == "wrapeth":
        amount = step.number("amount", "value") or 0
        return sent if amount in WHOLE_BALANCE else amount
    if step.is_one_of("transfer", "payportion") and any(t.is_zero for t in step.addresses("token")):
        return sent  # whom that pays is looked at there
    if is_swap(step):
        swap = swap_of(step)
        is_wrapped = swap.token_in is None or payouts.is_wrapped(swap.token_in)
        return (swap.amount_in or swap.most_in or 0) if is_wrapped else 0
    if step.is_one_of("mint", "increaseliquidity"):
        return max(step.numbers("amount0_desired") + step.numbers("amount1_desired"), default=0)
    return 0


def _is_refund(step: Step) -> bool:
    """Whether it asks for the rest; a sweep of the native coin says so by the zero address."""
    is_of_native = any(token.is_zero for token in step.addresses("token"))
    return step.is_one_of("refundeth") or (step.is_one_of("sweep") and is_of_native)

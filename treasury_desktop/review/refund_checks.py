"""Payments to whoever executes: gas refunds of Safes, and the Allowance module's own payment.

A refund is looked at wherever a Safe is executed: in the transaction itself, behind an approved
hash, and in every execTransaction inside.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.calls.decoded_call import DecodedCall
from treasury_desktop.deployments.denominator import treasury_value
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.review.findings import Finding, block, warn
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import NATIVE

REFUND_SHARE_OF_TREASURY = 1000
"""A gas refund above a thousandth of the treasury is no gas refund (bundle.md)."""
EXECUTION = (
    "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
)
ALLOWANCE_TRANSFER = (
    "executeAllowanceTransfer(address,address,address,uint96,address,uint96,address,bytes)"
)


class Refund(NamedTuple):
    """What a Safe's execution at `path` may refund; `payer` is that Safe."""

    path: str
    payer: Address
    safe_tx_gas: int
    base_gas: int
    gas_price: int
    gas_token: Address
    receiver: Address

    @property
    def token(self) -> str:
        """The token it is paid in: an EIP-55 address or "native"."""
        return NATIVE if self.gas_token.is_zero else str(self.gas_token)

    @property
    def least(self) -> int:
        """Base units it may cost before the gas that the execution itself uses."""
        return (self.safe_tx_gas + self.base_gas) * self.gas_price


def refunds_of(subject: Subject) -> Iterator[Refund]:
    """The refunds of every execution of a Safe: of the transaction, and of those inside it."""
    yield _refund_of(subject.tx, "", subject.safe.address)
    for inner in subject.inners:
        yield _refund_of(inner.tx, inner.path, inner.safe.address)
    for call in subject.calls:
        if call.function is not None and call.function.signature == EXECUTION:
            yield _refund_in(call)


def _refund_of(tx: SafeTx, path: str, payer: Address) -> Refund:
    return Refund(
        path, payer, tx.safe_tx_gas, tx.base_gas, tx.gas_price, tx.gas_token, tx.refund_receiver
    )


def _refund_in(call: DecodedCall) -> Refund:
    gas, base_gas, price, token, receiver = (each.value for each in call.arguments[4:9])
    assert isinstance(gas, int)
    assert isinstance(base_gas, int)
    assert isinstance(price, int)
    assert isinstance(token, Address)
    assert isinstance(receiver, Address)
    return Refund(call.path, call.to, gas, base_gas, price, token, receiver)


def gas_refunds(subject: Subject) -> Iterator[Finding]:
    """A gas refund is a payment to whoever executes, of any size the fields allow."""
    refunds = list(refunds_of(subject))
    paid = [refund for refund in refunds if refund.gas_price]
    prices = {token: _price(subject, token) for token in {refund.token for refund in paid}}
    net = treasury_value(subject.evidence, subject.facts.terms).net_usd if paid else None
    for refund in refunds:
        if refund.gas_price:
            yield _refund_finding(subject, refund, prices, net)
        elif not refund.receiver.is_zero:
            yield warn(
                "REFUND_RECEIVER_SET",
                f"names {subject.name_of(refund.receiver)} for a refund that is switched off.",
                path=refund.path,
            )


def _refund_finding(
    subject: Subject,
    refund: Refund,
    prices: Mapping[str, Fraction | None],
    net: Fraction | None,
) -> Finding:
    receiver = subject.name_of(refund.receiver)
    price = prices[refund.token]
    # Without a stated gas limit, gasUsed is bounded by the block alone.
    bound = None if price is None or refund.safe_tx_gas == 0 else price * refund.least
    is_small = bound is not None and net is not None and bound * REFUND_SHARE_OF_TREASURY <= net
    # The zero address stands for whoever executes.
    is_known = not refund.receiver.is_zero and subject.is_known_recipient(refund.receiver)
    if is_small and is_known:
        return warn("REFUND_RECEIVER_SET", f"refunds gas to {receiver}.", path=refund.path)
    whom = "whoever executes it" if refund.receiver.is_zero else receiver
    is_native = refund.gas_token.is_zero
    token = "wei" if is_native else f"base units of {subject.name_of(refund.gas_token)}"
    is_own = refund.payer == subject.safe.address
    out_of = "" if is_own else f" out of {subject.name_of(refund.payer)}"
    return block(
        "GAS_REFUND_DRAIN",
        f"may pay {refund.least:,} {token} and more{out_of} to {whom} as a gas refund.",
        path=refund.path,
    )


def _price(subject: Subject, token: str) -> Fraction | None:
    """The most a base unit can be worth, or `None` where no price may decide."""
    range_ = price_range(subject.evidence.quotes_of(token), subject.facts.terms)
    price = None if range_.problems else range_.highest
    decimals = subject.evidence.decimals_of(token)
    if price is None or decimals is None or decimals > MAX_SHOWN_DECIMALS:
        return None
    return price * Fraction(1, 10**decimals)


def module_payments(subject: Subject) -> Iterator[Finding]:
    """The Allowance module pays, beside its transfer, whoever sends the Ethereum transaction."""
    for call in subject.calls:
        if call.function is None or call.function.signature != ALLOWANCE_TRANSFER:
            continue
        safe, token, payment = (call.arguments[place].value for place in (0, 4, 5))
        assert isinstance(safe, Address)
        assert isinstance(token, Address)
        assert isinstance(payment, int)
        if payment:
            what = "wei" if token.is_zero else f"base units of {subject.name_of(token)}"
            yield block(
                "GAS_REFUND_DRAIN",
                f"pays {payment:,} {what} out of {subject.name_of(safe)} to whoever executes it, "
                "whom these bytes do not name.",
                path=call.path,
            )


def refund_tokens(subject: Subject) -> frozenset[str]:
    """The tokens in which a Safe of ours may refund, which has a finding of its own."""
    return frozenset(
        refund.token
        for refund in refunds_of(subject)
        if refund.gas_price and subject.is_ours(refund.payer)
    )


REFUND_CHECKS: tuple[Check, ...] = (gas_refunds, module_payments)

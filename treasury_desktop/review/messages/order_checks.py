"""What an order gives for what it takes: to whom, and whether it is anywhere near enough."""

from collections.abc import Iterator
from fractions import Fraction

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.token import MAX_SHOWN_DECIMALS
from treasury_desktop.assets.usd import usd_text
from treasury_desktop.deployments.prices import price_range
from treasury_desktop.messages.meaning import Kind, Meaning, Receipt, Verifier
from treasury_desktop.review.findings import Finding, block, danger, note
from treasury_desktop.review.messages.message_subject import MessageCheck, MessageSubject
from treasury_desktop.treasury.evidence import NATIVE
from treasury_desktop.treasury.terms import BPS

MOST_LOSS_BPS = 1000
"""An order that may give a tenth less than it takes is none that anybody means."""
WORRYING_LOSS_BPS = 200


def receipts(subject: MessageSubject) -> Iterator[Finding]:
    """An order that pays somebody else is a gift, whatever its price."""
    meaning = subject.meaning
    if meaning is None or meaning.kind is not Kind.ORDER:
        return
    ours = receipts_of_ours(subject, meaning)
    for receipt in meaning.receipts:
        if receipt not in ours:
            finding = note if ours else block
            code = "ORDER_PAYS_FEES" if ours else "RECEIVER_NOT_SAFE"
            amount = subject.amount_of(receipt.token, receipt.base_units)
            yield finding(code, f"The order gives {amount} to {subject.name_of(receipt.receiver)}.")
    if not meaning.receipts:
        yield block("RECEIVER_NOT_SAFE", "The order gives the Safe no money for what it takes.")
    elif ours and not any(receipt.base_units for receipt in ours):
        yield block("ORDER_GIVES_NOTHING", "The order may be filled for nothing at all.")
    for nft in meaning.nfts:
        number = "any NFT" if nft.number is None else f"NFT {nft.number}"
        yield block(
            "NFT_TRANSFER_OUT",
            f"The order sells {number} of {subject.name_of(nft.collection)}, whose worth nobody "
            "says: it cannot be judged.",
        )


def receipts_of_ours(subject: MessageSubject, meaning: Meaning) -> tuple[Receipt, ...]:
    """What an order gives to Safes of ours; with CoW Protocol zero is whoever signed."""
    is_cow = meaning.verifier is Verifier.COW
    return tuple(
        receipt
        for receipt in meaning.receipts
        if subject.is_ours(receipt.receiver) or (is_cow and receipt.receiver.is_zero)
    )


def prices(subject: MessageSubject) -> Iterator[Finding]:
    """Whoever fills an order below its worth keeps the difference."""
    meaning = subject.meaning
    if meaning is None or meaning.kind is not Kind.ORDER:
        return
    taken = _dollars(subject, [(t.token, t.base_units) for t in meaning.takings], highest=True)
    ours = receipts_of_ours(subject, meaning)
    given = _dollars(subject, [(r.token, r.base_units) for r in ours], highest=False)
    if (
        not ours
        or not any(r.base_units for r in ours)
        or not any(t.base_units for t in meaning.takings)
    ):
        return  # said elsewhere, or nothing is taken
    if taken is None or given is None:
        yield block(
            "PRICE_MISSING",
            "Nobody can say whether the order gives enough: what it takes or gives has no price "
            "that may decide.",
        )
        return
    loss = taken - given
    if loss * BPS > taken * WORRYING_LOSS_BPS:
        finding = block if loss * BPS > taken * MOST_LOSS_BPS else danger
        yield finding(
            "ORDER_FAR_BELOW_PRICE",
            f"The order takes {usd_text(taken)} and may be filled for {usd_text(given)}.",
        )


def _dollars(
    subject: MessageSubject, amounts: list[tuple[Address | None, int]], *, highest: bool
) -> Fraction | None:
    total = Fraction(0)
    for token, units in amounts:
        key = NATIVE if token is None else str(token)
        price = price_range(subject.evidence.quotes_of(key), subject.facts.terms)
        usd = price.highest if highest else price.lowest_credible
        decimals = subject.evidence.decimals_of(key)
        if usd is None or price.problems or decimals is None or decimals > MAX_SHOWN_DECIMALS:
            return None
        total += usd * Fraction(units, 10**decimals)
    return total


ORDER_CHECKS: tuple[MessageCheck, ...] = (receipts, prices)

"""What happens by a message, in sentences: who may take what, until when, and what comes back."""

from collections.abc import Iterator
from datetime import UTC, datetime

from treasury_desktop.messages.meaning import Kind, Meaning, Verifier
from treasury_desktop.review.messages.message_subject import MessageSubject

LAST_YEAR_SHOWN = 253_402_300_799
"""The last second of the year 9999."""


def day_text(seconds: int) -> str:
    """A moment to the minute, in UTC; figures beyond the calendar as what they are."""
    if not 0 <= seconds <= LAST_YEAR_SHOWN:
        return "before 1970" if seconds < 0 else "after the year 9999"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def sentences_of(subject: MessageSubject) -> tuple[str, ...]:
    """The meaning as sentences, the most important first; one where nobody can read it."""
    if subject.meaning is None:
        return ("Nobody here can say what this message does.",)
    return tuple(_sentences(subject, subject.meaning))


def _sentences(subject: MessageSubject, meaning: Meaning) -> Iterator[str]:
    until = _until(meaning)
    for taking in meaning.takings:
        who = subject.name_of(taking.spender)
        amount = subject.amount_of(taking.token, taking.base_units)
        if taking.is_nothing:
            yield f"Takes back what {who} may take of {subject.name_of(taking.token)}."
        elif meaning.kind is Kind.PAYMENT:
            yield f"Pays {amount} to {who}{until}."
        else:
            yield f"Lets {who} take up to {amount}{until}."
    for nft in meaning.nfts:
        number = "any NFT" if nft.number is None else f"NFT {nft.number}"
        collection = subject.name_of(nft.collection)
        yield f"Lets {subject.name_of(nft.taker)} take {number} of {collection}{until}."
    for receipt in meaning.receipts:
        amount = subject.amount_of(receipt.token, receipt.base_units)
        # CoW alone means the order's owner by nobody; elsewhere nobody gets it.
        is_signer = receipt.receiver.is_zero and meaning.verifier is Verifier.COW
        whom = "this Safe" if is_signer else subject.name_of(receipt.receiver)
        yield f"Gives at least {amount} to {whom}."
    yield from meaning.statements
    if meaning.kind is Kind.SIGN_IN and meaning.expires is not None:
        yield f"Counts until {day_text(meaning.expires)}."
    if meaning.begins is not None:
        yield f"Does not count before {day_text(meaning.begins)}."


def _until(meaning: Meaning) -> str:
    return ", without an end" if meaning.expires is None else f" until {day_text(meaning.expires)}"

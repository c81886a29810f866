"""Review a message: by what the desk knows itself, with what owners signed before."""

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import Bundle
from treasury_desktop.desk.message_doors import Messages
from treasury_desktop.errors import Refused
from treasury_desktop.messages.decoding import meaning_of
from treasury_desktop.messages.kept_message import KeptMessage
from treasury_desktop.messages.message import Message
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.messages.message_review import MessageReview, examine_message
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx


def review_message(
    kept: KeptMessage, facts: LocalFacts, records: Messages, *, now: int
) -> MessageReview:
    """The review of a kept message, judged by the present clock."""
    return examine_message(
        kept.message,
        safe_of(kept.safe, kept.chain_id, facts),
        facts,
        now=now,
        earlier=signed_earlier(kept, records),
    )


def signed_earlier(kept: KeptMessage, records: Messages) -> tuple[Message, ...]:
    """The other messages of the Safe that an owner has signed and by which somebody may take."""
    return tuple(
        other.message
        for other in records.messages(kept.safe)
        if other.confirmations
        and other.safe_message_hash != kept.safe_message_hash
        and _takes_something(other.message)
    )


def _takes_something(message: Message) -> bool:
    meaning = meaning_of(message)
    return meaning is not None and meaning.takes_something


def safe_of(address: Address, chain_id: int, facts: LocalFacts) -> Safe:
    """The Safe as this desk read it; without its state no message of it is hashed."""
    safe = facts.safe_at(address)
    if safe is None or safe.chain_id != chain_id:
        raise Refused(
            f"The Safe {address} on chain {chain_id} is none that this desk has read; refresh the "
            "treasury from a node first."
        )
    return safe


def setting_for_signer(safe: Safe, facts: LocalFacts) -> Bundle:
    """The Safe and our evidence as a bundle, which the signer judges a message by.

    A bundle has a transaction: here it is the empty one, which nobody looks at.
    """
    nonce = safe.nonce if isinstance(safe.nonce, int) else 0
    return Bundle(
        safe=safe,
        tx=SafeTx(to=safe.address, nonce=nonce),
        terms=facts.terms,
        strategies=facts.strategies,
        evidence=facts.evidence,
    )

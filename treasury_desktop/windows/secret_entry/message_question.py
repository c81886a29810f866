"""What the secret-entry window says of a message, worked out from the job's bytes; free of Qt."""

import base64
from collections.abc import Mapping

from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.errors import Malformed, Refused
from treasury_desktop.messages.meaning import Kind
from treasury_desktop.messages.message import message_of
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.messages.message_review import MessageReview, examine_message
from treasury_desktop.safes.hashes import SafeTxHashes
from treasury_desktop.treasury.terms import PolicyTerms

HASH_NAMES = ("Domain hash", "Message hash", "Safe message hash")
"""The first two are what a hardware wallet shows of a SafeMessage."""


TEXT_SHOWN = 600
"""Characters of a text that fit the window; the review shows it whole."""


def message_review_of(job: Mapping[str, object]) -> MessageReview:
    """What these bytes mean; Refused where they are not those that were reviewed.

    Names come from the evidence in the job; hashes and amounts from the message alone.
    """
    setting = read_bundle(_bytes(job, "setting"))
    review = examine_message(
        message_of(_bytes(job, "message")), setting.safe, _facts(setting), now=None
    )
    if "0x" + review.hashes.safe_message.hex() != job.get("reviewed_hash"):
        raise Refused(
            "The hash of this message is not the one that was reviewed; nothing is signed."
        )
    return review


def shown_hashes(review: MessageReview) -> SafeTxHashes:
    """The hashes of the SafeMessage in the order in which they are shown."""
    hashes = review.hashes
    return SafeTxHashes(hashes.domain, hashes.struct, hashes.safe_message)


def said_first(review: MessageReview) -> tuple[str, ...]:
    """What it says, the most important first: a text itself, typed data by what it leads to."""
    if review.meaning is not None and review.meaning.kind is Kind.TEXT:
        said = "".join(plain(one.text, limit=TEXT_SHOWN) for one in review.meaning.texts)
        return (f"“{said}”", *review.sentences)
    return review.sentences


def facts_of(review: MessageReview) -> tuple[tuple[str, str], ...]:
    """What kind of message it is, which contract checks it, and the hash that is asked about."""
    message = review.message
    contract = None if isinstance(message, TextMessage) else message.verifying_contract
    checked_by = () if contract is None else (("Checked by", str(contract)),)
    return (("Message", review.title), *checked_by, _own_hash(review))


def _own_hash(review: MessageReview) -> tuple[str, str]:
    """By which standard a contract asks the Safe, and the hash it asks about, in two lines."""
    name = "EIP-191 hash" if isinstance(review.message, TextMessage) else "EIP-712 hash"
    digits = review.hashes.message.hex()
    groups = [digits[at : at + 4] for at in range(0, len(digits), 4)]
    half = len(groups) // 2
    return name, f"0x{' '.join(groups[:half])}\n    {' '.join(groups[half:])}"


def _facts(setting: Bundle) -> LocalFacts:
    strategies = setting.strategies if isinstance(setting.strategies, tuple) else ()
    return LocalFacts(
        safe=setting.safe, evidence=setting.evidence, strategies=strategies, terms=PolicyTerms()
    )


def _bytes(job: Mapping[str, object], name: str) -> bytes:
    value = job.get(name)
    if not isinstance(value, str):
        raise Malformed(f"job.{name}", "is text")
    return base64.b64decode(value, validate=True)

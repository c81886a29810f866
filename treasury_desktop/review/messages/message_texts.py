"""Texts inside a message that are made to look like something else."""

from collections.abc import Iterator

from treasury_desktop.assets.untrusted_text import NAME_LIMIT
from treasury_desktop.messages.meaning import Kind
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.review.findings import Finding, note
from treasury_desktop.review.messages.message_subject import MessageCheck, MessageSubject
from treasury_desktop.review.text_checks import findings_in_text


def deceiving_texts(subject: MessageSubject) -> Iterator[Finding]:
    """A text that reads as another one is signed as it."""
    meaning, message = subject.meaning, subject.message
    for said in () if meaning is None else meaning.texts:
        # A text of the message is shown whole, so none is too long.
        limit = max(len(said.text), NAME_LIMIT) + 1
        yield from findings_in_text(
            said.text, f"The text {said.name!r} of the message", limit=limit
        )
    if not isinstance(message, TextMessage) and message.domain_name:
        name = message.domain_name
        yield from findings_in_text(name, "The name of the message's domain", limit=NAME_LIMIT)


def words_only(subject: MessageSubject) -> Iterator[Finding]:
    """Some services make a key, or a contract, of whoever signs a certain text."""
    if subject.meaning is not None and subject.meaning.kind is Kind.TEXT:
        yield note(
            "TEXT_WITHOUT_FORM",
            "The text has no form that could be checked: read it as what the treasury says.",
        )


TEXT_CHECKS: tuple[MessageCheck, ...] = (deceiving_texts, words_only)

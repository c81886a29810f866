"""The review of a message: everything there is to know before signing, bound to its two hashes."""

from dataclasses import dataclass

from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.errors import Refused
from treasury_desktop.messages.decoding import meaning_of
from treasury_desktop.messages.hashes import MessageHashes, message_hashes
from treasury_desktop.messages.meaning import Meaning
from treasury_desktop.messages.message import Message
from treasury_desktop.review.clock import aged_to
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import VERDICTS, Finding, Severity
from treasury_desktop.review.messages.message_policy import judged, policy_findings
from treasury_desktop.review.messages.message_subject import MessageCheck, MessageSubject
from treasury_desktop.review.messages.message_texts import TEXT_CHECKS
from treasury_desktop.review.messages.message_words import sentences_of
from treasury_desktop.review.messages.order_checks import ORDER_CHECKS
from treasury_desktop.review.messages.origin_checks import ORIGIN_CHECKS
from treasury_desktop.review.messages.taking_checks import TAKING_CHECKS
from treasury_desktop.safes.comparison import comparison_code
from treasury_desktop.safes.safe import Safe

ALL_CHECKS: tuple[MessageCheck, ...] = (
    *ORIGIN_CHECKS,
    *TAKING_CHECKS,
    *ORDER_CHECKS,
    *TEXT_CHECKS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReview:
    """The whole examination; nothing in it can be changed afterwards."""

    safe: Safe
    message: Message
    hashes: MessageHashes
    meaning: Meaning | None
    sentences: tuple[str, ...]
    findings: tuple[Finding, ...]
    judgements: tuple[Judgement, ...]

    @property
    def title(self) -> str:
        """What kind of message it is."""
        return "Typed data nobody can read" if self.meaning is None else self.meaning.title

    @property
    def severity(self) -> Severity:
        """The hardest finding's severity; judgements are among the findings."""
        return max((finding.severity for finding in self.findings), default=Severity.NOTE)

    @property
    def verdict(self) -> str:
        """ok, warn, danger or block."""
        return VERDICTS[self.severity]

    @property
    def comparison_code(self) -> str:
        """Eight words to read aloud to cosigners, of the hash that owners sign."""
        return comparison_code(self.hashes.safe_message)

    @property
    def dangers(self) -> tuple[Finding, ...]:
        """What has to be acknowledged by name."""
        return tuple(f for f in self.findings if f.severity is Severity.DANGER)

    @property
    def why_not_signable(self) -> str | None:
        """The sentence beside the disabled sign button, or `None` where signing is open."""
        blocks = (f.sentence for f in self.findings if f.severity is Severity.BLOCK)
        return next(blocks, None)

    def require_signable(self) -> None:
        """Refuse where nothing may be signed on this review."""
        if self.why_not_signable is not None:
            raise Refused(self.why_not_signable)


def examine_message(
    message: Message,
    safe: Safe,
    facts: LocalFacts,
    *,
    now: int | None,
    earlier: tuple[Message, ...] = (),
) -> MessageReview:
    """The review of a message of a Safe, by our own facts.

    `earlier` are other messages that owners of the Safe signed: what they allow until a later time
    than `now` is open still.
    """
    evidence = facts.evidence if now is None else aged_to(facts.evidence, now)
    subject = MessageSubject(
        safe=safe,
        message=message,
        meaning=meaning_of(message),
        facts=facts,
        evidence=evidence,
        earlier=tuple(_still_open(earlier, now)),
        now=now,
    )
    said = judged(subject)
    found = [finding for check in ALL_CHECKS for finding in check(subject)]
    found += policy_findings(said)
    return MessageReview(
        safe=safe,
        message=message,
        hashes=message_hashes(safe, message),
        meaning=subject.meaning,
        sentences=sentences_of(subject),
        findings=tuple(sorted(dict.fromkeys(found), key=lambda f: -f.severity)),
        judgements=said.judgements,
    )


def _still_open(messages: tuple[Message, ...], now: int | None) -> list[Meaning]:
    meanings = [meaning_of(message) for message in messages]
    return [
        meaning
        for meaning in meanings
        if meaning is not None
        and meaning.takes_something
        and (now is None or meaning.expires is None or meaning.expires >= now)
    ]

"""What the Messages page says: which messages there are, what one of them does, who signed it."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.desk.final_signature import FinalSignature
from treasury_desktop.desk.import_message import ImportedMessage
from treasury_desktop.messages.decoding import meaning_of
from treasury_desktop.messages.kept_message import KeptMessage
from treasury_desktop.messages.meaning import Kind
from treasury_desktop.messages.message import Message
from treasury_desktop.messages.text_message import TextMessage
from treasury_desktop.messages.typed_values import StructValue, Value
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.messages.message_review import MessageReview
from treasury_desktop.safes.safe import Safe
from treasury_desktop.viewmodels.figures import hex_text, moment_text, name_text
from treasury_desktop.viewmodels.finding_sentences import whole_sentence
from treasury_desktop.viewmodels.review import (
    KINDS,
    FindingRow,
    acknowledgement_words,
    signed_text,
)
from treasury_desktop.viewmodels.signing import KeyChoice

HASH_NAMES: Final = ("Domain hash", "Message hash", "Safe message hash")
"""The first two are what a hardware wallet shows of a SafeMessage."""
PURPOSE_LIMIT: Final = 400
TEXT_LIMIT: Final = 64 * 1024
LINES_SHOWN: Final = 2_000
DAY_LENGTH: Final = len("2026-11-22")
VERDICTS: Final = {
    "ok": "Nothing speaks against it",
    "warn": "Read the warnings",
    "danger": "Dangers to acknowledge",
    "block": "Cannot be signed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """One message in the list."""

    key: bytes
    title: str
    caption: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """Everything the page says of the chosen message, in reading order."""

    key: bytes
    title: str
    kind: str
    verdict: str
    sentences: tuple[str, ...]
    purpose: str
    safe_address: str
    safe: str
    findings: tuple[FindingRow, ...]
    content: str
    own_hash_name: str
    own_hash: str
    domain: str
    struct: str
    safe_message: str
    words: tuple[str, ...]
    signed: str
    signers: tuple[str, ...]
    aside: tuple[str, ...]
    why_not: str
    is_complete: bool

    @property
    def relied_on(self) -> object:
        """What a signer relies on: with another one, nothing of it was acknowledged."""
        return self.key, self.findings

    @property
    def dangers(self) -> tuple[FindingRow, ...]:
        """The findings that each want a typed acknowledgement."""
        return tuple(row for row in self.findings if row.words)


def message_rows(messages: tuple[KeptMessage, ...]) -> tuple[MessageRow, ...]:
    """The messages as a list has them, the newest first."""
    return tuple(
        MessageRow(
            key=one.safe_message_hash,
            title=_title(one.message),
            caption=f"{len(one.confirmations)} signed · {moment_text(one.created_at)[:DAY_LENGTH]}",
        )
        for one in messages
    )


def message_view(kept: KeptMessage, review: MessageReview, safe_name: str = "") -> MessageView:
    """The page of one message."""
    hashes, safe = review.hashes, review.safe
    is_text = isinstance(review.message, TextMessage)
    counting = [one for one in kept.confirmations if safe.is_owner(one.owner)]
    return MessageView(
        key=kept.safe_message_hash,
        title=review.title,
        kind=review.verdict,
        verdict=VERDICTS[review.verdict],
        sentences=review.sentences,
        purpose=plain(kept.purpose, limit=PURPOSE_LIMIT),
        safe_address=str(safe.address),
        safe=f"{name_text(safe_name) or 'Safe'} · version {safe.version} · chain {safe.chain_id}",
        findings=tuple(_finding_row(finding) for finding in review.findings),
        content=content_text(review.message),
        own_hash_name="EIP-191 hash" if is_text else "EIP-712 hash",
        own_hash=hex_text(hashes.message),
        domain=hex_text(hashes.domain),
        struct=hex_text(hashes.struct),
        safe_message=hex_text(hashes.safe_message),
        words=tuple(review.comparison_code.split()),
        signed=signed_text(len(counting), safe.threshold),
        signers=tuple(str(one.owner) for one in counting),
        aside=tuple(
            f"{one.claimed_signer or 'Nobody named'}: {plain(one.reason, limit=NAME_LIMIT)}, "
            "kept and not counted"
            for one in kept.aside
        ),
        why_not=review.why_not_signable or "",
        is_complete=_is_complete(len(counting), safe),
    )


def keys_for_message(
    kept: KeptMessage, safe: Safe, keys: tuple[KeyLabel, ...], signed: AbstractSet[Address]
) -> KeyChoice:
    """The keys of owners of the Safe that have not signed the message yet."""
    owners = [key for key in keys if key.is_here and safe.is_owner(key.address)]
    free = tuple(key for key in owners if key.address not in {*kept.owners, *signed})
    if free:
        return KeyChoice(keys=free, why_none="")
    if isinstance(safe.owners, Unknown):
        why = "The Safe's owners are not known; refresh first."
    elif owners:
        why = "Every owner key of this desk has signed this message already."
    elif keys:
        why = "None of this desk's keys belongs to an owner of this Safe."
    else:
        why = "This desk has no key yet; create one on the Keys page."
    return KeyChoice(keys=(), why_none=why, lacks_key=not owners)


def imported_words(imported: ImportedMessage) -> tuple[str, str]:
    """What came of an import, and its kind."""
    what = "The message was here already." if imported.was_known else "The message is kept."
    new, aside = imported.new_confirmations, imported.set_aside
    words = [what]
    if new:
        words.append(f"{new} signature{'' if new == 1 else 's'} of owners came with it.")
    if aside:
        words.append(f"{aside} did not verify and {'is' if aside == 1 else 'are'} kept aside.")
    return " ".join(words), "advice" if aside else "good"


def final_words(final: FinalSignature) -> tuple[str, str]:
    """Whether the Safe stands by its signature, as far as anybody could ask it."""
    if final.is_valid is None:
        return f"Not verified with the Safe. {final.why_unverified}", "advice"
    if final.is_valid:
        return "The Safe itself says that this signature is valid.", "good"
    return "The Safe says that this signature is not valid; do not hand it on.", "block"


def suggested_name(key: bytes) -> str:
    """A file name for cosigners."""
    return f"message-{key.hex()[:8]}.json"


def content_text(message: Message) -> str:
    """The message whole: a text line by line, typed data as what each member says."""
    if isinstance(message, TextMessage):
        return "\n".join(plain(line, limit=TEXT_LIMIT) for line in message.text.split("\n"))
    lines = [message.encoded_type, "", "domain", *_lines(message.domain, 1)]
    lines += ["", message.primary_type, *_lines(message.message, 1)]
    more = len(lines) - LINES_SHOWN
    return "\n".join([*lines[:LINES_SHOWN], *((f"… and {more:,} lines more",) if more > 0 else ())])


def _lines(value: StructValue | tuple[Value, ...], depth: int) -> list[str]:
    """A member a line in the order of its type, what is inside of it below."""
    pad = "    " * depth
    members: list[tuple[str, Value]]
    if isinstance(value, StructValue):
        named = zip(value.members, value.values, strict=True)
        members = [(member.name, each) for member, each in named]
    else:
        members = [(f"[{place}]", each) for place, each in enumerate(value)]
    found: list[str] = []
    for name, each in members:
        if isinstance(each, StructValue) or (isinstance(each, tuple) and each):
            found += [f"{pad}{name}", *_lines(each, depth + 1)]
        else:
            found.append(f"{pad}{name}: {_leaf(each)}")
    return found


def _leaf(value: Value) -> str:
    if isinstance(value, str):
        return plain(value, limit=TEXT_LIMIT)
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, tuple):
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _title(message: Message) -> str:
    meaning = meaning_of(message)
    if isinstance(message, TextMessage) and meaning is not None and meaning.kind is Kind.TEXT:
        return plain(message.text, limit=NAME_LIMIT)
    if meaning is None:
        assert not isinstance(message, TextMessage)
        return plain(message.primary_type, limit=NAME_LIMIT)
    return meaning.title


def _finding_row(finding: Finding) -> FindingRow:
    words = acknowledgement_words(finding.code)
    return FindingRow(
        kind=KINDS[finding.severity.word],
        severity=finding.severity.word,
        title=words.capitalize(),
        sentence=whole_sentence(finding.sentence),
        words=words if finding.severity is Severity.DANGER else "",
    )


def _is_complete(count: int, safe: Safe) -> bool:
    return isinstance(safe.threshold, int) and count >= safe.threshold

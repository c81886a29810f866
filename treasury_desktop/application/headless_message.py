"""A review of a message file without window, key ring or network, judged as of its evidence."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from treasury_desktop.application.headless_review import facts_of
from treasury_desktop.assets.strict_json import JsonSource, canonical_json, read_json_object
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.review_message import safe_of
from treasury_desktop.files.message_file import (
    FORMAT,
    MAX_BYTES,
    MessageFile,
    is_message_file,
    read_message_file,
)
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.messages.message_review import MessageReview, examine_message
from treasury_desktop.review.signatures import CheckedSignature, checked_signatures
from treasury_desktop.treasury.evidence import Evidence
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.viewmodels.finding_sentences import whole_sentence

REPORT_FORMAT: Final = "treasury-desktop/message-review@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedFile:
    """The review of a message file and what its signatures are worth."""

    review: MessageReview
    signatures: tuple[CheckedSignature, ...]
    has_workspace: bool

    @property
    def counted(self) -> int:
        """How many owners signed."""
        return sum(one.counts for one in self.signatures)


def reviewed_message(data: bytes, workspace: Path | None) -> ReviewedFile | None:
    """The review of a message file, or `None` where the bytes are no such file.

    Without a workspace nobody has read the Safe, which blocks: names and owners come from nowhere.
    """
    if FORMAT.encode() not in data[:MAX_BYTES]:
        return None
    if not is_message_file(dict(read_json_object(data))):
        return None
    file = read_message_file(data)
    facts = _nothing_known(file) if workspace is None else facts_of(workspace)[1]
    safe = safe_of(file.safe.address, file.safe.chain_id, facts)
    review = examine_message(file.message, safe, facts, now=None)
    return ReviewedFile(
        review=review,
        signatures=checked_signatures(file.signatures, safe, review.hashes.safe_message),
        has_workspace=workspace is not None,
    )


def message_report(reviewed: ReviewedFile) -> bytes:
    """The review as canonical JSON: the same bytes on every machine."""
    review = reviewed.review
    hashes, safe = review.hashes, review.safe
    whole: dict[str, JsonSource] = {
        "format": REPORT_FORMAT,
        "verdict": review.verdict,
        "evidence_from": "workspace" if reviewed.has_workspace else "nobody",
        "safe": {
            "chain_id": str(safe.chain_id),
            "address": str(safe.address),
            "version": str(safe.version),
        },
        "title": review.title,
        "sentences": list(review.sentences),
        "hashes": {
            "message": "0x" + hashes.message.hex(),
            "domain": "0x" + hashes.domain.hex(),
            "struct": "0x" + hashes.struct.hex(),
            "safe_message": "0x" + hashes.safe_message.hex(),
        },
        "comparison_code": review.comparison_code,
        "findings": [
            {
                "severity": finding.severity.word,
                "code": finding.code,
                "sentence": finding.sentence,
                "evidence": finding.evidence,
            }
            for finding in review.findings
        ],
        "signatures": [
            {
                "signer": None if one.signer is None else str(one.signer),
                "kind": one.kind.value,
                "status": one.status,
                "counts": one.counts,
            }
            for one in reviewed.signatures
        ],
        "confirmations": {
            "valid": reviewed.counted,
            "threshold": None if isinstance(safe.threshold, Unknown) else safe.threshold,
        },
    }
    return canonical_json(whole)


def message_transcript(reviewed: ReviewedFile) -> str:
    """The review as plain text, in the order in which a signer reads it."""
    review, hashes = reviewed.review, reviewed.review.hashes
    lines = [
        f"Verdict: {review.verdict}",
        f"Message: {review.title}",
        f"Safe: {review.safe.address} on chain {review.safe.chain_id}",
        f"Version: {review.safe.version}",
        "",
        *review.sentences,
        "",
        f"Message's own hash     0x{hashes.message.hex()}",
        f"Domain hash            0x{hashes.domain.hex()}",
        f"Message hash           0x{hashes.struct.hex()}",
        f"Safe message hash      0x{hashes.safe_message.hex()}",
        f"Comparison code        {review.comparison_code}",
        "",
    ]
    lines += [
        f"{finding.severity.word:6} {finding.code} {whole_sentence(finding.sentence)}"
        for finding in review.findings
    ]
    lines += [
        f"signature {one.signer or 'nobody'} {one.kind.value} {one.status}"
        for one in reviewed.signatures
    ]
    return "\n".join([*lines, f"{reviewed.counted} owners signed"]) + "\n"


def _nothing_known(file: MessageFile) -> LocalFacts:
    return LocalFacts(safe=file.safe, evidence=Evidence(), strategies=(), terms=PolicyTerms())

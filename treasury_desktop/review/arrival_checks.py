"""What is dangerous about how a transaction came in: members nobody named, flaws of the file."""

from collections.abc import Iterator

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Unnamed
from treasury_desktop.review.findings import Finding, block, note
from treasury_desktop.review.subject import Check, Subject

WITHOUT = {
    Unnamed.SAFE: "names no Safe, so there is no Safe transaction hash to compare.",
    Unnamed.CHAIN: "names no chain; the same bytes mean another transaction on another chain.",
    Unnamed.VERSION: "names no Safe version, and the version decides what is hashed.",
    Unnamed.EXACT_VERSION: "names no Safe version; its hashes are those of every version with the "
    "same typed data.",
    Unnamed.NONCE: "names no nonce, so there is no Safe transaction hash to compare.",
    Unnamed.BATCH_CONTRACT: "does not say which contract carries the batch; its calls are shown as "
    "a MultiSendCallOnly would make them.",
}


def unnamed_members(subject: Subject) -> Iterator[Finding]:
    """Who sends calls without Safe, version or nonce chooses later which hash gets signed."""
    unnamed = subject.bundle.unnamed
    if Unnamed.TRANSACTION in unnamed:
        claimed = subject.bundle.claimed_hash
        hash_text = "" if isinstance(claimed, Unknown) else f"0x{claimed.hex()}"
        yield block(
            "STATE_UNKNOWN",
            f"names a transaction only by its hash {hash_text}; what it does is not in it, so "
            "there is nothing to review.",
            evidence=hash_text,
        )
        return
    for member in Unnamed:
        if member in unnamed:
            yield block("STATE_UNKNOWN", WITHOUT[member])


def remarks(subject: Subject) -> Iterator[Finding]:
    """A file that was changed after it was written may still look like its author's."""
    for remark in subject.bundle.remarks:
        finding = block if remark.blocks else note
        yield finding(remark.code, remark.sentence, evidence=remark.evidence)


ARRIVAL_CHECKS: tuple[Check, ...] = (unnamed_members, remarks)

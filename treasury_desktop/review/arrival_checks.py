"""What is dangerous about how a transaction came in: members nobody named, flaws of the file."""

from collections.abc import Iterator

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Unnamed
from treasury_desktop.review.findings import Finding, block, danger, note
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.safes.safe import SafeVersion

WITHOUT = {
    Unnamed.SAFE: "names no Safe, so there is no Safe transaction hash to compare.",
    Unnamed.CHAIN: "names no chain; the same bytes mean another transaction on another chain.",
    Unnamed.VERSION: "names no Safe version, and the version decides what is hashed.",
    Unnamed.EXACT_VERSION: "names no Safe version; its hashes are those of the Safe versions {}.",
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
            versions = _with_the_hashes_of(subject.bundle.safe.version)
            yield block("STATE_UNKNOWN", WITHOUT[member].format(versions))


def _with_the_hashes_of(version: SafeVersion) -> str:
    """The versions that hash alike."""
    if version.has_chain_id_in_domain:
        return "from 1.3.0 on"
    return "from 1.0.0 to 1.2.0" if version.has_base_gas else "before 1.0.0"


def remarks(subject: Subject) -> Iterator[Finding]:
    """A file that was changed after it was written may still look like its author's."""
    for remark in subject.bundle.remarks:
        finding = block if remark.blocks else danger if remark.is_danger else note
        yield finding(remark.code, remark.sentence, evidence=remark.evidence)


ARRIVAL_CHECKS: tuple[Check, ...] = (unnamed_members, remarks)

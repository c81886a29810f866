"""Import a message: for one of our Safes, its signatures verified, and kept whole or not at all."""

from dataclasses import dataclass

from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.collect_message_signatures import keep_with_signatures
from treasury_desktop.desk.message_doors import MessageRecords
from treasury_desktop.errors import Refused
from treasury_desktop.messages.decoding import meaning_of
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.kept_message import KeptMessage
from treasury_desktop.messages.message import Message
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMessage:
    """What came of an import: which message, and how many signatures were new."""

    safe_message_hash: bytes
    was_known: bool
    new_confirmations: int
    set_aside: int


def import_message(
    message: Message,
    named: Safe | None,
    signatures: tuple[ClaimedSignature, ...],
    records: MessageRecords,
    workspace: Workspace,
    *,
    facts: LocalFacts,
    purpose: str,
    now: int,
) -> ImportedMessage:
    """Keep a message for a Safe of this workspace, with every signature that came with it."""
    safe = _safe_meant(message, named, workspace, facts)
    kept = KeptMessage(
        chain_id=safe.chain_id,
        safe=safe.address,
        safe_message_hash=message_hashes(safe, message).safe_message,
        message=message,
        purpose=purpose,
        written_here=named is None,
        created_at=now,
    )
    with records.together():
        was_known = records.message(kept.safe_message_hash) is not None
        new, aside = keep_with_signatures(kept, signatures, records, safe)
        if not was_known:
            about = {"safe_message_hash": "0x" + kept.safe_message_hash.hex()}
            records.note("imported message", about, now)
    return ImportedMessage(
        safe_message_hash=kept.safe_message_hash,
        was_known=was_known,
        new_confirmations=new,
        set_aside=aside,
    )


def _safe_meant(
    message: Message, named: Safe | None, workspace: Workspace, facts: LocalFacts
) -> Safe:
    """The Safe a file names, else the one of ours in whose name the message is, else the first."""
    ours = [safe.address for safe in workspace.safes]
    chain_id = workspace.chain.chain_id
    if named is not None:
        if named.address not in ours or named.chain_id != chain_id:
            raise Refused(
                f"The message is of the Safe {named.address} on chain {named.chain_id}, which is "
                "none of this workspace."
            )
        wanted = named.address
    else:
        meaning = meaning_of(message)
        account = None if meaning is None else meaning.account
        wanted = account if account is not None and account in ours else ours[0]
    read = facts.safe_at(wanted)
    if read is None:
        raise Refused(
            f"The Safe {wanted} has not been read yet, so its messages cannot be hashed; refresh "
            "the treasury from a node first."
        )
    return read

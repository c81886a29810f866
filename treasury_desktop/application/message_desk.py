"""The desk's part for messages; keeps the Protocol `windows.actions_of_messages.MessageActions`."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from treasury_desktop.application.incoming_message import IncomingMessage, message_in_file
from treasury_desktop.bundle import ClaimedSignature
from treasury_desktop.desk.collect_confirmations import NO_OWNERS_YET
from treasury_desktop.desk.collect_message_signatures import still_aside
from treasury_desktop.desk.final_signature import FinalSignature, final_signature
from treasury_desktop.desk.import_message import ImportedMessage, import_message
from treasury_desktop.desk.message_doors import MessageRecords, MessageVerifier
from treasury_desktop.desk.review_message import review_message, safe_of
from treasury_desktop.desk.sign_message import sign_message
from treasury_desktop.desk.signatures_sent_on import sent_on
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.files.bundle_file import read_bundle_file, write_whole_file
from treasury_desktop.files.message_file import (
    MAX_BYTES,
    MAX_SIGNATURES,
    MessageFile,
    write_message_file,
)
from treasury_desktop.messages.kept_message import KeptMessage, MessageConfirmation

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from treasury_desktop.chain.node import Node
    from treasury_desktop.desk.doors import KeyLabel
    from treasury_desktop.keys.signer_process import SignerProcess
    from treasury_desktop.review.facts import LocalFacts
    from treasury_desktop.review.messages.message_review import MessageReview
    from treasury_desktop.treasury.workspace import Workspace

MOST_ASIDE_BYTES = 256 * 1024
"""Twice that in hex is a quarter of what a message's file may be."""


class _Desk(Protocol):
    """What it needs of the desk that is open."""

    @property
    def workspace(self) -> "Workspace": ...

    @property
    def records(self) -> MessageRecords: ...

    def now(self) -> int: ...

    def local_facts(self) -> "LocalFacts": ...

    def open_node(self) -> "Node": ...

    def signer(self) -> "AbstractContextManager[SignerProcess]": ...


class MessageDesk:
    """Messages of an open workspace."""

    def __init__(self, desk: _Desk) -> None:
        self._desk = desk

    def all(self) -> tuple[KeptMessage, ...]:
        """Every message kept of the workspace's Safes, the newest first."""
        found = [
            message
            for safe in self._desk.workspace.safes
            for message in self._desk.records.messages(safe.address)
        ]
        return tuple(sorted(found, key=lambda one: -one.created_at))

    def import_text(self, text: str) -> ImportedMessage:
        """Take in what was pasted or written."""
        return self._import(message_in_file(text.encode("utf-8", "surrogatepass")))

    def import_file(self, path: Path) -> ImportedMessage:
        """Take in a file."""
        return self._import(message_in_file(read_bundle_file(path, max_bytes=MAX_BYTES)))

    def _import(self, incoming: IncomingMessage) -> ImportedMessage:
        return import_message(
            incoming.message,
            incoming.safe,
            incoming.signatures,
            self._desk.records,
            self._desk.workspace,
            facts=self._desk.local_facts(),
            purpose=incoming.purpose,
            now=self._desk.now(),
        )

    def review(self, safe_message_hash: bytes) -> "MessageReview":
        """The review of a kept message."""
        return review_message(
            self._kept(safe_message_hash),
            self._desk.local_facts(),
            self._desk.records,
            now=self._desk.now(),
        )

    def sign(self, review: "MessageReview", key: "KeyLabel") -> MessageConfirmation:
        """Sign what was reviewed; blocks while the person types."""
        with self._desk.signer() as signer:
            return sign_message(
                review, self._desk.local_facts(), key, signer, self._desk.records,
                now=self._desk.now(),
            )  # fmt: skip

    def export(self, safe_message_hash: bytes, path: Path) -> None:
        """Write a message with its signatures, those set aside too: others may know better."""
        kept = self._kept(safe_message_hash)
        file = MessageFile(
            safe=safe_of(kept.safe, kept.chain_id, self._desk.local_facts()),
            message=kept.message,
            purpose=kept.purpose,
            signatures=sent_on(
                tuple(
                    ClaimedSignature(signer=one.owner, data=one.signature.encoded)
                    for one in kept.confirmations
                ),
                still_aside(kept),
                frozenset((NO_OWNERS_YET,)),
                most=MAX_SIGNATURES,
                most_bytes=MOST_ASIDE_BYTES,
            ),
        )
        write_whole_file(path, write_message_file(file))

    def final_signature(self, safe_message_hash: bytes) -> FinalSignature:
        """The Safe's own signature; where a node answers the Safe is asked about it."""
        kept = self._kept(safe_message_hash)
        safe = safe_of(kept.safe, kept.chain_id, self._desk.local_facts())
        return final_signature(kept, safe, self._verifier())

    def _verifier(self) -> MessageVerifier | None:
        """Asks the Safe through a node, or `None` where no node is named."""
        from treasury_desktop.chain.message_verifier import (  # noqa: PLC0415  loads web3
            MessageVerifier as SafeAsked,
        )

        try:
            return SafeAsked(self._desk.open_node())
        except Unavailable:
            return None

    def _kept(self, safe_message_hash: bytes) -> KeptMessage:
        kept = self._desk.records.message(safe_message_hash)
        if kept is None:
            raise Refused("This message is not in the records.")
        return kept

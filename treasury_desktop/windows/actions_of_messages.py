"""What the Messages page may ask of the desk, as a Protocol beside `actions.py`.

Every method blocks and runs inside an errand; they raise the kinds of `treasury_desktop.errors`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # names only: the frame is painted before any of these rooms is entered
    from pathlib import Path

    from treasury_desktop.desk.doors import KeyLabel
    from treasury_desktop.desk.final_signature import FinalSignature
    from treasury_desktop.desk.import_message import ImportedMessage
    from treasury_desktop.messages.kept_message import KeptMessage, MessageConfirmation
    from treasury_desktop.review.messages.message_review import MessageReview


class MessageActions(Protocol):
    """The desk's part for messages, as its page knows it."""

    def all(self) -> tuple[KeptMessage, ...]:
        """Every message kept, the newest first."""
        ...

    def import_text(self, text: str) -> ImportedMessage:
        """Take in what was pasted or written: typed data, a cosigner's file, or a text."""
        ...

    def import_file(self, path: Path) -> ImportedMessage:
        """Take in a file of typed data, of a cosigner, or a text."""
        ...

    def review(self, safe_message_hash: bytes) -> MessageReview:
        """The review of a kept message by our own facts and the present clock."""
        ...

    def sign(self, review: MessageReview, key: KeyLabel) -> MessageConfirmation:
        """Sign what was reviewed; blocks while the person types in the secret-entry process."""
        ...

    def export(self, safe_message_hash: bytes, path: Path) -> None:
        """Write a message with its signatures as a file for cosigners."""
        ...

    def final_signature(self, safe_message_hash: bytes) -> FinalSignature:
        """The Safe's own signature, verified with the Safe where a node answers."""
        ...

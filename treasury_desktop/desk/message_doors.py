"""What the desk asks of the outside where messages are concerned, as Protocols."""

from contextlib import AbstractContextManager
from typing import Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.desk.doors import NOTHING_KNOWN, Dossier, KeyLabel, WorkspaceFacts
from treasury_desktop.messages.kept_message import (
    AsideSignature,
    KeptMessage,
    MessageConfirmation,
)
from treasury_desktop.safes.signature import Signature


class Messages(Protocol):
    """Keeps messages and their signatures; overwrites nothing."""

    def keep_message(self, kept: KeptMessage) -> None:
        """Adds it with its signatures; one already known only gains what it did not have."""
        ...

    def message(self, safe_message_hash: bytes) -> KeptMessage | None:
        """The message with its confirmations, the first of each owner, or `None`."""
        ...

    def messages(self, safe: Address) -> tuple[KeptMessage, ...]:
        """All of a Safe, the newest first."""
        ...

    def keep_message_confirmation(self, confirmation: MessageConfirmation) -> bool:
        """Adds it durably; False if the same signature was there already."""
        ...

    def keep_message_signature_aside(self, signature: AsideSignature) -> None:
        """Keeps a signature that does not count, with the reason; again is harmless."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Everything that is kept inside is kept as a whole, or not at all."""
        ...


class MessageRecords(Messages, Dossier, Protocol):
    """What the record store keeps of messages, and the account of what was done."""


class MessageSigner(Protocol):
    """Asks a person for a passphrase in a process of its own, and signs in another."""

    def sign_message(
        self,
        key: KeyLabel,
        message: bytes,
        setting: bytes,
        reviewed_hash: bytes,
        *,
        earlier: tuple[bytes, ...] = (),
        acknowledged: frozenset[str] = frozenset(),
        workspace: WorkspaceFacts = NOTHING_KNOWN,
    ) -> Signature:
        """A signature over the SafeMessage hash the signer process derived itself.

        `setting` is a bundle with the Safe and the desk's evidence. Refuses where that hash is not
        the reviewed one, where the review blocks or finds a danger whose code is not among the
        `acknowledged`, on a wrong passphrase and when the person cancels.
        """
        ...


class MessageVerifier(Protocol):
    """Asks a Safe itself whether it stands by a message."""

    def is_valid_signature(self, safe: Address, message_hash: bytes, signature: bytes) -> bool:
        """What isValidSignature(bytes32,bytes) of the Safe says; False where it refuses."""
        ...

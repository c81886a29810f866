"""The doors for messages in memory: plain classes that keep the Protocols of message_doors.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from tests.desk.in_memory import MemoryRecords
from tests.samples import a_confirmation, an_owner
from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import read_bundle
from treasury_desktop.desk.doors import NOTHING_KNOWN, KeyLabel, WorkspaceFacts
from treasury_desktop.desk.message_doors import MessageRecords, MessageSigner, MessageVerifier
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.kept_message import (
    AsideSignature,
    KeptMessage,
    MessageConfirmation,
)
from treasury_desktop.messages.message import message_of
from treasury_desktop.safes.confirmation import one_of_each_owner
from treasury_desktop.safes.signature import Signature


@dataclass
class MemoryMessages(MemoryRecords):
    """Keeps what the record store keeps of messages, and refuses what it refuses."""

    messages_kept: dict[bytes, KeptMessage] = field(default_factory=dict)
    messages_signed: list[MessageConfirmation] = field(default_factory=list)
    messages_aside: list[AsideSignature] = field(default_factory=list)

    @contextmanager
    def together(self) -> Iterator[None]:
        """A failure inside puts everything back as it was."""
        before = (dict(self.messages_kept), list(self.messages_signed), list(self.messages_aside))
        try:
            with super().together():
                yield
        except BaseException:
            self.messages_kept, self.messages_signed, self.messages_aside = before
            raise

    def keep_message(self, kept: KeptMessage) -> None:
        """Adds it, or what a known one did not have."""
        known = self.messages_kept.get(kept.safe_message_hash)
        bare = replace(kept, confirmations=(), aside=())
        if known is None:
            self.messages_kept[kept.safe_message_hash] = bare
        elif (known.chain_id, known.safe) != (kept.chain_id, kept.safe):
            raise Refused("Two different messages claim one hash; the second was not kept.")
        else:
            self.messages_kept[kept.safe_message_hash] = replace(
                known,
                purpose=known.purpose or kept.purpose,
                written_here=known.written_here or kept.written_here,
            )
        for confirmation in kept.confirmations:
            self.keep_message_confirmation(confirmation)
        for signature in kept.aside:
            self.keep_message_signature_aside(signature)

    def message(self, safe_message_hash: bytes) -> KeptMessage | None:
        """The message with its confirmations, one of each owner, or `None`."""
        known = self.messages_kept.get(safe_message_hash)
        if known is None:
            return None
        confirmations = one_of_each_owner(
            one for one in self.messages_signed if one.safe_message_hash == safe_message_hash
        )
        aside = tuple(
            one for one in self.messages_aside if one.safe_message_hash == safe_message_hash
        )
        return replace(known, confirmations=confirmations, aside=aside)

    def messages(self, safe: Address) -> tuple[KeptMessage, ...]:
        """All of a Safe, the newest first."""
        found = (self.message(key) for key, kept in self.messages_kept.items() if kept.safe == safe)
        return tuple(one for one in found if one is not None)[::-1]

    def keep_message_confirmation(self, confirmation: MessageConfirmation) -> bool:
        """False where the same signature was there."""
        if confirmation.safe_message_hash not in self.messages_kept:
            name = confirmation.safe_message_hash.hex()
            raise Refused(f"No message with the hash 0x{name} is in the records.")
        if confirmation in self.messages_signed:
            return False
        self.messages_signed.append(confirmation)
        return True

    def keep_message_signature_aside(self, signature: AsideSignature) -> None:
        """Keeps it once."""
        if signature not in self.messages_aside:
            self.messages_aside.append(signature)


@dataclass
class MemoryMessageSigner:
    """Signs with the keys that are the numbers 1 to 9; the lists are what it was given."""

    asked: list[bytes] = field(default_factory=list)
    earlier: list[tuple[bytes, ...]] = field(default_factory=list)
    acknowledged: list[frozenset[str]] = field(default_factory=list)
    workspaces: list[WorkspaceFacts] = field(default_factory=list)

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
        """A signature over what the bytes themselves give."""
        self.asked.append(message)
        self.earlier.append(earlier)
        self.acknowledged.append(acknowledged)
        self.workspaces.append(workspace)
        derived = message_hashes(read_bundle(setting).safe, message_of(message)).safe_message
        if derived != reviewed_hash:
            raise Refused("The hash of this message is not the one that was reviewed.")
        number = next(n for n in range(1, 10) if an_owner(n) == key.address)
        return a_confirmation(derived, number).signature


@dataclass
class MemoryVerifier:
    """A Safe that says what it was told to, or whose node is silent."""

    says: bool = True
    silent: bool = False
    asked: list[tuple[Address, bytes, bytes]] = field(default_factory=list)

    def is_valid_signature(self, safe: Address, message_hash: bytes, signature: bytes) -> bool:
        """What it was told to say."""
        if self.silent:
            raise Unavailable("No node answers.")
        self.asked.append((safe, message_hash, signature))
        return self.says


RECORDS: MessageRecords = MemoryMessages()
SIGNER: MessageSigner = MemoryMessageSigner()
VERIFIER: MessageVerifier = MemoryVerifier()

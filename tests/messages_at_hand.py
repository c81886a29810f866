"""A desk for messages whose reviews and signatures are real, with everything else in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tests.desk.messages_in_memory import MemoryMessages, MemoryMessageSigner
from tests.samples import NOW, a_safe, a_snapshot, a_workspace
from treasury_desktop.application.message_desk import MessageDesk
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.workspace import Workspace

HANDLED = a_safe(fallback_handler=UNKNOWN)
"""The sample Safe, of whose handler nobody says anything."""


@dataclass
class MessagesAtHand:
    """What `MessageDesk` needs of an open desk."""

    safe: Safe | None = HANDLED
    records: MemoryMessages = field(default_factory=MemoryMessages)
    asked: MemoryMessageSigner = field(default_factory=MemoryMessageSigner)
    workspace: Workspace = field(default_factory=a_workspace)
    why_no_signing: str = ""
    time: int = NOW

    @property
    def messages(self) -> MessageDesk:
        """The desk's part for messages."""
        return MessageDesk(self)  # type: ignore[arg-type]  a signer in memory

    def now(self) -> int:
        """Unix seconds."""
        return self.time

    def local_facts(self) -> LocalFacts:
        """What the sample desk knows."""
        return replace(local_facts(self.workspace, a_snapshot(), ()), safe=self.safe)

    def open_node(self) -> Any:
        """No node is named."""
        raise Unavailable("No node is named in this workspace; name one to go online.")

    @contextmanager
    def signer(self) -> Iterator[MemoryMessageSigner]:
        """The signer in memory."""
        if self.why_no_signing:
            raise Refused(self.why_no_signing)
        yield self.asked

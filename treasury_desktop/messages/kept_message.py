"""A message of a Safe with everything the desk has collected about it."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused
from treasury_desktop.messages.message import Message
from treasury_desktop.safes.signature import RECOVERABLE, Signature
from treasury_desktop.safes.signature_blob import pack_signatures


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageConfirmation:
    """A signature that recovers to `owner` over a SafeMessage hash: checked at birth."""

    safe_message_hash: bytes
    owner: Address
    signature: Signature

    def __post_init__(self) -> None:
        if self.signature.kind not in RECOVERABLE:
            raise Refused(f"A {self.signature.kind.value} signature cannot be verified offline.")
        if self.signature.signer_of(self.safe_message_hash) != self.owner:
            raise Refused(f"The signature does not recover to {self.owner} for this message.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideSignature:
    """A signature that came in and does not count, with the reason; kept, never lost."""

    safe_message_hash: bytes
    claimed_signer: Address | None
    data: bytes
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMessage:
    """One message in the desk's records, keyed by its SafeMessage hash.

    The hash binds chain, Safe and message; `purpose` is what its sender says of it.
    """

    chain_id: int
    safe: Address
    safe_message_hash: bytes
    message: Message
    purpose: str
    written_here: bool
    created_at: int
    confirmations: tuple[MessageConfirmation, ...] = ()
    aside: tuple[AsideSignature, ...] = ()

    @property
    def owners(self) -> tuple[Address, ...]:
        """Who signed it, in the order in which their signatures came."""
        return tuple(one.owner for one in self.confirmations)


def packed_message_signatures(confirmations: tuple[MessageConfirmation, ...]) -> bytes:
    """The Safe's signature for isValidSignature: 65 bytes each, ascending by owner."""
    return pack_signatures((one.owner, one.signature) for one in confirmations)

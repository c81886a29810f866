"""An owner's verified signature on one safeTxHash."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused
from treasury_desktop.safes.chain_answer import ChainAnswer
from treasury_desktop.safes.signature import RECOVERABLE, Signature, SignatureKind
from treasury_desktop.safes.signature_blob import pack_signatures

PREFERENCE = (
    SignatureKind.EOA,
    SignatureKind.ETH_SIGN,
    SignatureKind.CONTRACT,
    SignatureKind.APPROVED_HASH,
)
"""Of several true signatures of one owner the first kind counts, whichever came in first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """A signature that recovers to `owner` over `safe_tx_hash`: checked at birth."""

    safe_tx_hash: bytes
    owner: Address
    signature: Signature

    def __post_init__(self) -> None:
        if self.signature.kind not in RECOVERABLE:
            raise Refused(f"A {self.signature.kind.value} signature cannot be verified offline.")
        if self.signature.signer_of(self.safe_tx_hash) != self.owner:
            raise Refused(f"The signature does not recover to {self.owner} for this hash.")


def preferred(signatures: Iterable[Signature]) -> Signature:
    """The one that counts of an owner's true signatures: by kind, then the smallest bytes."""
    return min(signatures, key=lambda one: (PREFERENCE.index(one.kind), one.encoded))


class OwnersSignature(Protocol):
    """A verified signature of an owner, over whatever was signed."""

    @property
    def owner(self) -> Address:
        """Who signed."""
        ...

    @property
    def signature(self) -> Signature:
        """What recovers to the owner."""
        ...


Signed = TypeVar("Signed", bound=OwnersSignature)


def one_of_each_owner(confirmations: Iterable[Signed]) -> tuple[Signed, ...]:
    """Each owner once, in the order in which they first came, by the signature that counts."""
    by_owner: dict[Address, Signed] = {}
    for confirmation in confirmations:
        known = by_owner.get(confirmation.owner, confirmation)
        is_first = preferred((known.signature, confirmation.signature)) == known.signature
        by_owner[confirmation.owner] = known if is_first else confirmation
    return tuple(by_owner.values())


def packed_signatures(confirmations: tuple[Confirmation | ChainAnswer, ...]) -> bytes:
    """The `signatures` argument of execTransaction, ascending by owner."""
    return pack_signatures((one.owner, one.signature) for one in confirmations)

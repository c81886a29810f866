"""An owner's verified signature on one safeTxHash."""

from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused
from treasury_desktop.safes.signature import RECOVERABLE, Signature
from treasury_desktop.safes.signature_blob import pack_signatures


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


def packed_signatures(confirmations: tuple[Confirmation, ...]) -> bytes:
    """The `signatures` argument of execTransaction: 65 bytes each, ascending by owner."""
    return pack_signatures((one.owner, one.signature) for one in confirmations)

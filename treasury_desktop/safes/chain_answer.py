"""What only the chain can say of a signature: that a contract agrees, that a hash is approved.

Such a signature cannot be recovered. It counts while the chain accepts it, and nothing is kept of
the answer: without a node nobody knows, however often it was accepted before.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from treasury_desktop.assets.address import Address
from treasury_desktop.safes.signature import Signature, SignatureKind

ON_CHAIN_ONLY = (SignatureKind.CONTRACT, SignatureKind.APPROVED_HASH)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainAnswer:
    """Whether the chain accepts a signature in the name of `owner`, as of one block.

    Only the door that asks the chain makes one.
    """

    safe_tx_hash: bytes
    owner: Address
    signature: Signature
    is_accepted: bool
    block_number: int

    def __post_init__(self) -> None:
        if self.signature.kind not in ON_CHAIN_ONLY:
            raise ValueError(f"a {self.signature.kind.value} signature is verified without a chain")
        if self.signature.signer_of(self.safe_tx_hash) != self.owner:
            raise ValueError("the signature names another owner")

    def is_about(self, signature: Signature, safe_tx_hash: bytes) -> bool:
        """Whether it answers for that signature, wherever in a blob its bytes lie."""
        return (
            self.safe_tx_hash == safe_tx_hash
            and self.signature.kind is signature.kind
            and self.signature.signer_of(safe_tx_hash) == signature.signer_of(safe_tx_hash)
            and self.signature.dynamic == signature.dynamic
        )


def approved_by(owner: Address) -> Signature:
    """The signature that stands for a hash which the owner approved on the chain."""
    return Signature(owner.number, 0, 1)


def answer_to(
    signature: Signature, safe_tx_hash: bytes, answers: Iterable[ChainAnswer]
) -> ChainAnswer | None:
    """What the chain said of a signature, or `None` where nobody asked it."""
    return next((one for one in answers if one.is_about(signature, safe_tx_hash)), None)


def accepted_of_each_owner(answers: Iterable[ChainAnswer]) -> tuple[ChainAnswer, ...]:
    """What the chain accepts, one of each owner; an approval costs less to check than a call."""
    by_owner: dict[Address, ChainAnswer] = {}
    for answer in sorted(answers, key=lambda one: (one.owner, -one.signature.v, _bytes_of(one))):
        if answer.is_accepted:
            by_owner.setdefault(answer.owner, answer)
    return tuple(by_owner.values())


def _bytes_of(answer: ChainAnswer) -> bytes:
    return answer.signature.dynamic or b""

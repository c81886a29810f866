"""What owners of an inner Safe signed for a transaction, whoever sent it and in how many pieces.

Each travels as a contract signature of the inner Safe, so that bundles and other programs carry it
as what it is. Only together they are one that the chain accepts.
"""

from collections.abc import Iterable
from functools import lru_cache

from treasury_desktop.assets.address import Address
from treasury_desktop.errors import Refused
from treasury_desktop.safes.nested_signature import (
    MOST_INSIDE,
    Inside,
    message_to_sign,
    signatures_inside,
    signed_by_enough,
)
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import Signature, SignatureKind
from treasury_desktop.safes.signature_blob import split_signatures


@lru_cache(maxsize=256)  # pages ask for the same ones whenever they are shown anew
def inside_of(
    queued: QueuedTransaction, outer: Safe, inner: Safe, *, most: int | None = MOST_INSIDE
) -> Inside:
    """Who of the inner Safe's owners signed for a transaction, in all that was sent of it.

    At most so many signatures are recovered; all where `None`.
    """
    try:
        message = message_to_sign(outer, queued.tx, inner)
    except Refused:
        return {}
    return signatures_inside(_carried(queued, inner.address), message, inner, most=most)


def pieces_of(queued: QueuedTransaction, outer: Safe, safes: Iterable[Safe]) -> set[bytes]:
    """What was set aside and holds nothing but verified signatures inside one of these Safes."""
    found = set[bytes]()
    for inner in (one for one in safes if outer.is_owner(one.address)):
        inside = set(inside_of(queued, outer, inner).values())
        for aside in queued.quarantined:
            parts = split_signatures(aside.data)
            if len(parts) == 1 and parts[0].kind is SignatureKind.CONTRACT:
                held = split_signatures(parts[0].dynamic or b"")
                if held and inside.issuperset(held):
                    found.add(aside.data)
    return found


def whole_signature(queued: QueuedTransaction, outer: Safe, inner: Safe) -> Signature | None:
    """The inner Safe's contract signature, put together of whatever came in, once it is enough."""
    return signed_by_enough(inside_of(queued, outer, inner), inner)


def _carried(queued: QueuedTransaction, inner: Address) -> list[bytes]:
    """What every contract signature of the inner Safe hands to it.

    What came in the shortest entries stands first: one entry may hold a heap of short ones.
    """
    entries = sorted((aside.data for aside in queued.quarantined), key=len)
    parts = [part for data in entries for part in split_signatures(data)]
    return [
        part.dynamic
        for part in parts
        if part.kind is SignatureKind.CONTRACT
        and part.dynamic is not None
        and part.signer_of(queued.safe_tx_hash) == inner
    ]

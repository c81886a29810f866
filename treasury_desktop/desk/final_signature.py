"""The Safe's own signature for a message: its owners' together, as far as anybody can verify it."""

from dataclasses import dataclass

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.desk.message_doors import MessageVerifier
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.messages.hashes import message_hashes
from treasury_desktop.messages.kept_message import KeptMessage, packed_message_signatures
from treasury_desktop.safes.safe import Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class FinalSignature:
    """The packed signatures; `is_valid` is what the Safe says, `None` where nobody could ask it."""

    data: bytes
    is_valid: bool | None
    why_unverified: str = ""


def final_signature(
    kept: KeptMessage, safe: Safe, verifier: MessageVerifier | None
) -> FinalSignature:
    """The signature to hand to whoever asked for it; refuses below the threshold.

    Of the owners' signatures as many are packed as the Safe asks for; it accepts more, and others
    that check the blob themselves may not.
    """
    if isinstance(safe.threshold, Unknown) or isinstance(safe.owners, Unknown):
        raise Refused("Nobody here has read how many owners have to sign; refresh the Safe.")
    confirmations = tuple(one for one in kept.confirmations if safe.is_owner(one.owner))
    if len(confirmations) < safe.threshold:
        raise Refused(
            f"{len(confirmations)} of {safe.threshold} needed signatures are there; with fewer the "
            "Safe does not stand by the message."
        )
    packed = packed_message_signatures(confirmations[: safe.threshold])
    if verifier is None:
        return FinalSignature(
            data=packed, is_valid=None, why_unverified="No node was asked; unverifiable offline."
        )
    asked = message_hashes(safe, kept.message).message
    try:
        says = verifier.is_valid_signature(kept.safe, asked, packed)
    except Unavailable as failure:
        return FinalSignature(data=packed, is_valid=None, why_unverified=failure.sentence)
    return FinalSignature(data=packed, is_valid=says)

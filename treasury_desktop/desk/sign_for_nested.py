"""Sign as an owner of a Safe that owns the Safe: what is reviewed is the outer transaction.

The signature travels as a contract signature of the inner Safe that holds it alone, until enough
of its owners' are here to be one that the chain accepts.
"""

from dataclasses import dataclass
from typing import Protocol

from treasury_desktop.assets.address import Address
from treasury_desktop.bundle import write_bundle
from treasury_desktop.desk.collect_confirmations import ONLY_THE_CHAIN
from treasury_desktop.desk.doors import KeyLabel, Records, WorkspaceFacts
from treasury_desktop.desk.inside_signatures import inside_of
from treasury_desktop.desk.sign_transaction import acknowledged_in, reviewed_anew
from treasury_desktop.desk.signed_before import signed_before
from treasury_desktop.desk.signer_facts import bundle_for_signer, workspace_facts
from treasury_desktop.errors import Refused
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.review import Review
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.queued import QuarantinedSignature
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import Signature
from treasury_desktop.safes.signature_blob import contract_signature, pack_signatures


class NestedSigner(Protocol):
    """Signs the SafeMessage around a transaction of the outer Safe, as `Signer` signs those."""

    def sign_for_nested(
        self,
        key: KeyLabel,
        bundle: bytes,
        reviewed_hash: bytes,
        inner: Safe,
        *,
        signed_before: bytes | None,
        acknowledged: frozenset[str],
        workspace: WorkspaceFacts,
    ) -> Signature:
        """A signature over the message that the signer process derived itself."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInside:
    """One owner's signature inside a Safe, and how many of its owners have signed now."""

    safe_tx_hash: bytes
    inner: Address
    owner: Address
    signed: int
    threshold: int | None


def sign_for_nested(
    review: Review,
    facts: LocalFacts,
    inner: Address,
    key: KeyLabel,
    *,
    signer: NestedSigner,
    records: Records,
    now: int,
) -> SignedInside:
    """One more signature inside the inner Safe over exactly the reviewed transaction, kept."""
    fresh = reviewed_anew(review, facts, now=now)
    outer, inner_safe = fresh.facts.safe, facts.safe_at(inner)
    if inner_safe is None:
        raise Refused(f"The Safe {inner} has not been read yet; refresh first.")
    if not outer.is_owner(inner):
        raise Refused(f"The Safe {inner} is not an owner of this Safe.")
    if not inner_safe.is_owner(key.address):
        raise Refused(f"{key.label} ({key.address}) is not an owner of the Safe {inner}.")
    message = message_to_sign(outer, review.bundle.tx, inner_safe)
    before = signed_before(fresh, key, facts, records)
    reviewed = fresh.hashes.safe_tx
    about = {
        "safe_tx_hash": "0x" + reviewed.hex(), "key": str(key.address), "for": str(inner),
    }  # fmt: skip
    records.note("signing for a Safe", about, now)
    signature = signer.sign_for_nested(
        key,
        write_bundle(bundle_for_signer(review.bundle, facts)),
        reviewed,
        inner_safe,
        signed_before=before,
        acknowledged=acknowledged_in(review),
        workspace=workspace_facts(facts),
    )
    if signature.signer_of(message) != key.address:
        raise Refused(f"The signature does not recover to {key.address} for this message.")
    records.keep_quarantined(_alone(reviewed, inner, key.address, signature))
    records.note("signed for a Safe", about, now)
    queued = records.transaction(reviewed)
    assert queued is not None  # what is reviewed stands in the queue
    return SignedInside(
        safe_tx_hash=reviewed,
        inner=inner,
        owner=key.address,
        signed=len(inside_of(queued, outer, inner_safe)),
        threshold=inner_safe.threshold if isinstance(inner_safe.threshold, int) else None,
    )


def _alone(
    safe_tx_hash: bytes, inner: Address, owner: Address, signature: Signature
) -> QuarantinedSignature:
    return QuarantinedSignature(
        safe_tx_hash=safe_tx_hash,
        claimed_signer=inner,
        data=contract_signature(inner, pack_signatures([(owner, signature)])),
        reason=ONLY_THE_CHAIN,
    )

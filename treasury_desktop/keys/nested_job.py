"""The job to sign as an owner of a Safe that owns the Safe, and what the signer makes of it.

It carries the outer transaction and the inner Safe. What is signed follows from these alone: the
signer reviews the outer transaction like one of its own and derives the message twice.
"""

from dataclasses import dataclass
from typing import ClassVar

from treasury_desktop.assets.strict_json import JsonSource
from treasury_desktop.desk.doors import NOTHING_KNOWN, WorkspaceFacts
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import EncryptedKey, parse_encrypted_key
from treasury_desktop.keys.job_fields import (
    Fields,
    base64_text,
    bytes_of,
    hash_of,
    hex_text,
    text_of,
    texts_of,
)
from treasury_desktop.keys.workspace_json import (
    read_safe_text,
    read_workspace_table,
    safe_text,
    workspace_table,
)
from treasury_desktop.review.review import Review
from treasury_desktop.safes.nested_signature import message_to_sign
from treasury_desktop.safes.safe import Safe


@dataclass(frozen=True, slots=True, kw_only=True)
class SignForNested:
    """Sign the SafeMessage by which `inner` confirms the transaction of the bundle."""

    name: ClassVar[str] = "sign_for_nested"
    takes: ClassVar[tuple[int, ...]] = (1,)
    answers: ClassVar[frozenset[str]] = frozenset({"signature", "message_hash"})
    key: EncryptedKey
    bundle: bytes
    reviewed_hash: bytes
    inner: Safe
    already_signed: bytes | None = None
    acknowledged: frozenset[str] = frozenset()
    workspace: WorkspaceFacts = NOTHING_KNOWN

    @property
    def fields(self) -> dict[str, JsonSource]:
        """The job as JSON members."""
        before = self.already_signed
        return {
            "key": self.key.text,
            "bundle": base64_text(self.bundle),
            "reviewed_hash": hex_text(self.reviewed_hash),
            "inner": safe_text(self.inner),
            "already_signed": None if before is None else hex_text(before),
            "acknowledged": sorted(self.acknowledged),
            "workspace": workspace_table(self.workspace),
        }

    @classmethod
    def parse(cls, fields: Fields) -> "SignForNested":
        """The job that JSON members describe."""
        already = fields["already_signed"]
        return cls(
            key=parse_encrypted_key(text_of(fields, "key")),
            bundle=bytes_of(fields, "bundle"),
            reviewed_hash=hash_of(fields, "reviewed_hash"),
            inner=read_safe_text(text_of(fields, "inner")),
            already_signed=None if already is None else hash_of(fields, "already_signed"),
            acknowledged=texts_of(fields, "acknowledged"),
            workspace=read_workspace_table(fields["workspace"]),
        )


def message_of(job: SignForNested, review: Review) -> bytes:
    """The digest that the key may sign once the outer transaction passed its review."""
    outer, inner = review.bundle.safe, job.inner
    if inner.chain_id != outer.chain_id or inner.address == outer.address:
        raise Refused("The inner Safe is none beside this Safe on its chain; nothing is signed.")
    if not outer.is_owner(inner.address):
        raise Refused(f"The Safe {inner.address} is not an owner of the Safe {outer.address}.")
    if not inner.is_owner(job.key.address):
        raise Refused(f"{job.key.address} is not an owner of the Safe {inner.address}.")
    return message_to_sign(outer, review.bundle.tx, inner)

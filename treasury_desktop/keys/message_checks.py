"""What the signer process works out for itself before it signs a message.

As with transactions nothing the window concluded is believed: the hashes are derived anew, each
twice, and the review runs again on the present clock. The bytes it is given have to be a message:
a hash has no form here.
"""

from treasury_desktop.bundle import read_bundle
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import OWNER
from treasury_desktop.keys.message_job import SignMessage
from treasury_desktop.keys.signing_checks import facts_of, refuse_unnamed_dangers
from treasury_desktop.messages.message import message_of
from treasury_desktop.review.messages.message_review import examine_message


def safe_message_hash_to_sign(job: SignMessage, now: int) -> bytes:
    """The SafeMessage hash an owner's key may sign at `now` (Unix seconds), or a refusal."""
    if job.key.role != OWNER:
        raise Refused(f"{job.key.label} is an executor's key; it signs no message.")
    setting = read_bundle(job.setting)
    review = examine_message(
        message_of(job.message),
        setting.safe,
        facts_of(setting, job.workspace),
        now=now,
        earlier=tuple(message_of(one) for one in job.earlier),
    )
    if review.hashes.safe_message != job.reviewed_hash:
        raise Refused(
            "The hash of this message is not the one that was reviewed; nothing is signed."
        )
    review.require_signable()
    if not setting.safe.is_owner(job.key.address):
        raise Refused(f"{job.key.address} is not an owner of the Safe {setting.safe.address}.")
    refuse_unnamed_dangers(review.findings, job.acknowledged)
    return review.hashes.safe_message

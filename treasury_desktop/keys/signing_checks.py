"""What the signer process works out for itself before a key is decrypted.

Nothing the window concluded is believed: the hashes are derived anew (twice), the review runs again
on the present clock, and the calldata of an execution is written here from the reviewed bytes.
What has to be believed of the window is only what it says was signed before.
"""

from itertools import pairwise

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import read_bundle
from treasury_desktop.errors import Refused
from treasury_desktop.keys.encrypted_key import EXECUTOR, OWNER
from treasury_desktop.keys.jobs import SignExecution, SignSafeTx
from treasury_desktop.review.findings import Severity
from treasury_desktop.review.review import examine
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.hashes import SafeTxHashes, safe_tx_hashes
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.safes.signature import (
    SIGNATURE_LENGTH,
    Signature,
    SignatureKind,
    parse_signature,
)

VERIFIABLE = (SignatureKind.EOA, SignatureKind.ETH_SIGN)


def hash_to_sign(job: SignSafeTx, now: int) -> bytes:
    """The safeTxHash an owner's key may sign at `now` (Unix seconds); refuses anything else."""
    if job.key.role != OWNER:
        raise Refused(f"{job.key.label} is an executor's key; it signs no Safe transaction.")
    safe, _, hashes = _reviewed(job.bundle, now)
    if hashes.safe_tx != job.reviewed_hash:
        raise Refused(
            "The hash of these bytes is not the one that was reviewed; nothing is signed."
        )
    if not safe.is_owner(job.key.address):
        raise Refused(f"{job.key.address} is not an owner of the Safe {safe.address}.")
    if job.already_signed is not None and job.already_signed != hashes.safe_tx:
        raise Refused(
            "This key has signed a different transaction for the same Safe and nonce; "
            "reject or replace that one first."
        )
    return hashes.safe_tx


def calldata_to_execute(job: SignExecution, now: int) -> bytes:
    """The execTransaction calldata an executor's key may send; refuses anything else."""
    safe, tx, hashes = _reviewed(job.bundle, now)
    _check_executor(job, safe)
    _check_confirmations(job.signatures, safe, hashes.safe_tx)
    calldata = exec_transaction_calldata(tx, job.signatures)
    transaction = job.transaction
    if transaction.data != calldata:
        raise Refused("The calldata is not the execution of the reviewed transaction.")
    if transaction.to != safe.address:
        raise Refused(f"The execution goes to {transaction.to}, not to the Safe {safe.address}.")
    if transaction.chain_id != safe.chain_id:
        raise Refused(
            f"The execution is for chain {transaction.chain_id}, the Safe is on {safe.chain_id}."
        )
    if transaction.max_priority_fee_per_gas > transaction.max_fee_per_gas:
        raise Refused("The priority fee is larger than the whole fee allowed for.")
    return calldata


def _reviewed(bundle_bytes: bytes, now: int) -> tuple[Safe, SafeTx, SafeTxHashes]:
    bundle = read_bundle(bundle_bytes)
    safe, tx = bundle.safe, bundle.tx
    review = examine(bundle, now=now)
    hashes = safe_tx_hashes(safe, tx)
    if review.hashes != hashes:
        raise Refused("The review is about other bytes than the hashes; nothing is signed.")
    if review.severity is Severity.BLOCK:
        raise Refused(review.why_not_signable or "The review blocks this transaction.")
    return safe, tx, hashes


def _check_executor(job: SignExecution, safe: Safe) -> None:
    key = job.key
    if key.role != EXECUTOR:
        raise Refused(f"{key.label} is an owner's key; an owner's key never pays for executions.")
    if isinstance(safe.owners, Unknown):
        raise Refused("The bundle does not say who owns the Safe; nothing is executed.")
    if safe.is_owner(key.address):
        raise Refused(f"{key.address} is an owner of the Safe; an executor never is.")
    if job.transaction.sender != key.address:
        raise Refused(f"The execution is sent by {job.transaction.sender}, not by {key.address}.")


def _check_confirmations(blob: bytes, safe: Safe, safe_tx_hash: bytes) -> None:
    if isinstance(safe.threshold, Unknown) or safe.threshold < 1:
        raise Refused("The bundle does not say how many owners must confirm.")
    if len(blob) % SIGNATURE_LENGTH:
        raise Refused("The signatures are not 65 bytes each; contract signatures come later.")
    pieces = (blob[at : at + SIGNATURE_LENGTH] for at in range(0, len(blob), SIGNATURE_LENGTH))
    signers = [_owner_who_signed(parse_signature(piece), safe, safe_tx_hash) for piece in pieces]
    if any(earlier >= later for earlier, later in pairwise(signers)):
        raise Refused("The signatures are not in ascending order of their owners.")
    if len(signers) < safe.threshold:
        raise Refused(f"{len(signers)} of {safe.threshold} needed confirmations are there.")


def _owner_who_signed(signature: Signature, safe: Safe, safe_tx_hash: bytes) -> Address:
    if signature.kind not in VERIFIABLE:
        raise Refused(f"A {signature.kind.value} signature cannot be verified here.")
    signer = signature.signer_of(safe_tx_hash)
    if signer is None or not safe.is_owner(signer):
        raise Refused("A signature does not come from an owner of the Safe.")
    return signer

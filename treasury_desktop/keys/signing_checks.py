"""What the signer process works out for itself before a key is decrypted.

Nothing the window concluded is believed: the hashes are derived anew (twice), the review runs again
on the present clock, and the calldata of an execution is written here from the reviewed bytes.
What has to be believed of the window is listed in SECURITY.md: the facts of the workspace, what was
signed before, and which dangers the person named.
"""

from dataclasses import replace
from itertools import pairwise

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.bundle import Bundle, read_bundle
from treasury_desktop.desk.doors import WorkspaceFacts
from treasury_desktop.errors import Refused
from treasury_desktop.keys.cancellation_job import check_fees, check_replacement
from treasury_desktop.keys.encrypted_key import EXECUTOR, OWNER
from treasury_desktop.keys.jobs import SignExecution, SignSafeTx
from treasury_desktop.keys.nested_job import SignForNested, message_of
from treasury_desktop.review.facts import LocalFacts
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.review import Review, examine
from treasury_desktop.safes.chain_answer import ON_CHAIN_ONLY
from treasury_desktop.safes.execution import exec_transaction_calldata
from treasury_desktop.safes.hashes import safe_tx_hashes
from treasury_desktop.safes.rejection import is_rejection
from treasury_desktop.safes.safe import Safe
from treasury_desktop.safes.signature import Signature, SignatureKind
from treasury_desktop.safes.signature_blob import pack_signatures, split_signatures
from treasury_desktop.treasury.terms import PolicyTerms

VERIFIABLE = (SignatureKind.EOA, SignatureKind.ETH_SIGN)


def hash_to_sign(job: SignSafeTx, now: int) -> bytes:
    """The safeTxHash an owner's key may sign at `now` (Unix seconds); refuses anything else."""
    review = _review_to_sign(job, now)
    safe = review.bundle.safe
    if not safe.is_owner(job.key.address):
        raise Refused(f"{job.key.address} is not an owner of the Safe {safe.address}.")
    return review.hashes.safe_tx


def message_to_sign(job: SignForNested, now: int) -> bytes:
    """The SafeMessage that the key of an inner Safe's owner may sign at `now`."""
    return message_of(job, _review_to_sign(job, now))


def _review_to_sign(job: SignSafeTx | SignForNested, now: int) -> Review:
    """The signer's own review of what was reviewed; refuses what may not be signed."""
    if job.key.role != OWNER:
        raise Refused(f"{job.key.label} is an executor's key; it signs no Safe transaction.")
    review = _reviewed(job.bundle, job.workspace, now)
    if review.hashes.safe_tx != job.reviewed_hash:
        raise Refused(
            "The hash of these bytes is not the one that was reviewed; nothing is signed."
        )
    refuse_unnamed_dangers(review.findings, job.acknowledged)
    _refuse_second_signature(review, job.already_signed)
    return review


def refuse_unnamed_dangers(findings: tuple[Finding, ...], acknowledged: frozenset[str]) -> None:
    """Nobody signs a danger that was not shown, also where only this process finds it."""
    for finding in findings:
        if finding.severity is Severity.DANGER and finding.code not in acknowledged:
            raise Refused(
                f"The signer found a danger that nobody acknowledged ({finding.code}): "
                f"{finding.sentence} Nothing is signed."
            )


def _refuse_second_signature(review: Review, already_signed: bytes | None) -> None:
    """A second transaction for a nonce is signed only where it is the rejection of the first."""
    if already_signed is None or already_signed == review.hashes.safe_tx:
        return
    if not is_rejection(review.bundle.safe, review.bundle.tx):
        raise Refused(
            "This key has signed a different transaction for the same Safe and nonce; only its "
            "rejection may be signed beside it."
        )


def calldata_to_execute(job: SignExecution, now: int) -> bytes:
    """The execTransaction calldata an executor's key may send; refuses anything else."""
    review = _reviewed(job.bundle, job.workspace, now)
    safe = review.bundle.safe
    _check_executor(job, safe)
    _check_confirmations(job.signatures, safe, review.hashes.safe_tx)
    calldata = exec_transaction_calldata(review.bundle.tx, job.signatures)
    transaction = job.transaction
    if transaction.data != calldata:
        raise Refused("The calldata is not the execution of the reviewed transaction.")
    if transaction.to != safe.address:
        raise Refused(f"The execution goes to {transaction.to}, not to the Safe {safe.address}.")
    if transaction.chain_id != safe.chain_id:
        raise Refused(
            f"The execution is for chain {transaction.chain_id}, the Safe is on {safe.chain_id}."
        )
    check_fees(transaction)
    if job.replaces:
        before = check_replacement(job.replaces, transaction)
        if (before.to, before.value, before.data) != (safe.address, 0, calldata):
            raise Refused("What would be replaced is not this execution.")
    return calldata


def _reviewed(bundle_bytes: bytes, workspace: WorkspaceFacts, now: int) -> Review:
    bundle = read_bundle(bundle_bytes)
    review = examine(bundle, facts_of(bundle, workspace), now=now)
    if review.hashes != safe_tx_hashes(bundle.safe, bundle.tx):
        raise Refused("The review is about other bytes than the hashes; nothing is signed.")
    if review.severity is Severity.BLOCK:
        raise Refused(review.why_not_signable or "The review blocks this transaction.")
    return review


def facts_of(bundle: Bundle, workspace: WorkspaceFacts) -> LocalFacts:
    """The desk's own facts: it put them into the bundle, and beside it what no bundle can say.

    A workspace's tokens are listed, its contracts trusted, its payees of its chain; what else the
    bundle describes is the sender's.
    """
    terms = PolicyTerms() if isinstance(bundle.terms, Unknown) else bundle.terms
    said, chain_id = bundle.evidence, bundle.safe.chain_id
    return LocalFacts(
        safe=bundle.safe,
        evidence=replace(
            said,
            positions=workspace.positions,
            stablecoins=workspace.stablecoins,
            deployed=workspace.deployed,
            denied=workspace.denied,
            tokens=tuple(token for token in said.tokens if token.listed is True),
            contracts=tuple(contract for contract in said.contracts if contract.trusted),
            address_book=tuple(e for e in said.address_book if e.chain_id == chain_id),
        ),
        strategies=workspace.strategies,
        terms=replace(
            terms,
            count_own_token=workspace.count_own_token,
            judge_outsiders=workspace.judge_outsiders,
            further=workspace.further,
        ),
        own_safes=workspace.own_safes,
        others=tuple(safe for safe in workspace.safes if safe.address != bundle.safe.address),
    )


def _check_executor(job: SignExecution, safe: Safe) -> None:
    key = job.key
    if key.role != EXECUTOR:
        raise Refused(f"{key.label} is an owner's key; an owner's key never pays for executions.")
    if isinstance(safe.owners, Unknown):
        raise Refused("The bundle does not say who owns the Safe; nothing is executed.")
    if safe.is_owner(key.address):
        raise Refused(f"{key.address} is an owner of the Safe; an executor never is.")
    for other in job.workspace.safes:
        if other.is_owner(key.address):
            raise Refused(
                f"{key.address} is an owner of the Safe {other.address}; an executor never is."
            )
    if job.transaction.sender != key.address:
        raise Refused(f"The execution is sent by {job.transaction.sender}, not by {key.address}.")


def _check_confirmations(blob: bytes, safe: Safe, safe_tx_hash: bytes) -> None:
    if isinstance(safe.threshold, Unknown) or safe.threshold < 1:
        raise Refused("The bundle does not say how many owners must confirm.")
    signatures = split_signatures(blob)
    signers = [_owner_who_signed(signature, safe, safe_tx_hash) for signature in signatures]
    if any(earlier >= later for earlier, later in pairwise(signers)):
        raise Refused("The signatures are not in ascending order of their owners.")
    if pack_signatures(zip(signers, signatures, strict=True)) != blob:
        raise Refused("There are bytes among the signatures that belong to none of them.")
    if len(signers) < safe.threshold:
        raise Refused(f"{len(signers)} of {safe.threshold} needed confirmations are there.")


def _owner_who_signed(signature: Signature, safe: Safe, safe_tx_hash: bytes) -> Address:
    """The owner by whose word it is; of a contract's word and an approval the Safe itself decides.

    Here is no node to ask. An executor's key authorises nothing: what the Safe does not accept
    reverts, at the price of its gas.
    """
    is_whole = signature.kind is not SignatureKind.CONTRACT or signature.dynamic is not None
    if signature.kind not in (*VERIFIABLE, *ON_CHAIN_ONLY) or not is_whole:
        raise Refused(f"A {signature.kind.value} signature cannot be verified here.")
    signer = signature.signer_of(safe_tx_hash)
    if signer is None or not safe.is_owner(signer):
        raise Refused("A signature does not come from an owner of the Safe.")
    return signer

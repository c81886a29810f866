"""Exceptions to the policy that the owners themselves signed (product.md, "The policy", 8).

The format is decision 008: EIP-712, bound to one Safe, one safeTxHash, one policy and an expiry.
An exception lifts what the policy and prices forbid and nothing else, and never silently: what is
lifted stays a danger that has to be acknowledged by name.
"""

from collections.abc import Iterator
from typing import NamedTuple

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import is_blank, plain
from treasury_desktop.bundle import ClaimedException
from treasury_desktop.review.findings import Finding, warn
from treasury_desktop.review.signatures import checked_signatures
from treasury_desktop.review.subject import Subject
from treasury_desktop.safes.safe import Safe
from treasury_desktop.treasury.policy_hash import policy_hash

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
DOMAIN_NAME, DOMAIN_VERSION = "treasury-desktop policy exception", "1"
EXCEPTION_TYPE = (
    "PolicyException(bytes32 safeTxHash,bytes32 policyHash,string reason,uint256 expires)"
)
LIFTED_PREFIXES = ("POLICY_", "PRICE_", "PHASE_")
"""Codes an exception may lift; what nobody knows (STATE_UNKNOWN) is no rule that can be waived."""
MOST_EXCEPTIONS = 16
MOST_SIGNATURES = 64
REASON_LIMIT = 200


class ExceptionInForce(NamedTuple):
    """An exception that enough owners signed, for these very bytes, that has not expired."""

    claimed: ClaimedException
    signers: int

    @property
    def sentence(self) -> str:
        """What is said beside everything it lifts."""
        return (
            f"Lifted by an exception that {self.signers} owners signed: "
            f"{plain(self.claimed.reason, limit=REASON_LIMIT)}"
        )


def exception_digest(safe: Safe, exception: ClaimedException) -> bytes:
    """The EIP-712 digest that owners sign."""
    domain = keccak(
        keccak(DOMAIN_TYPE.encode())
        + keccak(DOMAIN_NAME.encode())
        + keccak(DOMAIN_VERSION.encode())
        + safe.chain_id.to_bytes(32, "big")
        + safe.address.number.to_bytes(32, "big")
    )
    struct = keccak(
        keccak(EXCEPTION_TYPE.encode())
        + exception.safe_tx_hash
        + exception.policy_hash
        + keccak(exception.reason.encode())
        + exception.expires.to_bytes(32, "big")
    )
    return keccak(b"\x19\x01" + domain + struct)


def exception_in_force(subject: Subject) -> ExceptionInForce | None:
    """The first exception that holds, or `None`."""
    for exception in subject.bundle.exceptions[:MOST_EXCEPTIONS]:
        if why_not(subject, exception) is None:
            signers = len(_signers(subject, exception))
            return ExceptionInForce(claimed=exception, signers=signers)
    return None


def why_not(subject: Subject, exception: ClaimedException) -> str | None:
    """Why an exception lifts nothing, or `None` where it holds."""
    return _why_unfit(subject, exception) or _why_unsigned(subject, exception)


def _why_unfit(subject: Subject, exception: ClaimedException) -> str | None:
    """What it is not for: these bytes, this policy, this moment."""
    if subject.hashes is None or exception.safe_tx_hash != subject.hashes.safe_tx:
        return "it is for another transaction"
    if exception.policy_hash != policy_hash(subject.facts.terms):
        return "it is for another policy than the one that binds here"
    if is_blank(exception.reason):
        return "it gives no reason"
    if subject.moment is None:
        return "nobody knows the time"
    return "it has expired" if subject.moment >= exception.expires else None


def _why_unsigned(subject: Subject, exception: ClaimedException) -> str | None:
    threshold = subject.safe.threshold
    if not isinstance(threshold, int) or threshold < 1:
        return "nobody knows how many owners have to sign"
    signers = len(_signers(subject, exception))
    return f"only {signers} of {threshold} owners signed it" if signers < threshold else None


def _signers(subject: Subject, exception: ClaimedException) -> frozenset[object]:
    """The owners whose keys signed; what only the chain could confirm counts nothing here."""
    if isinstance(subject.safe.owners, Unknown):
        return frozenset()
    digest = exception_digest(subject.safe, exception)
    checked = checked_signatures(exception.signatures[:MOST_SIGNATURES], subject.safe, digest)
    return frozenset(one.signer for one in checked if one.counts)


def exceptions_that_fail(subject: Subject) -> Iterator[Finding]:
    """An exception that nobody signed looks, in a hurry, like one that everybody did."""
    for exception in subject.bundle.exceptions[:MOST_EXCEPTIONS]:
        problem = why_not(subject, exception)
        if problem is not None:
            yield warn(
                "EXCEPTION_NOT_VALID",
                "comes with an exception to the policy that lifts nothing: "
                f"{problem} ({plain(exception.reason, limit=REASON_LIMIT)}).",
            )

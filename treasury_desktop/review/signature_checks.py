"""What is to be said of the signatures that came along: forged, strangers', and unverifiable."""

from collections.abc import Iterator

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.review.findings import Finding, danger, note
from treasury_desktop.review.signatures import CheckedSignature
from treasury_desktop.review.subject import Check, Subject
from treasury_desktop.safes.signature import RECOVERABLE, SignatureKind


def forged(subject: Subject) -> Iterator[Finding]:
    """A stranger's signature shown as one of ours makes a transaction look agreed upon."""
    for checked in subject.signatures:
        if checked.status not in ("not an owner", "invalid"):
            continue
        yield danger("SIGNATURE_NOT_FROM_OWNER", _why_it_is_none(checked, subject))


def unverifiable(subject: Subject) -> Iterator[Finding]:
    """An approval that only looks given makes the last signer believe that others agreed."""
    if subject.hashes is None:
        return
    for checked in subject.signatures:
        if checked.status == "unverifiable":
            yield note("SIGNATURE_UNVERIFIABLE", _what_only_the_chain_knows(checked, subject))


def malleable(subject: Subject) -> Iterator[Finding]:
    """A signature turned into its twin looks like another one and may be counted twice."""
    for checked in subject.signatures:
        signature = checked.signature
        is_by_key = checked.status == "valid" and checked.kind in RECOVERABLE
        if is_by_key and signature is not None and not signature.has_low_s:
            yield note(
                "SIGNATURE_MALLEABLE",
                f"carries a signature of {checked.signer} with the larger of its two possible s: "
                "anybody can turn one into the other, and the Safe accepts either, once.",
            )


def _why_it_is_none(checked: CheckedSignature, subject: Subject) -> str:
    signer = checked.signer
    if signer is None:
        return "carries bytes as a signature that are nobody's; they do not count."
    whose = subject.name_of(signer)
    if checked.status == "not an owner":
        return f"carries a signature of {whose}, who is no owner of the Safe; it does not count."
    if checked.kind is SignatureKind.ETH_SIGN and not subject.safe.version.has_eth_sign:
        return (
            f"carries an eth_sign signature of {whose}, which Safe {subject.safe.version} does "
            "not accept; it does not count."
        )
    return f"carries a signature as that of {whose} that is not; it does not count."


def _what_only_the_chain_knows(checked: CheckedSignature, subject: Subject) -> str:
    whose = "somebody" if checked.signer is None else subject.name_of(checked.signer)
    if checked.answer is not None:
        at = f"{checked.answer.block_number:,}"
        if checked.kind is SignatureKind.APPROVED_HASH:
            return (
                f"says that {whose} approved the hash; by block {at} nobody had, so it does not "
                "count."
            )
        return (
            f"carries a contract signature of {whose}, which that contract did not accept at block "
            f"{at}; it does not count."
        )
    if checked.kind is SignatureKind.APPROVED_HASH:
        return f"says that {whose} approved the hash; only the chain knows, so it does not count."
    if checked.kind in RECOVERABLE and isinstance(subject.safe.owners, Unknown):
        return f"carries a signature of {whose}; who owns the Safe is not known, so none counts."
    if not checked.inner:
        return f"carries a contract signature of {whose}; only that contract can accept it."
    inner = ", ".join(f"{one.signer or 'nobody'} ({one.kind.value})" for one in checked.inner)
    return (
        f"carries a contract signature of {whose}. If that is a Safe, it holds signatures of "
        f"{inner}; only that contract can accept them, so it does not count here."
    )


SIGNATURE_CHECKS: tuple[Check, ...] = (forged, unverifiable, malleable)

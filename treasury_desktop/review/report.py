"""A review as the JSON of `treasury-desktop review --json` (bundle.md): canonical and complete."""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, canonical_json
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.assets.usd import exact_text
from treasury_desktop.bundle import Bundle, Unnamed
from treasury_desktop.calls.abi_type import AbiType
from treasury_desktop.calls.decoded_call import Argument, Certainty, DecodedCall
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.review import Review
from treasury_desktop.review.signatures import CheckedSignature
from treasury_desktop.safes.hashes import SafeTxHashes

FORMAT = "treasury-desktop/review@1"
OPERATIONS = {0: "call", 1: "delegatecall", 2: "create"}
STRING_LIMIT = 100_000
Json = dict[str, JsonSource]


def report_bytes(review: Review) -> bytes:
    """The report as canonical JSON: the same review is the same bytes on every machine."""
    return canonical_json(report(review))


def report(review: Review) -> Json:
    """The report as JSON values."""
    facts, threshold = review.facts, review.facts.safe.threshold
    is_read = Unnamed.TRANSACTION not in review.bundle.unnamed
    return {
        "format": FORMAT,
        "verdict": review.verdict,
        "evidence_from": facts.origin.value,
        "safe": _safe(review.bundle),
        "hashes": _hashes(review.known_hashes),
        "comparison_code": None if review.known_hashes is None else review.comparison_code,
        "calls": [_call(review.call, review)] if is_read else [],
        "findings": [_finding(finding) for finding in review.findings],
        "judgements": [_judgement(judgement) for judgement in review.judgements],
        "signatures": [_signature(signature) for signature in review.signatures],
        "confirmations": {
            "valid": len(review.valid_signers),
            "threshold": None if isinstance(threshold, Unknown) else _integer(threshold),
        },
    }


def _safe(bundle: Bundle) -> Json:
    """The Safe as it was named; null for what nobody named."""
    safe, unnamed = bundle.safe, bundle.unnamed
    has_version = unnamed.isdisjoint((Unnamed.VERSION, Unnamed.EXACT_VERSION))
    return {
        "chain_id": None if Unnamed.CHAIN in unnamed else _integer(safe.chain_id),
        "address": None if Unnamed.SAFE in unnamed else str(safe.address),
        "version": str(safe.version) if has_version else None,
    }


def _hashes(hashes: SafeTxHashes | None) -> Json:
    if hashes is None:
        return {"domain": None, "message": None, "safe_tx": None}
    return {
        "domain": "0x" + hashes.domain.hex(),
        "message": "0x" + hashes.message.hex(),
        "safe_tx": "0x" + hashes.safe_tx.hex(),
    }


def _call(call: DecodedCall, review: Review) -> Json:
    return {
        "path": call.path,
        "operation": OPERATIONS.get(call.operation, "call"),
        "to": str(call.to),
        "to_name": review.names.get(call.to) or None,
        "value": str(call.value),
        "data": "0x" + call.data.hex(),
        "function": None if call.function is None else call.function.signature,
        "certainty": _certainty(call),
        "arguments": [_argument(argument) for argument in call.arguments],
        "calls": [_call(inner, review) for inner in call.calls],
    }


def _certainty(call: DecodedCall) -> str:
    """A call without calldata is understood whole: it moves value and nothing else."""
    certainty = Certainty.KNOWN_CONTRACT if call.is_plain_transfer else call.certainty
    return certainty.value


def _argument(argument: Argument) -> Json:
    return {
        "name": argument.name,
        "type": str(argument.kind),
        "value": argument_json(argument.kind, argument.value),
    }


def argument_json(kind: AbiType, value: object) -> JsonSource:
    """An argument's value: decimal text, true or false, EIP-55, hex, or lists of these."""
    if isinstance(value, Address):
        return str(value)
    if isinstance(value, tuple):
        members = kind.members if kind.kind == "tuple" else kind.members * len(value)
        return [argument_json(m, item) for m, item in zip(members, value, strict=True)]
    if kind.kind == "bool":
        return bool(value)
    if isinstance(value, bytes):
        if kind.kind == "string":
            return plain(value.decode("utf-8", "replace"), limit=STRING_LIMIT)
        return "0x" + value.hex()
    return str(value)


def _finding(finding: Finding) -> Json:
    return {
        "severity": finding.severity.word,
        "code": finding.code,
        "path": finding.path,
        "sentence": finding.sentence,
        "evidence": finding.evidence,
    }


def _judgement(judgement: Judgement) -> Json:
    after, share = judgement.exposure_after_bps, judgement.share_bps
    return {
        "group": plain(judgement.group, limit=STRING_LIMIT),
        "verdict": judgement.verdict.words,
        "amount_usd": None if judgement.amount_usd is None else exact_text(judgement.amount_usd),
        "treasury_usd": None
        if judgement.treasury_usd is None
        else exact_text(judgement.treasury_usd),
        "share_bps": None if share is None else exact_text(share),
        "exposure_after_bps": None if after is None else exact_text(after),
        "definitions": dict(judgement.definitions),
        "evidence_digest": "0x" + judgement.evidence_digest.hex(),
    }


def _signature(signature: CheckedSignature) -> Json:
    return {
        "signer": None if signature.signer is None else str(signature.signer),
        "kind": signature.kind.value,
        "status": signature.status,
        "counts": signature.counts,
    }


def _integer(number: int) -> JsonSource:
    return number if number <= 2**53 else str(number)

"""A review as the JSON of `treasury-desktop review --json` (bundle.md): canonical and complete.

Every object here is made with its members in canonical order, which is the alphabet's.
"""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.strict_json import JsonSource, json_in_order
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import plain, text_in
from treasury_desktop.assets.usd import exact_text
from treasury_desktop.bundle import Bundle, Unnamed
from treasury_desktop.calls.abi_type import AbiType
from treasury_desktop.calls.decoded_call import Argument, Certainty, DecodedCall
from treasury_desktop.deployments.further_limits import LimitOutcome
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.review.findings import Finding
from treasury_desktop.review.review import Review
from treasury_desktop.review.signatures import CheckedSignature
from treasury_desktop.safes.hashes import SafeTxHashes

FORMAT = "treasury-desktop/review@1"
OPERATIONS = {0: "call", 1: "delegatecall", 2: "create"}
STRING_LIMIT = 100_000
AT_A_TIME = 256
Json = dict[str, JsonSource]
_Item = TypeVar("_Item")


def report_pieces(review: Review) -> Iterator[bytes]:
    """The report as canonical JSON, piece by piece: the same bytes for a review on every machine.

    A batch's report has a hundred thousand objects. Made and written some hundreds at a time they
    lie in memory that was just used, and not in two hundred megabytes of new one.
    """
    lists: dict[str, Iterator[bytes]] = {
        "calls": _call_pieces(review) if _is_read(review) else iter((b"[]",)),
        "findings": _list_pieces(review.findings, _finding),
        "judgements": _list_pieces(review.judgements, _judgement),
    }
    before = b"{"
    for name, value in _members(review).items():
        yield before + json_in_order(name) + b":"
        yield from lists.get(name) or (json_in_order(value),)
        before = b","
    yield b"}"


def report_bytes(review: Review) -> bytes:
    """The report as canonical JSON in one piece."""
    return b"".join(report_pieces(review))


def report(review: Review) -> Json:
    """The report as JSON values."""
    return {
        **_members(review),
        "calls": [_call(review.call, review)] if _is_read(review) else [],
        "findings": [_finding(finding) for finding in review.findings],
        "judgements": [_judgement(judgement) for judgement in review.judgements],
    }


def _is_read(review: Review) -> bool:
    return Unnamed.TRANSACTION not in review.bundle.unnamed


def _members(review: Review) -> Json:
    """All members in their order; those of which there may be many are left empty."""
    facts, threshold = review.facts, review.facts.safe.threshold
    return {
        "calls": [],
        "comparison_code": None if review.known_hashes is None else review.comparison_code,
        "confirmations": {
            "threshold": None if isinstance(threshold, Unknown) else _integer(threshold),
            "valid": len(review.valid_signers),
        },
        "evidence_from": facts.origin.value,
        "findings": [],
        "format": FORMAT,
        "hashes": _hashes(review.known_hashes),
        "judgements": [],
        # Only where the keepers switched one on: a report without any keeps its bytes.
        **({"limits": [_limit(outcome) for outcome in review.limits]} if review.limits else {}),
        "safe": _safe(review.bundle),
        "signatures": [_signature(signature) for signature in review.signatures],
        "verdict": review.verdict,
    }


def _call_pieces(review: Review) -> Iterator[bytes]:
    """The call tree, whose top-level call may be a long batch."""
    call = review.call
    members = _call(call.with_calls(()), review)
    arguments = json_in_order({"arguments": members.pop("arguments")})
    del members["calls"]  # between them, in the alphabet's order
    yield b"[" + arguments[:-1] + b',"calls":'
    yield from _list_pieces(call.calls, lambda inner: _call(inner, review))
    yield b"," + json_in_order(members)[1:] + b"]"


def _list_pieces(items: Sequence[_Item], to_json: Callable[[_Item], Json]) -> Iterator[bytes]:
    """A list, some hundred members at a time."""
    opening = b"["
    for start in range(0, len(items), AT_A_TIME):
        some: JsonSource = [to_json(item) for item in items[start : start + AT_A_TIME]]
        yield opening + json_in_order(some)[1:-1]
        opening = b","
    yield b"]" if items else b"[]"


def _safe(bundle: Bundle) -> Json:
    """The Safe as it was named; null for what nobody named."""
    safe, unnamed = bundle.safe, bundle.unnamed
    has_version = unnamed.isdisjoint((Unnamed.VERSION, Unnamed.EXACT_VERSION))
    return {
        "address": None if Unnamed.SAFE in unnamed else str(safe.address),
        "chain_id": None if Unnamed.CHAIN in unnamed else _integer(safe.chain_id),
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
        "arguments": [_argument(argument) for argument in call.arguments],
        "calls": [_call(inner, review) for inner in call.calls],
        "certainty": _certainty(call),
        "data": "0x" + call.data.hex(),
        "function": None if call.function is None else call.function.signature,
        "operation": OPERATIONS.get(call.operation, "call"),
        "path": call.path,
        "to": str(call.to),
        "to_name": review.names.get(call.to) or None,
        "value": str(call.value),
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
    """An argument's value: decimal or literal text, true or false, EIP-55, hex, or lists."""
    if isinstance(value, Address):
        return str(value)
    if isinstance(value, tuple):
        members = kind.members if kind.kind == "tuple" else kind.members * len(value)
        return [argument_json(m, item) for m, item in zip(members, value, strict=True)]
    if kind.kind == "bool":
        return bool(value)
    if isinstance(value, bytes):
        if kind.kind == "string":
            # Literal and bounded like all text from outside: reports are printed on terminals and
            # read by scripts that print. The exact bytes stand in the call's data.
            said = text_in(value)
            return "0x" + value.hex() if said is None else plain(said, limit=STRING_LIMIT)
        return "0x" + value.hex()
    return str(value)


def _finding(finding: Finding) -> Json:
    return {
        "code": finding.code,
        "evidence": finding.evidence,
        "path": finding.path,
        "sentence": finding.sentence,
        "severity": finding.severity.word,
    }


def _judgement(judgement: Judgement) -> Json:
    return {
        "amount_usd": _exact(judgement.amount_usd),
        "definitions": _in_order(tuple(judgement.definitions.items())),
        "evidence_digest": "0x" + judgement.evidence_digest.hex(),
        "exposure_after_bps": _exact(judgement.exposure_after_bps),
        "group": plain(judgement.group, limit=STRING_LIMIT),
        "share_bps": _exact(judgement.share_bps),
        "treasury_usd": _exact(judgement.treasury_usd),
        "verdict": judgement.verdict.words,
    }


def _limit(outcome: LimitOutcome) -> Json:
    return {
        "name": outcome.name,
        "sentence": outcome.sentence,
        "verdict": outcome.verdict.words,
    }


def _exact(figure: Fraction | None) -> str | None:
    return None if figure is None else exact_text(figure)


@lru_cache(maxsize=16)
def _in_order(definitions: tuple[tuple[str, str], ...]) -> Json:
    """What all judgements of a review repeat."""
    return dict(sorted(definitions))


def _signature(signature: CheckedSignature) -> Json:
    return {
        "counts": signature.counts,
        "kind": signature.kind.value,
        "signer": None if signature.signer is None else str(signature.signer),
        "status": signature.status,
    }


def _integer(number: int) -> JsonSource:
    return number if number <= 2**53 else str(number)

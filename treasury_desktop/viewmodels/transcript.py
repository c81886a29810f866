"""A review as plain text, in the order in which a signer reads it."""

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.assets.usd import percent_text, usd_text
from treasury_desktop.bundle import Unnamed
from treasury_desktop.calls.decoded_call import Argument, DecodedCall
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.review.review import Review
from treasury_desktop.treasury.terms import BPS

MOST_CALLS = 200
UNNAMED = "not named"
PURPOSE_LIMIT = 500
_WITHOUT_NONCE = (Unnamed.NONCE, Unnamed.TRANSACTION)


def transcript(review: Review) -> str:
    """Verdict, hashes, calls, findings, judgements, signatures."""
    lines = [
        f"Verdict: {review.verdict}",
        f"Purpose: {plain(review.bundle.purpose, limit=PURPOSE_LIMIT) or '–'}",
        _identity(review),
        f"Evidence: {review.facts.origin.value}",
        "",
        *_hashes(review),
        "",
        *_calls(review),
        "",
    ]
    lines += [f"{f.severity.word:6} {f.code} {f.path} {f.sentence}" for f in review.findings]
    lines += [_judgement(judgement) for judgement in review.judgements]
    lines += [
        f"signature {s.signer or 'nobody'} {s.kind.value} {s.status}" for s in review.signatures
    ]
    return "\n".join(lines) + "\n"


def _identity(review: Review) -> str:
    safe, tx, unnamed = review.bundle.safe, review.bundle.tx, review.bundle.unnamed
    has_version = unnamed.isdisjoint((Unnamed.VERSION, Unnamed.EXACT_VERSION))
    address = UNNAMED if Unnamed.SAFE in unnamed else str(safe.address)
    chain = UNNAMED if Unnamed.CHAIN in unnamed else str(safe.chain_id)
    version = str(safe.version) if has_version else UNNAMED
    nonce = str(tx.nonce) if unnamed.isdisjoint(_WITHOUT_NONCE) else UNNAMED
    return f"Safe: {address} on chain {chain}, version {version}, nonce {nonce}"


def _hashes(review: Review) -> list[str]:
    hashes = review.known_hashes
    if hashes is None:
        return ["Safe transaction hash  none: what was sent leaves out what it is made of"]
    return [
        f"Domain hash            0x{hashes.domain.hex()}",
        f"Message hash           0x{hashes.message.hex()}",
        f"Safe transaction hash  0x{hashes.safe_tx.hex()}",
        f"Comparison code        {review.comparison_code}",
    ]


def _calls(review: Review) -> list[str]:
    lines: list[str] = []
    if Unnamed.TRANSACTION in review.bundle.unnamed:
        return lines
    for place, call in enumerate(review.call.walk()):
        if place == MOST_CALLS:
            lines.append(f"… more calls than the {MOST_CALLS} shown here; see --json")
            break
        lines.append(_call(call, review))
    return lines


def _call(call: DecodedCall, review: Review) -> str:
    name = review.names.get(call.to, "")
    what = call.function.name if call.function else ("transfer" if not call.data else "unread data")
    arguments = ", ".join(
        f"{plain(a.name, limit=NAME_LIMIT)}={_value(a)}" for a in call.arguments if not call.calls
    )
    kind = "delegatecall " if call.is_delegatecall else ""
    value = f" with {call.value} wei" if call.value else ""
    to = f"{name} ({call.to})" if name else str(call.to)
    return f"{'  ' * call.depth}{call.path} {kind}{to} {what}({arguments}){value}"


def _value(argument: Argument) -> str:
    value = argument.value
    if isinstance(value, (Address, int)):
        return str(value)
    return "0x" + value.hex() if isinstance(value, bytes) else "(…)"


def _judgement(judgement: Judgement) -> str:
    after = judgement.exposure_after_bps
    share = "" if after is None else f", {percent_text(after / BPS)} of the treasury afterwards"
    amount = "unknown" if judgement.amount_usd is None else usd_text(judgement.amount_usd)
    group = plain(judgement.group, limit=NAME_LIMIT)
    return f"judgement {group}: {judgement.verdict.words}, {amount}{share}"

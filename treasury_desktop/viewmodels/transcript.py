"""A review as plain text, in the order in which a signer reads it."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from treasury_desktop.assets.chain import native_symbol
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import NAME_LIMIT, plain
from treasury_desktop.assets.usd import percent_beside, percent_text, usd_text
from treasury_desktop.bundle import Unnamed
from treasury_desktop.deployments.judgement import Judgement
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.review import Review
from treasury_desktop.treasury.terms import BPS
from treasury_desktop.viewmodels.call_lines import CallReader, Line
from treasury_desktop.viewmodels.finding_sentences import whole_sentence
from treasury_desktop.viewmodels.judgement_row import in_words
from treasury_desktop.viewmodels.limit_rows import limit_sentence

MOST_CALLS = 200
MOST_PATHS = 8
DEEPEST_INDENT = 16
UNNAMED = "not named"
PURPOSE_LIMIT = 500
HEX_SHOWN = 4_098
"""Characters of bytes: 2,048 of them."""
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
    lines += _findings(review.findings)
    lines += _judgements(review)
    lines += [
        f"signature {s.signer or 'nobody'} {s.kind.value} {s.status}" for s in review.signatures
    ]
    lines.append(_confirmations(review))
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
    reader = CallReader(review.facts, native_symbol(review.facts.safe.chain_id))
    for place, call in enumerate(review.call.walk()):
        if place == MOST_CALLS:
            lines.append(f"… more calls than the {MOST_CALLS} shown here; see --json")
            break
        indent = "  " * min(call.depth, DEEPEST_INDENT)
        line = reader.line(call)
        lines += [f"{indent}{line.title}", f"{indent}    {line.detail}"]
        lines += [f"{indent}    {_fact(fact)}" for fact in reader.facts_of(call)]
    return lines


def _fact(fact: Line) -> str:
    """A target or an argument on one line, addresses, base units and bytes in full."""
    if fact.kind == "bytes":
        rest = "" if len(fact.copy) <= HEX_SHOWN else "… (--json shows them all)"
        return f"{fact.title}  {fact.copy[:HEX_SHOWN]}{rest}"
    return "  ".join(part for part in (fact.title, fact.address or fact.detail) if part)


def _findings(findings: Iterable[Finding]) -> list[str]:
    """One line for each finding; the same one about many calls stands once, with its calls."""
    paths: dict[tuple[Severity, str, str], list[str]] = {}
    for finding in findings:
        same = (finding.severity, finding.code, finding.sentence)
        paths.setdefault(same, []).append(finding.path)
    return [
        f"{severity.word:6} {code}{_where(about)} {whole_sentence(sentence)}"
        for (severity, code, sentence), about in paths.items()
    ]


def _where(paths: list[str]) -> str:
    if not any(paths):
        return ""
    more = len(paths) - MOST_PATHS
    shown = ", ".join(paths[:MOST_PATHS]) + (f" and {more} more" if more > 0 else "")
    return f" call{'s' if len(paths) > 1 else ''} {shown}:"


def _judgements(review: Review) -> Iterator[str]:
    """Each judgement with its figures, and below the last what the words in them mean."""
    limit = Fraction(review.facts.terms.limit_bps, BPS)
    definitions: dict[str, None] = {}
    for judgement in review.judgements:
        yield _judgement(judgement, limit)
        for name, text in sorted(judgement.definitions.items()):
            definitions[f"    {name}: {in_words(plain(text, limit=PURPOSE_LIMIT))}"] = None
    for outcome in review.limits:
        yield f"limit {outcome.verdict.words}, {limit_sentence(outcome)}"
    yield from definitions


def _judgement(judgement: Judgement, limit: Fraction) -> str:
    """Amount, exposure beside the limit, and the treasury they are measured by."""
    after = judgement.exposure_after_bps
    share = ""
    if after is not None:
        share = f", {percent_beside(after / BPS, limit)} of the treasury afterwards"
    group = plain(judgement.group, limit=NAME_LIMIT)
    figures = f"{_usd(judgement.amount_usd)}{share}; limit {percent_text(limit)}"
    treasury = f"treasury {_usd(judgement.treasury_usd)}"
    return f"judgement {group}: {judgement.verdict.words}, {figures}, {treasury}"


def _usd(figure: Fraction | None) -> str:
    return "unknown" if figure is None else usd_text(figure)


def _confirmations(review: Review) -> str:
    threshold = review.facts.safe.threshold
    wanted = "an unknown number" if isinstance(threshold, Unknown) else f"{threshold:,}"
    return f"Confirmations: {len(review.valid_signers):,} valid of {wanted} needed"

"""What the review page says: the verdict, who gets what, what speaks against it, and the hashes.

Built off the GUI thread from a `Review`; every sentence is finished and every foreign string made
harmless. Nothing here decides whether signing is allowed: `Review.why_not_signable` does.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import plain, problems_of
from treasury_desktop.assets.usd import percent_text, usd_text
from treasury_desktop.calls.effects import NATIVE, effects_of
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import OUTSIDER
from treasury_desktop.deployments.venues import readers_for
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.review import Review
from treasury_desktop.treasury.evidence import Origin
from treasury_desktop.treasury.terms import BPS
from treasury_desktop.viewmodels.call_lines import CallReader
from treasury_desktop.viewmodels.figures import (
    Remark,
    as_of_text,
    hex_text,
    name_text,
    share_text,
    share_with_limit_text,
    usd_or_none,
)

PURPOSE_LIMIT: Final = 400
SENTENCE_LIMIT: Final = 1_200
LEAVING_SHOWN: Final = 3
KINDS: Final = {"note": "info", "warn": "warn", "danger": "danger", "block": "block"}
"""The mark (icon, colour, word) of each severity."""

PARTLY_READ: Final = "Only what can be read was measured; the rest may do anything."
WORDS: Final = {"note": "Note", "warn": "Warning", "danger": "Danger", "block": "Blocks"}
"""How a finding's severity is said in its title."""

SIGNATURE_STATES: Final = {
    "valid": "signed",
    "not an owner": "not an owner, not counted",
    "invalid": "does not verify, not counted",
    "unverifiable": "cannot be verified here, not counted",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """One finding; `words` is what a person types to acknowledge a danger ("" for the others).

    The same words about several calls are one row with all their paths.
    """

    kind: str
    severity: str
    title: str
    sentence: str
    paths: tuple[str, ...] = ()
    words: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from the others of a review."""
        return self.title, self.sentence

    @property
    def where(self) -> str:
        """Which calls it is about: "call 0.1", "59 calls", or nothing for the whole."""
        if len(self.paths) > 1:
            return f"{len(self.paths):,} calls"
        return f"call {self.paths[0]}" if self.paths else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementRow:
    """One judgement of the policy with its figures; basis points are for the bar.

    `caution` says that the figures cover only what could be read of the transaction.
    """

    group: str
    verdict: str
    caution: str
    sentences: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    definitions: tuple[tuple[str, str], ...]
    existing_bps: Fraction
    queued_bps: Fraction
    this_bps: Fraction
    has_bar: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureRow:
    """An owner or a stranger whose signature came along, and what it turned out to be."""

    name: str
    source: str
    address: str
    state: str
    counts: bool
    is_owner: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """Everything on the review page, in reading order."""

    safe_tx_hash: bytes
    kind: str
    verdict: str
    sentence: str
    leaving: str
    remarks: tuple[Remark, ...]
    purpose: str
    purpose_note: str
    safe: str
    safe_address: str
    findings: tuple[FindingRow, ...]
    judgements: tuple[JudgementRow, ...]
    why_unjudged: str
    signatures: tuple[SignatureRow, ...]
    signed: str
    domain: str
    message: str
    safe_tx: str
    words: tuple[str, ...]
    why_not: str
    call_count: int

    @property
    def dangers(self) -> tuple[FindingRow, ...]:
        """The findings that each want a typed acknowledgement."""
        return tuple(row for row in self.findings if row.words)


def review_view(review: Review, *, safe_name: str = "", now: int | None = None) -> ReviewView:
    """The page of one review; `now` in Unix seconds for the age of its evidence."""
    reader = CallReader(review.facts)
    findings = _finding_rows(review.findings)
    safe, tx = review.facts.safe, review.bundle.tx
    return ReviewView(
        safe_tx_hash=review.hashes.safe_tx,
        kind={"ok": "ok", "warn": "warn"}.get(review.verdict, review.verdict),
        verdict=_verdict_word(review),
        sentence=_verdict_sentence(review, findings),
        leaving=leaving_text(review, reader),
        remarks=_remarks(review, now),
        purpose=plain(review.bundle.purpose, limit=PURPOSE_LIMIT),
        purpose_note=_purpose_note(review.bundle.purpose),
        safe=f"{name_text(safe_name) or 'Safe'} · version {safe.version} · chain {safe.chain_id} "
        f"· nonce {tx.nonce}",
        safe_address=str(safe.address),
        findings=findings,
        judgements=tuple(judgement_row(each, review) for each in review.judgements),
        why_unjudged=PARTLY_READ if _hides_effects(review) else "Nothing leaves to be judged.",
        signatures=_signature_rows(review, reader),
        signed=signed_text(len(review.valid_signers), safe.threshold),
        domain=hex_text(review.hashes.domain),
        message=hex_text(review.hashes.message),
        safe_tx=hex_text(review.hashes.safe_tx),
        words=tuple(review.comparison_code.split()),
        why_not=_why_not(review),
        call_count=sum(1 for _ in review.call.leaves()),
    )


def signed_text(valid: int, threshold: int | Unknown) -> str:
    """How far the signatures are: "1 of 2 signed"."""
    wanted = "?" if isinstance(threshold, Unknown) else str(threshold)
    return f"{valid} of {wanted} signed"


def acknowledgement_words(code: str) -> str:
    """What a person types for a danger: OWNER_ADDED → owner added."""
    return code.lower().replace("_", " ")


def is_acknowledged(row: FindingRow, typed: str) -> bool:
    """Whether somebody typed this finding's words, whatever the case and spacing."""
    return bool(row.words) and " ".join(typed.casefold().replace("_", " ").split()) == row.words


def whole_sentence(text: str) -> str:
    """A finding's words as a sentence of their own: "gives …" → "It gives …"."""
    said = plain(text, limit=SENTENCE_LIMIT)
    if said.startswith(OUTSIDER):
        return f"Payment to {said.removeprefix(OUTSIDER)}"
    first = said.partition(" ")[0]
    is_verb = first.islower() and first.isalpha() and (first.endswith("s") or first == "may")
    return f"It {said}" if is_verb else said


def leaving_text(review: Review, reader: CallReader) -> str:
    """What leaves the treasury and to whom, in one line, from the calls themselves."""
    facts = review.facts
    accounts = facts.own_safes | {facts.safe.address}
    effects = effects_of(
        review.call, accounts=accounts, allowances={}, readers=readers_for(facts.strategies)
    )
    sums: dict[str, int] = {}
    receivers: dict[str, set[Address]] = {}
    is_partial = _hides_effects(review)
    for outflow in effects.outflows:
        if outflow.token is None or outflow.base_units is None:
            is_partial = True
            continue
        if outflow.to in accounts:
            continue
        sums[outflow.token] = sums.get(outflow.token, 0) + outflow.base_units
        receivers.setdefault(outflow.token, set()).add(outflow.to)
    unknown = "What else it does cannot be told from its bytes." if is_partial else ""
    if not sums or _runs_foreign_code(review):
        return unknown.replace("else it does", "it does")
    parts = [_leaving_part(reader, token, sums[token], receivers[token]) for token in sums]
    more = len(parts) - LEAVING_SHOWN
    shown = "; ".join(parts[:LEAVING_SHOWN]) + (f"; and {more} more tokens" if more > 0 else "")
    return f"Leaves this Safe: {shown}. {unknown}".strip()


def _runs_foreign_code(review: Review) -> bool:
    """Whether a delegatecall makes the whole reading worthless."""
    chain_id = review.facts.safe.chain_id
    return any(
        call.is_delegatecall and official_contract(chain_id, call.to) is None
        for call in review.call.walk()
    )


def _hides_effects(review: Review) -> bool:
    unread = any(call.data and call.function is None for call in review.call.leaves())
    return unread or _runs_foreign_code(review)


def _leaving_part(reader: CallReader, token: str, units: int, to: set[Address]) -> str:
    amount = reader.amount(None if token == NATIVE else Address.parse(token), units)
    whom = reader.who(next(iter(to))) if len(to) == 1 else f"{len(to):,} receivers"
    return f"{amount} to {whom}"


# ── the verdict ──────────────────────────────────────────────────────────────────────────────────


def _verdict_word(review: Review) -> str:
    return {
        "ok": "Nothing speaks against it",
        "warn": "Nothing forbids it",
        "danger": "Dangerous",
        "block": "Do not sign",
    }[review.verdict]


def _verdict_sentence(review: Review, findings: tuple[FindingRow, ...]) -> str:
    policy = _policy_words(review.judgements)
    count = {kind: sum(row.severity == kind for row in findings) for kind in KINDS}
    if review.verdict == "block":
        first = next(row for row in findings if row.severity == "block")
        more = count["block"] - 1
        others = f" {_counted(more, 'more finding')} forbid{'s' * (more == 1)} it." if more else ""
        return f"{first.sentence}{others}"
    if review.verdict == "danger":
        words = _counted(count["danger"], "danger")
        return f"{words} to acknowledge by name before anybody signs. {policy}".strip()
    if review.verdict == "warn":
        return f"{_counted(count['warn'], 'warning')} to read. {policy}".strip()
    return policy or "No finding, and nothing is deployed."


def _policy_words(judgements: tuple[Judgement, ...]) -> str:
    """The worst judgement in one sentence, or nothing where the policy has nothing to say."""
    said = [j for j in judgements if not j.group.startswith(OUTSIDER)]
    if not said:
        return ""
    worst = said[0]
    group = name_text(worst.group)
    if worst.amount_usd is None or worst.share_bps is None:
        return f"{group}: {worst.verdict.words}."
    share = percent_text(worst.share_bps / BPS)
    amount = usd_text(worst.amount_usd)
    return f"{amount} into {group} is {share} of the treasury: {worst.verdict.words}."


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _why_not(review: Review) -> str:
    if review.blocks:
        return f"Blocked: {whole_sentence(review.blocks[0].sentence)}"
    return review.why_not_signable or ""


def _remarks(review: Review, now: int | None) -> tuple[Remark, ...]:
    block = review.facts.evidence.block
    said = [Remark(f"nonce {review.bundle.tx.nonce}")]
    origin = {
        Origin.SENDER: Remark("evidence claimed by the sender", "danger"),
        Origin.WORKSPACE: Remark("our own evidence", "good"),
        Origin.BOTH: Remark("our own evidence", "good"),
    }
    said.append(origin[review.facts.origin])
    if isinstance(block, Unknown):
        said.append(Remark("no block known", "advice"))
    elif now is not None:
        said.append(Remark(as_of_text(block, now)))
    return tuple(said)


def _purpose_note(purpose: str) -> str:
    problems = problems_of(purpose, limit=PURPOSE_LIMIT)
    if not problems:
        return ""
    return f"The purpose {' and '.join(problem.value for problem in problems)}."


# ── findings, judgements, signatures ─────────────────────────────────────────────────────────────


def _finding_rows(findings: tuple[Finding, ...]) -> tuple[FindingRow, ...]:
    """Worst first, as they come; equal sentences about several calls together."""
    paths: dict[tuple[Severity, str, str], list[str]] = {}
    for finding in findings:
        same = paths.setdefault((finding.severity, finding.code, finding.sentence), [])
        if finding.path:
            same.append(finding.path)
    return tuple(_finding_row(*each, tuple(where)) for each, where in paths.items())


def _finding_row(
    severity: Severity, code: str, sentence: str, paths: tuple[str, ...]
) -> FindingRow:
    words = acknowledgement_words(code)
    return FindingRow(
        kind=KINDS[severity.word],
        severity=severity.word,
        title=words.capitalize(),
        sentence=whole_sentence(sentence),
        paths=paths,
        words=words if severity is Severity.DANGER else "",
    )


def judgement_row(judgement: Judgement, review: Review) -> JudgementRow:
    """One judgement with its figures; an outsider goes by name where there is one."""
    limit, treasury = review.facts.terms.limit_bps, judgement.treasury_usd
    has_bar = bool(treasury) and judgement.exposure_after_bps is not None
    share, after = judgement.share_bps, judgement.exposure_after_bps
    figures = (
        ("This transaction", usd_or_none(judgement.amount_usd)),
        ("Already there", usd_or_none(judgement.existing_usd)),
        ("In the queue", usd_or_none(judgement.queued_usd)),
        ("Treasury", usd_or_none(treasury)),
        ("Share of this", "–" if share is None else share_text(share / BPS)),
        ("Exposure after", "–" if after is None else share_with_limit_text(after / BPS, limit)),
    )
    return JudgementRow(
        group=_group_name(judgement.group, review),
        verdict=judgement.verdict.words,
        caution=PARTLY_READ if _hides_effects(review) else "",
        sentences=tuple(plain(reason, limit=SENTENCE_LIMIT) for reason in judgement.reasons),
        figures=figures,
        definitions=tuple(sorted(judgement.definitions.items())),
        existing_bps=_bps(judgement.existing_usd, treasury),
        queued_bps=_bps(judgement.queued_usd, treasury),
        this_bps=_bps(judgement.amount_usd, treasury),
        has_bar=has_bar and judgement.verdict is not Verdict.NOT_A_DEPLOYMENT,
    )


def _bps(dollars: Fraction | None, treasury: Fraction | None) -> Fraction:
    return Fraction(0) if dollars is None or not treasury else dollars * BPS / treasury


def _group_name(group: str, review: Review) -> str:
    if not group.startswith(OUTSIDER):
        return name_text(group)
    account = Address.parse(group.removeprefix(OUTSIDER))
    return f"Payment to {CallReader(review.facts).who(account)}"


def _signature_rows(review: Review, reader: CallReader) -> tuple[SignatureRow, ...]:
    """The Safe's owners in their order, then every signature that does not count."""
    safe = review.facts.safe
    owners = () if isinstance(safe.owners, Unknown) else safe.owners
    signed = set(review.valid_signers)
    rows = [
        _signature_row(reader, owner, "signed" if owner in signed else "not yet", owner in signed)
        for owner in owners
    ]
    rows += [
        SignatureRow(
            name="" if each.signer is None else reader.party(each.signer).name,
            source="",
            address="" if each.signer is None else str(each.signer),
            state=SIGNATURE_STATES.get(each.status, each.status),
            counts=False,
            is_owner=False,
        )
        for each in review.signatures
        if not each.counts and each.status != "valid"
    ]
    return tuple(rows)


def _signature_row(reader: CallReader, owner: Address, state: str, counts: bool) -> SignatureRow:
    party = reader.party(owner)
    return SignatureRow(
        name=party.name,
        source=party.source if party.name else "",
        address=party.address,
        state=state,
        counts=counts,
        is_owner=True,
    )

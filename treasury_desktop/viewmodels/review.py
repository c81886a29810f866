"""What the review page says: the verdict, who gets what, what speaks against it, and the hashes.

Built off the GUI thread from a `Review`; every sentence is finished and every foreign string made
harmless. Nothing here decides whether signing is allowed: `Review.why_not_signable` does.
"""

from dataclasses import dataclass, replace
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.assets.untrusted_text import plain, problems_of
from treasury_desktop.assets.usd import percent_text, usd_text
from treasury_desktop.calls.effects import NATIVE, effects_of
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import OUTSIDER
from treasury_desktop.deployments.venues import readers_for
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.review.findings import Finding, Severity
from treasury_desktop.review.inner_transactions import approved_calls
from treasury_desktop.review.review import Review
from treasury_desktop.review.validity import FOR_EVER, Validity
from treasury_desktop.safes.signature import SignatureKind
from treasury_desktop.treasury.evidence import Origin
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.viewmodels.figures import (
    Remark,
    as_of_text,
    hex_text,
    name_text,
)
from treasury_desktop.viewmodels.finding_sentences import whole_sentence
from treasury_desktop.viewmodels.judgement_row import (
    PARTLY_READ,
    JudgementRow,
    advice_words,
    hides_effects,
    judgement_row,
    runs_foreign_code,
)
from treasury_desktop.viewmodels.keys import key_name
from treasury_desktop.viewmodels.limit_rows import LimitRow, limit_rows
from treasury_desktop.viewmodels.names import Names
from treasury_desktop.viewmodels.validity import validity_remark

PURPOSE_LIMIT: Final = 400
LEAVING_SHOWN: Final = 3
JUDGEMENTS_SHOWN: Final = 2
"""The worst; what the others forbid stands among the findings."""

KINDS: Final = {"note": "info", "warn": "warn", "danger": "danger", "block": "block"}
"""The mark (icon, colour, word) of each severity."""

WORDS: Final = {"note": "Note", "warn": "Warning", "danger": "Danger", "block": "Blocks"}
"""How a finding's severity is said in its title."""

SIGNATURE_STATES: Final = {
    "valid": "signed",
    "not an owner": "not an owner, not counted",
    "invalid": "does not verify, not counted",
    "unverifiable": "cannot be verified here, not counted",
}
ON_CHAIN_STATES: Final = {
    SignatureKind.APPROVED_HASH: "approved on the chain",
    SignatureKind.CONTRACT: "signed, its contract agrees",
}
"""What an owner is said to have done who did not sign with a key."""


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
class SignatureRow:
    """An owner or a stranger whose signature came along, and what it turned out to be."""

    name: str
    source: str
    address: str
    state: str
    counts: bool
    is_owner: bool


COUNTED: Final = ("block", "danger", "warn")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewView:
    """Everything on the review page, in reading order."""

    safe_tx_hash: bytes
    kind: str
    verdict: str
    sentence: str
    leaving: str
    remarks: tuple[Remark, ...]
    valid: Remark | None
    purpose: str
    purpose_note: str
    safe: str
    safe_address: str
    findings: tuple[FindingRow, ...]
    judgements: tuple[JudgementRow, ...]
    more_judgements: int
    limits: tuple[LimitRow, ...]
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
    def relied_on(self) -> object:
        """What a signer relies on: with another one, nothing of it was acknowledged."""
        return self.safe_tx_hash, self.findings, self.judgements

    @property
    def dangers(self) -> tuple[FindingRow, ...]:
        """The findings that each want a typed acknowledgement."""
        return tuple(row for row in self.findings if row.words)

    @property
    def found(self) -> str:
        """How many findings of each severity: "2 block, 1 danger"; notes are not counted."""
        counted = ((word, sum(row.severity == word for row in self.findings)) for word in COUNTED)
        return ", ".join(f"{count} {word}" for word, count in counted if count)


def review_view(
    review: Review,
    *,
    safe_name: str = "",
    native_symbol: str = "ETH",
    now: int | None = None,
    validity: Validity = FOR_EVER,
) -> ReviewView:
    """The page of one review; `now` in Unix seconds for the age of its evidence."""
    names = Names(review.facts, native_symbol)
    findings = _finding_rows(review.findings)
    safe, tx = review.facts.safe, review.bundle.tx
    return ReviewView(
        safe_tx_hash=review.hashes.safe_tx,
        kind={"ok": "ok", "warn": "warn"}.get(review.verdict, review.verdict),
        verdict=_verdict_word(review),
        sentence=_verdict_sentence(review, findings),
        leaving=leaving_text(review, names),
        remarks=_remarks(review, now),
        valid=None if now is None else validity_remark(validity, now),
        purpose=plain(review.bundle.purpose, limit=PURPOSE_LIMIT),
        purpose_note=_purpose_note(review.bundle.purpose),
        safe=f"{name_text(safe_name) or 'Safe'} · version {safe.version} · chain {safe.chain_id} "
        f"· nonce {tx.nonce}",
        safe_address=str(safe.address),
        findings=findings,
        judgements=tuple(judgement_row(j, review) for j in review.judgements[:JUDGEMENTS_SHOWN]),
        more_judgements=max(0, len(review.judgements) - JUDGEMENTS_SHOWN),
        limits=limit_rows(review),
        why_unjudged=PARTLY_READ
        if hides_effects(review)
        else "No tokens leave, so the policy has nothing to judge.",
        signatures=_signature_rows(review, names),
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


def leaving_text(review: Review, names: Names) -> str:
    """What leaves the treasury and to whom, in one line, from the calls themselves."""
    facts = review.facts
    approved = tuple(inner.sender for inner in approved_calls(review.call))
    accounts = facts.own_safes.union((facts.safe.address,), approved)
    effects = effects_of(
        review.call, accounts=accounts, allowances={}, readers=readers_for(facts.strategies)
    )
    sums: dict[str, int] = {}
    receivers: dict[str, set[Address]] = {}
    is_partial = hides_effects(review)
    for outflow in effects.outflows:
        if outflow.token is None or outflow.base_units is None:
            is_partial = True
            continue
        if outflow.to in accounts:
            continue
        sums[outflow.token] = sums.get(outflow.token, 0) + outflow.base_units
        receivers.setdefault(outflow.token, set()).add(outflow.to)
    unknown = "What else it does cannot be told from its bytes." if is_partial else ""
    if not sums or runs_foreign_code(review):
        return unknown.replace("else it does", "it does")
    parts = [_leaving_part(names, token, sums[token], receivers[token]) for token in sums]
    more = len(parts) - LEAVING_SHOWN
    shown = "; ".join(parts[:LEAVING_SHOWN]) + (f"; and {more} more tokens" if more > 0 else "")
    whose = "this Safe"
    if approved:  # nothing leaves before what is approved is executed
        safes = " and ".join(f"the Safe {each}" for each in dict.fromkeys(approved))
        whose = f"{safes}, by what is approved"
    return f"Leaves {whose}: {shown}. {unknown}".strip()


def _leaving_part(names: Names, token: str, units: int, to: set[Address]) -> str:
    amount = names.amount(None if token == NATIVE else Address.parse(token), units)
    whom = names.who(next(iter(to))) if len(to) == 1 else f"{len(to):,} receivers"
    return f"{amount} to {whom}"


# ── the verdict ──────────────────────────────────────────────────────────────────────────────────


def _verdict_word(review: Review) -> str:
    words = {
        "ok": "Nothing speaks against it",
        "warn": "Nothing forbids it",
        "danger": "Dangerous",
        "block": "Do not sign",
    }[review.verdict]
    is_calm = review.severity < Severity.DANGER
    is_claim = review.facts.origin is Origin.SENDER
    return f"{words}, by the sender's own account" if is_calm and is_claim else words


def _verdict_sentence(review: Review, findings: tuple[FindingRow, ...]) -> str:
    policy = _policy_words(review.judgements, review.facts.terms)
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


def _policy_words(judgements: tuple[Judgement, ...], terms: PolicyTerms) -> str:
    """The worst judgement in one sentence, or nothing where the policy has nothing to say."""
    said = [j for j in judgements if not j.group.startswith(OUTSIDER)]
    if not said:
        return ""
    worst = said[0]
    group = name_text(worst.group)
    if worst.amount_usd is None or worst.share_bps is None:
        return f"{group}: {worst.verdict.words}."
    share, after = percent_text(worst.share_bps / BPS), worst.exposure_after_bps
    amount = usd_text(worst.amount_usd)
    with_rest = ""
    if after is not None and after != worst.share_bps:
        with_rest = f", {percent_text(after / BPS)} with what is there and queued"
    advice = f"; {advice_words(terms)}" if worst.verdict is Verdict.ABOVE_ADVICE else ""
    sum_up = f"{amount} into {group} is {share} of the treasury{with_rest}"
    return f"{sum_up}: {worst.verdict.words}{advice}."


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


def with_our_names(
    rows: tuple[SignatureRow, ...], keys: tuple[KeyLabel, ...]
) -> tuple[SignatureRow, ...]:
    """The same rows, our own keys by the names the queue gives them."""
    ours = {str(key.address): key_name(key) for key in keys}
    return tuple(
        replace(row, name=ours[row.address], source="") if row.address in ours else row
        for row in rows
    )


def _signature_rows(review: Review, names: Names) -> tuple[SignatureRow, ...]:
    """The Safe's owners in their order, then every signature that does not count."""
    safe = review.facts.safe
    owners = () if isinstance(safe.owners, Unknown) else safe.owners
    how = {
        each.signer: ON_CHAIN_STATES.get(each.kind, "signed")
        for each in review.signatures
        if each.counts
    }
    rows = [
        _signature_row(names, owner, how.get(owner, "not yet"), owner in how) for owner in owners
    ]
    rows += [
        SignatureRow(
            name="" if each.signer is None else names.party(each.signer).name,
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


def _signature_row(names: Names, owner: Address, state: str, counts: bool) -> SignatureRow:
    party = names.party(owner)
    return SignatureRow(
        name=party.name,
        source=party.source if party.name else "",
        address=party.address,
        state=state,
        counts=counts,
        is_owner=True,
    )

"""How much of the treasury works in each strategy group, against advice and limit.

The figures are the policy's own: it is asked what it thinks of one more wei for the group, and its
answer carries what the group holds and what waits in the queue.
"""

from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.keccak import keccak
from treasury_desktop.assets.usd import usd_text
from treasury_desktop.calls.decoded_call import decode_transaction
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import Matter, judge
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.review.facts import Facts, LocalFacts
from treasury_desktop.review.review import reading_for
from treasury_desktop.safes.queued import QueuedTransaction
from treasury_desktop.safes.safe_tx import SafeTx
from treasury_desktop.treasury.evidence import Origin
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import NONE, name_text, share_text, share_with_limit_text
from treasury_desktop.viewmodels.valuation import series_of_group

_ONE_WEI = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureRow:
    """One strategy group: its share in words and in basis points, and what to think of it.

    `mark` names the icon and colour of `verdict`. Basis points are 0 where nothing is known.
    """

    group: str
    strategies: str
    share: str
    share_with_limit: str
    existing_bps: Fraction
    queued_bps: Fraction
    existing_text: str
    queued_text: str
    room_text: str
    mark: str
    verdict: str
    words: str
    series: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureScale:
    """The advised band and the limit in basis points of the treasury, and in words."""

    advised_bps: tuple[int, int]
    limit_bps: int
    caption: str


def exposure_scale(terms: PolicyTerms) -> ExposureScale:
    """The scale all exposure bars share."""
    low, high, limit = (
        share_text(Fraction(bps, BPS))
        for bps in (terms.advised_low_bps, terms.advised_high_bps, terms.limit_bps)
    )
    reach = "" if terms.limit_is_inclusive else ", which must not be reached"
    return ExposureScale(
        advised_bps=(terms.advised_low_bps, terms.advised_high_bps),
        limit_bps=terms.limit_bps,
        caption=f"Advised {low}–{high} of the treasury; limit {limit}{reach}.",
    )


def exposure_rows(
    workspace: Workspace, snapshot: TreasurySnapshot, queue: tuple[QueuedTransaction, ...]
) -> tuple[ExposureRow, ...]:
    """One row per strategy group, in the workspace's order."""
    facts = local_facts(workspace, snapshot, queue)
    groups = dict.fromkeys(strategy.group for strategy in workspace.strategies)
    return tuple(_row(group, workspace, _judgement_of(group, facts)) for group in groups)


def _judgement_of(group: str, local: LocalFacts) -> Judgement | None:
    """What the policy says of one more wei for the group; `None` where it cannot be asked."""
    contract = next((c for s in local.strategies if s.group == group for c in s.contracts), None)
    if contract is None or local.safe is None:
        return None
    # A nonce of its own, for rivals of the transaction under judgement would not count.
    nonces = [entry.nonce for entry in local.evidence.known_queue if isinstance(entry.nonce, int)]
    tx = SafeTx(to=contract, value=_ONE_WEI, nonce=max(nonces, default=0) + 1)
    facts = Facts(
        safe=local.safe,
        evidence=local.evidence,
        strategies=local.strategies,
        terms=local.terms,
        own_safes=local.own_safes,
        origin=Origin.WORKSPACE,
    )
    reading = reading_for(facts)
    judgements = judge(
        Matter(
            safe=local.safe,
            tx=tx,
            call=decode_transaction(local.safe, tx, reading),
            safe_tx_hash=keccak(b"one wei"),
            evidence=local.evidence,
            strategies=local.strategies,
            terms=local.terms,
            reading=reading,
            own_safes=local.own_safes,
        )
    )
    return next((judgement for judgement in judgements if judgement.group == group), None)


def _row(group: str, workspace: Workspace, judgement: Judgement | None) -> ExposureRow:
    terms = workspace.terms
    net = None if judgement is None else judgement.treasury_usd
    existing = None if judgement is None else judgement.existing_usd
    queued = None if judgement is None else judgement.queued_usd
    share = None
    if net is not None and existing is not None and queued is not None:
        share = (existing + queued) / net
    mark, verdict = _verdict(share, terms)
    names = [name_text(s.name) for s in workspace.strategies if s.group == group]
    return ExposureRow(
        group=name_text(group),
        strategies=", ".join(names),
        share=share_text(share),
        share_with_limit=share_with_limit_text(share, terms.limit_bps),
        existing_bps=_bps(existing, net),
        queued_bps=_bps(queued, net),
        existing_text=NONE if existing is None else usd_text(existing),
        queued_text=NONE if queued is None else usd_text(queued),
        room_text=_room_text(share, net, terms),
        mark=mark,
        verdict=verdict,
        words=f"{name_text(group)}: {share_with_limit_text(share, terms.limit_bps)}, {verdict}",
        series=series_of_group(group, workspace),
    )


def _bps(part: Fraction | None, net: Fraction | None) -> Fraction:
    return Fraction(0) if part is None or not net else part * BPS / net


def _verdict(share: Fraction | None, terms: PolicyTerms) -> tuple[str, str]:
    """Mark and words. A passive breach is shown, not refused: nothing is being signed here."""
    if share is None:
        return Verdict.CANNOT_BE_JUDGED.words, Verdict.CANNOT_BE_JUDGED.words
    if share == 0:
        return Verdict.NOT_A_DEPLOYMENT.words, "nothing deployed"
    if share * BPS > terms.limit_bps:
        return "danger", "above the limit"
    if share * BPS == terms.limit_bps and not terms.limit_is_inclusive:
        return "danger", "at the limit"
    if share * BPS > terms.advised_high_bps:
        return Verdict.ABOVE_ADVICE.words, Verdict.ABOVE_ADVICE.words
    return Verdict.WITHIN.words, Verdict.WITHIN.words


def _room_text(share: Fraction | None, net: Fraction | None, terms: PolicyTerms) -> str:
    """How much more could be deployed before advice and limit, in dollars."""
    if share is None or net is None:
        return ""
    to_advice = Fraction(terms.advised_high_bps, BPS) - share
    to_limit = Fraction(terms.limit_bps, BPS) - share
    if to_limit <= 0:
        return "no room below the limit"
    if to_advice > 0:
        return f"{usd_text(to_advice * net)} to the advised maximum"
    return f"{usd_text(to_limit * net)} to the limit"

"""One judgement of the policy in words and figures, and what keeps the figures from being whole."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import OUTSIDER
from treasury_desktop.review.review import Review
from treasury_desktop.treasury.terms import BPS
from treasury_desktop.viewmodels.figures import (
    name_text,
    share_text,
    share_with_limit_text,
    usd_or_none,
)
from treasury_desktop.viewmodels.names import Names

SENTENCE_LIMIT: Final = 1_200
PARTLY_READ: Final = "Only what can be read was measured; the rest may do anything."


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
        caution=PARTLY_READ if hides_effects(review) else "",
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
    return f"Payment to {Names(review.facts).who(account)}"


def runs_foreign_code(review: Review) -> bool:
    """Whether a delegatecall makes the whole reading worthless."""
    chain_id = review.facts.safe.chain_id
    return any(
        call.is_delegatecall and official_contract(chain_id, call.to) is None
        for call in review.call.walk()
    )


def hides_effects(review: Review) -> bool:
    """Whether something in it cannot be read, so that it may do more than is shown."""
    unread = any(call.data and call.function is None for call in review.call.leaves())
    return unread or runs_foreign_code(review)

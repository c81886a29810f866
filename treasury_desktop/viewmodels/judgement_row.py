"""One judgement of the policy in words and figures, and what keeps the figures from being whole."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from treasury_desktop.assets.address import Address
from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.calls.decoded_call import CLAIMED
from treasury_desktop.calls.known_contracts import official_contract
from treasury_desktop.deployments.judgement import Judgement, Verdict
from treasury_desktop.deployments.policy import OUTSIDER
from treasury_desktop.review.review import Review
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.viewmodels.figures import (
    name_text,
    share_text,
    share_with_limit_text,
    usd_or_none,
)
from treasury_desktop.viewmodels.finding_sentences import SENTENCE_LIMIT
from treasury_desktop.viewmodels.names import Names

_SPAN: Final = re.compile(r"\b(\d+) to (\d+) basis points")
_POINTS: Final = re.compile(r"\b(\d+) basis points")
_SECONDS: Final = re.compile(r"\b(\d+) s\b")
_UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"))
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
        sentences=_sentences(judgement, review.facts.terms),
        figures=figures,
        definitions=tuple(
            (name, in_words(text)) for name, text in sorted(judgement.definitions.items())
        ),
        existing_bps=_bps(judgement.existing_usd, treasury),
        queued_bps=_bps(judgement.queued_usd, treasury),
        this_bps=_bps(judgement.amount_usd, treasury),
        has_bar=has_bar and judgement.verdict is not Verdict.NOT_A_DEPLOYMENT,
    )


def advice_words(terms: PolicyTerms) -> str:
    """What is advised, to stand beside whatever is above it."""
    return f"advised is at most {share_text(Fraction(terms.advised_high_bps, BPS))}"


def in_words(definition: str) -> str:
    """A definition as a signer says it: per cent and hours for basis points and seconds."""
    said = _SPAN.sub(lambda m: f"{_per_cent(m[1])} to {_per_cent(m[2])}", definition)
    said = _POINTS.sub(lambda m: _per_cent(m[1]), said)
    return _SECONDS.sub(lambda m: _length(int(m[1])), said)


def _per_cent(bps: str) -> str:
    whole, rest = divmod(int(bps), 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"


def _length(seconds: int) -> str:
    """A length of time in the largest unit that says it exactly: 1 hour, 90 minutes."""
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count:,} {unit}{'' if count == 1 else 's'}"
    return f"{seconds:,} seconds"


def _sentences(judgement: Judgement, terms: PolicyTerms) -> tuple[str, ...]:
    """The reasons; above advice the first of them says what is advised."""
    said = [plain(reason, limit=SENTENCE_LIMIT) for reason in judgement.reasons]
    if said and judgement.verdict is Verdict.ABOVE_ADVICE:
        said[0] = f"{said[0].removesuffix('.')}; {advice_words(terms)}."
    return tuple(said)


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
    unread = any(
        call.data and (call.function is None or call.abi == CLAIMED)
        for call in review.call.leaves()
    )
    return unread or runs_foreign_code(review)

"""What the further limits say of a transaction, a row for each."""

from dataclasses import dataclass

from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.deployments.further_limits import LimitOutcome
from treasury_desktop.review.review import Review
from treasury_desktop.viewmodels.figures import NONE, name_text
from treasury_desktop.viewmodels.finding_sentences import SENTENCE_LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRow:
    """A further limit: its name, its figure beside the limit, verdict and whole sentence.

    `kind` is "danger" where it forbids the transaction.
    """

    name: str
    figure: str
    verdict: str
    sentence: str
    kind: str


def limit_rows(review: Review) -> tuple[LimitRow, ...]:
    """A row for each further limit that the transaction touches, worst first."""
    return tuple(
        LimitRow(
            name=name_text(outcome.name),
            figure=outcome.figure or NONE,
            verdict=outcome.verdict.words,
            sentence=plain(outcome.sentence, limit=SENTENCE_LIMIT),
            kind="danger" if outcome.verdict.blocks else "",
        )
        for outcome in review.limits
    )


def limit_sentence(outcome: LimitOutcome) -> str:
    """Which limit it is, and what it says."""
    return f"{name_text(outcome.name)}: {plain(outcome.sentence, limit=SENTENCE_LIMIT)}"

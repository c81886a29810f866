"""Until when a transaction is good, in a sentence that tells it before it is over."""

from typing import Final

from treasury_desktop.review.validity import Cause, Validity
from treasury_desktop.viewmodels.figures import DAY, Remark, moment_text, span_text

ENDS: Final = {
    Cause.PRICES: "then its prices are too old to sign by, until a refresh",
    Cause.EXCEPTION: "then the owners' exception ends",
}


def is_expired(validity: Validity, now: int) -> bool:
    """Whether a deadline inside it has passed: it can never run any more."""
    return validity.runs_until is not None and now > validity.runs_until


def validity_remark(validity: Validity, now: int) -> Remark | None:
    """What ends first, or ended, in words; `None` for what is good for ever.

    `now` is Unix seconds.
    """
    runs, judged = validity.runs_until, validity.judged_until
    if runs is not None and now > runs:
        ago = span_text(now - runs)
        words = f"Expired {ago} ago: it had to run by {moment_text(runs)} by its own deadline."
        return Remark(words, "danger")
    if judged is not None and (runs is None or judged < runs):
        return _judged(judged, validity.cause, now)
    if runs is not None:
        kind = "advice" if runs - now < DAY else ""
        return Remark(f"Valid until {moment_text(runs)}: then its own deadline passes.", kind)
    return None


def _judged(judged: int, cause: Cause, now: int) -> Remark:
    if now <= judged:
        return Remark(f"Judged until {moment_text(judged)}: {ENDS[cause]}.", "")
    if cause is Cause.EXCEPTION:
        return Remark(f"The owners' exception ended at {moment_text(judged)}.", "advice")
    words = f"Its prices are too old to sign by since {moment_text(judged)}; refresh."
    return Remark(words, "advice")

"""Until when a transaction is good, in a sentence that tells it before it is over."""

from typing import Final

from treasury_desktop.assets.untrusted_text import plain
from treasury_desktop.review.validity import Validity
from treasury_desktop.viewmodels.figures import DAY, Remark, moment_text, span_text

WHY_LIMIT: Final = 160


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
        return _judged(judged, validity.why_not_judged, now)
    if runs is not None:
        kind = "advice" if runs - now < DAY else ""
        words = f"Valid until {moment_text(runs)}: then its own deadline passes."
        return Remark(words, kind)
    return None


def _judged(judged: int, why: str, now: int) -> Remark:
    if now > judged:
        words = f"Since {moment_text(judged)} it cannot be judged by what was read; refresh."
        return Remark(words, "advice")
    return Remark(f"Judged until {moment_text(judged)}; then: {plain(why, limit=WHY_LIMIT)}", "")

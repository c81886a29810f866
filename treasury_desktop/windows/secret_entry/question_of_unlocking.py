"""What the secret-entry window says about a key that is unlocked, or may stay so; free of Qt."""

from collections.abc import Mapping
from dataclasses import replace

from treasury_desktop.windows.secret_entry.question import Question

ALREADY = (
    "This key is unlocked, so no passphrase is asked. Compare the words, then press the button; "
    "cancelling locks the key."
)


def with_unlocking(question: Question, window: Mapping[str, object]) -> Question:
    """The question as it is put: without a passphrase, or with the choice to type it once."""
    if window.get("is_unlocked") is True:
        return replace(question, asks_present=False, unlock="", already_unlocked=ALREADY)
    offer = window.get("unlock")
    if not isinstance(offer, dict):
        return question
    return replace(
        question,
        unlock=f"Keep this key unlocked for {_span(int(offer['seconds']))}",
        why_no_unlock=str(offer["why_not"]),
    )


def _span(seconds: int) -> str:
    """Whole minutes as minutes, anything else in seconds."""
    minutes, rest = divmod(seconds, 60)
    if rest:
        return f"{seconds} seconds"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"

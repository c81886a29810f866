"""Evidence seen from a later moment: quotes grow older, nothing else changes."""

from dataclasses import replace

from treasury_desktop.assets.unknown import Unknown
from treasury_desktop.treasury.evidence import Evidence


def aged_to(evidence: Evidence, now: int) -> Evidence:
    """The evidence with every quote's age counted up to `now` (Unix seconds).

    Without a block nobody knows what the ages count from, so they become unknown; so does the age
    of a quote from the future. A clock behind the block changes nothing: prices never get younger.
    """
    if isinstance(evidence.quotes, Unknown):
        return evidence
    elapsed = None
    if not isinstance(evidence.block, Unknown):
        elapsed = max(0, now - evidence.block.timestamp)
    return replace(
        evidence,
        quotes=tuple(
            replace(
                quote,
                age_seconds=None
                if elapsed is None or quote.age_seconds is None or quote.age_seconds < 0
                else quote.age_seconds + elapsed,
            )
            for quote in evidence.quotes
        ),
    )

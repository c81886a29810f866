"""The line above a page when its figures are not complete, not fresh or not from now."""

from dataclasses import dataclass

from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import (
    age_text,
    as_of_text,
    block_text,
    clock_text,
    moment_text,
    name_text,
    span_text,
)
from treasury_desktop.viewmodels.valuation import valued_holdings

_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNote:
    """A sentence with its kind ("offline", "advice") and the words of its one button."""

    words: str
    kind: str = "advice"
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainTrouble:
    """Why the chain does not answer, and since when (Unix seconds)."""

    sentence: str
    since: int | None = None


def page_note(
    workspace: Workspace,
    snapshot: TreasurySnapshot,
    now: int,
    trouble: ChainTrouble | None = None,
) -> PageNote | None:
    """What has to be said of the snapshot before anything on it: offline, stale or partial."""
    age = now - snapshot.block.timestamp
    unpriced = _without_value(workspace, snapshot)
    if trouble is not None:
        below = f"Everything below is from {as_of_text(snapshot.block, now)}."
        words = f"{trouble.sentence} {since_text(trouble.since, now)}{below}"
        return PageNote(words=words, kind="offline", action="Try again")
    if age > workspace.terms.max_quote_age_seconds:
        allowed = span_text(workspace.terms.max_quote_age_seconds)
        words = (
            f"These figures are {age_text(age)}, from {block_text(snapshot.block)}. "
            f"Prices count as stale after {allowed}."
        )
        return PageNote(words=words, action="Refresh")
    if unpriced:
        one = len(unpriced) == 1
        words = (
            f"{', '.join(unpriced)} {'has' if one else 'have'} no price that may decide "
            f"and {'adds' if one else 'add'} nothing to the treasury's value."
        )
        return PageNote(words=words)
    return None


def trouble_note(sentence: str, since: int | None, now: int, still_works: str) -> PageNote | None:
    """The line of a page that lives from what is kept here, while the chain does not answer."""
    if not sentence:
        return None
    words = f"{sentence} {since_text(since, now)}{still_works}"
    return PageNote(words=words, kind="offline", action="Try again")


def since_text(since: int | None, now: int) -> str:
    """Since when something fails: "Since 14:02 UTC. ", with the day where it is not today."""
    if since is None:
        return ""
    is_today = since // _DAY == now // _DAY
    return f"Since {clock_text(since) if is_today else moment_text(since)}. "


def _without_value(workspace: Workspace, snapshot: TreasurySnapshot) -> list[str]:
    """The symbols of what is held and has no value, each once."""
    lacking = (
        each.holding.amount.token.symbol
        for each in valued_holdings(workspace, snapshot, snapshot.block.timestamp)
        if each.low_usd is None and each.holding.amount.base_units
    )
    return [name_text(symbol) for symbol in dict.fromkeys(lacking)]

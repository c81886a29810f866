"""What the settings page says of the workspace: its own facts, as its keepers wrote them down."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from treasury_desktop.assets.usd import percent_text, usd_text
from treasury_desktop.treasury.deny_list import DenyLists
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.policy_hash import policy_hash
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.terms import BPS, PolicyTerms
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.figures import name_text, span_text
from treasury_desktop.viewmodels.strategies import contract_roles, venue_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A named address with a note."""

    name: str
    note: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsView:
    """The workspace in groups; nothing here can be changed by the program."""

    workspace: str
    safes: tuple[Entry, ...]
    endpoints: tuple[Entry, ...]
    endpoints_caption: str
    terms: tuple[tuple[str, str], ...]
    strategies: tuple[Entry, ...]
    address_book: tuple[Entry, ...]


def settings_view(workspace: Workspace) -> SettingsView:
    """The facts of a workspace, read-only."""
    return SettingsView(
        workspace=f"{name_text(workspace.name)} · {name_text(workspace.chain.name)} · "
        f"chain {workspace.chain.chain_id}",
        safes=tuple(
            Entry(name=name_text(s.name), note=f"Safe {s.version}", address=str(s.address))
            for s in workspace.safes
        ),
        endpoints=tuple(
            Entry(name=name_text(e.name), note=name_text(e.url)) for e in workspace.endpoints
        ),
        endpoints_caption=_endpoints_caption(len(workspace.endpoints)),
        terms=terms_rows(workspace.terms, workspace.twap_window_seconds),
        strategies=tuple(
            Entry(
                name=name_text(s.name),
                note=f"{_place_words(s, role)} · group {name_text(s.group)}",
                address=str(contract),
            )
            for s in workspace.strategies
            for contract, role in contract_roles(s).items()
        ),
        address_book=tuple(
            Entry(name=name_text(p.name), note=name_text(p.note), address=str(p.address))
            for p in workspace.address_book
        ),
    )


def deny_list_entries(denied: DenyLists) -> tuple[Entry, ...]:
    """Each list that was read: how many stand on it, and of what day it is."""
    return tuple(
        Entry(
            name=name_text(each.name),
            note=f"{_addresses(len(each.addresses))} · published {each.published}",
        )
        for each in denied.read
    )


def _addresses(count: int) -> str:
    return f"{count:,} address{'' if count == 1 else 'es'}"


def terms_rows(terms: PolicyTerms, twap_window_seconds: int) -> tuple[tuple[str, str], ...]:
    """The policy's numbers with their words."""
    reached = "may be reached" if terms.limit_is_inclusive else "must not be reached"
    low, high = _per_cent(terms.advised_low_bps), _per_cent(terms.advised_high_bps)
    return (
        ("Limit per group", f"{_per_cent(terms.limit_bps)} of the treasury; {reached}"),
        ("Advised", f"{low} to {high}"),
        ("Oldest price", span_text(terms.max_quote_age_seconds)),
        ("Prices may differ by", _per_cent(terms.max_quote_spread_bps)),
        ("TWAP looks back", span_text(twap_window_seconds)),
        ("Own token", "counted" if terms.count_own_token else "not counted in the treasury"),
        (
            "Payments to outsiders",
            "measured against the limit too" if terms.judge_outsiders else "not measured",
        ),
        *_further_rows(terms.further),
        ("Policy hash", f"0x{policy_hash(terms).hex()}"),
    )


def _further_rows(further: FurtherLimits) -> Iterator[tuple[str, str]]:
    """The further limits that are switched on."""
    if further.protocol_limit_bps is not None:
        yield "Limit per protocol", f"{_per_cent(further.protocol_limit_bps)} of the treasury"
    if further.window_limit_bps is not None and further.window_days is not None:
        days = f"{further.window_days:,} day{'' if further.window_days == 1 else 's'}"
        share = _per_cent(further.window_limit_bps)
        yield "Deployed into a group", f"{share} of the treasury within {days}"
    if further.stable_floor_bps is not None:
        share = _per_cent(further.stable_floor_bps)
        yield "Idle stablecoins", f"{share} of the treasury at least"
    if further.runway_months is not None and further.monthly_spend_usd is not None:
        months = f"{further.runway_months:,} month{'' if further.runway_months == 1 else 's'}"
        spend = usd_text(Fraction(further.monthly_spend_usd))
        yield "Runway", f"stablecoins for {months} of {spend} at least"


def _place_words(strategy: Strategy, role: str) -> str:
    """The venue and which of its contracts it is: "Uniswap v3 · pool", "ERC-4626 vault"."""
    venue, part = venue_words(strategy), role.lower()
    return venue if part in venue else f"{venue} · {part}"


def _endpoints_caption(count: int) -> str:
    """What it is worth that so many nodes are asked."""
    if count > 1:
        return "their answers are compared"
    return "one alone: nobody compares its answers" if count else "nothing is read from the chain"


def _per_cent(bps: int) -> str:
    return percent_text(Fraction(bps, BPS))

"""Further limits on the pages: a row for each, and amounts that keep to all of them."""

from dataclasses import replace

import pytest

from tests.samples import VAULT_STRATEGY, a_snapshot, a_workspace
from tests.signing_desk import POOL_STATE, a_signing_desk
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.desk.beside import Beside
from treasury_desktop.desk.draft_deployment import VenueState, draft_deployment
from treasury_desktop.treasury.evidence import Deployed
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.treasury.workspace import Workspace
from treasury_desktop.viewmodels.deployment import DeployForm, DeployView, deploy_view, request_from
from treasury_desktop.viewmodels.settings import terms_rows

NOW = 1_800_000_000
EVERY = FurtherLimits(
    protocol_limit_bps=900,
    window_limit_bps=700,
    window_days=30,
    stable_floor_bps=100,
    runway_months=6,
    monthly_spend_usd=100_000,
)


def workspace_with(further: FurtherLimits) -> Workspace:
    """The sample workspace with these limits, where every token is a stablecoin."""
    plain = a_workspace(terms=PolicyTerms(further=further))
    return replace(plain, tokens=tuple(replace(t, is_stable=True) for t in plain.tokens))


def shown(
    amount: str, further: FurtherLimits, deployed: tuple[Deployed, ...] | Unknown = ()
) -> DeployView:
    """What Deploy shows of so much into the vault."""
    workspace, form = (
        workspace_with(further),
        DeployForm(strategy=VAULT_STRATEGY.name, amount=amount),
    )
    request = request_from(form, workspace, a_signing_desk().local_facts(), POOL_STATE, NOW)
    state = VenueState(expected_shares=10**18)
    draft = draft_deployment(
        request, state, workspace, a_snapshot(), (), beside=Beside(deployed=deployed)
    )
    return deploy_view(draft, workspace)


def test_every_limit_has_a_row() -> None:
    """Worst first, each with its figure beside what may be."""
    view = shown("1000", EVERY)
    assert {row.verdict for row in view.limits} == {"within"}
    names = [row.name for row in view.limits]
    assert len(names) == 4
    assert "Runway" in names
    assert all(row.figure and not row.kind for row in view.limits)


def test_worst_of_all_limits_is_the_verdict() -> None:
    """A deployment that the first limit allows and another forbids."""
    view = shown("300000", FurtherLimits(protocol_limit_bps=100))
    assert view.verdict == "refused"
    assert view.sentence.startswith("Protocol ")
    assert view.limits[0].kind == "danger"
    assert view.why_not
    assert not view.remarks


@pytest.mark.parametrize(
    "further",
    [
        FurtherLimits(protocol_limit_bps=900),
        FurtherLimits(window_limit_bps=300, window_days=9),
        FurtherLimits(stable_floor_bps=5_000),
        EVERY,
    ],
)
def test_amounts_offered_keep_to_all_limits(further: FurtherLimits) -> None:
    """The most that is offered passes, and one base unit more does not."""
    offered = shown("2500000", further).largest
    assert len(offered) == 2
    most = offered[1].typed
    assert most
    whole, _dot, rest = most.partition(".")
    more = str(int(whole + rest.ljust(6, "0")) + 1)
    assert not shown(most, further).why_not
    assert shown(f"{more[:-6]}.{more[-6:]}", further).verdict == "refused"


def test_no_room_says_which_limit_leaves_none() -> None:
    """Nothing is offered."""
    lately = (Deployed(VAULT_STRATEGY.name, "native", 10**24, a_snapshot().block.timestamp),)
    view = shown("5", FurtherLimits(window_limit_bps=300, window_days=9), lately)
    assert {each.typed for each in view.largest} == {""}
    assert "within 9 days leaves no room" in view.largest[0].words


def test_nothing_is_offered_where_a_limit_cannot_be_judged() -> None:
    """Nobody knows what would pass."""
    view = shown("5", FurtherLimits(window_limit_bps=300, window_days=9), UNKNOWN)
    assert (view.verdict, view.largest) == ("cannot be judged", ())
    assert view.limits[0].figure == "–"


def test_settings_say_what_is_switched_on() -> None:
    """In words; and the hash that every verdict names."""
    rows = dict(terms_rows(PolicyTerms(further=EVERY), 1800))
    assert rows["Limit per protocol"] == "9.00% of the treasury"
    assert rows["Deployed into a group"] == "7.00% of the treasury within 30 days"
    assert rows["Idle stablecoins"] == "1.00% of the treasury at least"
    assert rows["Runway"] == "stablecoins for 6 months of $100,000.00 at least"
    assert rows["Policy hash"].startswith("0x")
    assert "Runway" not in dict(terms_rows(PolicyTerms(), 1800))

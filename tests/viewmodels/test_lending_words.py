"""What lies at Aave v3 and what is owed there, as the pages say it; and its drafts."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from tests.samples import (
    DAI,
    NOW,
    PAYROLL,
    SAFE,
    USDC,
    USDC_AT,
    WETH,
    a_holding,
    a_snapshot,
    a_workspace,
    an_address,
    an_amount,
    some_quotes,
)
from treasury_desktop.assets.unknown import UNKNOWN, Unknown
from treasury_desktop.assets.usd import usd_text
from treasury_desktop.bundle import read_bundle, write_bundle
from treasury_desktop.deployments.venues import aave_v3
from treasury_desktop.desk.draft_deployment import (
    DeploymentRequest,
    Draft,
    VenueState,
    draft_deployment,
)
from treasury_desktop.desk.local_facts import exposures, local_evidence
from treasury_desktop.errors import Refused
from treasury_desktop.review.review import examine
from treasury_desktop.treasury.evidence import OwedAmount
from treasury_desktop.treasury.lending import LendingAccount
from treasury_desktop.treasury.snapshot import OpenAllowance, TreasurySnapshot
from treasury_desktop.treasury.strategy import Strategy
from treasury_desktop.treasury.workspace import NamedSafe
from treasury_desktop.viewmodels.deployment import deploy_view, strategy_choices
from treasury_desktop.viewmodels.holdings import holding_rows, holding_totals, holdings_csv
from treasury_desktop.viewmodels.overview import treasury_figure
from treasury_desktop.viewmodels.strategies import strategy_views
from treasury_desktop.viewmodels.valuation import treasury_net

POOL = an_address("aave pool")
LENDING = Strategy(name="Lending", group="Aave", venue="aave_v3", contracts=(POOL,), asset=USDC_AT)
WORKSPACE = a_workspace(strategies=(*a_workspace().strategies, LENDING))
OPEN = aave_v3.Reserve(
    is_active=True, is_frozen=False, is_paused=False, supply_cap=None, supplied=0
)
SUPPLIED = a_holding(USDC, "250000", strategy="Lending", detail="supplied")
OWING = LendingAccount(
    safe=SAFE, pool=POOL, debts=(an_amount(WETH, "20"),), health_factor=3_456_789 * 10**12
)


def lent(account: LendingAccount = OWING, **changes: Any) -> TreasurySnapshot:
    """The sample treasury with a supply and an account at the pool."""
    made = a_snapshot(holdings=(*a_snapshot().holdings, SUPPLIED), lending=(account,))
    return replace(made, **changes)


def drafted(reserve: aave_v3.Reserve | None = OPEN, **changes: Any) -> Draft:
    """A supply of 100,000 USDC, drafted on the treasury that owes nothing."""
    account = LendingAccount(safe=SAFE, pool=POOL)
    request = DeploymentRequest(strategy=LENDING, amounts=(an_amount(USDC, "100000"),))
    snapshot = lent(account, **changes)
    return draft_deployment(request, VenueState(reserve=reserve), WORKSPACE, snapshot, ())


# ── what the desk knows ──────────────────────────────────────────────────────────────────────────


def test_debts_that_were_read_are_known() -> None:
    """Each by its token, at Aave; and what is supplied is exposure."""
    evidence = local_evidence(WORKSPACE, lent(), ())
    assert evidence.debts == (OwedAmount(WETH.key, 20 * 10**18, "aave_v3"),)
    shown = {each.strategy: each.usd for each in exposures(WORKSPACE, lent())}
    assert shown["Lending"] == 250_000 * Fraction("0.9999")


def test_snapshot_of_before_the_strategy_knows_nothing_of_it() -> None:
    """An account of every Safe at that very pool, or debts and exposure are unknown."""
    second = NamedSafe(address=PAYROLL, name="Second", version=WORKSPACE.safes[0].version)
    two_safes = replace(WORKSPACE, safes=(*WORKSPACE.safes, second))
    elsewhere = replace(OWING, pool=an_address("another pool"))
    for workspace, snapshot in (
        (WORKSPACE, lent(lending=())),
        (WORKSPACE, lent(elsewhere)),
        (two_safes, lent()),
    ):
        assert local_evidence(workspace, snapshot, ()).debts is UNKNOWN
        shown = {each.strategy: each.usd for each in exposures(workspace, snapshot)}
        assert isinstance(shown["Lending"], Unknown)


def test_debt_without_a_price_leaves_nothing_to_measure_by() -> None:
    """The whole figure is unknown, and says so."""
    quotes = tuple(quote for quote in some_quotes() if quote.token_key != WETH.key)
    figure = treasury_figure(WORKSPACE, lent(quotes=quotes), NOW)
    assert figure.value == "Not known"
    assert "a debt of the treasury has no price" in figure.meaning


# ── the pages ────────────────────────────────────────────────────────────────────────────────────


def test_holdings_show_what_is_owed_with_a_minus() -> None:
    """At the high end, and the sum under the table stays what deployments are measured by."""
    rows = holding_rows(WORKSPACE, lent(), NOW)
    (owed,) = [row for row in rows if row.is_owed]
    assert (owed.asset, owed.amount, owed.place) == ("WETH", "−20.000000", "Lending")
    assert owed.note == "owed"
    assert "owed, health factor 3.45" in owed.place_tip
    assert owed.value.startswith("−$60,")
    assert owed.amount_order == -20
    net = treasury_net(WORKSPACE, lent()).net_usd
    assert net is not None
    assert sum(row.low_usd or 0 for row in rows if row.valued.counts or row.is_owed) == net
    assert holding_totals(rows).counted == treasury_figure(WORKSPACE, lent(), NOW).value + ".11"


def test_high_end_owes_at_the_low_end() -> None:
    """The treasury's upper figure takes a debt off at its lowest quote."""
    rows = [row for row in holding_rows(WORKSPACE, lent(), NOW) if row.valued.counts]
    held = sum((row.valued.high_usd or 0 for row in rows if not row.is_owed), Fraction(0))
    meaning = treasury_figure(WORKSPACE, lent(), NOW).meaning
    assert f"{usd_text(held - 20 * Fraction('3004.18'))} at the high end." in meaning
    assert meaning.endswith(" Debts of $60,251.00 are taken off.")
    free = lent(LendingAccount(safe=SAFE, pool=POOL))
    assert "Debts" not in treasury_figure(WORKSPACE, free, NOW).meaning


def test_export_says_that_it_is_taken_off() -> None:
    """No minus, which a spreadsheet would take for a formula."""
    (line,) = [
        each for each in holdings_csv(holding_rows(WORKSPACE, lent(), NOW)).splitlines()
        if "taken off" in each
    ]  # fmt: skip
    assert '"20","20000000000000000000"' in line
    assert "'" not in line


@pytest.mark.parametrize(
    ("health", "words"),
    [
        (None, "owed"),
        (10**18 - 1, "owed, health factor 0.99"),
        (10**40, "owed, health factor 999.99"),
    ],
)
def test_health_factor_is_rounded_down(health: int | None, words: str) -> None:
    """One that is below one never reads as one."""
    account = replace(OWING, health_factor=health)
    assert strategy_views(WORKSPACE, lent(account), (), NOW)[-1].holdings[1].detail == words


def test_strategy_card_of_a_lender() -> None:
    """Its venue, its pool, what is supplied and what is owed."""
    view = strategy_views(WORKSPACE, lent(), (), NOW)[-1]
    assert (view.venue, [party.name for party in view.contracts]) == ("Aave v3", ["Pool"])
    assert [(line.asset, line.amount, line.detail) for line in view.holdings] == [
        ("USDC", "250,000.000000", "supplied"),
        ("WETH", "−20.000000", "owed, health factor 3.45"),
    ]
    assert view.holdings[1].value.startswith("−$60,")
    assert view.value == "$249,975.00"


def test_choice_and_draft_of_a_lender() -> None:
    """One token, no range; a supply and the withdrawal of just as much, beside an older one."""
    choice = strategy_choices(WORKSPACE)[-1]
    assert choice.note.startswith("lending · shares its limit with the group Aave")
    assert ([symbol for _, symbol in choice.tokens], choice.has_range) == (["USDC"], False)
    view = deploy_view(drafted(), WORKSPACE)
    assert [row.purpose for row in view.entry] == [
        "Allow the pool exactly 100,000 USDC",
        "Supply 100,000 USDC; the pool owes it to the Safe",
    ]
    assert [row.purpose for row in view.exit] == ["Withdraw 100,000 USDC to the Safe"]
    assert "supplied here before" in view.exit_notes
    assert (view.verdict, view.why_not) == ("within", "")
    alone = deploy_view(drafted(holdings=a_snapshot().holdings), WORKSPACE)
    assert [row.purpose for row in alone.exit] == [
        "Withdraw all USDC with its interest to the Safe"
    ]


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


def test_draft_stands_out_by_nothing() -> None:
    """Within the policy there is no advice, danger or block in the review."""
    review = drafted().review
    assert (review.verdict, [f.code for f in review.findings if f.severity]) == ("ok", [])
    assert [judgement.group for judgement in review.judgements] == ["Aave"]


def test_signer_s_process_judges_by_the_same_debts() -> None:
    """What is owed goes with the bundle, so whoever signs measures by the same treasury."""
    owing = drafted(lending=(OWING,))
    again = examine(read_bundle(write_bundle(owing.bundle)))
    (ours,), (theirs,) = owing.review.judgements, again.judgements
    assert ours.treasury_usd == theirs.treasury_usd == treasury_net(WORKSPACE, lent()).net_usd
    assert ours.verdict is theirs.verdict


def test_draft_takes_an_old_allowance_back_first() -> None:
    """What the pool may take already is zero before it is exact."""
    old = OpenAllowance(safe=SAFE, token=USDC_AT, spender=POOL, base_units=7)
    others = (replace(old, spender=PAYROLL), replace(old, token=an_address("x")))
    assert len(drafted(allowances=others).deployment.entry.calls) == 2
    draft = drafted(allowances=(old,))
    assert len(draft.deployment.entry.calls) == 3
    assert (draft.review.verdict, draft.review.blocks) == ("ok", ())


def test_draft_without_an_answer_of_the_pool() -> None:
    """Nothing is built on what nobody has read."""
    with pytest.raises(Refused, match="node has to answer"):
        drafted(None)
    with pytest.raises(Refused, match="frozen"):
        drafted(replace(OPEN, is_frozen=True))


def test_supply_at_a_pool_nobody_named() -> None:
    """The same calls at another contract are a deployment into the unknown."""
    other = replace(LENDING, contracts=(an_address("another pool"),))
    request = DeploymentRequest(strategy=other, amounts=(an_amount(USDC, "100000"),))
    snapshot = lent(LendingAccount(safe=SAFE, pool=POOL))
    review = draft_deployment(request, VenueState(reserve=OPEN), WORKSPACE, snapshot, ()).review
    assert review.blocks or review.verdict != "ok"
    assert not any(judgement.group == "Aave" for judgement in review.judgements)


def test_dai_is_no_usdc() -> None:
    """An amount of another token is refused."""
    request = DeploymentRequest(strategy=LENDING, amounts=(an_amount(DAI, 1),))
    with pytest.raises(Refused, match="does not take DAI"):
        draft_deployment(request, VenueState(reserve=OPEN), WORKSPACE, lent(), ())

"""What overview, holdings, exposure and strategies say of a treasury."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.samples import (
    AUDITORS,
    BLOCK_TIME,
    DAI,
    ETH,
    NOW,
    POP,
    USDC,
    VAULT_STRATEGY,
    WETH,
    a_block,
    a_deposit_tx,
    a_holding,
    a_position,
    a_queued,
    a_quote,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_address,
    an_owner,
    position_holdings,
    some_quotes,
)
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.assets.token import Token
from treasury_desktop.desk.doors import KeyLabel
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.viewmodels.exposure import exposure_rows
from treasury_desktop.viewmodels.figures import Remark
from treasury_desktop.viewmodels.holdings import (
    HoldingRow,
    holding_rows,
    holding_totals,
    holdings_csv,
)
from treasury_desktop.viewmodels.overview import asset_rows, queue_lines, treasury_figure
from treasury_desktop.viewmodels.page_notes import ChainTrouble, page_note, trouble_note
from treasury_desktop.viewmodels.strategies import strategy_views
from treasury_desktop.viewmodels.valuation import series_of, treasury_net

WORKSPACE = a_workspace()
MY_KEY = KeyLabel(label="mine", address=an_owner(1), role="owner", kept_in="key ring")


def rows_of(snapshot: TreasurySnapshot, now: int = NOW) -> tuple[HoldingRow, ...]:
    """The holdings page's rows in the sample workspace."""
    return holding_rows(WORKSPACE, snapshot, now)


def only(token: Token, snapshot: TreasurySnapshot, now: int = NOW) -> HoldingRow:
    """The first row of a token."""
    return next(row for row in rows_of(snapshot, now) if row.asset == token.symbol)


# ── value and holdings ───────────────────────────────────────────────────────────────────────────


def test_the_value_is_the_policy_s_own_denominator() -> None:
    """The big number and the sum under the table are what deployments are measured by."""
    net = treasury_net(WORKSPACE, a_snapshot()).net_usd
    assert net is not None
    assert treasury_figure(WORKSPACE, a_snapshot(), NOW).value == "$9,532,420"
    assert holding_totals(rows_of(a_snapshot())).counted == "$9,532,420.11"
    counted = sum(row.valued.low_usd or 0 for row in rows_of(a_snapshot()) if row.valued.counts)
    assert counted == net


def test_the_own_token_is_shown_and_left_out() -> None:
    """Its dollars stand beside the value, its share is "–", and its row comes last."""
    figure = treasury_figure(WORKSPACE, a_snapshot(), NOW)
    assert figure.own_token == "Own token: 18,500,000 POP, $5,390,900.00, not counted."
    last = rows_of(a_snapshot())[-1]
    assert (last.asset, last.share_text, last.remark.text) == ("POP", "–", "own token")


def test_the_own_token_counts_where_the_terms_say_so() -> None:
    """`count_own_token` moves it into the value."""
    workspace = a_workspace(terms=PolicyTerms(count_own_token=True))
    own = [r for r in holding_rows(workspace, a_snapshot(), NOW) if r.asset == "POP"]
    assert own[0].share is not None
    assert treasury_figure(workspace, a_snapshot(), NOW).value == "$14,923,320"


def test_shares_of_what_counts_add_up_to_one() -> None:
    """Exactly: they are fractions."""
    shares = [row.share for row in rows_of(a_snapshot()) if row.share is not None]
    assert sum(shares, Fraction(0)) == 1


def test_a_price_says_its_range_its_sources_and_its_age() -> None:
    """Spot widens the tooltip, not the sources that decide; ages run on after the block."""
    row = only(ETH, a_snapshot())
    assert row.price == "$3,004.18–3,012.55"
    assert row.source == "feed, TWAP · 21 min"
    assert "spot, 21 min old: spot price of WETH/USDC 0.05% × USDC feed" in row.price_tip


def test_values_stand_at_the_low_end() -> None:
    """What the treasury is worth at least; the tooltip has the high end."""
    row = only(ETH, a_snapshot())
    assert row.value == "$992,205.29"
    assert "$994,969.69 at the highest" in row.value_tip


def test_a_quote_that_became_stale_keeps_its_value_and_says_so() -> None:
    """Three hours offline do not make the treasury worthless."""
    row = only(ETH, a_snapshot(), now=BLOCK_TIME + 3 * 3600)
    assert row.remark == Remark("stale 3 h", "advice")
    assert row.value == "$992,205.29"


@pytest.mark.parametrize(
    ("quotes", "words"),
    [
        ((), "unpriced"),
        ((a_quote(DAI, "1", age_seconds=7200),), "stale 2 h"),
        ((a_quote(DAI, "1", age_seconds=None),), "stale"),
        ((a_quote(DAI, "1", kind=QuoteKind.SPOT),), "spot price only"),
        ((a_quote(DAI, "-1"),), "invalid price"),
    ],
)
def test_what_no_quote_may_decide_adds_nothing(quotes: tuple[object, ...], words: str) -> None:
    """The value is "–", never zero, and the row says why."""
    others = tuple(quote for quote in some_quotes() if quote.token_key != DAI.key)
    snapshot = a_snapshot(quotes=others + quotes)
    row = only(DAI, snapshot)
    assert (row.value, row.share_text) == ("–", "–")
    assert row.remark.text.startswith(words)
    assert "DAI" in holding_totals(rows_of(snapshot)).without_value


def test_quotes_that_disagree_are_said_to() -> None:
    """The low end still counts; deployments of it cannot be judged."""
    odd = a_quote(DAI, "0.93", kind=QuoteKind.TWAP)
    row = only(DAI, a_snapshot(quotes=(*some_quotes(), odd)))
    assert row.remark.text == "prices disagree"
    assert row.value == "$3,399,150.47"


def test_a_token_nobody_listed_adds_nothing_and_its_symbol_cannot_pass_for_another() -> None:
    """Anybody can send a Safe a token called USDC."""
    fake = Token(
        chain_id=31337, address=an_address("fake"), symbol="USDC\u200b", name="USDC", decimals=6
    )
    held = replace(a_holding(), amount=TokenAmount(token=fake, base_units=10**12))
    priced = a_quote(fake, "1")
    snapshot = a_snapshot(holdings=(*a_snapshot().holdings, held), quotes=(*some_quotes(), priced))
    row = next(row for row in rows_of(snapshot) if row.asset.startswith("USDC⟨"))
    assert row.asset == "USDC⟨U+200B⟩"
    assert row.remark == Remark("not listed", "danger")
    assert row.share is None
    assert treasury_figure(WORKSPACE, snapshot, NOW).value == "$9,532,420"


def test_a_treasury_without_any_price_is_not_known() -> None:
    """A missing value is words, not zero."""
    figure = treasury_figure(WORKSPACE, a_snapshot(quotes=()), NOW)
    assert figure.value == "Not known"
    assert "not positive" in figure.meaning


def test_the_sum_of_some_rows_says_that_it_is_one() -> None:
    """A filter never makes a part look like the whole."""
    rows = [row for row in rows_of(a_snapshot()) if row.asset == "WETH"]
    assert holding_totals(rows, of=10).counted_words == "counted, in 3 of 10 holdings"


def test_the_export_is_exact() -> None:
    """All decimals and base units, without separators a spreadsheet would misread."""
    text = holdings_csv(rows_of(a_snapshot()))
    assert '"330.274914250000000001","330274914250000000001"' in text
    assert text.count("\r\n") == 11


def test_an_asset_has_one_colour_on_every_page() -> None:
    """The place in the token list decides it, not the order shown."""
    shown = {row.asset: row.series for row in rows_of(a_snapshot())}
    legend = {row.asset: row.series for row in asset_rows(WORKSPACE, a_snapshot(), NOW)}
    assert shown == legend
    assert series_of(USDC, WORKSPACE) == shown["USDC"]


def test_the_legend_sums_an_asset_over_all_places() -> None:
    """Idle, deployed and uncollected together; the bar's weights are its values."""
    rows = {row.asset: row for row in asset_rows(WORKSPACE, a_snapshot(), NOW)}
    assert rows["WETH"].amount == "345.41"
    assert rows["WETH"].amount_tip.startswith("345.412553")
    assert rows["POP"].weight == 0
    assert [name for name, row in rows.items() if not row.counts] == ["POP"]
    assert sum(row.weight for row in rows.values()) == treasury_net(WORKSPACE, a_snapshot()).net_usd


def test_amounts_of_the_legend_line_up() -> None:
    """Two decimals for all, or four for all where one is small."""
    few = {row.amount.partition(".")[2] for row in asset_rows(WORKSPACE, a_snapshot(), NOW)}
    assert {len(digits) for digits in few} == {2}
    small = a_snapshot(holdings=(a_holding(USDC, "1250"), a_holding(WETH, "0.31415926")))
    amounts = {row.asset: row.amount for row in asset_rows(WORKSPACE, small, NOW)}
    assert amounts == {"USDC": "1,250.0000", "WETH": "0.3141"}


# ── exposure and strategies ──────────────────────────────────────────────────────────────────────


def test_exposure_counts_what_is_deployed_and_what_is_queued() -> None:
    """The policy's own figures: 4.24% there, 1.57% on its way."""
    vault, pool = exposure_rows(WORKSPACE, a_snapshot(), (a_queued(a_deposit_tx(150_000)),))
    assert vault.share_with_limit == "5.81% of 10.00%"
    assert round(vault.existing_bps) == 424
    assert round(vault.queued_bps) == 157
    assert vault.mark == vault.verdict == "above advice"
    assert (pool.share, pool.mark) == ("4.14%", "within")


def test_a_stranger_s_transaction_does_not_count_as_queued() -> None:
    """Neither drafted here nor signed by an owner: nobody can block us by sending files."""
    foreign = a_queued(a_deposit_tx(150_000), drafted_here=False)
    assert exposure_rows(WORKSPACE, a_snapshot(), (foreign,))[0].share == "4.24%"


def test_a_queue_that_cannot_be_read_makes_exposure_unknown() -> None:
    """Bytes nobody understands may deploy anything."""
    opaque = a_queued(a_safe_tx(data=b"\x01\x02\x03\x04"))
    row = exposure_rows(WORKSPACE, a_snapshot(), (opaque,))[0]
    assert (row.share, row.mark) == ("–", "cannot be judged")


def test_a_passive_breach_is_shown_as_such() -> None:
    """Prices moved the group above the limit: shown, with no room left."""
    more = a_holding(USDC, "860000", strategy=VAULT_STRATEGY.name)
    snapshot = a_snapshot(holdings=(*a_snapshot().holdings, more))
    row = exposure_rows(WORKSPACE, snapshot, ())[0]
    assert (row.mark, row.verdict) == ("danger", "above the limit")
    assert row.room_text == "no room below the limit"


def test_a_strategy_that_holds_nothing_says_so() -> None:
    """Zero is known to be zero."""
    idle = a_snapshot(holdings=a_snapshot().holdings[:5], positions=())
    row = exposure_rows(WORKSPACE, idle, ())[0]
    assert (row.share, row.verdict) == ("0.00%", "nothing deployed")


def test_the_room_is_counted_to_the_advice_first() -> None:
    """5% of the net value less what is there."""
    row = exposure_rows(WORKSPACE, a_snapshot(), ())[0]
    assert row.room_text == "$72,542.52 to the advised maximum"


def test_a_strategy_shows_range_fees_and_contracts_in_full() -> None:
    """What a position is, in prices, with its ticks one step away."""
    vault, pool = strategy_views(WORKSPACE, a_snapshot(), (), NOW)
    position = pool.positions[0]
    assert position.state == Remark("in range", "good")
    assert position.range == "2,098.59–3,897.11 USDC per WETH"
    assert position.fees == "0.412553 WETH and 1,284.337016 USDC"
    assert [party.name for party in pool.contracts] == ["Pool", "Position manager"]
    assert all(len(party.address) == 42 for party in (*pool.contracts, *vault.contracts))


def test_a_position_outside_its_range_says_so() -> None:
    """At the upper tick it earns nothing: ranges are half-open."""
    outside = a_position(current_tick=a_position().tick_upper)
    pool = strategy_views(WORKSPACE, a_snapshot(positions=(outside,)), (), NOW)[1]
    assert pool.positions[0].state == Remark("out of range", "advice")


def test_a_strategy_with_something_unpriced_is_worth_at_least_the_rest() -> None:
    """A sum with a hole in it does not look like a whole one."""
    quotes = tuple(quote for quote in some_quotes() if quote.token_key != USDC.key)
    vault, pool = strategy_views(WORKSPACE, a_snapshot(quotes=quotes), (), NOW)
    assert vault.value == "no price"
    assert pool.value.startswith("at least $166,")


# ── queue and notes ──────────────────────────────────────────────────────────────────────────────


def test_what_needs_me_comes_first() -> None:
    """My missing signature before what waits for others, whatever the nonces."""
    for_others = a_queued(a_deposit_tx(nonce=12), signed_by=(1,))
    for_me = a_queued(a_safe_tx(13), signed_by=(2,))
    lines = queue_lines((for_others, for_me), WORKSPACE, a_snapshot(), (MY_KEY,), {})
    assert [line.nonce for line in lines] == ["13", "12"]
    assert [line.for_me for line in lines] == [True, False]
    assert lines[0].next_step == Remark("yours to sign", "accent")


def test_a_blocked_transaction_never_asks_for_my_signature() -> None:
    """Its chip says so, and it is not for me."""
    hostile = a_queued(drafted_here=False)
    verdicts = {hostile.safe_tx_hash: "block"}
    line = queue_lines((hostile,), WORKSPACE, a_snapshot(), (MY_KEY,), verdicts)[0]
    assert line.next_step == Remark("do not sign", "block")
    assert not line.for_me


def test_finished_transactions_no_longer_wait() -> None:
    """Executed, failed and replaced ones are history."""
    over = a_queued(state=State.EXECUTED)
    assert queue_lines((over,), WORKSPACE, a_snapshot(), (MY_KEY,), {}) == ()


def test_a_fresh_complete_treasury_needs_no_note() -> None:
    """Silence means that everything is there."""
    assert page_note(WORKSPACE, a_snapshot(), NOW) is None


def test_offline_says_since_when_and_from_which_block() -> None:
    """What failed, since when, what is still shown, and a way to retry."""
    trouble = ChainTrouble(sentence="The node does not answer.", since=NOW - 540)
    note = page_note(WORKSPACE, a_snapshot(), NOW, trouble)
    assert note is not None
    assert note.kind == "offline"
    assert note.action == "Try again"
    assert note.words == (
        "The node does not answer. Since 14:07 UTC. Everything below is from "
        "block 19\u2009000\u2009123 · 14 min old."
    )


def test_an_older_outage_names_its_day() -> None:
    """A time alone would mean today."""
    note = trouble_note("The node does not answer.", NOW - 3 * 86_400, NOW, "Below is older.")
    assert note is not None
    assert "Since 2026-11-19 14:16 UTC." in note.words


def test_stale_figures_say_how_old_they_may_get() -> None:
    """Older than a quote may be."""
    old = a_snapshot(block=a_block(timestamp=NOW - 3 * 3600))
    note = page_note(WORKSPACE, old, NOW)
    assert note is not None
    assert "3 h old" in note.words
    assert "stale after 1 h" in note.words


def test_holdings_without_a_price_are_named() -> None:
    """Partial: what is missing from the sum is said above it."""
    quotes = tuple(quote for quote in some_quotes() if quote.token_key != POP.key)
    note = page_note(WORKSPACE, a_snapshot(quotes=quotes), NOW)
    assert note is not None
    assert note.words.startswith("POP has no price that may decide")


def test_a_payee_of_the_book_is_no_strategy() -> None:
    """Holdings of strategies and positions come from the snapshot only."""
    views = strategy_views(WORKSPACE, a_snapshot(holdings=position_holdings(a_position())), (), NOW)
    assert str(AUDITORS) not in {party.address for view in views for party in view.contracts}
    assert len(views[1].holdings) == 4

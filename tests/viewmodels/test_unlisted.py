"""What the holdings page says of tokens nobody listed, and that it is all they ever do."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import (
    NOW,
    SAFE,
    USDC_AT,
    a_deposit_tx,
    a_queued,
    a_snapshot,
    a_workspace,
    an_address,
)
from treasury_desktop.assets.address import Address
from treasury_desktop.calls.known_tokens import known_tokens
from treasury_desktop.desk.local_facts import local_evidence
from treasury_desktop.treasury.snapshot import TreasurySnapshot
from treasury_desktop.treasury.unlisted import Unlisted, UnlistedHolding
from treasury_desktop.viewmodels.holdings import holding_rows, holding_totals
from treasury_desktop.viewmodels.overview import asset_rows, treasury_figure
from treasury_desktop.viewmodels.unlisted import UnlistedRow, unlisted_view
from treasury_desktop.viewmodels.valuation import treasury_net

WORKSPACE = a_workspace()
DUST = an_address("dust")


def held(token: Address = DUST, **said: Any) -> UnlistedHolding:
    """An unlisted token of the sample Safe."""
    given = {"base_units": 5 * 10**18, "symbol": "DUST", "name": "Dust of old", "decimals": 18}
    return UnlistedHolding(safe=SAFE, token=token, **(given | said))


def snapshot_with(*holdings: UnlistedHolding, remarks: tuple[str, ...] = ()) -> TreasurySnapshot:
    """The sample treasury and these."""
    return a_snapshot(unlisted=Unlisted(holdings=holdings, remarks=remarks))


def row(**said: Any) -> UnlistedRow:
    """How one token is said."""
    (found,) = unlisted_view(WORKSPACE, snapshot_with(held(**said))).rows
    return found


def test_a_token_is_said_with_its_full_address_and_without_a_value() -> None:
    """The symbol is what it calls itself, no more."""
    found = row()
    assert (found.symbol, found.contract, found.amount) == ("DUST", str(DUST), "5.000000")
    assert found.worth == "nothing until trusted"
    assert found.place == "Treasury"
    assert found.remark.text == ""
    assert found.symbol_tip == f"Dust of old, 18 decimals\n{DUST}"


@pytest.mark.parametrize(
    ("said", "symbol", "amount"),
    [
        ({"symbol": None, "name": None}, "symbol unknown", "5.000000"),
        ({"base_units": None}, "DUST", "amount unknown"),
        ({"base_units": 7, "decimals": None}, "DUST", "7 base units"),
        ({"base_units": 7, "decimals": 77}, "DUST", "7 base units"),
        ({"base_units": 2**256 - 1, "decimals": None}, "DUST", "≥ 10^77 base units"),
        ({"base_units": 2**256 - 1, "decimals": 0}, "DUST", "≥ 10^77"),
        ({"base_units": 2**256 - 1, "decimals": 18}, "DUST", "≥ 10^59"),
        ({"base_units": 1}, "DUST", "<0.000001"),
        ({"symbol": "D" * 90}, f"{'D' * 32}… (90 characters)", "5.000000"),
        ({"symbol": "a\u202eb\n"}, "a⟨U+202E⟩b↵", "5.000000"),
    ],
)
def test_what_is_not_known_or_absurd_is_said(
    said: dict[str, Any], symbol: str, amount: str
) -> None:
    """Base units where decimals mean nothing; sizes where digits would fill the page."""
    found = row(**said)
    assert (found.symbol, found.amount) == (symbol, amount)


def test_exact_figures_are_in_the_tooltip() -> None:
    """However large they are."""
    assert f"{2**256 - 1:,} base units" in row(base_units=2**256 - 1, decimals=None).amount_tip


@pytest.mark.parametrize(
    ("said", "remark"),
    [
        ({"symbol": "USDC"}, "imitates USDC"),
        ({"symbol": "usdc"}, "imitates USDC"),
        ({"symbol": "USD\u0421"}, "imitates USDC"),
        ({"symbol": "\uff35SDC"}, "imitates USDC"),
        ({"symbol": "US\u200bDC"}, "imitates USDC"),
        ({"symbol": "U S D C"}, "imitates USDC"),
        ({"symbol": "FREE", "name": "usd coin"}, "imitates USDC"),
        ({"symbol": "ETH"}, "imitates ETH"),
        ({"symbol": "<b>BIG</b>"}, "odd symbol"),
        ({"symbol": "GOOD", "name": "a\u202eb"}, "odd name"),
        ({"symbol": "USDX"}, ""),
        ({"symbol": None, "name": None}, ""),
    ],
)
def test_who_passes_for_another_is_marked(said: dict[str, Any], remark: str) -> None:
    """By symbol or name: the same, in another case, in look-alikes, with what nobody sees."""
    found = row(**said)
    assert found.remark.text == remark
    assert found.remark.kind == ("danger" if remark else "")


def test_what_is_odd_is_said_in_full_in_the_tooltip() -> None:
    """With everything that is."""
    found = row(symbol="a\u202e<b>")
    assert found.remark_tip == ("Its symbol looks like markup, steers the direction of writing.")
    assert row(symbol="USDC").remark_tip == "It passes for USDC, which has another address."


def test_a_well_known_token_is_no_impostor_and_others_of_its_name_are() -> None:
    """On its own chain, by its address."""
    usdt = known_tokens(1)[1]
    workspace = a_workspace(chain=replace(WORKSPACE.chain, chain_id=1), tokens=())
    both = snapshot_with(held(usdt.address, symbol=usdt.symbol), held(symbol="usdt"))
    impostor, real = unlisted_view(workspace, both).rows
    assert (impostor.contract, impostor.remark.text) == (str(DUST), "imitates USDT")
    assert (real.contract, real.remark.text) == (str(usdt.address), "well known as USDT")


def test_impostors_stand_first_and_are_counted() -> None:
    """Then what says an amount, then what says none."""
    view = unlisted_view(
        WORKSPACE,
        snapshot_with(
            held(an_address("silent"), base_units=None),
            held(),
            held(an_address("bait"), symbol="USDC"),
            remarks=("Read up to block 7 only.",),
        ),
    )
    assert [each.amount for each in view.rows][-1] == "amount unknown"
    assert view.rows[0].remark.text == "imitates USDC"
    assert (view.caption, view.warning) == ("Not listed: 3", "1 is suspicious")
    assert view.remarks == ("Read up to block 7 only.",)


def test_nothing_is_said_where_nobody_looked() -> None:
    """Neither where nothing was found."""
    assert unlisted_view(WORKSPACE, a_snapshot()).rows == ()
    assert unlisted_view(WORKSPACE, a_snapshot()).warning == ""
    assert unlisted_view(WORKSPACE, snapshot_with()).rows == ()


addresses = st.binary(min_size=20, max_size=20).map(Address) | st.just(USDC_AT)
unlisted = st.builds(
    UnlistedHolding,
    safe=st.just(SAFE),
    token=addresses,
    base_units=st.none() | st.integers(0, 2**256 - 1),
    symbol=st.none() | st.text(max_size=40) | st.just("USDC"),
    name=st.none() | st.text(max_size=80),
    decimals=st.none() | st.integers(0, 77),
)


@given(st.lists(unlisted, max_size=8).map(tuple))
def test_no_unlisted_token_changes_a_figure_or_a_judgement(
    holdings: tuple[UnlistedHolding, ...],
) -> None:
    """Not even one that has the address of a listed one."""
    without, with_them = a_snapshot(), snapshot_with(*holdings)
    queue = (a_queued(a_deposit_tx()),)
    # What the policy and the review are given is the same, so they say the same.
    assert local_evidence(WORKSPACE, with_them, queue) == local_evidence(WORKSPACE, without, queue)
    assert treasury_net(WORKSPACE, with_them) == treasury_net(WORKSPACE, without)
    rows = holding_rows(WORKSPACE, with_them, NOW)
    assert rows == holding_rows(WORKSPACE, without, NOW)
    assert holding_totals(rows) == holding_totals(holding_rows(WORKSPACE, without, NOW))
    assert asset_rows(WORKSPACE, with_them, NOW) == asset_rows(WORKSPACE, without, NOW)
    assert treasury_figure(WORKSPACE, with_them, NOW) == treasury_figure(WORKSPACE, without, NOW)


@given(st.lists(unlisted, max_size=8).map(tuple))
def test_whatever_they_say_each_has_a_row(holdings: tuple[UnlistedHolding, ...]) -> None:
    """On one line of bounded length, with nothing in it that hides or steers."""
    rows = unlisted_view(WORKSPACE, snapshot_with(*holdings)).rows
    assert len(rows) == len(holdings)
    for each in rows:
        assert len(each.amount) <= 40
        assert "\n" not in each.symbol
        assert not {"\u202e", "\u200b", "\u2066"} & set(each.symbol)
        assert each.contract in {str(one.token) for one in holdings}

"""How figures are written."""

from fractions import Fraction

import pytest

from tests.samples import PAYROLL, STRANGER, USDC, VAULT, WETH, a_block, a_workspace, an_amount
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import Token
from treasury_desktop.viewmodels import figures
from treasury_desktop.viewmodels.csv_text import csv_text, harmless


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "age unknown"),
        (-5, "ahead of our clock"),
        (59, "just now"),
        (14 * 60, "14 min old"),
        (3 * 3600 + 1, "3 h old"),
        (47 * 3600, "47 h old"),
        (3 * 86_400, "3 d old"),
    ],
)
def test_ages_are_written_in_their_largest_sensible_unit(seconds: int | None, text: str) -> None:
    """Minutes, hours up to two days, then days; nobody's clock makes an age negative."""
    assert figures.age_text(seconds) == text


@pytest.mark.parametrize("timestamp", [2**62, 2**63 - 1, 10**40, 253_402_300_800, -(2**63)])
def test_a_time_no_calendar_has_is_written_as_the_number(timestamp: int) -> None:
    """Whoever made it up, no page fails on it."""
    for write in (figures.moment_text, figures.clock_text, figures.day_text, figures.instant_text):
        assert write(timestamp) == f"second {timestamp:,}"
    assert figures.moment_text(86_400) == "1970-01-02 00:00 UTC"
    assert figures.instant_text(86_399) == "1970-01-01T23:59:59Z"


def test_a_block_is_grouped_by_thin_spaces_and_says_its_age() -> None:
    """The caption of every figure: which block, and how old."""
    caption = figures.as_of_text(a_block(), a_block().timestamp + 14 * 60)
    assert caption == "block 19\u2009000\u2009123 · 14 min old"


def test_a_stale_quote_says_how_stale() -> None:
    """A chip of three words."""
    assert figures.stale_remark(3 * 3600) == figures.Remark("stale 3 h", "advice")
    assert figures.stale_remark(None) == figures.Remark("stale", "advice")


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0.000000"),
        (1, "<0.000001"),
        (10**18, "1.000000"),
        (54_999_999_999_999_998_322, "54.999999"),
        (18_500_000 * 10**18, "18,500,000.000000"),
    ],
)
def test_amounts_are_cut_to_six_decimals_and_never_rounded_up(units: int, text: str) -> None:
    """Nobody ever holds less than what is shown, and a dust amount is not shown as nothing."""
    assert figures.amount_text(TokenAmount(token=WETH, base_units=units)) == text


def test_the_exact_amount_is_one_step_away() -> None:
    """The tooltip carries all decimals and the base units."""
    amount = TokenAmount(token=WETH, base_units=54_999_999_999_999_998_322)
    assert figures.exact_amount_text(amount) == (
        "54.999999999999998322 WETH\n54,999,999,999,999,998,322 base units"
    )


def test_a_token_of_unknown_decimals_counts_base_units() -> None:
    """Nobody guesses a decimal point."""
    token = Token(chain_id=1, address=PAYROLL, symbol="X", name="X", decimals=None)
    amount = TokenAmount(token=token, base_units=1_234_567)
    assert figures.amount_text(amount) == "1,234,567"
    assert "decimals unknown" in figures.exact_amount_text(amount)


def test_a_symbol_that_hides_something_is_shown_literally() -> None:
    """A right-to-left override cannot turn an amount around."""
    token = Token(chain_id=1, address=PAYROLL, symbol="US\u202eCD", name="", decimals=6)
    assert figures.symbol_text(TokenAmount(token=token, base_units=1)) == "US⟨U+202E⟩CD"


def test_prices_near_a_dollar_have_four_decimals() -> None:
    """A stablecoin's trouble is seen before a whole cent is lost."""
    assert figures.unit_price_text(Fraction("1.0002")) == "$1.0002"
    assert figures.unit_price_text(Fraction("0.9999")) == "$0.9999"
    assert figures.unit_price_text(Fraction("3012.55")) == "$3,012.55"


def test_a_price_range_is_written_only_where_its_ends_differ() -> None:
    """Equal ends are one price."""
    low, high = Fraction("3004.18"), Fraction("3012.55")
    assert figures.price_range_text(low, high) == "$3,004.18–3,012.55"
    assert figures.price_range_text(low, low) == "$3,004.18"


def test_a_share_stands_beside_the_limit() -> None:
    """Two decimals each, and "–" where nobody knows."""
    assert figures.share_with_limit_text(Fraction(7, 100), 1000) == "7.00% of 10.00%"
    assert figures.share_with_limit_text(None, 1000) == "– of 10.00%"
    nearly = Fraction(999_999_999, 10_000_000_000)
    assert figures.share_with_limit_text(nearly, 1000) == "just below 10.00% of 10.00%"
    assert figures.share_with_limit_text(Fraction(1, 10), 1000) == "10.00% of 10.00%"


def test_addresses_get_the_name_their_keepers_gave_them() -> None:
    """The address book and our own strategies; a stranger has no name but the address."""
    workspace = a_workspace()
    assert figures.party_at(PAYROLL, workspace).name == "Payroll A"
    assert figures.party_at(VAULT, workspace).source == "strategy"
    stranger = figures.party_at(STRANGER, workspace)
    assert stranger.name == ""
    assert stranger.short == f"{str(STRANGER)[:8]}…{str(STRANGER)[-4:]}"
    assert stranger.address == str(STRANGER)


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "＝1+1", "\n=1"],
)
def test_a_cell_that_a_spreadsheet_would_run_becomes_text(cell: str) -> None:
    """Notes and names come from strangers."""
    assert harmless(cell) == f"'{cell}"


def test_ordinary_cells_stay_as_they_are() -> None:
    """Figures can be summed."""
    assert [harmless(cell) for cell in ("46500.25", "Payroll A", "", "−5")] == [
        "46500.25", "Payroll A", "", "−5",
    ]  # fmt: skip


def test_csv_quotes_every_cell() -> None:
    """Quotes, commas and line breaks stay inside their cell (RFC 4180)."""
    assert csv_text(("a", "b"), [('say "hi"', "1,2\n3")]) == '"a","b"\r\n"say ""hi""","1,2\n3"\r\n'


def test_small_amounts_of_a_six_decimal_token_are_exact() -> None:
    """USDC has six decimals, all of which are shown."""
    assert figures.amount_text(an_amount(USDC, "1284.337016")) == "1,284.337016"

"""Amounts and dollars: exact inside, rounded only for the eye."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.samples import ETH, USDC
from treasury_desktop.assets.amount import TokenAmount, decimal_text, parse_amount
from treasury_desktop.assets.token import Token
from treasury_desktop.assets.usd import (
    exact_text,
    parse_usd,
    percent_text,
    price_text,
    rounded_half_up,
    rounded_price,
    usd_text,
    whole_usd_text,
)
from treasury_desktop.errors import Malformed

UINT256 = st.integers(0, 2**256 - 1)
FRACTIONS = st.fractions(-(10**12), 10**12)


@given(UINT256, st.integers(0, 77))
def test_amounts_are_read_as_they_are_written(units: int, decimals: int) -> None:
    """Base units → decimal text → base units is identity, for every number of decimals."""
    token = Token(chain_id=1, address=None, symbol="X", name="", decimals=decimals)
    text = decimal_text(units, decimals)
    assert parse_amount(text.replace(",", ""), token) == TokenAmount(token=token, base_units=units)
    assert TokenAmount(token=token, base_units=units).whole == Fraction(units, 10**decimals)


@pytest.mark.parametrize(
    ("units", "decimals", "text"),
    [
        (1_234_567, 6, "1.234567"), (1_000_000, 6, "1"), (0, 18, "0"), (1, 4, "0.0001"),
        (-1_500_000, 6, "-1.5"), (12_345_678_900_000, 6, "12,345,678.9"), (7, 0, "7"),
        (2**256 - 1, 0, f"{2**256 - 1:,}"),
    ],
)  # fmt: skip
def test_decimal_text(units: int, decimals: int, text: str) -> None:
    """Grouped thousands, no zeros at the end, nothing rounded."""
    assert decimal_text(units, decimals) == text


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "1.", ".5", "1,5", "1 000", "-1", "+1", "1e3", "0x1", "1.2.3", "١", "½",
        "1.0000001", "9" * 79, "9" * 78, "NaN", "1_0",
    ],
)  # fmt: skip
def test_typed_amounts_that_are_refused(text: str) -> None:
    """Only ASCII digits and one point, and nothing the token cannot express exactly."""
    with pytest.raises(Malformed):
        parse_amount(text, USDC)


def test_typed_amounts() -> None:
    """Spaces around and zeros at the end change nothing."""
    assert parse_amount(" 1250.50 ", USDC).base_units == 1_250_500_000
    assert parse_amount("1.0000000", USDC).base_units == 1_000_000
    assert str(parse_amount("1250.5", USDC)) == "1,250.5 USDC"
    nameless = Token(chain_id=1, address=None, symbol="?", name="", decimals=None)
    assert str(parse_amount("12", nameless)) == "12 ?"


@pytest.mark.parametrize("units", [-1, 2**256])
def test_impossible_amounts_cannot_exist(units: int) -> None:
    """An amount is a uint256."""
    with pytest.raises(ValueError, match="uint256"):
        TokenAmount(token=ETH, base_units=units)


@given(FRACTIONS)
def test_rounded_figures_are_next_to_the_value(value: Fraction) -> None:
    """Dollars and percent differ from the exact value by half a step at most."""
    shown = Fraction(usd_text(value).replace("$", "").replace(",", "").replace("−", "-"))
    assert abs(shown - value) <= Fraction(1, 200)
    whole = Fraction(whole_usd_text(value).replace("$", "").replace(",", "").replace("−", "-"))
    assert abs(whole - value) <= Fraction(1, 2)
    percent = Fraction(percent_text(value).replace("%", "").replace(",", "").replace("−", "-"))
    assert abs(percent - value * 100) <= Fraction(1, 200)


@given(st.integers(-(10**40), 10**40), st.integers(0, 80))
def test_exact_text_is_exact(number: int, places: int) -> None:
    """A finite decimal is written whole and reads back to the value."""
    value = Fraction(number, 10**places)
    text = exact_text(value)
    assert Fraction(text) == value
    assert not text.endswith(".")
    assert "/" not in text


@given(FRACTIONS)
def test_exact_text_of_any_fraction(value: Fraction) -> None:
    """What has no end as a decimal is written as a fraction."""
    assert Fraction(exact_text(value)) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "$0.00"), ("0.005", "$0.01"), ("0.0049", "$0.00"), ("-0.0049", "$0.00"),
        ("-1.5", "−$1.50"), ("1234567.891", "$1,234,567.89"), ("999.995", "$1,000.00"),
    ],
)  # fmt: skip
def test_dollars_and_cents(value: str, text: str) -> None:
    """Half a cent rounds up; nothing is shown as minus zero."""
    assert usd_text(Fraction(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "$0.00"), ("2500", "$2,500.00"), ("1", "$1.00"), ("0.9999", "$0.9999"),
        ("0.5", "$0.50"), ("0.2914", "$0.2914"), ("0.000012345678", "$0.0000123457"),
    ],
)  # fmt: skip
def test_prices(value: str, text: str) -> None:
    """Cents at least, six significant digits below a dollar."""
    assert price_text(Fraction(value)) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [("3/80", "3.75%"), ("0", "0.00%"), ("-1/10", "−10.00%"), ("12", "1,200.00%")],
)
def test_percent(share: str, text: str) -> None:
    """Two places, rounded half up."""
    assert percent_text(Fraction(share)) == text


@given(st.fractions(0, 10**6))
def test_computed_prices_are_finite_decimals(value: Fraction) -> None:
    """A computed price is rounded to eighteen places, so that every machine writes the same."""
    rounded = rounded_price(value)
    assert abs(rounded - value) <= Fraction(1, 2 * 10**18)
    assert "/" not in exact_text(rounded)
    assert rounded_half_up(Fraction(5, 2)) == 3


@pytest.mark.parametrize("text", ["1,5", "-1", "", ".", "1.", "$1", 5, None, "1e3", "٢"])
def test_dollar_figures_that_are_refused(text: object) -> None:
    """A dollar figure somebody writes is decimal text and not negative."""
    with pytest.raises(Malformed):
        parse_usd(text, "usd")
    assert parse_usd("2500.00", "usd") == 2500

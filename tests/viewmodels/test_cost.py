"""What sending costs, in words: never zero where nobody knows, never less than it is."""

from dataclasses import replace
from fractions import Fraction

import pytest

from tests.samples import ETH, NOW, a_quote, a_snapshot, a_workspace, an_estimate
from treasury_desktop.assets.quote import Quote, QuoteKind
from treasury_desktop.desk.fees import GWEI
from treasury_desktop.desk.local_facts import local_facts
from treasury_desktop.viewmodels.cost import (
    DATA_FEE,
    CostView,
    FeeChoice,
    Money,
    coin_text,
    cost_view,
    money_of,
)

MONEY = Money(symbol="ETH", usd=Fraction(3_000))
OWN = FeeChoice(speed=None, max_fee="30", tip="1.5")


def money(*quotes: Quote, now: int = NOW) -> Money:
    """What a native coin with these quotes is worth to us."""
    snapshot = a_snapshot()
    others = tuple(quote for quote in snapshot.quotes if quote.token_key != ETH.key)
    facts = local_facts(a_workspace(), replace(snapshot, quotes=(*others, *quotes)), ())
    return money_of(facts, "ETH", now)


def view(choice: FeeChoice = FeeChoice(), **changes: object) -> CostView:  # noqa: B008  a frozen value
    """The view of the sample estimate."""
    return cost_view(an_estimate(**changes), choice, MONEY, NOW)


def test_the_highest_cost_is_what_is_agreed_to() -> None:
    """Gas at most times the highest fee, in coin and in money."""
    shown = view()
    facts = dict(shown.facts)
    assert shown.agreed is not None
    assert shown.agreed.highest_wei == 257_173 * 26 * GWEI
    assert facts["Highest cost"] == "0.006687 ETH · $20.06"
    assert facts["Expected cost"] == "0.002894 ETH · $8.68"
    assert facts["Base fee now"].startswith("12.5 gwei · block ")
    assert (facts["Tip"], facts["Highest fee"]) == ("1 gwei", "26 gwei")
    assert [row.name for row in shown.speeds] == ["Economy", "Normal", "Fast"]
    assert shown.own == ("26", "1")


def test_own_fees_are_agreed_to_as_typed() -> None:
    """To the wei."""
    shown = view(OWN)
    assert shown.agreed is not None
    assert shown.agreed.fees.max_fee_per_gas == 30 * GWEI
    assert shown.agreed.fees.max_priority_fee_per_gas == 1_500_000_000


@pytest.mark.parametrize(
    ("choice", "words", "field"),
    [
        (replace(OWN, max_fee="a lot"), "write gwei in digits", "highest fee"),
        (replace(OWN, tip=""), "write gwei in digits", "tip"),
        (replace(OWN, max_fee="12"), "below the base fee", ""),
        (replace(OWN, tip="31"), "larger than the highest fee", ""),
    ],
)
def test_fees_that_cannot_work_say_why(choice: FeeChoice, words: str, field: str) -> None:
    """And nothing can be agreed to."""
    shown = view(choice)
    assert shown.agreed is None
    assert words in shown.why_not
    assert shown.field == field


def test_a_rollups_data_fee_is_a_row_of_its_own() -> None:
    """None where the chain charges none; unknown where it does not say."""
    assert DATA_FEE not in dict(view().facts)
    facts = dict(view(data_fee_wei=10**15).facts)
    assert facts[DATA_FEE] == MONEY.text(10**15)
    assert facts["Highest cost"] == MONEY.text(257_173 * 26 * 10**9 + 10**15)
    assert dict(view(data_fee_wei=None).facts)[DATA_FEE] == "unknown; the costs are without it"


def test_old_figures_and_empty_blocks_are_told() -> None:
    """Old ones first: they are the ones to do something about."""
    silent = replace(an_estimate().market, has_history=False)
    assert view().remark is None
    told = view(market=silent).remark
    assert told is not None
    assert (told.kind, "every speed pays what the nodes recommend" in told.text) == ("", True)
    old = view(market=silent, estimated_at=NOW - 200).remark
    assert old is not None
    assert old.text == "Estimated 3 min ago; the base fee has moved since."


def test_money_is_the_high_end_of_our_own_quotes() -> None:
    """No cost looks smaller than it is."""
    twap = a_quote(ETH, "3012", kind=QuoteKind.TWAP, source="pool")
    assert money(a_quote(ETH, "3000"), twap).usd == 3012


def test_a_stale_price_is_said_to_be_one() -> None:
    """By our clock, not by the block's."""
    old = money(a_quote(ETH, "3000"), now=NOW + 86_400)
    assert old.is_stale
    assert old.text(10**15) == "0.001 ETH · $3.00 by a stale price"


@pytest.mark.parametrize(
    "quotes",
    [(), (a_quote(ETH, "3000", kind=QuoteKind.SPOT),), (a_quote(ETH, "0"),)],
)
def test_without_a_price_it_is_unpriced(quotes: tuple[Quote, ...]) -> None:
    """Never zero, and a spot price alone is none."""
    assert money(*quotes).text(10**15) == "0.001 ETH · unpriced"


@pytest.mark.parametrize(
    ("wei", "text"), [(0, "0"), (1, "0.000001"), (10**12, "0.000001"), (10**12 + 1, "0.000002")]
)
def test_coin_is_rounded_up(wei: int, text: str) -> None:
    """At most stays true."""
    assert coin_text(wei) == text


def test_less_than_a_cent_is_not_nothing() -> None:
    """Nothing is."""
    assert MONEY.text(10**9) == "0.000001 ETH · under $0.01"
    assert MONEY.text(0) == "0 ETH · $0.00"

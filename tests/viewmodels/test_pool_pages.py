"""What the pools page draws and says; what the movements page says."""

import csv
import io
from fractions import Fraction

import numpy as np
import pytest

from tests.samples import (
    DAY,
    NOW,
    PAYROLL,
    POOL,
    USDC_AT,
    WETH_AT,
    a_movement,
    a_position,
    a_series,
    a_snapshot,
    a_workspace,
    some_movements,
)
from treasury_desktop.treasury.movement import MovementKind
from treasury_desktop.viewmodels.movements import kinds_of, movement_rows, movements_csv
from treasury_desktop.viewmodels.pools import (
    SPANS,
    Orientation,
    bands,
    caption,
    change_remark,
    chart_series,
    first_shown,
    last_price_text,
    orientation_of,
    plain_price_text,
    pool_csv,
    range_of,
    readout,
    silence_note,
)

WORKSPACE = a_workspace()


def usual() -> Orientation:
    """USDC per WETH."""
    found = orientation_of(WORKSPACE.pools[0], WORKSPACE)
    assert found is not None
    return found


def test_a_pool_is_read_the_way_round_its_name_says() -> None:
    """WETH/USDC is USDC per WETH, wherever the addresses sort."""
    assert usual().unit == "USDC per WETH"
    assert not usual().is_inverted
    renamed = a_workspace(
        pools=(WORKSPACE.pools[0].__class__(
            address=POOL, name="USDC/WETH 0.05%", token0=WETH_AT, token1=USDC_AT, fee=500,
            tick_spacing=10, created_at_block=12,
        ),)
    )  # fmt: skip
    other = orientation_of(renamed.pools[0], renamed)
    assert other is not None
    assert other.unit == "WETH per USDC"
    assert other.is_inverted


def test_a_pool_of_an_unlisted_token_has_no_price() -> None:
    """Nobody vouches for its decimals, so nothing is drawn wrong by a power of ten."""
    assert orientation_of(WORKSPACE.pools[0], a_workspace(tokens=WORKSPACE.tokens[:2])) is None


def test_prices_are_those_of_whole_tokens() -> None:
    """The series counts base units; people count dollars."""
    chart = chart_series(a_series(), usual())
    assert chart.close[-1] == pytest.approx(3012.55)
    assert last_price_text(chart) == "3,012.55 USDC per WETH"


def test_turned_round_the_highs_are_the_old_lows() -> None:
    """1/x swaps the ends of each candle, and the volume counts the other token."""
    straight, turned = chart_series(a_series(), usual()), chart_series(a_series(), usual().turned())
    np.testing.assert_allclose(turned.high, 1 / straight.low)
    np.testing.assert_allclose(turned.low, 1 / straight.high)
    assert (turned.high >= turned.low).all()
    np.testing.assert_allclose(turned.volume * straight.close, straight.volume)


def test_a_gap_is_drawn_as_a_gap() -> None:
    """A long silence breaks the line with a NaN; a short one is bridged."""
    long = chart_series(a_series(gap=(100, 120)), usual())
    short = chart_series(a_series(gap=(100, 103)), usual())
    assert long.gaps == 1
    assert np.isnan(long.line).sum() == 1
    assert len(long.line) == len(long.line_time) == 346
    assert short.gaps == 0


def test_the_caption_says_unit_source_blocks_and_age() -> None:
    """Where every figure comes from."""
    series = a_series(gap=(100, 120))
    words = caption(series, chart_series(series, usual()), NOW + 2 * DAY)
    for part in ("USDC per WETH, daily candles, UTC", "fee 0.05%", "blocks 12–19\u2009000\u2009100",
                 "newest candle 38 h old", "1 gap over 4 d"):  # fmt: skip
        assert part in words


def test_the_crosshair_says_the_candle_exactly() -> None:
    """Day, open, high, low, close, volume and number of swaps."""
    words = readout(chart_series(a_series(), usual()), 364)
    assert words.startswith("2026-11-22   open 2,864.35   high 3,030.73")
    assert words.endswith("14 swaps")


def test_a_moment_belongs_to_the_candle_before_it() -> None:
    """The pointer snaps to candles, and to the nearest end outside of them."""
    chart = chart_series(a_series(10), usual())
    assert chart.nearest(float(chart.time[3]) + 5) == 3
    assert chart.nearest(0.0) == 0
    assert chart.nearest(9e9) == 9
    assert chart_series(a_series(0), usual()).nearest(0.0) is None


def test_a_span_counts_back_from_the_newest_candle() -> None:
    """Three months of daily candles; "all" begins at the first."""
    chart = chart_series(a_series(), usual())
    assert len(chart) - first_shown(chart, SPANS[3]) == 91
    assert first_shown(chart, SPANS[5]) == 0
    assert change_remark(chart, 0, SPANS[5]).text == "+7.6% since the beginning"


def test_a_position_s_range_is_drawn_in_the_same_orientation() -> None:
    """Both ways round the lower price comes first."""
    for orientation in (usual(), usual().turned()):
        (band,) = bands(a_snapshot(), orientation)
        assert band.low < band.high
        assert band.words.endswith(f"{orientation.unit}, in range")
    assert bands(None, usual()) == ()


def test_the_range_is_exact_before_it_is_drawn() -> None:
    """Turned round, the ends are exact reciprocals."""
    low, high = range_of(a_position(), usual())
    assert range_of(a_position(), usual().turned()) == (1 / high, 1 / low)


@pytest.mark.parametrize(
    ("price", "text"),
    [("3012.546", "3,012.55"), ("0.000331945", "0.000331945"), ("1", "1.00000"), ("0", "0.00")],
)
def test_prices_have_six_digits_and_at_least_cents(price: str, text: str) -> None:
    """Neither a token worth a millionth nor one worth a million loses its figures."""
    assert plain_price_text(Fraction(price)) == text


def test_a_long_silence_is_mentioned_and_a_short_one_is_not() -> None:
    """A quiet day is ordinary."""
    assert silence_note(a_series(), NOW) is None
    note = silence_note(a_series(), NOW + 9 * DAY)
    assert note is not None
    assert note.action == "Read new swaps"
    assert silence_note(a_series(0), NOW) is None


def test_the_pool_export_has_every_candle() -> None:
    """A heading and 365 rows."""
    rows = list(csv.reader(io.StringIO(pool_csv(chart_series(a_series(), usual())))))
    assert len(rows) == 366
    assert rows[0][2] == "open USDC per WETH"
    assert float(rows[-1][5]) == pytest.approx(3012.55)


# ── movements ────────────────────────────────────────────────────────────────────────────────────


def test_movements_are_listed_newest_first() -> None:
    """Whatever order they come in."""
    rows = movement_rows(reversed(some_movements()), WORKSPACE)
    assert [row.order for row in rows] == sorted((row.order for row in rows), reverse=True)


def test_a_movement_names_who_and_how_much_and_both_hashes() -> None:
    """Short in the table, full one step away."""
    row = movement_rows((a_movement(),), WORKSPACE)[0]
    assert (row.time, row.kind, row.amount, row.unit) == (
        "2026-11-21 14:02", "paid", "−46,500.000000", "USDC",
    )  # fmt: skip
    assert row.counterpart == "Payroll A"
    assert str(PAYROLL) in row.counterpart_tip
    assert len(row.safe_tx_hash_full) == len(row.transaction_hash_full) == 66
    assert row.safe_tx_hash == f"{row.safe_tx_hash_full[:8]}…{row.safe_tx_hash_full[-4:]}"


def test_a_rejection_moved_nothing_and_a_gift_has_no_safe_transaction() -> None:
    """What there is not is written as a dash."""
    rows = movement_rows(some_movements(), WORKSPACE)
    rejection = next(row for row in rows if row.kind == "rejection")
    gift = next(row for row in rows if row.kind == "received")
    assert (rejection.amount, rejection.unit) == ("–", "")
    assert gift.safe_tx_hash == "–"


def test_amounts_sort_by_token_and_then_by_what_came_in() -> None:
    """No comparison of dollars with ether, and minus before plus."""
    rows = movement_rows(some_movements(), WORKSPACE)
    ordered = sorted(rows, key=lambda row: row.amount_order)
    assert [row.unit for row in ordered] == ["", "ETH", "ETH", *["USDC"] * 4, "WETH", "WETH"]
    assert ordered[1].amount == "−8.000000"


def test_the_filter_offers_only_kinds_that_occur() -> None:
    """In a settled order."""
    rows = movement_rows((a_movement(), a_movement(kind=MovementKind.FEES)), WORKSPACE)
    assert kinds_of(rows) == ("paid", "fees collected")


def test_the_ledger_export_is_exact_and_harmless() -> None:
    """Unsigned amounts with a direction; a note that begins with = is text."""
    movements = (a_movement(note='=HYPERLINK("x")', strategy="@evil"),)
    (titles, row) = list(csv.reader(io.StringIO(movements_csv(movements, WORKSPACE))))
    named = dict(zip(titles, row, strict=True))
    assert named["direction"] == "out"
    assert named["amount"] == "46500"
    assert named["base units"] == "46500000000"
    assert named["note"] == '\'=HYPERLINK("x")'
    assert named["strategy"] == "'@evil"
    assert named["counterpart address"] == str(PAYROLL)

"""What records know of movements: a price only where a quote was really kept near by."""

from fractions import Fraction
from typing import Any

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.samples import (
    BLOCK_TIME,
    DAY,
    ETH,
    USDC,
    a_block,
    a_movement,
    a_queued,
    a_quote,
    a_safe_tx,
    a_snapshot,
    a_workspace,
    an_amount,
)
from treasury_desktop.assets.quote import QuoteKind
from treasury_desktop.desk.account_movements import KnownOfMovements, PriceThen, known_of_movements

WORKSPACE = a_workspace()


def known(*quotes: Any, at: int = BLOCK_TIME) -> KnownOfMovements:
    """What is known of one movement of ether at a time, by one snapshot of these quotes."""
    records = MemoryRecords()
    records.keep_snapshot(a_snapshot(quotes=quotes))
    movement = a_movement(amount=an_amount(ETH, 1), timestamp=at)
    return known_of_movements(records, WORKSPACE, (movement,))


def test_the_nearest_snapshot_s_quote_is_the_price() -> None:
    """With the source that it names and the time at which that said it."""
    found = known(a_quote(ETH, "3000"), a_quote(USDC, 1))
    assert found.prices == {
        ("native", BLOCK_TIME): PriceThen(
            usd=Fraction(3000), source=a_quote().source, time=BLOCK_TIME - 420
        )
    }


def test_of_two_snapshots_the_nearer_one_counts() -> None:
    """And of two as near the earlier."""
    records = MemoryRecords()
    for seconds, usd in ((0, "1000"), (600, "2000"), (-600, "3000")):
        block = a_block(timestamp=BLOCK_TIME + seconds, number=19_000_000 + seconds)
        records.keep_snapshot(a_snapshot(block=block, quotes=(a_quote(ETH, usd, age_seconds=0),)))
    movements = [
        a_movement(amount=an_amount(ETH, 1), timestamp=BLOCK_TIME + after)
        for after in (-900, -300, 299, 301)
    ]
    found = known_of_movements(records, WORKSPACE, movements).prices
    assert [int(found["native", each.timestamp].usd) for each in movements] == [
        3000, 3000, 1000, 2000,
    ]  # fmt: skip


@pytest.mark.parametrize("seconds", [-DAY, -3601, 3601 - 420, DAY])
def test_a_movement_far_from_every_quote_has_no_price(seconds: int) -> None:
    """As far as policy lets a quote be old; measured from the quote's own time."""
    assert known(a_quote(ETH, 1), at=BLOCK_TIME + seconds).prices == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": QuoteKind.SPOT},
        {"usd": 0},
        {"age_seconds": None},
        {"age_seconds": 3601},
        {"age_seconds": -1},
    ],
)
def test_a_quote_that_may_not_decide_is_no_price(changes: dict[str, Any]) -> None:
    """Spot, worthless, stale, of unknown age, from the future."""
    assert known(a_quote(ETH, **changes)).prices == {}


def test_a_feed_goes_before_a_twap() -> None:
    """Whichever is younger."""
    twap = a_quote(ETH, 2, kind=QuoteKind.TWAP, source="twap", age_seconds=0)
    (price,) = known(twap, a_quote(ETH, 1)).prices.values()
    assert price.usd == 1


def test_the_safe_transaction_is_found_by_its_hash() -> None:
    """Others are left aside."""
    records = MemoryRecords()
    ours, other = a_queued(a_safe_tx(12)), a_queued(a_safe_tx(13))
    records.keep_transaction(ours)
    records.keep_transaction(other)
    found = known_of_movements(records, WORKSPACE, (a_movement(safe_tx_hash=ours.safe_tx_hash),))
    assert found.transactions == {ours.safe_tx_hash: records.transaction(ours.safe_tx_hash)}

"""Movements are kept once, however often a block range is read."""

import pytest

from tests.doors.store.record_samples import Samples
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.token import native_token
from treasury_desktop.errors import Malformed
from treasury_desktop.store.records import RecordStore
from treasury_desktop.treasury.movement import MovementKind

CHAIN = 31337


def test_movements_come_back_newest_first(records: RecordStore, samples: Samples) -> None:
    """With and without amount, counterpart, Safe transaction and strategy."""
    ether = TokenAmount(token=native_token(CHAIN, "ETH"), base_units=1)
    older = samples.movement(
        1, 40, amount=None, counterpart=None, safe_tx_hash=None, strategy=None, note=""
    )
    newer, newest = samples.movement(3, 50), samples.movement(9, 50, amount=ether)
    records.keep_movements(CHAIN, (newer, older, newest), 60)
    assert records.movements(CHAIN) == (newest, newer, older)
    assert records.movements(1) == ()


def test_reading_a_range_again_is_harmless(records: RecordStore, samples: Samples) -> None:
    """One log may be two movements; the same movement is never two."""
    principal = samples.movement(kind=MovementKind.EXIT)
    fees = samples.movement(kind=MovementKind.FEES)
    for _ in range(2):
        records.keep_movements(CHAIN, (principal, fees), 60)
    assert len(records.movements(CHAIN)) == 2


def test_how_far_was_read_may_go_back(records: RecordStore, samples: Samples) -> None:
    """A range without movements counts as read."""
    assert records.movements_read_up_to(CHAIN) is None
    records.keep_movements(CHAIN, (), 60)
    records.keep_movements(CHAIN, (samples.movement(),), 50)
    assert records.movements_read_up_to(CHAIN) == 50
    assert records.movements_read_up_to(1) is None


def test_movements_of_another_chain_are_our_mistake(records: RecordStore, samples: Samples) -> None:
    """One chain at a time."""
    with pytest.raises(ValueError, match="one chain"):
        records.keep_movements(1, (samples.movement(),), 60)
    assert records.movements_read_up_to(1) is None


@pytest.mark.parametrize("is_in", [True, False, None])
def test_which_way_a_conversion_went_is_kept(
    is_in: bool | None, records: RecordStore, samples: Samples
) -> None:
    """Its kind does not say it; every other kind does, whatever was said beside it."""
    swapped = samples.movement(kind=MovementKind.OTHER, note="swapped", is_in=is_in)
    paid = samples.movement(2, kind=MovementKind.OUTGOING, is_in=is_in)
    records.keep_movements(CHAIN, (swapped, paid), 60)
    assert records.movements(CHAIN) == (swapped, paid)
    assert (swapped.is_in, paid.is_in) == (is_in, False)


def test_what_moves_nothing_goes_no_way(samples: Samples) -> None:
    """A rejection neither came in nor went out."""
    assert samples.movement(kind=MovementKind.OTHER, amount=None, is_in=True).is_in is None


@pytest.mark.parametrize("cell", ["yesterday", None, "-5"])
def test_damaged_movement_is_no_missing_one(
    cell: str | None, records: RecordStore, samples: Samples
) -> None:
    """Whoever asks what moved lately is told that one of them cannot be read."""
    records.keep_movements(CHAIN, (samples.movement(),), 60)
    with records._database.writing() as connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        connection.execute("UPDATE movements SET base_units = ?", (cell,))
    with pytest.raises(Malformed, match="movement in block"):
        records.movements_since(CHAIN, 0)

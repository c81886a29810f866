"""Who collects garbage, and when."""

import gc
import weakref

import pytest
from PySide6.QtWidgets import QApplication

from treasury_desktop.windows.collector import MOST_NEW, Collector


@pytest.mark.parametrize("was_enabled", [False, True])
def test_interpreter_collects_nothing_while_a_collector_works(
    qapp: QApplication, was_enabled: bool
) -> None:
    """The last one to stop gives collecting back to who had it; stopping twice counts once."""
    if was_enabled:
        gc.enable()
    first, second = Collector(), Collector()

    first.stop()
    first.stop()
    while_one_works = gc.isenabled()
    second.stop()
    afterwards = gc.isenabled()
    gc.disable()

    assert (while_one_works, afterwards) == (False, was_enabled)


class _InACycle:
    """Something only the collector can free."""

    def __init__(self) -> None:
        self.itself = self


class _Alone:
    """Something that goes when nobody refers to it."""


def test_a_turn_frees_what_only_a_cycle_holds(qapp: QApplication) -> None:
    """A cycle made meanwhile is gone after a turn, and not before."""
    collector = Collector()
    freed = weakref.ref(_InACycle())
    before = freed()
    del before

    was_there = freed() is not None
    collector._on_turn()
    collector.stop()

    assert (was_there, freed()) == (True, None)


def test_a_turn_sets_very_many_new_objects_aside(qapp: QApplication) -> None:
    """They are not looked through, and still go as soon as nobody refers to them."""
    collector = Collector()
    gc.collect()
    frozen_before = gc.get_freeze_count()
    many = [_Alone() for _ in range(MOST_NEW + 1)]
    last = weakref.ref(many[-1])

    collector._on_turn()
    collector.stop()
    frozen = gc.get_freeze_count() - frozen_before
    del many
    gone = last() is None
    gc.unfreeze()
    gc.collect()

    assert frozen > MOST_NEW
    assert gone

"""What a policy with a window is told of the deployments within it."""

from dataclasses import replace

import pytest

from tests.desk.in_memory import MemoryRecords
from tests.samples import SAFE, USDC, a_movement, a_snapshot, a_workspace
from treasury_desktop.assets.amount import TokenAmount
from treasury_desktop.assets.unknown import UNKNOWN
from treasury_desktop.desk.deployed_lately import DAY, deployed_lately
from treasury_desktop.errors import Malformed
from treasury_desktop.treasury.evidence import Deployed
from treasury_desktop.treasury.further_limits import FurtherLimits
from treasury_desktop.treasury.movement import Movement, MovementKind
from treasury_desktop.treasury.terms import PolicyTerms
from treasury_desktop.treasury.workspace import Workspace

SNAPSHOT = a_snapshot()
NOW, LAST = SNAPSHOT.block.timestamp, SNAPSHOT.block.number
CHAIN = SNAPSHOT.chain_id


def with_window(days: int = 7) -> Workspace:
    """A workspace whose policy bounds what is deployed within so many days."""
    further = FurtherLimits(window_limit_bps=500, window_days=days)
    return replace(a_workspace(), terms=PolicyTerms(further=further))


def moved(
    kind: MovementKind, days: int, log_index: int, strategy: str | None = "Vault"
) -> Movement:
    """A movement of 5 USDC so many days before the snapshot's block."""
    return replace(
        a_movement(),
        kind=kind,
        timestamp=NOW - days * DAY,
        log_index=log_index,
        strategy=strategy,
        amount=TokenAmount(token=USDC, base_units=5_000_000),
        safe=SAFE,
    )


def records_of(*movements: Movement, read: int = LAST) -> MemoryRecords:
    """Records that hold these and say up to which block they were read."""
    records = MemoryRecords()
    records.keep_movements(CHAIN, movements, read)
    return records


def test_only_deployments_of_the_window_are_told() -> None:
    """Exits free nothing, payments are none, and what is older is over."""
    records = records_of(
        moved(MovementKind.DEPLOYMENT, 7, 1),
        moved(MovementKind.DEPLOYMENT, 8, 2),
        moved(MovementKind.EXIT, 1, 3),
        moved(MovementKind.OUTGOING, 1, 4),
    )
    told = Deployed(strategy="Vault", token=USDC.key, base_units=5_000_000, timestamp=NOW - 7 * DAY)
    assert deployed_lately(records, with_window(), SNAPSHOT) == (told,)


def test_deployment_of_no_known_strategy_is_told_too() -> None:
    """It counts for every group."""
    records = records_of(moved(MovementKind.DEPLOYMENT, 1, 1, strategy=None))
    (told,) = deployed_lately(records, with_window(), SNAPSHOT)  # type: ignore[misc]
    assert told.strategy == ""


@pytest.mark.parametrize("read", [LAST - 1, 0])
def test_movements_not_read_that_far_are_unknown(read: int) -> None:
    """What is missing would make room below the limit."""
    assert deployed_lately(records_of(read=read), with_window(), SNAPSHOT) is UNKNOWN
    assert deployed_lately(MemoryRecords(), with_window(), SNAPSHOT) is UNKNOWN
    assert deployed_lately(records_of(), with_window(), None) is UNKNOWN
    assert deployed_lately(records_of(), with_window(), SNAPSHOT) == ()


def test_damaged_movement_makes_it_unknown() -> None:
    """Nobody knows whether it was a deployment."""

    class Damaged(MemoryRecords):
        def movements_since(self, chain_id: int, timestamp: int) -> tuple[Movement, ...]:
            raise Malformed("movement in block 5", "its row in the records is damaged")

    records = Damaged()
    records.keep_movements(CHAIN, (), LAST)
    assert deployed_lately(records, with_window(), SNAPSHOT) is UNKNOWN


def test_policy_without_a_window_asks_for_nothing() -> None:
    """The records are left alone."""
    assert deployed_lately(records_of(), a_workspace(), SNAPSHOT) is UNKNOWN

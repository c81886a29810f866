"""Whatever was acknowledged is there after the process was killed."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.store.record_samples import Samples
from treasury_desktop.safes.lifecycle import State
from treasury_desktop.store.records import RecordStore, open_records

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def acknowledged_until_killed(folder: Path, lines: int) -> list[str]:
    """What a child said before it was killed while it worked on."""
    child = subprocess.Popen(
        [sys.executable, HERE / "children" / "keep_until_killed.py", folder],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(lines)]
    child.kill()
    said += child.stdout.readlines()
    child.stdout.close()
    assert child.wait() == -9
    return [line.rstrip("\n") for line in said if line.endswith("\n")]


def is_kept(records: RecordStore, line: str) -> bool:
    """Whether the store still knows what was acknowledged in that line."""
    what, digest, *rest = line.split(" ")
    if what == "note":
        return any(record.hash.hex() == digest for record in records.dossier_records())
    queued = records.transaction(bytes.fromhex(digest))
    if queued is None:
        return False
    if what == "confirmation":
        return rest[0] in {str(confirmation.owner) for confirmation in queued.confirmations}
    return what == "transaction" or queued.state is State.CONFIRMED


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_nothing_acknowledged_is_lost_when_killed_twenty_times(
    folder: Path, samples: Samples
) -> None:
    """Transactions, confirmations, events and notes survive; the file stays sound."""
    dice = random.Random(20)  # noqa: S311  chance decides when to kill, nothing secret
    acknowledged: list[str] = []
    for _ in range(20):
        acknowledged += acknowledged_until_killed(folder, dice.randint(1, 25))
        records = open_records(folder)
        assert records.problems() == ()
        records.verify_dossier()
        assert all(is_kept(records, line) for line in acknowledged[-40:])
        records.close()
    records = open_records(folder)
    with records._database.reading() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [line for line in acknowledged if not is_kept(records, line)] == []
    assert len(acknowledged) > 100
    records.close()

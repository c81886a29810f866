"""A whole desk on a folder of its own, with the sample treasury read and keys kept in files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.samples import NOW, a_snapshot, a_workspace, an_owner
from treasury_desktop.application.desk_keys import FILE_MODE_MARK
from treasury_desktop.application.open_desk import OpenDesk
from treasury_desktop.files.workspace_text import workspace_text
from treasury_desktop.store.records import open_records
from treasury_desktop.treasury.snapshot import TreasurySnapshot


def a_folder(parent: Path, *, snapshot: TreasurySnapshot | None = None) -> Path:
    """A workspace folder in which the treasury was read once; keys are kept in files."""
    folder = parent / "workspace"
    records = open_records(folder)
    records.keep_snapshot(a_snapshot() if snapshot is None else snapshot)
    records.close()
    (folder / "treasury.toml").write_text(workspace_text(a_workspace()), encoding="utf-8")
    (folder / FILE_MODE_MARK).touch(mode=0o600)
    return folder


@contextmanager
def a_desk(folder: Path, **changes: Any) -> Iterator[OpenDesk]:
    """The desk of a folder; it knows owner 1 as its own."""
    desk = OpenDesk(folder, **{"clock": lambda: NOW} | changes)
    try:
        if not desk.records.is_read_only and not desk.keys.all():
            desk.keys.watch("Ledger", str(an_owner(1)))
        yield desk
    finally:
        desk.close()

"""Movements as kept, written without window, key ring or network; an open desk is not disturbed."""

from dataclasses import dataclass
from pathlib import Path

from treasury_desktop.desk.account_movements import KnownOfMovements, known_of_movements
from treasury_desktop.errors import Refused, Unavailable
from treasury_desktop.files.workspace_file import read_workspace
from treasury_desktop.store.records import open_records_to_read
from treasury_desktop.treasury.period import Period
from treasury_desktop.viewmodels.movement_exports import ExportForm, exported


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """The text of an export, and one sentence for each movement that it lacks."""

    text: str
    count: int
    left_out: tuple[str, ...]


def export_of(folder: Path, form: ExportForm, period: Period) -> Export:
    """What the records of a workspace's folder hold of a period, in a form."""
    workspace = read_workspace(folder)
    chain_id = workspace.chain.chain_id
    records = open_records_to_read(folder)
    try:
        kept = records.movements(chain_id)
        if not kept and records.movements_read_up_to(chain_id) is None:
            raise Unavailable("No movements have been read yet; open the treasury and refresh it.")
        wanted = tuple(each for each in kept if period.has(each.timestamp))
        known = KnownOfMovements()
        if form is ExportForm.ACCOUNTING:
            known = known_of_movements(records, workspace, wanted)
        return Export(
            text=exported(form, wanted, workspace, known),
            count=len(wanted),
            left_out=records.damaged_movements(chain_id),
        )
    finally:
        records.close()


def write_beside(path: Path, folder: Path, content: bytes) -> None:
    """Writes a file whole or not at all, and never among the records themselves."""
    beside = path.with_name(f".{path.name}.part")
    try:
        if path.resolve().parent == folder.resolve():
            raise Refused("The workspace's own folder is no place for an export; name another.")
        beside.write_bytes(content)
        beside.replace(path)
    except OSError as failure:
        beside.unlink(missing_ok=True)
        reason = failure.strerror or type(failure).__name__
        raise Unavailable(f"{path.name} could not be written: {reason}.") from failure

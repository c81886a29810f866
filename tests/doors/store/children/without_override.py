"""Opens a workspace as somebody whom file modes bind, root without CAP_DAC_OVERRIDE included.

Arguments: the workspace folder. Prints what opening for writing says and what is read after.
"""

import ctypes
import os
import sys
from pathlib import Path

from tests.doors.store.record_samples import CHAIN_ID
from tests.doors.store.swap_samples import POOL, some_swaps
from treasury_desktop.errors import Unavailable
from treasury_desktop.store.histories import HistoryStore
from treasury_desktop.store.records import open_records, open_records_to_read

CAPABILITY_VERSION_3 = 0x20080522


def obey_file_modes() -> None:
    """Gives up every capability of this process (capset(2)); no effect for ordinary people."""
    if os.geteuid() != 0:
        return
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")


def main() -> None:
    """Tries to write, then looks."""
    obey_file_modes()
    folder = Path(sys.argv[1])
    try:
        open_records(folder).close()
        said = "opened for writing"
    except Unavailable as refusal:
        said = refusal.sentence
    records = open_records_to_read(folder)
    snapshot = records.latest_snapshot(CHAIN_ID)
    sys.stdout.write(f"{said}\n{'nothing' if snapshot is None else snapshot.block.number}\n")
    try:
        records.note("signed", {}, 0)
    except Unavailable as refusal:
        sys.stdout.write(f"{refusal.sentence}\n")
    series = HistoryStore(folder)
    sys.stdout.write(f"{series.swaps_read_up_to(CHAIN_ID, POOL)}\n")
    try:
        series.keep_swaps(CHAIN_ID, POOL, some_swaps(6, 7), 7)
    except Unavailable as refusal:
        sys.stdout.write(f"{refusal.sentence}\n")


main()

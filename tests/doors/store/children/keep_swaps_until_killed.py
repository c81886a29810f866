"""Keeps swaps, one lot after the other, until it is killed; says which block is acknowledged.

Arguments: the workspace folder.
"""

import sys
from itertools import count
from pathlib import Path

from tests.doors.store.swap_samples import CHAIN_ID, POOL, some_swaps
from treasury_desktop.store.histories import HistoryStore

LOT = 50


def main() -> None:
    """Goes on where the last one was killed."""
    store = HistoryStore(Path(sys.argv[1]))
    begun = store.swaps_read_up_to(CHAIN_ID, POOL) or 0
    for first in count(begun + 1, LOT):
        last = first + LOT - 1
        store.keep_swaps(CHAIN_ID, POOL, some_swaps(first, last), last)
        sys.stdout.write(f"{last}\n")
        sys.stdout.flush()


main()

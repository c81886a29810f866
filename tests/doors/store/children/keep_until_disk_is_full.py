"""Keeps transactions while files may not grow beyond a limit, until the store says it is full.

Arguments: the workspace folder and the limit in bytes. Prints how many were acknowledged, the
sentence, and how many can still be read.
"""

import resource
import sys
from itertools import count
from pathlib import Path

from tests.doors.store.record_samples import Samples
from treasury_desktop.errors import Unavailable
from treasury_desktop.store.records import RecordStore, open_records


def main() -> None:
    """Fills the store."""
    samples, records = Samples(), open_records(Path(sys.argv[1]))
    limit = int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    kept, sentence = fill(records, samples)
    readable = len(records.transactions(samples.safe))
    sys.stdout.write(f"{kept}\n{sentence}\n{readable}\n")


def fill(records: RecordStore, samples: Samples) -> tuple[int, str]:
    """How many transactions of 10 kB fitted, and what was said about the next one."""
    for kept in count():
        try:
            records.keep_transaction(samples.queued(kept, bundle=bytes(10_000)))
        except Unavailable as full:
            return kept, full.sentence
    raise AssertionError


main()

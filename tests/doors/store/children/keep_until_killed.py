"""Keeps transactions, confirmations and notes until it is killed; says what was acknowledged.

Arguments: the workspace folder. Each line on the output was written after the store returned.
"""

import sys
from itertools import count
from pathlib import Path

from tests.doors.store.record_samples import Samples
from treasury_desktop.safes.lifecycle import Event
from treasury_desktop.store.records import open_records


def main() -> None:
    """Works through nonces that were not begun before."""
    samples, records = Samples(), open_records(Path(sys.argv[1]))
    for nonce in count(len(records.transactions(samples.safe))):
        queued = samples.queued(nonce)
        records.keep_transaction(queued)
        say("transaction", queued.safe_tx_hash.hex())
        for signer in (1, 2):
            records.keep_confirmation(samples.confirmation(queued, signer))
            say("confirmation", queued.safe_tx_hash.hex(), str(samples.owner(signer)))
        records.record_event(queued.safe_tx_hash, Event.THRESHOLD_REACHED)
        say("event", queued.safe_tx_hash.hex(), "confirmed")
        head = records.note("signed", {"nonce": str(nonce)}, nonce)
        say("note", head.hex())


def say(*words: str) -> None:
    """One line, at once."""
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


main()

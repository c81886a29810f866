"""`python -m tests.chaos.kill_while_signing --times N`: kills a signing desk at any moment.

After each kill: no signature that was announced is lost, none was changed, and no owner has signed
two transactions for one nonce. The exit status is 1 where anything of this does not hold.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.chaos.signing_worker import prepare
from tests.samples import SAFE, an_owner
from treasury_desktop.store.records import open_records

LONGEST_LIFE = 3.0
"""Seconds: about two signatures."""
ROOT = Path(__file__).resolve().parents[2]


class Desk:
    """A folder in which desks live and are killed, and what they announced before."""

    def __init__(self, folder: Path) -> None:
        prepare(folder)
        self._folder = folder
        self._announced: dict[str, tuple[int, str]] = {}
        self.kills = 0
        self.came_to: Counter[str] = Counter()

    def live_and_die(self, seed: int, seconds: float) -> None:
        """One life of that many seconds, ended by SIGKILL, and what it left."""
        arguments = [sys.executable, "-m", "tests.chaos.signing_worker"]
        with subprocess.Popen(
            [*arguments, str(self._folder), str(seed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        ) as worker:
            assert worker.stdout is not None
            first = worker.stdout.readline()
            assert first == "ready\n", first
            timer = threading.Timer(seconds, worker.kill)
            timer.start()
            said = worker.stdout.read()
            timer.join()
        assert worker.returncode == -9, said
        self.kills += 1
        whole, _, cut_off = said.rpartition("\n")
        assert not cut_off or cut_off.split()[0] in {"signed", "refused"}
        for line in whole.splitlines():
            word, nonce, *rest = line.split(" ", 3)
            self.came_to[word] += 1
            if word == "signed":
                self._announced[rest[0]] = int(nonce), rest[1]
        self._look()

    def _look(self) -> None:
        """What the records hold now."""
        records = open_records(self._folder / "desk")
        try:
            kept = {
                queued.safe_tx_hash.hex(): (queued.tx.nonce, each.signature.encoded.hex())
                for queued in records.transactions(SAFE)
                for each in queued.confirmations
                if each.owner == an_owner(1)
            }
            records.verify_dossier()
        finally:
            records.close()
        for announced, what in self._announced.items():
            assert kept.get(announced) == what, "an announced signature is lost or changed"
        nonces = Counter(nonce for nonce, _ in kept.values())
        assert max(nonces.values(), default=0) <= 1, "two signatures of one owner for one nonce"


def main() -> int:
    """Kills as often as asked; the exit status."""
    parser = argparse.ArgumentParser(prog="tests.chaos.kill_while_signing", description=__doc__)
    parser.add_argument("--times", type=int, default=300, help="how often (300)")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="to try the same again")
    asked = parser.parse_args()
    draw = Random(asked.seed)  # noqa: S311  chance, not secrecy
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for _ in range(asked.times):
            desk.live_and_die(draw.randrange(2**32), draw.uniform(0, LONGEST_LIFE))
        outcome = ", ".join(f"{count:,} {word}" for word, count in sorted(desk.came_to.items()))
    sys.stdout.write(f"{desk.kills} kills (seed {asked.seed}): {outcome}; nothing lost, no rival\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""`python -m tests.fuzz --minutes N`: tries inputs of every kind and says how many.

What fails is kept in build/fuzz, one file each, and tried first the next time. The exit status is
1 where anything failed or took longer than a second.
"""

import argparse
import sys
import time
import traceback
from collections import Counter
from hashlib import sha256
from pathlib import Path
from random import Random

from tests.fuzz.kinds import KINDS
from tests.fuzz.oracle import try_one

KEPT = Path(__file__).resolve().parents[2] / "build" / "fuzz"
A_HANG = 1.0
SECONDS_BETWEEN_WORDS = 30


class Tries:
    """Counts what came of each input, and keeps those that failed."""

    def __init__(self) -> None:
        self.came_to: Counter[tuple[str, str]] = Counter()
        self.failed = 0
        self.longest = 0.0

    def try_input(self, kind: str, data: bytes) -> None:
        """One input, under the clock."""
        begun = time.perf_counter()
        try:
            outcome = try_one(data)
        except Exception:  # noqa: BLE001  what fails is the finding
            outcome = "failed"
            self._keep(kind, data, traceback.format_exc())
        seconds = time.perf_counter() - begun
        self.longest = max(self.longest, seconds)
        if seconds > A_HANG and outcome != "failed":
            outcome = "slow"
            self._keep(kind, data, f"{seconds:.1f} s")
        self.came_to[kind, outcome] += 1

    def _keep(self, kind: str, data: bytes, why: str) -> None:
        self.failed += 1
        KEPT.mkdir(parents=True, exist_ok=True)
        file = KEPT / sha256(data).hexdigest()[:16]
        file.write_bytes(data)
        _say(f"{kind}: kept as {file.name}\n{why}")

    def table(self) -> str:
        """How many of each kind came to what."""
        lines = []
        for kind in sorted({kind for kind, _ in self.came_to}):
            outcomes = {o: n for (k, o), n in sorted(self.came_to.items()) if k == kind}
            words = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.items())
            lines.append(f"{sum(outcomes.values()):>10,}  {kind}: {words}")
        return "\n".join(lines)


def main() -> int:
    """Tries until the time is over; the exit status."""
    parser = argparse.ArgumentParser(prog="tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2, help="how long (2)")
    parser.add_argument("--seed", type=int, default=time.time_ns(), help="to try the same again")
    parser.add_argument("--only", choices=KINDS, action="append", help="one kind; may repeat")
    asked = parser.parse_args()
    draw, tries = Random(asked.seed), Tries()  # noqa: S311  chance, not secrecy
    for file in sorted(KEPT.glob("*")):
        tries.try_input("kept", file.read_bytes())
    begun = said = time.monotonic()
    kinds = asked.only or list(KINDS)
    while time.monotonic() - begun < asked.minutes * 60:
        for kind in kinds:
            tries.try_input(kind, KINDS[kind](draw))
        if time.monotonic() - said > SECONDS_BETWEEN_WORDS:
            said = time.monotonic()
            _say(f"{tries.came_to.total():,} inputs, {tries.failed} failed")
    total = tries.came_to.total()
    print(tries.table())  # noqa: T201  the answer
    print(  # noqa: T201  the answer
        f"{total:>10,}  inputs in {(time.monotonic() - begun) / 60:.1f} minutes (seed "
        f"{asked.seed}): {tries.failed} failed; the longest took {tries.longest * 1000:.0f} ms"
    )
    return 1 if tries.failed else 0


def _say(words: str) -> None:
    print(f"fuzz: {words}", file=sys.stderr, flush=True)  # noqa: T201  progress


if __name__ == "__main__":
    sys.exit(main())

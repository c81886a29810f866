"""A process that begins a treasury in each folder it is told, and says what came of it."""

import sys
from pathlib import Path

from tests.desk.test_begin_workspace import NODES, a_sight, some_choices
from treasury_desktop.application.beginning import Beginning
from treasury_desktop.errors import TreasuryError

if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        try:
            choices = some_choices(name=sys.argv[1])
            Beginning(Path(line.rstrip("\n"))).create(a_sight(), choices, NODES)
            said = "wrote"
        except TreasuryError as failure:
            said = failure.sentence
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()

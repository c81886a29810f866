"""The short run of what `python -m tests.chaos.kill_while_signing` does by the hundred."""

import sys
from pathlib import Path
from random import Random

import pytest

from tests.chaos.kill_while_signing import LONGEST_LIFE, Desk


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL to tell apart")
def test_no_signature_is_lost_and_no_rival_signed_whenever_it_is_killed(tmp_path: Path) -> None:
    """Five lives of chance lengths: what was announced is kept, and one transaction a nonce."""
    desk, draw = Desk(tmp_path), Random(5)  # noqa: S311  chance, not secrecy
    for _ in range(5):
        desk.live_and_die(draw.randrange(2**32), draw.uniform(0, LONGEST_LIFE))
    assert desk.kills == 5
    assert desk.came_to["signed"]

"""Packaged resources, each checked against the digest recorded for it.

A resource that decides something (official contracts, ABIs, word lists) must be the file that was
released: a changed one is refused, not used.
"""

import hashlib
import sys
from functools import cache
from pathlib import Path

from treasury_desktop.errors import Refused

DIGESTS = "DIGESTS"


def resources_folder() -> Path:
    """Where the resources lie: beside the package, or inside a frozen build."""
    frozen = getattr(sys, "_MEIPASS", None)
    root = Path(frozen) if frozen else Path(__file__).parent.parent
    return root / "resources"


def read_resource(name: str) -> bytes:
    """The bytes of a packaged resource; refused when its SHA-256 is not the recorded one."""
    path = resources_folder() / name
    try:
        content = path.read_bytes()
    except OSError:
        raise Refused(
            f"The packaged resource {name} is missing; install the program anew."
        ) from None
    if hashlib.sha256(content).hexdigest() != _recorded_digests().get(name):
        raise Refused(f"The packaged resource {name} was changed; install the program anew.")
    return content


@cache
def _recorded_digests() -> dict[str, str]:
    """Resource name → hex SHA-256, as recorded by packaging/record_digests.py."""
    lines = (resources_folder() / DIGESTS).read_text("utf-8").splitlines()
    pairs = (line.split("  ", 1) for line in lines if line)
    return {name: digest for digest, name in pairs}

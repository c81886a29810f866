"""The folder in which a prepared demonstration lies: whether it is whole, and how it is reset.

Imports nothing of the chain: a second start asks this before anything heavy is loaded.
"""

import json
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from treasury_desktop.errors import Unavailable

PRISTINE: Final = Path("chain") / "pristine.json"
LIVING: Final = Path("chain") / "living.json"
LOG: Final = Path("chain") / "node.log"
FACTS: Final = Path("demonstration.json")
FACTS_FORMAT: Final = "treasury-desktop/demonstration@1"
DAMAGED: Final = "The demonstration is damaged and has to be built again."


def is_prepared(directory: Path) -> bool:
    """Whether `prepare` of this version finished here; the folder appears whole or not at all."""
    if not all((directory / each).is_file() for each in (FACTS, PRISTINE)):
        return False
    try:
        return bool(facts_of(directory).get("format") == FACTS_FORMAT)
    except Unavailable:
        return False


def reset(directory: Path) -> None:
    """Bring the chain back to how `prepare` left it; the chain must not be running."""
    pristine, living = directory / PRISTINE, directory / LIVING
    if not is_prepared(directory) or digest_of(pristine) != facts_of(directory).get(
        "pristine_sha256"
    ):
        raise Unavailable(DAMAGED)
    try:
        copy = living.with_suffix(".copy")
        shutil.copyfile(pristine, copy)
        living.with_suffix(".dump").unlink(missing_ok=True)
        copy.replace(living)
    except OSError as failure:
        raise Unavailable(f"The demonstration could not be reset: {failure}.") from failure


def facts_of(directory: Path) -> dict[str, Any]:
    """What `prepare` wrote down; Unavailable if that cannot be read."""
    try:
        content = json.loads((directory / FACTS).read_bytes())
    except (OSError, ValueError, RecursionError) as failure:
        raise Unavailable(DAMAGED) from failure
    if not isinstance(content, dict):
        raise Unavailable(DAMAGED)
    return content


def digest_of(file: Path) -> str:
    """SHA-256 of a file, as hex."""
    with file.open("rb") as opened:
        digest = sha256()
        while block := opened.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()

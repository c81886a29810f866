"""Writes resources/DIGESTS: the SHA-256 of every packaged resource that decides something."""

import hashlib
from pathlib import Path

RESOURCES = Path(__file__).parent.parent / "resources"
DECIDING = ("abi/*", "official/*.json", "tokens/*.json", "words/*.txt")


def main() -> None:
    """Record all deciding resources in the order of their names."""
    (RESOURCES / "DIGESTS").write_text("\n".join(lines()) + "\n", encoding="utf-8")


def lines() -> list[str]:
    """A digest and a name a line."""
    paths = sorted(path for pattern in DECIDING for path in RESOURCES.glob(pattern))
    return [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(RESOURCES).as_posix()}"
        for path in paths
    ]


if __name__ == "__main__":
    main()

"""The core starts without Qt, node, key ring, disk or thread.

Asked of a fresh process: this one has Qt loaded by pytest-qt, whatever the tests import.
"""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CORE = (
    "assets", "pools", "safes", "calls", "messages", "treasury", "deployments", "bundle", "review",
    "desk",
)  # fmt: skip
FOREIGN = (
    "PySide6", "pyqtgraph", "qtawesome", "web3", "eth_account", "keyring", "sqlite3", "duckdb",
    "requests",
)  # fmt: skip
SCRIPT = (
    "import importlib, sys\n"
    "for name in sys.argv[2:]: importlib.import_module(name)\n"
    "print(*sorted({m.partition('.')[0] for m in sys.modules} & set(sys.argv[1].split(','))))"
)


@pytest.mark.parametrize("room", CORE)
def test_room_imports_nothing_foreign(room: str) -> None:
    """Every module of a core room can be imported without any of the outside's libraries."""
    folder = ROOT / "treasury_desktop"
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((folder / room).rglob("*.py"))
    ]
    assert modules
    loaded = subprocess.run(
        [sys.executable, "-c", SCRIPT, ",".join(FOREIGN), *modules],
        capture_output=True, check=True, cwd=ROOT, text=True,
    ).stdout  # fmt: skip
    assert loaded.split() == []

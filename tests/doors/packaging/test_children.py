"""One executable is four programs: each child imports what is its own and nothing else."""

import subprocess
import sys
from pathlib import Path

NO_NETWORK_NO_STORE = {"web3", "sqlite3", "duckdb", "keyring", "eth_account"}
AS_CHILD = """
import sys
from treasury_desktop.__main__ import main
try:
    status = main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
sys.exit(status)
"""


def modules_of(*arguments: str) -> set[str]:
    """The modules of a child that was given nothing to do, by its name on the command line.

    Its exit status is not asked for: the supervisor's is that of the node it ended at once.
    """
    child = subprocess.run(
        [sys.executable, "-I", "-P", "-c", AS_CHILD, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return set(child.stderr.decode().split())


def test_signer_starts_with_nothing_but_its_own() -> None:
    """The signer process has no window, no network, no store and no key ring."""
    found = modules_of("signer")
    assert "treasury_desktop.keys.signer" in found
    assert not found & {"PySide6", *NO_NETWORK_NO_STORE}


def test_secret_entry_starts_with_nothing_but_its_own() -> None:
    """The secret-entry process has no network, no store and no key ring.

    It loads Qt once the environment was cleaned and there is something to ask.
    """
    found = modules_of("secret-entry")
    assert "treasury_desktop.keys.secret_entry_host" in found
    assert not found & {"PySide6", *NO_NETWORK_NO_STORE}


def test_supervisor_imports_nothing_else_of_ours(tmp_path: Path) -> None:
    """The process that outlives a killed window is one file and the standard library."""
    node = [sys.executable, "-c", "pass"]
    found = modules_of("devnet-supervisor", str(tmp_path / "state.json"), *node)
    ours = {name for name in found if name.startswith("treasury_desktop")}
    assert ours == {
        "treasury_desktop",
        "treasury_desktop.__main__",
        "treasury_desktop.devnet",
        "treasury_desktop.devnet.supervisor",
    }


def test_program_itself_starts_without_qt() -> None:
    """A command without a window, such as review, loads none."""
    child = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "treasury_desktop", "--version"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"PySide6" not in child.stderr

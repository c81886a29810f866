"""Rows about the demonstration: building it and starting it again; others use what is built."""

import fcntl
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.benchmarks.measuring import (
    SECONDS_TO_ANSWER,
    environment,
    medians,
    process_seconds,
    python_file,
)
from tests.benchmarks.rows import Row, Target
from treasury_desktop.application.demonstration import DemonstrationFolders
from treasury_desktop.devnet import prepared_folder as devnet
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.node import anvil
from treasury_desktop.errors import Unavailable

PEER_PORT = 19_545


def built(root: Path, times: int) -> tuple[DemonstrationFolders, Row]:
    """A demonstration built anew, the last of `times`, and the row about building it."""

    def build() -> float:
        shutil.rmtree(root, ignore_errors=True)
        return process_seconds(python_file("build_demonstration", root))

    row = Row(
        name="cold demonstration build",
        ours=median(build() for _ in range(times)),
        unit="s",
        target=Target(of="ours", most=60),
    )
    return DemonstrationFolders(root), row


def later_start(folders: DemonstrationFolders, times: int) -> Row:
    """From starting the program to a block number from its chain, against the bare node."""
    ours, peer = medians(lambda: _our_start(folders), lambda: _bare_start(folders), times)
    return Row(
        name="later start to a live chain",
        ours=ours,
        peer=peer,
        peer_name="anvil alone, loading the same chain",
        unit="s",
        target=Target(of="ours", most=2),
    )


def _our_start(folders: DemonstrationFolders) -> float:
    _wait_until_saved(folders)
    folders.endpoint_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "treasury_desktop", "demo", "--data", str(folders.root)]
    begun = time.perf_counter()
    with subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL) as program:
        try:
            _wait_for_block(lambda: folders.endpoint_file.read_text("ascii"), program)
            return time.perf_counter() - begun
        finally:
            program.terminate()


def _bare_start(folders: DemonstrationFolders) -> float:
    _wait_until_saved(folders)
    state = folders.chain / devnet.LIVING
    command = [str(anvil()), "--quiet", "--port", str(PEER_PORT), "--load-state", str(state)]
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as node:
        try:
            _wait_for_block(lambda: f"http://127.0.0.1:{PEER_PORT}", node)
            return time.perf_counter() - begun
        finally:
            node.terminate()


def _wait_for_block(where: Callable[[], str], process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + SECONDS_TO_ANSWER
    while process.poll() is None and time.monotonic() < until:
        try:
            rpc = JsonRpc(where())
            rpc.ask("eth_blockNumber")
        except (OSError, ValueError, Unavailable):
            time.sleep(0.005)
        else:
            rpc.close()
            return
    raise RuntimeError(f"no chain answered; {process.args!r} has status {process.poll()}")


def _wait_until_saved(folders: DemonstrationFolders) -> None:
    """The chain of the run before saves itself when its program has ended."""
    lock = (folders.chain / devnet.LIVING).with_suffix(".lock")
    with lock.open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

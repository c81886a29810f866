"""Starts and stops the node of the demonstration chain."""

import os
import platform
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

from treasury_desktop.devnet import supervisor
from treasury_desktop.devnet.json_rpc import JsonRpc
from treasury_desktop.devnet.packages import node_packages
from treasury_desktop.errors import Unavailable

CHAIN_ID = 31337
GENESIS_TIMESTAMP = 1760918400  # 2025-10-20T00:00:00Z
SECONDS_TO_START = 20.0
SECONDS_TO_STOP = 40.0
PORTS = range(20_000, 32_000)
PORTS_TO_TRY = 3
GAS_LIMIT_OF_BLOCK = 60_000_000
# While building: mine when told, and forget old states, which cost memory and are never asked for.
BUILDING = ["--no-mining", "--prune-history", "1"]
# The real binary, not the JavaScript launcher beside it: a launcher would be one more process.
_MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "win32"}


class Node:
    """A running anvil whose state file is kept when it stops; nothing of it outlives us."""

    def __init__(self, state: Path, *, log: Path, is_building: bool = False) -> None:
        extra = BUILDING if is_building else []
        for attempt in range(1, PORTS_TO_TRY + 1):
            self._port = _free_port()
            self._supervisor = _start_supervisor(state.resolve(), self._port, log, extra)
            try:
                self._wait_until_up()
                break
            except Unavailable:
                self.close()
                # The port may have been taken between our looking and the node's binding.
                if attempt == PORTS_TO_TRY or not _is_taken(self._port):
                    raise
        self.endpoint = f"http://127.0.0.1:{self._port}"
        self.rpc = JsonRpc(self.endpoint)

    @property
    def supervisor_pid(self) -> int:
        """The process that watches over the node."""
        return self._supervisor.pid

    def _wait_until_up(self) -> None:
        until = time.monotonic() + SECONDS_TO_START
        while not _is_answering(self._port):
            status = self._supervisor.poll()
            if status == supervisor.LOCKED_ELSEWHERE:
                raise Unavailable("The demonstration chain is open in another window; close it.")
            if status is not None:
                raise Unavailable(
                    f"The demonstration chain's node stopped at once (exit status {status}); its "
                    "state may be damaged. Reset the demonstration to start from the beginning."
                )
            if time.monotonic() > until:
                raise Unavailable("The demonstration chain's node did not start in 20 seconds.")
            time.sleep(0.01)
        if self._supervisor.poll() is not None:
            raise Unavailable("Another program answers on the demonstration chain's port.")

    def close(self) -> None:
        """Stop the node after it saved its state; safe to call twice."""
        if hasattr(self, "rpc"):
            self.rpc.close()
        assert self._supervisor.stdin is not None
        self._supervisor.stdin.close()
        try:
            self._supervisor.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()
            self._supervisor.wait()


def anvil() -> Path:
    """The node's binary from npm; Unavailable with the command that installs it."""
    folder = node_packages() / "@foundry-rs"
    system = _SYSTEMS.get(sys.platform, sys.platform)
    machine = _MACHINES.get(platform.machine().lower(), platform.machine().lower())
    name = "anvil.exe" if sys.platform == "win32" else "anvil"
    binary = folder / f"anvil-{system}-{machine}" / "bin" / name
    if not binary.is_file():
        raise Unavailable(
            "The demonstration needs the local node anvil, which is not installed; "
            "run: packaging/set_up.sh runtime"
        )
    return binary


def _start_supervisor(
    state: Path, port: int, log: Path, extra: list[str]
) -> "subprocess.Popen[bytes]":
    # --quiet because anvil's greeting prints its keys, and a log is no place for keys.
    # --no-cors because a web page has no business with this chain.
    node = [str(anvil()), "--quiet", "--no-cors", "--host", "127.0.0.1", "--port", str(port)]
    # cancun is what our contracts are compiled for, and building takes a third less than under
    # later forks, which store a hash with each block. fifo because the order of transactions in
    # a block must not depend on chance.
    rules = ["--hardfork", "cancun", "--order", "fifo", "--gas-limit", str(GAS_LIMIT_OF_BLOCK)]
    chain = ["--chain-id", str(CHAIN_ID), "--timestamp", str(GENESIS_TIMESTAMP), *rules, *extra]
    try:
        with log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603  our own interpreter and our own file
                [*_supervisor_command(), str(state), *node, *chain],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=state.parent,
                # A Ctrl-C in the terminal is for the program; the pipe tells the supervisor.
                start_new_session=True,
            )
    except OSError as failure:
        raise Unavailable(f"The demonstration chain cannot be started: {failure}.") from failure


def _supervisor_command() -> list[str]:
    """A packaged program serves as its own supervisor; otherwise Python runs the file by path."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "devnet-supervisor"]
    return [sys.executable, "-I", os.fspath(Path(supervisor.__file__).resolve())]


def _free_port() -> int:
    """A port nobody listens on, below those the system hands to outgoing connections.

    Asking a closed port from that same range again and again can end up connected to itself.
    """
    while _is_taken(port := secrets.choice(PORTS)):
        pass
    return port


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _is_answering(port: int) -> bool:
    """Whether an anvil answers there; something else may have taken the port just now."""
    rpc = JsonRpc(f"http://127.0.0.1:{port}", seconds_to_answer=1)
    try:
        return str(rpc.ask("web3_clientVersion")).startswith("anvil/")
    except Unavailable:
        return False
    finally:
        rpc.close()

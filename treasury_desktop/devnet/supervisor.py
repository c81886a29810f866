"""Keeps the demonstration's node alive exactly as long as the program, and its state safe.

Runs as a process of its own, started by path with `python -I`, so it imports nothing of ours.
Its standard input is a pipe whose other end only the program holds: when the program ends, also
by SIGKILL, the pipe closes, the node is asked to stop, dumps its state, and the dump replaces the
old state in one rename. One supervisor at a time holds the chain's lock, so a restart waits until
the state of the run before is on disk.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

LOCKED_ELSEWHERE = 75
SECONDS_TO_GET_LOCK = 5.0
SECONDS_TO_SAVE = 30.0
PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> int:
    """Run `LIVING_STATE NODE ARGUMENT…` until standard input ends; answers the exit status."""
    living, *command = arguments
    state = Path(living)
    with state.with_suffix(".lock").open("ab") as lock:
        if not _locked(lock):
            return LOCKED_ELSEWHERE
        dump = state.with_suffix(".dump")
        _adopt(dump, state)
        load = ["--load-state", str(state)] if state.exists() else []
        status = _run([*command, *load, "--dump-state", str(dump)])
        _adopt(dump, state)
        return status


def _run(command: list[str]) -> int:
    node = subprocess.Popen(  # noqa: S603  the program names its own node, no shell is involved
        command,
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent(),  # noqa: PLW1509  no thread has been started yet
    )
    threading.Thread(target=_stop_at_end_of_input, args=(node,), daemon=True).start()
    return node.wait()


def _stop_at_end_of_input(node: "subprocess.Popen[bytes]") -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    node.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        node.wait(SECONDS_TO_SAVE)
        return
    node.kill()


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel stops the node should this process be killed first.

    The signal is sent when the *thread* that started the child ends, hence the main thread.
    """
    if not sys.platform.startswith("linux"):
        return None
    import ctypes  # noqa: PLC0415  exists to call prctl, which only Linux has

    library = ctypes.CDLL(None, use_errno=True)

    def ask_kernel() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask_kernel


def _adopt(dump: Path, state: Path) -> None:
    """A dump that is whole becomes the state; one that a crash cut short is dropped."""
    if not dump.exists():
        return
    try:
        with dump.open("rb+") as file:
            json.load(file)
            os.fsync(file.fileno())
        dump.replace(state)
    except (OSError, ValueError):
        dump.unlink(missing_ok=True)


def _locked(lock: BinaryIO) -> bool:
    until = time.monotonic() + SECONDS_TO_GET_LOCK
    while not _try_lock(lock):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def _try_lock(lock: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt  # noqa: PLC0415  exists on Windows only

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl  # noqa: PLC0415  exists on Unix only

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

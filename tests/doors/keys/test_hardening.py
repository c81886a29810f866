"""The signer as a process: what it loads, what it cannot do, and how it ends."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doors.keys.key_samples import PASSPHRASE, Case, blob, command, execution
from treasury_desktop.errors import Unavailable
from treasury_desktop.keys.child_process import ChildProcess, child_command
from treasury_desktop.keys.encrypted_key import EncryptedKey
from treasury_desktop.keys.jobs import Job, SignSafeTx, job_text
from treasury_desktop.keys.key_jobs import ImportDemonstration

MODULES = """
import sys
from treasury_desktop.keys import signer
status = signer.main()
print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""
BANNED = {
    "PySide6", "aiohttp", "duckdb", "http", "keyring", "pyqtgraph", "requests", "secretstorage",
    "sqlite3", "ssl", "urllib3", "web3", "websockets",
}  # fmt: skip


@pytest.mark.parametrize("kind", ["safe transaction", "execution", "import"])
def test_signer_has_no_qt_no_network_and_no_store(
    kind: str, owner_key: EncryptedKey, executor_key: EncryptedKey, honest: Case
) -> None:
    """Whatever the job, none of these libraries is loaded."""
    job: Job = SignSafeTx(key=owner_key, bundle=honest.bundle, reviewed_hash=honest.hash)
    if kind == "execution":
        job = execution(honest, executor_key, blob(honest, 1, 2))
    if kind == "import":
        job = ImportDemonstration(label="Demo", role="owner", index=1, chain_id=31337)
    reading, writing = os.pipe()
    header = job_text(job)
    phrase = PASSPHRASE.encode()
    os.write(writing, len(header).to_bytes(4, "big") + header)
    os.write(writing, b"\x00\x00\x00\x01" + len(phrase).to_bytes(4, "big") + phrase)
    done = subprocess.run(
        [sys.executable, "-I", "-P", "-c", MODULES],
        stdin=reading,
        capture_output=True,
        check=True,
        timeout=60,
    )
    os.close(reading)
    os.close(writing)
    assert b'"answer"' in done.stdout
    loaded = set(done.stderr.decode().split())
    assert "coincurve" in loaded
    assert not loaded & BANNED
    assert kind != "safe transaction" or "eth_account" not in loaded


HARDENED = """
import ctypes, os, resource, sys
from treasury_desktop.keys.hardening import forbid_reaching_out, harden, signer_environment
os.environ["LD_PRELOAD"] = "x"
harden(signer_environment(os.environ))
forbid_reaching_out()
print(dict(os.environ), resource.getrlimit(resource.RLIMIT_CORE))
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
import socket, subprocess
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", 9)),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: subprocess.run(["true"]),
    lambda: os.system("true"),
    lambda: os.fork(),
):
    try:
        attempt()
    except PermissionError as refusal:
        print(refusal)
raise ValueError("secret text")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux")
def test_process_cannot_be_dumped_and_cannot_reach_out() -> None:
    """Not dumpable, no core, no environment, no network, no programs, no exception texts."""
    done = subprocess.run(
        [sys.executable, "-I", "-P", "-c", HARDENED],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    environment, dumpable, *refusals = done.stdout.splitlines()
    assert environment == "{} (0, 0)"
    assert dumpable == "0"
    assert len(refusals) == 5
    assert done.stderr.startswith("ValueError in <module>, line ")
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    "failing",
    [
        "threading.Thread(target=lambda: int('secret text')).start()",
        "type('Tidied', (), {'__del__': lambda self: int('secret text')})()",
    ],
    ids=["in a thread", "while tidying"],
)
def test_no_exception_text_is_printed(failing: str) -> None:
    """Wherever it was raised: what it choked on may be a secret."""
    script = (
        "import threading; from treasury_desktop.keys.hardening import harden; harden({})\n"
        + failing
    )
    arguments = [sys.executable, "-I", "-P", "-c", script]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == "ValueError in <lambda>, line 2\n"


NOT_LISTENING = """
import os, signal, sys
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
os.execv(sys.executable, [sys.executable, "-I", "-P", "-c", sys.argv[1]])
"""
TIMED = """
import signal, time
from treasury_desktop.keys.hardening import harden
harden({})
signal.setitimer(signal.ITIMER_REAL, 0.1)
time.sleep(30)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such timer")
def test_who_starts_the_program_cannot_silence_the_timer() -> None:
    """A signal that was ignored and held back before us ends a hardened process all the same."""
    arguments = [sys.executable, "-c", NOT_LISTENING, TIMED]
    done = subprocess.run(arguments, capture_output=True, check=False, timeout=60)
    assert done.returncode == -signal.SIGALRM


def test_signer_ends_when_its_input_ends() -> None:
    """A signer whose parent is gone does not wait for a job that will never come."""
    process = ChildProcess(command("signer"), {})
    process.end()
    with pytest.raises(ProcessLookupError):
        os.kill(process.process_id, 0)


def test_ended_process_is_unavailable() -> None:
    """A process that ends without an answer is one sentence."""
    with (
        ChildProcess([sys.executable, "-c", "raise SystemExit(7)"], {}) as process,
        pytest.raises(Unavailable, match=r"\(exit status 7\); nothing was signed\.$"),
    ):
        process.ask(b"x" * 2**20)


def test_missing_program_is_unavailable() -> None:
    """A program that cannot be started is one sentence too."""
    with pytest.raises(Unavailable, match="could not be started"):
        ChildProcess(["/nonexistent/program"], {})


def test_program_starts_itself_isolated_or_frozen() -> None:
    """Python starts without environment or current folder; a frozen program starts itself."""
    assert child_command("signer", frozen=False) == [
        sys.executable, "-I", "-P", "-m", "treasury_desktop", "signer",
    ]  # fmt: skip
    assert child_command("secret-entry", frozen=True) == [sys.executable, "secret-entry"]


def open_descriptors() -> int:
    """How many files and pipes this process has open, where the system says so."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_pipes_close_when_a_process_is_left() -> None:
    """Leaving the block closes both pipes, so nothing is left open."""
    before = open_descriptors()
    with (
        contextlib.suppress(Unavailable),
        ChildProcess([sys.executable, "-c", ""], {}) as process,
    ):
        process.ask(b"")
    assert open_descriptors() == before

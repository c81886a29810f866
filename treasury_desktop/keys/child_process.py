"""Starting one of our own processes, talking to it, and never outliving or losing it."""

import contextlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from io import FileIO
from typing import IO, Self

from treasury_desktop.errors import Malformed, Unavailable
from treasury_desktop.keys.frames import read_frame, write_frame, write_secrets
from treasury_desktop.keys.secret import Secret

SECONDS_TO_END = 5


def child_command(name: str, *, frozen: bool | None = None) -> list[str]:
    """How this program starts itself as "signer" or "secret-entry".

    Frozen by PyInstaller the executable is the program; otherwise Python starts isolated (-I: no
    environment variables, no user packages) and without the current folder on its path (-P).
    """
    if getattr(sys, "frozen", False) if frozen is None else frozen:
        return [sys.executable, name]
    return [sys.executable, "-I", "-P", "-m", "treasury_desktop", name]


class ChildProcess:
    """One process of ours with unbuffered pipes; a `with` block ends it at the latest."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  our own program, no shell
                list(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=dict(environment),
            )
        except OSError as error:
            raise Unavailable(f"A process could not be started: {error.strerror}.") from None

    @property
    def process_id(self) -> int:
        """What the operating system calls it."""
        return self._process.pid

    def wait(self) -> int:
        """Waits until it has ended, however long that takes; its exit status."""
        return self._process.wait()

    def ask(self, job: bytes, secrets: Sequence[Secret] | None = None) -> bytes:
        """Sends a job, with its secrets if there are any, and waits for the answer.

        The input stays open meanwhile: its end would tell the process that we are gone.
        """
        standard_input = _raw(self._process.stdin)
        standard_output = _raw(self._process.stdout)
        try:
            write_frame(standard_input, job)
            if secrets is not None:
                write_secrets(standard_input, secrets)
            return read_frame(standard_output)
        except (OSError, Malformed, ValueError):
            self.end()
            raise Unavailable(
                "The signing process ended without an answer (exit status "
                f"{self._process.returncode}); nothing was signed."
            ) from None

    def end(self) -> None:
        """Ends it: by closing its input, and by force if that does not help in time."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self.end_in_time()

    def end_in_time(self) -> None:
        """Waits for its end after it was told, and ends it by force if it takes too long."""
        try:
            self._process.wait(SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.kill()
            self._process.wait()

    def close_input(self) -> None:
        """Tells it that nothing more is asked; whoever waits in `ask` still may."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def kill(self) -> None:
        """Ends it at once; whoever waits in `ask` gets Unavailable."""
        self._process.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def _raw(stream: IO[bytes] | None) -> FileIO:
    """The pipe as it is without a buffer, in which secrets would be copied."""
    if not isinstance(stream, FileIO):
        raise TypeError("the pipes of a child process are unbuffered")
    return stream

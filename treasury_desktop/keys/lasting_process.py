"""A process of ours that may outlive the question it was started for.

The kernel ends a child together with the thread that started it (`hardening`). Threads of a pool
end when they have had nothing to do for a while; so a thread of its own starts it, and stays.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Self

from treasury_desktop.errors import Unavailable
from treasury_desktop.keys.child_process import ChildProcess


class LastingProcess:
    """One process with its thread, which calls `on_ended` with the exit status.

    `status` is that exit status, and `None` while the process lives.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        on_ended: Callable[["LastingProcess", int], None],
    ) -> None:
        self._command = command
        self._environment = environment
        self._on_ended = on_ended
        self._begun: ChildProcess | None = None
        self._failure: Unavailable | None = None
        self.status: int | None = None
        self._is_begun = threading.Event()
        self._asking = threading.Lock()
        self._thread = threading.Thread(target=self._stay, name="secret entry", daemon=True)
        self._thread.start()
        self._is_begun.wait()
        if self._begun is None:
            self._thread.join()
            raise self._failure or Unavailable("A process could not be started.")

    def ask(self, job: bytes) -> bytes:
        """Sends a job and waits for the answer."""
        with self._asking:
            return self._process.ask(job)

    def kill(self) -> None:
        """Ends it at once; whoever waits in `ask` gets Unavailable."""
        self._process.kill()

    def end(self) -> None:
        """Ends it and waits until it is gone."""
        self._process.end()
        self._thread.join()

    def end_soon(self) -> None:
        """Tells it to end, and sees to it from a thread: whoever asks does not wait."""
        self._process.close_input()
        threading.Thread(target=self._process.end_in_time, name="locking").start()

    @property
    def process_id(self) -> int:
        """What the operating system calls it."""
        return self._process.process_id

    @property
    def _process(self) -> ChildProcess:
        if self._begun is None:
            raise TypeError("the process was never started")
        return self._begun

    def _stay(self) -> None:
        try:
            self._begun = ChildProcess(self._command, self._environment)
        except Unavailable as failure:
            self._failure = failure
            return
        finally:
            self._is_begun.set()
        status = self._process.wait()
        with self._asking:  # its last answer may still lie in the pipe
            self._process.end()
        self.status = status
        self._on_ended(self, status)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

"""The secret-entry process outside its window: the pipe above it and the signer below it.

The window itself is `windows/secret_entry`, which may not know this room; `__main__` brings the two
together. What the window shows and what the signer signs come from the same job.

It does one job and ends; unless the person said at a signature that the key stays unlocked. Then it
goes on, without a window, until whatever comes first: see `unlock`.
"""

import io
import os
import queue
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from treasury_desktop.assets.strict_json import JsonSource, JsonValue
from treasury_desktop.errors import Malformed, Refused, TreasuryError
from treasury_desktop.keys.child_process import ChildProcess, child_command
from treasury_desktop.keys.encrypted_key import WrongPassphrase
from treasury_desktop.keys.frames import read_frame, write_frame
from treasury_desktop.keys.hardening import (
    PARENT_IS_GONE,
    harden,
    signer_environment,
    window_environment,
)
from treasury_desktop.keys.jobs import (
    Job,
    SignExecution,
    SignSafeTx,
    answer_text,
    failure_text,
    job_text,
    parse_answer,
    parse_job,
)
from treasury_desktop.keys.kept_passphrase import KeptPassphrase
from treasury_desktop.keys.key_jobs import ImportWords
from treasury_desktop.keys.secret import Secret
from treasury_desktop.keys.session_watch import SessionWatch
from treasury_desktop.keys.unlock import Ending, offered_seconds
from treasury_desktop.keys.word_lists import word_lists

AskSigner = Callable[..., Mapping[str, object] | None]
"""Starts the signer with these passphrases, which it overwrites, and answers what it answered.

`None` when the passphrase does not open the key; anything else the signer refused is raised. With
`keeps=True` the key stays unlocked once it has signed.
"""

RunWindow = Callable[[Mapping[str, object], Mapping[str, object], AskSigner], Mapping[str, object]]
"""Shows a job (its members, and how to show it) and answers what the signer answered."""

Wait = Callable[[], bytes]
WhileWaiting = Callable[[Wait], bytes]
"""Waits for the next job while no window is open, and keeps the window system content."""

SIGNER: Final = "signer"
SHOWN_AS_WISHED: Final = frozenset({"theme", "rehearsal"})
OTHER_WORK: Final = "This key is unlocked for signing with it only; nothing was done."


def main(
    load_window: Callable[[], RunWindow],
    signer_command: Sequence[str] | None = None,
    *,
    while_waiting: WhileWaiting = lambda wait: wait(),
    watch: Callable[[Callable[[Ending], None]], SessionWatch] = SessionWatch,
) -> int:
    """Does jobs from standard input to standard output, mostly one; answers the exit status.

    `load_window` imports the window: Qt is loaded only after the environment was cleaned.
    """
    harden(window_environment(os.environ))
    standard_input = io.FileIO(0, "rb", closefd=False)
    standard_output = io.FileIO(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write into the answer
    host = _Host(load_window, signer_command, watch)
    try:
        first = read_frame(standard_input)
    except Malformed as failure:
        write_frame(standard_output, failure_text(failure))
        return 0
    incoming = _Incoming(standard_input, host)
    try:
        answer = host.done(first)
        while host.is_unlocked:
            incoming.expect_one()  # the desk may ask as soon as it has the answer
            write_frame(standard_output, answer)
            answer = host.done(while_waiting(incoming.wait))
        write_frame(standard_output, answer)
    finally:
        host.forget()
    sys.stdout.flush()
    return 0


class _Host:
    """Does one job after the other; after the first only those for the key that is unlocked."""

    def __init__(
        self,
        load_window: Callable[[], RunWindow],
        signer_command: Sequence[str] | None,
        watch: Callable[[Callable[[Ending], None]], SessionWatch],
    ) -> None:
        self._load_window = load_window
        self._run: RunWindow | None = None
        self._signer_command = signer_command
        self._watch = watch(self.end)
        self._kept: KeptPassphrase | None = None

    @property
    def is_unlocked(self) -> bool:
        """Whether another job may follow."""
        return self._kept is not None

    def done(self, text: bytes) -> bytes:
        """The answer to a job; whatever is no signature ends the unlock."""
        wrong = 0
        try:
            job, wish = parse_job(text)
            offered = offered_seconds(job, wish)
            self._require_unlocked_key(job, wish)
            window = {name: wish[name] for name in wish.keys() & SHOWN_AS_WISHED}
            signer = SignerFor(job, self._signer_command, kept=self._kept, may_keep=bool(offered))
            try:
                said = self._shown(job, window, signer, offered)
            finally:
                wrong = signer.wrong
            # Words and addresses on the way are for this process alone.
            if said.keys() != job.answers:
                raise Malformed("answer", "is not the one this job ends with")
        except TreasuryError as failure:
            self.forget()
            return failure_text(failure, wrong)
        if offered and signer.to_keep is not None and self._kept is None:
            self._keep(job, signer.to_keep, offered)
        left = self._kept.seconds_left() if self._kept is not None else 0
        if not left:
            self.forget()
        # It is the signer's own JSON.
        return answer_text(cast("Mapping[str, JsonSource]", said), unlocked=left)

    def end(self, ending: Ending) -> None:
        """Ends this process if it keeps a passphrase; may come from any thread."""
        kept = self._kept
        if kept is not None:
            kept.end(ending)

    def forget(self) -> None:
        """Overwrites the passphrase, if one is kept; no other job follows."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.wipe()

    def _require_unlocked_key(self, job: Job, wish: Mapping[str, JsonValue]) -> None:
        if self._kept is None:
            return
        is_signing = isinstance(job, SignSafeTx | SignExecution) and job.key == self._kept.key
        if not is_signing or "rehearsal" in wish:
            raise Refused(OTHER_WORK)

    def _shown(
        self, job: Job, window: dict[str, JsonValue], signer: "SignerFor", offered: int | None
    ) -> Mapping[str, object]:
        shown: dict[str, JsonSource] = {"job": job.name, **job.fields}
        how: dict[str, object] = {**window, "is_unlocked": self.is_unlocked}
        if isinstance(job, ImportWords):
            how["word_lists"] = word_lists()
        if not self.is_unlocked and offered:
            self._watch.begin()  # the buses answer while the window's code is loaded
        if self._run is None:
            self._run = self._load_window()
        if not self.is_unlocked and offered:
            how["unlock"] = {"seconds": offered, "why_not": self._watch.why_not()}
        return self._run(shown, how, signer)

    def _keep(self, job: Job, passphrase: Secret, seconds: int) -> None:
        """Keeps the passphrase, unless nobody tells any more what would end that."""
        if isinstance(job, SignSafeTx | SignExecution):
            self._kept = KeptPassphrase(job.key, passphrase, seconds)
        if self._watch.why_not():  # asked last: what is told from now on finds what is kept
            self.forget()


class _Incoming:
    """What else the desk asks; the end of the pipe, or a job out of turn, ends this process."""

    def __init__(self, stream: io.FileIO, host: _Host) -> None:
        self._stream = stream
        self._host = host
        self._jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._is_expected = False
        threading.Thread(target=self._read, name="parent", daemon=True).start()

    def expect_one(self) -> None:
        """From now on one more job may come."""
        self._is_expected = True

    def wait(self) -> bytes:
        """The next job, however long it takes to come."""
        return self._jobs.get()

    def _read(self) -> None:
        try:
            while True:
                job = read_frame(self._stream)
                if not self._is_expected:
                    break
                self._is_expected = False
                self._jobs.put(job)
        except (Malformed, OSError):
            pass
        finally:
            self._host.end(Ending.DESK)
            os._exit(PARENT_IS_GONE)


class SignerFor:
    """Asks a new signer process each time, with the passphrases given; counts the wrong ones.

    Where a passphrase is kept, that one is given and none is asked for. `to_keep` is the one with
    which the signer signed and that the person wants kept.
    """

    def __init__(
        self,
        job: Job,
        command: Sequence[str] | None = None,
        *,
        kept: KeptPassphrase | None = None,
        may_keep: bool = False,
    ) -> None:
        self._header = job_text(job)
        self._command = command or child_command(SIGNER)
        self._kept = kept
        self._may_keep = may_keep
        self.wrong = 0
        self.to_keep: Secret | None = None

    def __call__(
        self, passphrases: Sequence[bytearray], *, keeps: bool = False
    ) -> Mapping[str, JsonValue] | None:
        """What the signer answered; `None` where a passphrase does not open the key."""
        secrets = tuple(Secret(passphrase) for passphrase in passphrases)
        if self._kept is not None:
            secrets = (*secrets, self._kept.copy())
        environment = signer_environment(os.environ)
        try:
            with ChildProcess(self._command, environment) as signer:
                answer = parse_answer(signer.ask(self._header, secrets))
            if keeps and self._may_keep:
                self.to_keep = Secret(bytearray(secrets[0].content))
        except WrongPassphrase:
            self.wrong += 1
            return None
        finally:
            for secret in secrets:
                secret.wipe()
        return answer

"""The secret-entry process outside its window: the pipe above it and the signer below it.

The window itself is `windows/secret_entry`, which may not know this room; `__main__` brings the two
together. What the window shows and what the signer signs come from the same job.
"""

import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from treasury_desktop.assets.strict_json import JsonSource, JsonValue
from treasury_desktop.errors import Malformed, TreasuryError
from treasury_desktop.keys.child_process import ChildProcess, child_command
from treasury_desktop.keys.encrypted_key import WrongPassphrase
from treasury_desktop.keys.frames import read_frame, write_frame
from treasury_desktop.keys.hardening import (
    end_when_input_ends,
    harden,
    signer_environment,
    window_environment,
)
from treasury_desktop.keys.jobs import (
    Job,
    answer_text,
    failure_text,
    job_text,
    parse_answer,
    parse_job,
)
from treasury_desktop.keys.secret import Secret

AskSigner = Callable[[Sequence[bytearray]], Mapping[str, object] | None]
"""Starts the signer with these passphrases, which it overwrites, and answers what it answered.

`None` when the passphrase does not open the key; anything else the signer refused is raised.
"""

RunWindow = Callable[[Mapping[str, object], Mapping[str, object], AskSigner], Mapping[str, object]]
"""Shows a job (its members, and how to show it) and answers what the signer answered."""

SIGNER: Final = "signer"


def main(load_window: Callable[[], RunWindow], signer_command: Sequence[str] | None = None) -> int:
    """Does one job from standard input to standard output; answers the exit status.

    `load_window` imports the window: Qt is loaded only after the environment was cleaned.
    """
    harden(window_environment(os.environ))
    standard_input = io.FileIO(0, "rb", closefd=False)
    standard_output = io.FileIO(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write into the answer
    wrong = 0
    try:
        job, window = parse_job(read_frame(standard_input))
        end_when_input_ends(0)
        run = load_window()
        shown: dict[str, JsonSource] = {"job": job.name, **job.fields}
        signer = SignerFor(job, signer_command)
        try:
            said = run(shown, window, signer)
        finally:
            wrong = signer.wrong
        if said.keys() != job.answers:  # words and addresses on the way are for this process alone
            raise Malformed("answer", "is not the one this job ends with")
        answer = answer_text(cast("Mapping[str, JsonSource]", said))  # the signer's own JSON
    except TreasuryError as failure:
        answer = failure_text(failure, wrong)
    write_frame(standard_output, answer)
    sys.stdout.flush()
    return 0


class SignerFor:
    """Asks a new signer process each time, with the passphrases given; counts the wrong ones."""

    def __init__(self, job: Job, command: Sequence[str] | None = None) -> None:
        self._header = job_text(job)
        self._command = command or child_command(SIGNER)
        self.wrong = 0

    def __call__(self, passphrases: Sequence[bytearray]) -> Mapping[str, JsonValue] | None:
        """What the signer answered; `None` where a passphrase does not open the key."""
        secrets = tuple(Secret(passphrase) for passphrase in passphrases)
        environment = signer_environment(os.environ)
        try:
            with ChildProcess(self._command, environment) as signer:
                return parse_answer(signer.ask(self._header, secrets))
        except WrongPassphrase:
            self.wrong += 1
            return None
        finally:
            for secret in secrets:
                secret.wipe()

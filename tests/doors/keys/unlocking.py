"""Desks whose keys may stay unlocked: real processes, real buses, and a script for the person."""

import select
import sys
import threading
from collections.abc import Sequence
from os import close, pidfd_open

from tests.doors.keys.key_samples import PASSPHRASE, SIGNER
from treasury_desktop.errors import Refused
from treasury_desktop.keys.back_off import BackOff
from treasury_desktop.keys.key_store import KeyStore
from treasury_desktop.keys.lasting_process import LastingProcess
from treasury_desktop.keys.signer_process import SignerProcess
from treasury_desktop.keys.unlocked import Unlocked

PERSON = """
import sys, time
from functools import partial
from treasury_desktop.errors import Refused
from treasury_desktop.keys.secret_entry_host import main
from treasury_desktop.keys.session_watch import SessionWatch
def run(shown, window, ask):
    if window["is_unlocked"]:
        {unlocked}
    unlock = window.get("unlock")
    if unlock is not None and unlock["why_not"]:
        raise Refused("Not offered: " + unlock["why_not"])
    answer = ask([bytearray({passphrase!r}, "utf-8")], keeps=True)
    if answer is None:
        raise Refused("wrong")
    return answer
watch = partial(SessionWatch, session={address!r}, system={address!r})
sys.exit(main(lambda: run, [sys.executable, "-I", "-P", "-c", {signer!r}], watch=watch))
"""
PRESS = "return ask([])"


def person(address: str, *, passphrase: str = PASSPHRASE, unlocked: str = PRESS) -> list[str]:
    """A secret-entry process whose person wants the key unlocked, and who is told by a bus."""
    script = PERSON.format(address=address, passphrase=passphrase, unlocked=unlocked, signer=SIGNER)
    return [sys.executable, "-I", "-P", "-c", script]


class Desk:
    """A signer whose key may stay unlocked; `changed` is set whenever that changes."""

    def __init__(
        self,
        store: KeyStore,
        command: Sequence[str],
        *,
        seconds: int = 300,
        back_off: BackOff | None = None,
    ) -> None:
        self.unlocked = Unlocked(seconds)
        self.changed = threading.Event()
        self.unlocked.on_changed = self.changed.set
        self.signer = SignerProcess(
            store,
            signed_hash_for=lambda *_: None,
            command=lambda _: command,
            back_off=back_off,
            unlocked=self.unlocked,
        )

    @property
    def process(self) -> LastingProcess:
        """The process that keeps the key unlocked."""
        key = self.unlocked.key
        assert key is not None, "no key is unlocked"
        process = self.unlocked.process_for(key)
        assert process is not None
        return process

    def wait_until_locked(self, process: LastingProcess) -> int | None:
        """Waits until a process that kept a key unlocked is gone; its exit status."""
        wait_until_gone(process.process_id)
        process.end()
        assert self.unlocked.key is None
        assert self.unlocked.seconds_left == 0
        return process.status


def wait_until_gone(process_id: int) -> None:
    """Waits for the end of a process that may have ended already."""
    try:
        descriptor = pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        if not select.select([descriptor], [], [], 20)[0]:
            raise Refused("the process is still there")
    finally:
        close(descriptor)
